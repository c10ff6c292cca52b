/** Counts down to when another code may be asked for. The server keeps the time; this only shows it. */
import { SECOND_MS } from "../../core/time.ts";

/** Said at these only: a screen reader is not told each second. */
const SPOKEN = new Set([0]);

export function countDown(button: HTMLButtonElement): void {
  const news = document.querySelector<HTMLElement>("[data-wait-news]");
  const until = Date.now() + Number(button.dataset.waitSeconds ?? 0) * SECOND_MS;
  let timer: ReturnType<typeof setInterval> | undefined;
  const show = (): void => {
    const left = Math.max(0, Math.ceil((until - Date.now()) / SECOND_MS));
    if (left > 0) button.setAttribute("aria-disabled", "true");
    else {
      button.removeAttribute("aria-disabled");
      clearInterval(timer);
    }
    if (!news) return;
    if (SPOKEN.has(left)) news.setAttribute("role", "status");
    news.textContent =
      left > 0
        ? `You can ask for a new code in ${left} ${left === 1 ? "second" : "seconds"}.`
        : "You can ask for a new code now.";
  };
  button.form?.addEventListener("submit", (event) => {
    if (button.getAttribute("aria-disabled") === "true") event.preventDefault();
  });
  timer = setInterval(show, SECOND_MS);
  show();
}
