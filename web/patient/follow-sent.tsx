/** Keeps /dev up to date, and copies its tokens. On a laptop only: elsewhere there is no such page. */
import { render } from "preact";
import { SECOND_MS } from "../../core/time.ts";
import { SentList, type SentMessage } from "../shared/sent-list.tsx";

const ASK_EVERY_MS = 2 * SECOND_MS;

async function refresh(list: HTMLElement): Promise<void> {
  const answer = await fetch("/dev/sent").catch(() => null); // the laptop's server is being restarted
  if (!answer?.ok) return;
  const { sent } = (await answer.json()) as { readonly sent: readonly SentMessage[] }; // our own answer
  render(<SentList sent={sent} />, list);
}

export function followSent(list: HTMLElement): void {
  setInterval(() => {
    // Nothing is drawn anew under somebody's focus or selection.
    if (!document.hidden && !list.contains(document.activeElement)) void refresh(list);
  }, ASK_EVERY_MS);
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const field = document.getElementById(button.dataset.copy ?? "");
      if (!(field instanceof HTMLTextAreaElement)) return;
      void navigator.clipboard.writeText(field.value).then(
        () => say(button, "Copied"),
        () => field.select(), // not allowed: then by hand
      );
    });
  }
}

function say(button: HTMLButtonElement, text: string): void {
  const news = button.parentElement?.querySelector("[role=status]");
  if (news) news.textContent = text;
}
