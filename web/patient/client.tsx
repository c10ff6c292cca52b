/** The browser's part of the patient pages. Every page works without it. */
import "./app.css";
import { hydrate } from "preact";
import { SlotBoard, type SlotListData } from "../shared/slot-board.ts";
import { SlotList } from "../shared/slot-list.tsx";

/** What the server put beside an island; `null` on pages without one. It is our own JSON, so it is not parsed again. */
function dataOf<T>(id: string): T | null {
  const text = document.getElementById(id)?.textContent;
  return text ? (JSON.parse(text) as T) : null;
}

const slots = document.getElementById("slots");
const slotData = dataOf<SlotListData>("slots-data");
if (slots && slotData) {
  const board = new SlotBoard(slotData);
  hydrate(<SlotList board={board} />, slots);
  void import("./follow-slots.ts").then(({ followSlots }) => followSlots(board));
}

if (document.getElementById("my-appointments")) {
  void import("./follow-appointments.tsx").then(({ followAppointments }) => followAppointments());
}

if (document.querySelector("[data-passkey]")) {
  void import("./passkeys.ts").then(({ offerPasskeys }) => offerPasskeys());
}

const resend = document.querySelector<HTMLButtonElement>("button[data-wait-seconds]");
if (resend) void import("./count-down.ts").then(({ countDown }) => countDown(resend));

const sent = document.getElementById("sent");
if (sent) void import("./follow-sent.tsx").then(({ followSent }) => followSent(sent));

// A page out of the back-forward cache shows old times and an old form key: both are only good when new.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
