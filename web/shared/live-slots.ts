/**
 * What a page knows of free starts, and what each frame of the live socket makes of it. Pure: no DOM, no socket, no
 * clock. The rules are core/SPEC.md [V1]–[V6]; the protocol is core/live/protocol.ts.
 */
import type { DayChange, LiveDay, ProviderFrame } from "../../core/live/protocol.ts";

/** One start at one site, spelled as the server spells it. */
export interface SlotRef {
  readonly date: string;
  readonly start: string;
  readonly locationId: string;
}

/** Tells two sites with the same start apart; also the value of the slot's button. */
export type SlotKey = string;

export const slotKey = (start: string, locationId: string): SlotKey => `${start}@${locationId}`;

export interface LiveSlots {
  readonly revision: number;
  readonly free: ReadonlyMap<SlotKey, SlotRef>;
  /** A snapshot was asked for and has not come: further gaps ask for nothing more. */
  readonly asking: boolean;
}

/** What a frame changed. `ask` = send `resume` with our revision. */
export interface Applied {
  readonly state: LiveSlots;
  readonly opened: readonly SlotRef[];
  readonly taken: readonly SlotRef[];
  readonly ask: boolean;
}

interface DayOfStarts {
  readonly date: string;
  readonly slots: readonly Pick<LiveDay["slots"][number], "start" | "locationId">[];
}

const byKey = (days: readonly DayOfStarts[]): Map<SlotKey, SlotRef> =>
  new Map(
    days.flatMap(({ date, slots }) =>
      slots.map(
        ({ start, locationId }) => [slotKey(start, locationId), { date, start, locationId }] as const,
      ),
    ),
  );

export const liveSlots = (revision: number, days: readonly DayOfStarts[]): LiveSlots => ({
  revision,
  free: byKey(days),
  asking: false,
});

const unchanged = (state: LiveSlots): Applied => ({ state, opened: [], taken: [], ask: false });

/** After the socket opened anew, an older question will never be answered. */
export const reconnected = (state: LiveSlots): LiveSlots => ({ ...state, asking: false });

export function applyFrame(state: LiveSlots, frame: ProviderFrame): Applied {
  switch (frame.type) {
    case "snapshot": {
      const next = liveSlots(frame.revision, frame.days);
      return { state: next, ...differences(state.free, next.free), ask: false };
    }
    case "delta":
      if (frame.revision === state.revision) return unchanged(state); // [V4] we have seen what it tells
      return frame.from === state.revision ? applyChanges(state, frame) : ask(state);
    case "resync":
      return ask({ ...state, asking: false });
  }
}

/** [V3] A frame is missing: what we show stays, until a snapshot comes. */
function ask(state: LiveSlots): Applied {
  return { ...unchanged({ ...state, asking: true }), ask: !state.asking };
}

function applyChanges(state: LiveSlots, frame: Extract<ProviderFrame, { type: "delta" }>): Applied {
  const free = new Map(state.free);
  for (const { date, locationId, opened, taken } of frame.changes) {
    for (const start of taken) free.delete(slotKey(start, locationId));
    for (const start of opened) free.set(slotKey(start, locationId), { date, start, locationId });
  }
  const next = { ...state, revision: frame.revision, free };
  return { state: next, ...differences(state.free, free), ask: false };
}

function differences(
  before: LiveSlots["free"],
  after: LiveSlots["free"],
): { opened: SlotRef[]; taken: SlotRef[] } {
  const only = (a: LiveSlots["free"], b: LiveSlots["free"]): SlotRef[] =>
    [...a].filter(([key]) => !b.has(key)).map(([, slot]) => slot);
  return { opened: only(after, before), taken: only(before, after) };
}

// ---- reading what came over the socket: anything unexpected is null, never an exception ----

const isText = (value: unknown): value is string => typeof value === "string";
const isTextList = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText);
const isRevision = (value: unknown): value is number => Number.isSafeInteger(value);
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

const isDay = (value: unknown): value is LiveDay =>
  isRecord(value) &&
  isText(value.date) &&
  Array.isArray(value.slots) &&
  value.slots.every((slot) => isRecord(slot) && isText(slot.start) && isText(slot.locationId));

const isChange = (value: unknown): value is DayChange =>
  isRecord(value) &&
  isText(value.date) &&
  isText(value.locationId) &&
  isTextList(value.opened) &&
  isTextList(value.taken);

/** [V6] A frame of a later protocol, `pong` and nonsense are null, and change nothing. */
export function parseProviderFrame(text: unknown): ProviderFrame | null {
  if (!isText(text)) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null; // `pong`, or nothing of ours
  }
  if (!isRecord(value)) return null;
  const { type, revision, from, days, changes } = value;
  if (type === "resync") return { type };
  if (!isRevision(revision)) return null;
  if (type === "snapshot" && value.protocol === 1 && Array.isArray(days) && days.every(isDay))
    return value as ProviderFrame; // every member that is read was just looked at
  if (type === "delta" && isRevision(from) && Array.isArray(changes) && changes.every(isChange))
    return { type, revision, from, changes };
  return null;
}
