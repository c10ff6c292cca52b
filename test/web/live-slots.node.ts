/** Proves what a page makes of live frames, and that what was shown stays in place. Not: sockets and DOM (test/e2e). */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DayChange, LiveDay, ProviderFrame } from "../../core/live/protocol.ts";
import {
  applyFrame,
  type LiveSlots,
  liveSlots,
  parseProviderFrame,
  reconnected,
  slotKey,
} from "../../web/shared/live-slots.ts";
import { SlotBoard, type SlotListData } from "../../web/shared/slot-board.ts";
import { timeText, zoneText } from "../../web/shared/time-text.ts";

const LOC = "loc_000000000001";
const OTHER = "loc_000000000002";
const DATE = "2026-11-24";
const NINE = "2026-11-24T09:00:00-06:00";
const TEN = "2026-11-24T10:00:00-06:00";
const ELEVEN = "2026-11-24T11:00:00-06:00";

const day = (starts: readonly string[], locationId = LOC): LiveDay => ({
  date: DATE,
  slots: starts.map((start) => ({ start, end: start, locationId })),
});
const snapshot = (revision: number, days: readonly LiveDay[]): ProviderFrame => ({
  type: "snapshot",
  protocol: 1,
  revision,
  providerId: "prv_000000000001",
  visitTypeId: "vst_000000000001",
  days,
});
const change = (opened: string[], taken: string[], locationId = LOC): DayChange => ({
  date: DATE,
  locationId,
  opened,
  taken,
});
const delta = (from: number, revision: number, changes: DayChange[]): ProviderFrame => ({
  type: "delta",
  revision,
  from,
  changes,
});
const keysOf = (state: LiveSlots): string[] => [...state.free.keys()].sort();
const startsOf = (slots: readonly { start: string }[]): string[] => slots.map(({ start }) => start);

describe("applyFrame", () => {
  it("[V1] a snapshot replaces everything, and names what differs", () => {
    const before = liveSlots(4, [day([NINE, TEN])]);
    const applied = applyFrame(before, snapshot(9, [day([TEN, ELEVEN])]));
    expect(applied.state.revision).toBe(9);
    expect(keysOf(applied.state)).toEqual([slotKey(TEN, LOC), slotKey(ELEVEN, LOC)]);
    expect(startsOf(applied.opened)).toEqual([ELEVEN]);
    expect(startsOf(applied.taken)).toEqual([NINE]);
    expect(applied.ask).toBe(false);
  });

  it("[V2] a delta that follows our revision changes the starts that it names, at its site only", () => {
    const before = liveSlots(4, [day([NINE, TEN]), day([NINE], OTHER)]);
    const applied = applyFrame(before, delta(4, 5, [change([ELEVEN], [NINE])]));
    expect(applied.state.revision).toBe(5);
    expect(keysOf(applied.state)).toEqual(
      [slotKey(NINE, OTHER), slotKey(TEN, LOC), slotKey(ELEVEN, LOC)].sort(),
    );
    expect(startsOf(applied.taken)).toEqual([NINE]);
    expect(startsOf(applied.opened)).toEqual([ELEVEN]);
  });

  it("[V2] says nothing of a start that was free, or taken, already", () => {
    const applied = applyFrame(liveSlots(4, [day([TEN])]), delta(4, 5, [change([TEN], [NINE])]));
    expect(applied).toMatchObject({ opened: [], taken: [], ask: false });
  });

  it("[V3] a gap changes nothing that is shown and asks once, until a snapshot comes", () => {
    const before = liveSlots(4, [day([NINE])]);
    const gap = applyFrame(before, delta(5, 6, [change([], [NINE])]));
    expect(gap).toMatchObject({ opened: [], taken: [], ask: true });
    expect(keysOf(gap.state)).toEqual(keysOf(before));
    expect(gap.state.revision).toBe(4); // what `resume` says
    const second = applyFrame(gap.state, delta(6, 7, [change([TEN], [])]));
    expect(second.ask).toBe(false);
    const healed = applyFrame(second.state, snapshot(7, [day([TEN])]));
    expect(keysOf(healed.state)).toEqual([slotKey(TEN, LOC)]);
    expect(applyFrame(healed.state, delta(9, 10, [])).ask).toBe(true);
  });

  it("[V3] `resync` asks, also when a question is open; so does a gap on a new socket", () => {
    const asking = applyFrame(liveSlots(4, []), { type: "resync" });
    expect(asking.ask).toBe(true);
    expect(applyFrame(asking.state, { type: "resync" }).ask).toBe(true);
    expect(applyFrame(reconnected(asking.state), delta(5, 6, [])).ask).toBe(true);
  });

  it("[V4] a delta of the revision we have is a repetition", () => {
    const before = liveSlots(5, [day([NINE])]);
    const applied = applyFrame(before, delta(4, 5, [change([], [NINE])]));
    expect(applied).toEqual({ state: before, opened: [], taken: [], ask: false });
  });

  it("[V2] any sequence of deltas ends where a snapshot of the end does", () => {
    const starts = [NINE, TEN, ELEVEN];
    const someStarts = fc.subarray(starts);
    const step = fc.record({
      locationId: fc.constantFrom(LOC, OTHER),
      opened: someStarts,
      taken: someStarts,
    });
    fc.assert(
      fc.property(someStarts, fc.array(step, { maxLength: 30 }), (first, steps) => {
        let state = liveSlots(0, [day(first)]);
        const model = new Set(first.map((start) => slotKey(start, LOC)));
        steps.forEach(({ locationId, opened, taken }, index) => {
          const fresh = opened.filter((start) => !taken.includes(start)); // no start is both in one frame
          for (const start of taken) model.delete(slotKey(start, locationId));
          for (const start of fresh) model.add(slotKey(start, locationId));
          state = applyFrame(state, delta(index, index + 1, [change(fresh, taken, locationId)])).state;
        });
        const at = (locationId: string): LiveDay =>
          day(
            starts.filter((start) => model.has(slotKey(start, locationId))),
            locationId,
          );
        const jump = applyFrame(state, snapshot(steps.length, [at(LOC), at(OTHER)]));
        expect(jump.opened).toEqual([]);
        expect(jump.taken).toEqual([]);
        expect(keysOf(jump.state)).toEqual(keysOf(state));
      }),
    );
  });
});

describe("parseProviderFrame", () => {
  it("reads every frame of the protocol", () => {
    for (const frame of [
      snapshot(3, [day([NINE])]),
      delta(3, 4, [change([NINE], [TEN])]),
      { type: "resync" } as const,
    ])
      expect(parseProviderFrame(JSON.stringify(frame))).toEqual(frame);
  });

  it("[V6] makes nothing of a pong, a later protocol, half a frame and nonsense", () => {
    const strange = [
      "pong",
      "null",
      "[]",
      '{"type":"delta"}',
      '{"type":"gossip","revision":1}',
      JSON.stringify({ ...snapshot(1, []), protocol: 2 }),
      JSON.stringify({ ...snapshot(1, []), days: [{ date: DATE, slots: [{ start: 9 }] }] }),
      JSON.stringify({ ...delta(1, 2, []), changes: [{ date: DATE, opened: [], taken: [] }] }),
      JSON.stringify({ ...delta(1, 2, []), revision: "2" }),
    ];
    for (const text of strange) expect(parseProviderFrame(text)).toBeNull();
    for (const value of [undefined, 7, new ArrayBuffer(2)]) expect(parseProviderFrame(value)).toBeNull();
    fc.assert(fc.property(fc.json(), (text) => void parseProviderFrame(text))); // never throws
  });
});

describe("SlotBoard", () => {
  const data: SlotListData = {
    providerId: "prv_000000000001",
    providerName: "Ada Osei, MD",
    visitTypeId: "vst_000000000001",
    from: DATE,
    to: "2026-11-30",
    dates: [DATE],
    revision: 1,
    noticeMinutes: 60,
    sites: [{ locationId: LOC, name: "Lakeview Clinic", timeZone: "America/Chicago" }],
    days: [day([NINE, ELEVEN])],
    form: { method: "post", action: "/appointments", fields: {}, asksReason: true },
  };
  const ref = (start: string) => ({ date: DATE, start, locationId: LOC });
  const listed = (board: SlotBoard): string[] =>
    board.groups.value.flatMap(({ slots }) => slots.map(({ start }) => start));

  it("[V5] strikes a taken start where it stands and frees it there again", () => {
    const board = new SlotBoard(data);
    const slot = board.find(slotKey(NINE, LOC));
    expect(board.apply({ opened: [], taken: [ref(NINE)] })).toBe(1);
    expect(slot?.free.value).toBe(false);
    expect(listed(board)).toEqual([NINE, ELEVEN]);
    expect(board.freeOn(DATE)).toBe(1);
    board.apply({ opened: [ref(NINE)], taken: [] });
    expect(slot?.free.value).toBe(true);
    expect(board.newTimes.value).toEqual([]);
  });

  it("[V5] keeps a new start back until the person asks, then puts it in its place", () => {
    const board = new SlotBoard(data);
    board.apply({ opened: [ref(TEN)], taken: [] });
    expect(listed(board)).toEqual([NINE, ELEVEN]);
    expect(board.showNewTimes()).toBe(slotKey(TEN, LOC));
    expect(listed(board)).toEqual([NINE, TEN, ELEVEN]);
    expect(board.newTimes.value).toEqual([]);
  });

  it("[V5] forgets a new start that is taken before anybody saw it", () => {
    const board = new SlotBoard(data);
    board.apply({ opened: [ref(TEN)], taken: [] });
    expect(board.apply({ opened: [], taken: [ref(TEN)] })).toBe(0);
    expect(board.showNewTimes()).toBeNull();
    expect(listed(board)).toEqual([NINE, ELEVEN]);
  });

  it("[V5] strikes what the clock has made too late to book", () => {
    const board = new SlotBoard(data);
    board.closePassed(Date.parse(NINE) - 59 * 60_000);
    expect(board.find(slotKey(NINE, LOC))?.free.value).toBe(false);
    expect(board.find(slotKey(ELEVEN, LOC))?.free.value).toBe(true);
  });

  it("[V9] names a slot by weekday, date, clinic time and provider", () => {
    expect(new SlotBoard(data).find(slotKey(NINE, LOC))?.name).toBe(
      "Tuesday, November 24, 9:00 AM, Ada Osei, MD",
    );
  });

  it("[V10] lets one press through at a time", () => {
    const board = new SlotBoard(data);
    const press = (timeStamp: number): boolean => {
      const stops: number[] = [];
      const event = { timeStamp, preventDefault: () => void stops.push(timeStamp) };
      board.sendOnce(event as unknown as Event); // all that it reads
      return stops.length === 0;
    };
    expect([press(100), press(300), press(10_099), press(10_100)]).toEqual([true, false, false, true]);
  });
});

describe("timeText", () => {
  it("[V9] says which of two equal times it means on the night that has both", () => {
    expect(timeText("2026-11-01T01:30:00-05:00", "America/Chicago")).toBe("1:30 AM (first)");
    expect(timeText("2026-11-01T01:30:00-06:00", "America/Chicago")).toBe("1:30 AM (second)");
    expect(timeText("2026-11-01T00:30:00-05:00", "America/Chicago")).toBe("12:30 AM");
    expect(timeText("2026-11-01T02:30:00-06:00", "America/Chicago")).toBe("2:30 AM");
    expect(timeText("2026-03-08T03:30:00-05:00", "America/Chicago")).toBe("3:30 AM");
  });

  it("[V9] names the zone as people do, in summer as in winter", () => {
    expect(zoneText("America/Chicago")).toBe("Central Time");
    expect(zoneText("America/New_York")).toBe("Eastern Time");
  });
});
