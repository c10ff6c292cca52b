/** Proves when the visits of a series begin, and which rules are read at all. */
import { describe, expect, it } from "vitest";
import { minuteOfDayAt, spellInZone, weekdayOf } from "../../../core/schedule/clinic-time.ts";
import {
  movedStarts,
  parseRecurrence,
  type SeriesRule,
  seriesStarts,
} from "../../../core/schedule/series-starts.ts";
import { at, ZONES_TO_FEAR } from "../../support/core-builders.ts";

const CHICAGO = "America/Chicago";
const weekly = (count: number, more: Partial<SeriesRule> = {}): SeriesRule => ({
  every: "week",
  interval: 1,
  count,
  weekdays: [],
  ...more,
});
const spelled = (first: string, rule: SeriesRule, zone = CHICAGO): string[] | undefined =>
  seriesStarts(at(first), zone, rule)?.map((start) => spellInZone(start, zone));

describe("the visits of a series", () => {
  it("[Z5] keep the wall-clock time over a change of the clock, in both directions", () => {
    expect(spelled("2026-10-28T09:20:00-05:00", weekly(2))).toEqual([
      "2026-10-28T09:20:00-05:00",
      "2026-11-04T09:20:00-06:00",
    ]);
    expect(spelled("2027-03-10T09:20:00-06:00", weekly(2))).toEqual([
      "2027-03-10T09:20:00-06:00",
      "2027-03-17T09:20:00-05:00",
    ]);
  });

  it("[Z5] lie on each weekday of the rule, in the weeks of the interval", () => {
    const rule = weekly(5, { interval: 2, weekdays: [1, 3] });
    expect(spelled("2026-11-25T09:00:00-06:00", rule)?.map((start) => start.slice(0, 10))).toEqual([
      "2026-11-25", // the Monday of that week was before the first visit
      "2026-12-07",
      "2026-12-09",
      "2026-12-21",
      "2026-12-23",
    ]);
    expect(spelled("2026-11-24T09:00:00-06:00", rule)).toBeUndefined(); // a Tuesday
    const daily = { every: "day", interval: 3, count: 3, weekdays: [] } as const;
    expect(spelled("2026-11-24T09:00:00-06:00", daily)?.map((start) => start.slice(8, 10))).toEqual([
      "24",
      "27",
      "30",
    ]);
  });

  it("[Z5] [T2] [T3] mean the moment of the change where the time is skipped, and the first one where it is shown twice", () => {
    expect(spelled("2027-03-07T02:30:00-06:00", weekly(2))?.[1]).toBe("2027-03-14T03:00:00-05:00");
    expect(spelled("2026-10-25T01:30:00-05:00", weekly(2))?.[1]).toBe("2026-11-01T01:30:00-05:00");
    const second = "2026-11-01T01:30:00-06:00"; // given by the caller, so it stays
    expect(spelled(second, weekly(1))).toEqual([second]);
  });

  it("[Z5] stay on one minute of the day and one weekday in every zone to fear, for two years", () => {
    for (const zone of ZONES_TO_FEAR) {
      const first = at("2026-01-07T12:00:00Z");
      const starts = seriesStarts(first, zone, weekly(100)) ?? [];
      const minutes = new Set(starts.map((start) => minuteOfDayAt(start, zone)));
      const weekdays = new Set(starts.map((start) => weekdayOf(spellInZone(start, zone).slice(0, 10))));
      expect([zone, starts.length, minutes.size, weekdays.size]).toEqual([zone, 100, 1, 1]);
    }
  });
});

describe("the visits of a series that moves", () => {
  const moved = (starts: readonly string[], first: string, zone = CHICAGO): string[] =>
    movedStarts(
      starts.map((start) => ({ start: at(start), timeZone: zone })),
      at(first),
    ).map((start) => spellInZone(start, zone));

  it("[Z10] go to the new hour of the clinic's wall, over a change of the clock in both directions", () => {
    expect(
      moved(["2026-10-28T09:20:00-05:00", "2026-11-04T09:20:00-06:00"], "2026-10-28T09:35:00-05:00"),
    ).toEqual(["2026-10-28T09:35:00-05:00", "2026-11-04T09:35:00-06:00"]);
    // Over the change itself: the last Wednesday of winter becomes the first Monday of summer.
    expect(
      moved(["2027-03-10T09:20:00-06:00", "2027-03-17T09:20:00-05:00"], "2027-03-15T14:00:00-05:00"),
    ).toEqual(["2027-03-15T14:00:00-05:00", "2027-03-22T14:00:00-05:00"]);
  });

  it("[Z10] keep their distance in days, also when one of them had moved alone", () => {
    const starts = ["2026-11-24T09:00:00-06:00", "2026-12-02T16:30:00-06:00", "2026-12-08T09:00:00-06:00"];
    expect(moved(starts, "2026-11-23T10:15:00-06:00")).toEqual([
      "2026-11-23T10:15:00-06:00",
      "2026-12-01T10:15:00-06:00",
      "2026-12-07T10:15:00-06:00",
    ]);
    expect(moved([], "2026-11-23T10:15:00-06:00")).toEqual([]);
  });

  it("[Z10] [T2] [T3] mean what a series means in the hours that a clock skips and repeats", () => {
    const march = moved(
      ["2027-03-07T09:00:00-06:00", "2027-03-14T09:00:00-05:00"],
      "2027-03-07T02:30:00-06:00",
    );
    expect(march[1]).toBe("2027-03-14T03:00:00-05:00");
    const autumn = moved(
      ["2026-10-25T09:00:00-05:00", "2026-11-01T09:00:00-06:00"],
      "2026-10-25T01:30:00-05:00",
    );
    expect(autumn[1]).toBe("2026-11-01T01:30:00-05:00");
  });

  it("[Z10] moved to a series' own first start, lie where that series would be, in every zone to fear", () => {
    for (const zone of ZONES_TO_FEAR) {
      const old = seriesStarts(at("2026-01-07T12:00:00Z"), zone, weekly(60)) ?? [];
      const visits = old.map((start) => ({ start, timeZone: zone }));
      const first = at("2026-01-09T15:25:00Z");
      expect([zone, movedStarts(visits, first)]).toEqual([zone, seriesStarts(first, zone, weekly(60))]);
    }
  });
});

describe("a recurrence rule", () => {
  it("[Z5] is read in its parts, in any order, with or without its name", () => {
    expect(parseRecurrence("RRULE:FREQ=WEEKLY;COUNT=6;INTERVAL=2;BYDAY=WE,MO,WE")).toEqual({
      every: "week",
      interval: 2,
      count: 6,
      weekdays: [1, 3],
    });
    expect(parseRecurrence("COUNT=3;FREQ=DAILY")).toEqual({
      every: "day",
      interval: 1,
      count: 3,
      weekdays: [],
    });
  });

  it("[Z5] with a part that we would have to ignore is refused", () => {
    for (const text of [
      "",
      "FREQ=WEEKLY",
      "FREQ=MONTHLY;COUNT=3",
      "FREQ=WEEKLY;UNTIL=20270101T000000Z",
      "FREQ=WEEKLY;COUNT=3;BYDAY=1MO",
      "FREQ=DAILY;COUNT=3;BYDAY=MO",
      "FREQ=WEEKLY;COUNT=3;BYSETPOS=1",
      "FREQ=WEEKLY;COUNT=3;COUNT=4",
      "FREQ=WEEKLY;COUNT=0",
      "FREQ=WEEKLY;COUNT=3;INTERVAL=0",
      "FREQ=WEEKLY;COUNT=3;INTERVAL=53",
      "FREQ=WEEKLY;COUNT=-1",
      "FREQ=WEEKLY;COUNT=1e2",
      "freq=weekly;count=3",
    ])
      expect([text, parseRecurrence(text)]).toEqual([text, null]);
  });
});
