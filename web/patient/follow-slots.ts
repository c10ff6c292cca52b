/** Keeps a list of slots true to the provider's live socket. Loaded after the page can be used. */
import { MINUTE_MS, SECOND_MS } from "../../core/time.ts";
import { livePath } from "../shared/api/call.ts";
import { applyFrame, liveSlots, parseProviderFrame, reconnected } from "../shared/live-slots.ts";
import { openLiveSocket } from "../shared/live-socket.ts";
import type { SlotBoard } from "../shared/slot-board.ts";

/** A screen reader is told at most this often; in a rush of bookings more would be noise. */
const ANNOUNCE_EVERY_MS = 10 * SECOND_MS;
const TICK_MS = SECOND_MS;

const pathOf = ({ data }: SlotBoard): string =>
  livePath("/v1/live/providers/{id}", {
    path: { id: data.providerId },
    query: { visitTypeId: data.visitTypeId, from: data.from, to: data.to },
  });

const howMany = (count: number, one: string, many: string): string =>
  count === 1 ? `1 ${one}` : `${count} ${many}`;

/** Says what changed since it last spoke; silent while somebody types. */
function announcer(board: SlotBoard): { readonly struck: (count: number) => void } {
  let struck = 0;
  let told = 0;
  let quietUntil = 0;
  setInterval(() => {
    const waiting = board.newTimes.value.length;
    if (struck === 0 && waiting <= told) {
      told = Math.min(told, waiting);
      return;
    }
    if (Date.now() < quietUntil || document.activeElement?.matches("input, select, textarea")) return;
    const parts = [
      struck > 0 ? `${howMany(struck, "time was", "times were")} just taken` : "",
      waiting > told ? `${howMany(waiting, "new time", "new times")} to show` : "",
    ];
    board.status.value = parts.filter(Boolean).join(", ");
    struck = 0;
    told = waiting;
    quietUntil = Date.now() + ANNOUNCE_EVERY_MS;
  }, TICK_MS);
  return {
    struck: (count) => {
      struck += count;
    },
  };
}

export function followSlots(board: SlotBoard): void {
  let state = liveSlots(board.data.revision, board.data.days);
  const announce = announcer(board);
  const path = pathOf(board);
  const socket = openLiveSocket({
    path: () => Promise.resolve(path),
    onOpen: (again) => {
      state = reconnected(state);
      board.live.value = "live";
      if (again) resume();
    },
    onText: (text) => {
      const frame = parseProviderFrame(text);
      if (!frame) return;
      const applied = applyFrame(state, frame);
      state = applied.state;
      announce.struck(board.apply(applied));
      if (applied.ask) resume();
    },
    onLost: () => {
      board.live.value = "lost";
    },
  });
  const resume = (): void => socket.send(JSON.stringify({ type: "resume", revision: state.revision }));
  setInterval(() => board.closePassed(Date.now()), MINUTE_MS);
}
