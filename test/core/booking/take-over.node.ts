/** Proves what a calendar makes of appointments that were made elsewhere; that it stores and tells them: test/workers. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OVERRIDE_REASONS, occupiesTime } from "../../../core/booking/appointment.ts";
import { canBeTakenOver, type HandedIn, takeOver } from "../../../core/booking/take-over.ts";
import type { AppointmentId } from "../../../core/ids.ts";
import type { CalendarConfig } from "../../../core/schedule/config.ts";
import type { Occupant } from "../../../core/schedule/taken.ts";
import { HOUR_MS, type Interval, instant, MINUTE_MS, overlaps, plus } from "../../../core/time.ts";
import {
  aConfig,
  appointmentId,
  aSite,
  aVisit,
  locationId,
  NOW,
  patientId,
  providerId,
  START,
  visitTypeId,
} from "../../support/core-builders.ts";

const aRow = (n: number, more: Partial<HandedIn> = {}): HandedIn => {
  const start = more.start ?? START;
  return {
    id: appointmentId(n),
    providerId: providerId(1),
    patientId: patientId(n),
    locationId: locationId(1),
    visitTypeId: visitTypeId(1),
    timeZone: "America/Chicago",
    start,
    end: plus(start, 20 * MINUTE_MS),
    status: "booked",
    createdAt: plus(NOW, -HOUR_MS),
    updatedAt: plus(NOW, -HOUR_MS),
    checkedInAt: null,
    cancelledAt: null,
    cancellationReason: null,
    reason: "A cough",
    ...more,
  };
};

interface There {
  readonly config?: CalendarConfig;
  readonly known?: readonly AppointmentId[];
  readonly occupants?: readonly Occupant[];
}

const given = (rows: readonly HandedIn[], { config = aConfig(), known = [], occupants = [] }: There = {}) =>
  takeOver(
    {
      config,
      isKnown: (id) => known.includes(id),
      occupantsIn: (interval) => occupants.filter((one) => overlaps(one, interval)),
    },
    rows,
    NOW,
  );
const overridesOf = (...given_: Parameters<typeof given>) =>
  given(...given_).taken.map(({ appointment }) => appointment.override);

const visitThere = (interval: Interval, kind: Occupant["kind"] = "appointment"): Occupant => ({
  kind,
  id: "somebody",
  visitTypeId: visitTypeId(1),
  locationId: locationId(1),
  visitStart: interval.start,
  ...interval,
});

describe("taking over", () => {
  it("[AD1] stores what stands elsewhere as it stands there, in its first version", () => {
    const row = aRow(1, {
      status: "cancelled",
      cancelledAt: NOW,
      cancellationReason: "patient-request",
      checkedInAt: NOW,
      timeZone: "America/Denver",
    });
    const { taken, known } = given([row]);
    expect(known).toEqual([]);
    expect(taken).toEqual([
      {
        appointment: { ...row, version: 1, source: "import", override: null, notes: null },
        takes: { start: row.start, end: row.end },
      },
    ]);
  });

  it("[AD1] judges nothing: in the past, at night, off the grid, at a clinic that the provider left", () => {
    const night = plus(START, -9 * HOUR_MS + 5 * MINUTE_MS);
    const rows = [
      aRow(1, { start: plus(NOW, -48 * HOUR_MS) }),
      aRow(2, { start: night }),
      aRow(3, { locationId: locationId(9), start: plus(START, HOUR_MS) }),
    ];
    expect(overridesOf(rows)).toEqual([null, null, null]);
    expect(canBeTakenOver(aRow(1, { end: plus(START, 8 * HOUR_MS) }))).toBe(true);
    expect(canBeTakenOver(aRow(1, { end: plus(START, 8 * HOUR_MS + MINUTE_MS) }))).toBe(false);
    expect(canBeTakenOver(aRow(1, { end: START }))).toBe(false);
  });

  it.each([
    ["a year of three digits", { start: instant(Date.UTC(206, 2, 1)) }],
    ["a year of five digits", { start: instant(Date.UTC(20_206, 2, 1)) }],
    ["1899", { start: instant(Date.UTC(1899, 11, 31)) }],
    ["no date", { start: instant(Number.NaN) }],
    ["infinity", { start: START, end: instant(Number.POSITIVE_INFINITY) }],
    ["no date at which it was made", { createdAt: instant(Number.NaN) }],
    ["infinity as its end", { cancelledAt: instant(Number.NEGATIVE_INFINITY) }],
  ])("[AD1] takes nothing over with %s", (_, mistyped) => {
    expect(canBeTakenOver(aRow(1, mistyped))).toBe(false);
    expect(canBeTakenOver(aRow(1))).toBe(true);
  });

  it("[AD2] takes its own length with today's buffers, and its bare time when it is not offered any more", () => {
    const buffered = aVisit({ bufferBeforeMinutes: 10, bufferAfterMinutes: 15 });
    const rows = [
      aRow(1, { end: plus(START, 45 * MINUTE_MS) }),
      aRow(2, { start: plus(START, 3 * HOUR_MS), visitTypeId: visitTypeId(7) }),
    ];
    const { taken } = given(rows, { config: aConfig({ visitTypes: [buffered] }) });
    expect(taken.map(({ takes }) => takes)).toEqual([
      { start: plus(START, -10 * MINUTE_MS), end: plus(START, 60 * MINUTE_MS) },
      { start: plus(START, 3 * HOUR_MS), end: plus(START, 3 * HOUR_MS + 20 * MINUTE_MS) },
    ]);
  });

  it("[AD3] leaves a known id alone, and takes a row that is there twice once", () => {
    const { taken, known } = given([aRow(1), aRow(2, { start: plus(START, HOUR_MS) }), aRow(1)], {
      known: [appointmentId(2)],
    });
    expect(taken.map(({ appointment }) => appointment.id)).toEqual([appointmentId(1)]);
    expect(known).toEqual([appointmentId(2), appointmentId(1)]);
  });

  it("[AD4] marks what lies over somebody's time: an appointment, a hold, a block, a buffer, an earlier row", () => {
    const over = { start: plus(START, 10 * MINUTE_MS), end: plus(START, 30 * MINUTE_MS) };
    for (const kind of ["appointment", "hold", "block"] as const)
      expect(overridesOf([aRow(1)], { occupants: [visitThere(over, kind)] })).toEqual(["imported"]);
    expect(overridesOf([aRow(1), aRow(2), aRow(3, { start: plus(START, 20 * MINUTE_MS) })])).toEqual([
      null,
      "imported",
      null,
    ]);
    const buffered = aConfig({ visitTypes: [aVisit({ bufferAfterMinutes: 5 })] });
    expect(
      overridesOf([aRow(1), aRow(2, { start: plus(START, 20 * MINUTE_MS) })], { config: buffered }),
    ).toEqual([null, "imported"]);
    const gone = aRow(2, { visitTypeId: visitTypeId(7) });
    expect(overridesOf([aRow(1), gone])).toEqual([null, "imported"]);
  });

  it("[AD4] marks nothing that takes no time, nor what lies over it", () => {
    expect(overridesOf([aRow(1, { status: "cancelled" }), aRow(2), aRow(3, { status: "no-show" })])).toEqual([
      null,
      null,
      null,
    ]);
  });

  it("[AD4] gives the seats of a session to as many as it has, and marks the rest", () => {
    const config = aConfig({ visitTypes: [aVisit({ capacity: 3 }), aVisit({ id: visitTypeId(2) })] });
    expect(
      overridesOf(
        [1, 2, 3, 4].map((n) => aRow(n)),
        { config },
      ),
    ).toEqual([null, null, null, "imported"]);
    expect(overridesOf([aRow(1), aRow(2, { visitTypeId: visitTypeId(2) })], { config })).toEqual([
      null,
      "imported",
    ]);
  });

  it("[AD4] counts the way between two sites, as booking does", () => {
    const config = aConfig({
      travelMinutes: 30,
      sites: [aSite(), aSite({ locationId: locationId(2) })],
    });
    const there = (minutes: number) =>
      aRow(2, { locationId: locationId(2), start: plus(START, minutes * MINUTE_MS) });
    expect(overridesOf([aRow(1), there(45)], { config })).toEqual([null, "imported"]);
    expect(overridesOf([aRow(1), there(50)], { config })).toEqual([null, null]);
  });

  it("[AD4] a reason that no caller can give", () => {
    expect(OVERRIDE_REASONS).not.toContain("imported");
  });

  it("[AD3] [AD4] in pages of any size and any order: all are there once, and no two unmarked ones overlap", () => {
    const step = fc.integer({ min: 0, max: 600 });
    const status = fc.constantFrom("booked" as const, "completed" as const, "cancelled" as const);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(step, status), { maxLength: 40 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 40, maxLength: 40 }),
        (wanted, sizes) => {
          const rows = wanted.map(([n, s], index) =>
            aRow(index, { start: plus(START, n * 5 * MINUTE_MS), status: s }),
          );
          const stored = new Map<AppointmentId, ReturnType<typeof given>["taken"][number]>();
          const there = () => ({
            known: [...stored.keys()],
            occupants: [...stored.values()]
              .filter(({ appointment }) => occupiesTime(appointment.status))
              .map(({ appointment, takes }) => ({ ...visitThere(takes), id: appointment.id })),
          });
          for (let from = 0, page = 0; from < rows.length; from += sizes[page++] as number) {
            const again = Math.max(0, from - 2); // a page that is handed in twice in part
            for (const one of given(rows.slice(again, from + (sizes[page] as number)), there()).taken)
              stored.set(one.appointment.id, one);
          }
          expect(stored.size).toBe(rows.length);
          const unmarked = [...stored.values()].filter(
            ({ appointment }) => appointment.override === null && occupiesTime(appointment.status),
          );
          for (const [n, one] of unmarked.entries())
            for (const other of unmarked.slice(n + 1)) expect(overlaps(one.takes, other.takes)).toBe(false);
        },
      ),
      { numRuns: 150 },
    );
  });
});
