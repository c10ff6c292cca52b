/**
 * Keeps a patient's open list true: states and times change in place. A new appointment is announced and waits for the
 * page to be loaded again, so that nothing moves under a finger.
 */
import { render } from "preact";
import { AppointmentTime } from "../shared/appointment-time.tsx";
import { type AppointmentNews, isNewer, parsePatientFrame } from "../shared/live-appointments.ts";
import { openLiveSocket } from "../shared/live-socket.ts";
import { STATUS_TEXT } from "../shared/status-text.ts";
import { shortMomentText } from "../shared/time-text.ts";

/** For whom the list is, if it is not for the one who looks at it; as the server wrote it into the page. */
function ofWhom(): string {
  const whose = document.getElementById("my-appointments")?.dataset.for;
  return whose === undefined ? "" : `?for=${whose}`;
}

/** [SV5] The session ended, here or elsewhere: the list goes from the screen, and from what Back shows. */
function leaveScreen(): void {
  const back = `${location.pathname}${location.search}`;
  location.replace(`/sign-in?ended=1&return=${encodeURIComponent(back)}`);
}

/** The cookie becomes a ticket that is good once: a socket cannot be opened with a header. */
async function livePath(): Promise<string> {
  const response = await fetch(`/me/live-ticket${ofWhom()}`, { method: "POST" });
  if (response.status === 401) leaveScreen();
  if (!response.ok) throw new Error(`live-ticket answered ${response.status}`);
  const { path } = (await response.json()) as { readonly path: string }; // our own answer
  return path;
}

/** Seen and heard. Over the page, so that nothing moves under a finger. */
function announce(text: string, link?: string): void {
  const news = document.getElementById("appointments-news");
  if (!news) return;
  news.textContent = text;
  if (link === undefined) return;
  const show = document.createElement("a");
  show.href = `/me${ofWhom()}`;
  show.textContent = link;
  news.appendChild(document.createTextNode(" "));
  news.appendChild(show);
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
  if (!isOpen(news)) card.classList.add("settled");
}

const isOpen = ({ status }: AppointmentNews): boolean => status === "booked" || status === "confirmed";

function newsText(news: AppointmentNews): string {
  return isOpen(news)
    ? `An appointment changed: it is on ${shortMomentText(news.start, news.timeZone)}.`
    : `An appointment changed: ${STATUS_TEXT[news.status].toLowerCase()}.`;
}

function apply(news: AppointmentNews): void {
  const card = [...document.querySelectorAll<HTMLElement>("[data-appointment]")].find(
    ({ dataset }) => dataset.appointment === news.id,
  );
  if (card && isNewer(news, Number(card.dataset.version))) {
    updateCard(card, news);
    announce(newsText(news));
  } else if (!card && isOpen(news)) announce("You have a new appointment.", "Show it");
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
