/**
 * Keeps a patient's open list true: states and times change in place. A new appointment is announced and waits for the
 * page to be loaded again, so that nothing moves under a finger.
 */
import { render } from "preact";
import { AppointmentTime } from "../shared/appointment-time.tsx";
import { type AppointmentNews, isNewer, parsePatientFrame } from "../shared/live-appointments.ts";
import { openLiveSocket } from "../shared/live-socket.ts";
import { STATUS_TEXT } from "../shared/status-text.ts";

/** The cookie becomes a ticket that is good once: a socket cannot be opened with a header. */
async function livePath(): Promise<string> {
  const response = await fetch("/me/live-ticket", { method: "POST" });
  if (!response.ok) throw new Error(`live-ticket answered ${response.status}`);
  const { path } = (await response.json()) as { readonly path: string }; // our own answer
  return path;
}

function announce(text: string): void {
  const news = document.getElementById("appointments-news");
  if (news) news.textContent = text;
}

/** A card keeps its size: buttons that no longer work become invisible, not absent. */
function updateCard(card: HTMLElement, news: AppointmentNews): void {
  card.dataset.version = String(news.version);
  const status = card.querySelector<HTMLElement>("[data-status]");
  if (status) {
    status.dataset.status = news.status;
    status.textContent = STATUS_TEXT[news.status];
  }
  const when = card.querySelector("[data-when]");
  if (when) render(<AppointmentTime at={news} />, when);
  if (news.status !== "booked" && news.status !== "confirmed") card.classList.add("settled");
}

function apply(news: AppointmentNews): void {
  const card = [...document.querySelectorAll<HTMLElement>("[data-appointment]")].find(
    ({ dataset }) => dataset.appointment === news.id,
  );
  if (!card) {
    if (news.status === "booked") announce("You have a new appointment. Load this page again to see it.");
    return;
  }
  if (!isNewer(news, Number(card.dataset.version))) return;
  updateCard(card, news);
  announce(`An appointment changed: ${STATUS_TEXT[news.status].toLowerCase()}.`);
}

export function followAppointments(): void {
  let revision = -1;
  const socket = openLiveSocket({
    path: livePath,
    onOpen: () => undefined, // the agenda greets with a snapshot
    onText: (text) => {
      const frame = parsePatientFrame(text);
      if (!frame) return;
      if (frame.type === "resync" || (frame.type === "delta" && frame.from !== revision)) {
        socket.send(JSON.stringify({ type: "resume", revision }));
        return;
      }
      revision = frame.revision;
      frame.appointments.forEach(apply);
    },
    onLost: () => undefined, // the list stays as it was; every button asks the server anyway
  });
}
