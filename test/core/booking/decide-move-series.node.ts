/** Proves that a series moves as one: judged together, fenced together, and never in its own way. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Appointment } from "../../../core/booking/appointment.ts";
import type { MoveCommand, MovedVisit, Place } from "../../../core/booking/commands.ts";
import { decideMoveSeries, moveCommands } from "../../../core/booking/decide-move-series.ts";
import { decideResolve } from "../../../core/booking/decide-resolve.ts";
import { DAY_MS, type Instant, MINUTE_MS, overlaps, plus } from "../../../core/time.ts";
import {
  aConfig,
  aMove,
  anAppointment,
  aPlace,
  appointmentId,
  aVisit,
  locationId,
  MemoryCalendar,
  NOW,
  patientId,
  providerId,
  START,
  visitTypeId,
} from "../../support/core-builders.ts";

const CONFIG = aConfig({ visitTypes: [aVisit({ gridMinutes: 5, horizonDays: 400 })] });
const WEEK_MS = 7 * DAY_MS;
const inWeek = (n: number, minutesLater = 0): Place =>
  aPlace(plus(START, n * WEEK_MS + minutesLater * MINUTE_MS));

/** The nth visit of a series of patient 1, in week n unless it is somewhere else. */
const visit = (n: number, place: Place = inWeek(n), more: Partial<Appointment> = {}): Appointment =>
  anAppointment(n + 1, { patientId: patientId(1), ...place, ...more });

const calendarWith = (...visits: readonly Appointment[]): MemoryCalendar => {
  const calendar = new MemoryCalendar(CONFIG);
  for (const each of visits) calendar.put(each);
  return calendar;
};

/** Moves what the caller saw to these places, in order. */
function moveOf(
  seen: readonly Appointment[],
  places: readonly Place[],
  more: Partial<MoveCommand> = {},
): MoveCommand {
  const [first, ...further] = seen.map(
    (before, n): MovedVisit => ({ appointmentId: before.id, place: places[n] as Place, before }),
  );
  if (!first) throw new Error("a series has visits");
  const { appointmentId: id, place, before } = first;
  return aMove(1, { appointmentId: id, place, ifMatch: before.version, more: further, ...more });
}

const THREE = [visit(0), visit(1), visit(2)];
const later = (minutes: number): Place[] => THREE.map((_, n) => inWeek(n, minutes));
const TAKEN = { reason: "slot-taken", blockedBy: "appointment" } as const;
const STALE = { reason: "stale-version" } as const;

describe("moving a series", () => {
  it("[Z7] [M1] moves every visit, each one version more, with its own id", () => {
    const decision = decideMoveSeries(calendarWith(...THREE), moveOf(THREE, later(60)), NOW);
    if (decision.kind !== "commit") throw new Error(decision.kind);
    expect(decision.visits.map(({ appointment: { id, start, version } }) => [id, start, version])).toEqual(
      [0, 1, 2].map((n) => [appointmentId(n + 1), inWeek(n, 60).start, 2]),
    );
    expect(decision.visits.map(({ before }) => before)).toEqual(THREE);
  });

  it("[Z7] is not in its own way: by a quarter of an hour every visit overlaps its own old time", () => {
    expect(decideMoveSeries(calendarWith(...THREE), moveOf(THREE, later(15)), NOW).kind).toBe("commit");
    // By a day, each daily visit takes the time that the next one leaves.
    const days = [0, 1, 2].map((n) => visit(n, aPlace(plus(START, n * DAY_MS))));
    const next = days.map((_, n) => aPlace(plus(START, (n + 1) * DAY_MS)));
    expect(decideMoveSeries(calendarWith(...days), moveOf(days, next), NOW).kind).toBe("commit");
  });

  it("[Z7] [B1] its visits are in the way of each other where they come to lie, also one that stays", () => {
    const sameDay = [visit(0), visit(1, aPlace(plus(START, 60 * MINUTE_MS)))];
    const ten = aPlace(plus(START, 120 * MINUTE_MS));
    expect(decideMoveSeries(calendarWith(...sameDay), moveOf(sameDay, [ten, ten]), NOW)).toMatchObject({
      kind: "refused",
      refusals: [null, TAKEN],
    });
    const stays = sameDay[1] as Appointment;
    const onto = moveOf(sameDay, [aPlace(stays.start), aPlace(stays.start)]);
    expect(decideMoveSeries(calendarWith(...sameDay), onto, NOW)).toMatchObject({
      refusals: [TAKEN, null],
    });
  });

  it("[Z7] [Z3] [B22] with one visit that cannot move is refused as a whole, and says which", () => {
    const calendar = calendarWith(...THREE, anAppointment(9, { ...inWeek(1, 60) }));
    expect(decideMoveSeries(calendar, moveOf(THREE, later(60)), NOW)).toEqual({
      kind: "refused",
      refusal: TAKEN,
      fence: false,
      refusals: [null, TAKEN, null],
    });
    const limited = new MemoryCalendar(
      aConfig({ visitTypes: [aVisit({ gridMinutes: 5, horizonDays: 400, perDayMax: 1 })] }),
    );
    for (const each of THREE) limited.put(each);
    expect(decideMoveSeries(limited, moveOf(THREE, later(60)), NOW).kind).toBe("commit"); // each day has its one
  });

  it("[Z8] [M3] a visit that changed meanwhile or is not here any more refuses the whole, before all other reasons", () => {
    const changed = calendarWith(visit(0), visit(1), visit(2, inWeek(2), { version: 2 }));
    changed.put(anAppointment(9, { ...inWeek(0, 60) }));
    expect(decideMoveSeries(changed, moveOf(THREE, later(60)), NOW)).toMatchObject({
      refusal: STALE,
      refusals: [TAKEN, null, STALE],
    });
    for (const gone of [0, 1])
      expect(
        decideMoveSeries(calendarWith(...THREE.filter((_, n) => n !== gone)), moveOf(THREE, later(60)), NOW),
      ).toMatchObject({ refusal: STALE });
    const cancelled = calendarWith(
      visit(0),
      visit(1),
      visit(2, inWeek(2), { version: 2, status: "cancelled" }),
    );
    expect(decideMoveSeries(cancelled, moveOf(THREE, later(60)), NOW)).toMatchObject({ refusal: STALE });
  });

  it("[Z8] [R5] [J2] a visit with resources moves alone, and one in a saga is busy", () => {
    const withRoom = [visit(0), visit(1, inWeek(1), { resources: [providerId(7)] })];
    expect(
      decideMoveSeries(calendarWith(...withRoom), moveOf(withRoom, later(60).slice(0, 2)), NOW),
    ).toMatchObject({ refusals: [null, { reason: "rule", rule: "no-resource" }] });
    const locked = calendarWith(...THREE).putPrepared({
      attempt: "saga-9.1" as never,
      appointmentId: appointmentId(2),
      patientId: patientId(1),
      take: null,
      takes: null,
      release: true,
      resource: false,
    });
    expect(decideMoveSeries(locked, moveOf(THREE, later(60)), NOW)).toEqual({
      kind: "busy",
      locked: appointmentId(2),
    });
  });

  it("[Z7] [M9] [B6] keeps the window, the notice and the age of a single move, visit by visit", () => {
    const strict = new MemoryCalendar(
      aConfig({
        visitTypes: [aVisit({ gridMinutes: 5, horizonDays: 400, moveWindowMinutes: 48 * 60, ageMax: 17 })],
      }),
    );
    for (const each of THREE) strict.put(each);
    const tooLate = { reason: "rule", rule: "move-window" };
    expect(decideMoveSeries(strict, moveOf(THREE, later(60), { byPatient: true }), NOW)).toMatchObject({
      refusals: [tooLate, null, null],
    });
    expect(decideMoveSeries(strict, moveOf(THREE, later(60)), NOW).kind).toBe("commit"); // the clinic may
    const grownUp = { ageYears: 18, isNewPatient: null };
    const more = (moveOf(THREE, later(60)).more ?? []).map((one, n) =>
      n === 1 ? { ...one, who: grownUp } : one,
    );
    expect(
      decideMoveSeries(
        strict,
        moveOf(THREE, later(60), { more, who: { ageYears: 17, isNewPatient: null } }),
        NOW,
      ),
    ).toMatchObject({ refusals: [null, null, { reason: "rule", rule: "age-limit" }] });
  });

  it("[Z7] [M2] [B14] [B16] repeated is answered by its first visit; refused again it is fenced by it", () => {
    const calendar = calendarWith(anAppointment(9, { ...inWeek(2, 60) }));
    const command = moveOf(THREE, later(60), { again: true });
    const entry = { attempt: command.attempt, at: NOW, fingerprint: null };
    for (const each of THREE) calendar.put(each);
    expect(decideMoveSeries(calendar, command, NOW)).toMatchObject({ kind: "refused", fence: true });
    calendar.put(visit(0), [{ ...entry, answer: null }]);
    expect(decideMoveSeries(calendar, command, NOW)).toEqual({ kind: "fenced" });
    const moved = visit(0, inWeek(0, 60), { version: 2 });
    calendar.put(moved, [{ ...entry, answer: moved }]);
    expect(decideMoveSeries(calendar, command, plus(NOW, DAY_MS / 2))).toEqual({
      kind: "done",
      appointment: moved,
    });
    expect(decideResolve(calendar, { ...command, kind: "move" })).toEqual({
      kind: "done",
      appointment: moved,
    });
    expect(decideMoveSeries(calendarWith(...THREE), command, plus(command.deadline, 1))).toEqual({
      kind: "late",
    });
  });

  it("[Z7] alone it is a move like any other", () => {
    const calendar = calendarWith(visit(0));
    const command = aMove(1);
    const decision = decideMoveSeries(calendar, command, NOW);
    expect(decision.kind === "commit" && decision.visits.length).toBe(1);
    expect(decideMoveSeries(calendarWith(), command, NOW)).toMatchObject({
      refusal: { reason: "not-found" },
    });
  });

  it("[Z7] [B1] is all or nothing whatever is taken, and what it commits overlaps nothing", () => {
    const minutes = fc.integer({ min: 0, max: 12 }).map((n) => n * 5);
    const starts = fc.uniqueArray(fc.integer({ min: 0, max: 14 }), { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(
        starts,
        fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 4 }),
        minutes,
        (own, others, by) => {
          const at = (n: number, move = 0): Instant => plus(START, (n * 20 + move) * MINUTE_MS);
          const visits = own.sort((a, b) => a - b).map((n, index) => visit(index, aPlace(at(n))));
          const rivals = others
            .map((n, index) => anAppointment(50 + index, { ...aPlace(plus(START, n * 5 * MINUTE_MS)) }))
            .filter((rival, index, all) =>
              [...visits, ...all.slice(0, index)].every((other) => !overlaps(other, rival)),
            );
          const calendar = calendarWith(...visits, ...rivals);
          const wanted = visits.map(({ start }) => aPlace(plus(start, by * MINUTE_MS)));
          const decision = decideMoveSeries(calendar, moveOf(visits, wanted), NOW);
          const met = wanted.map((place) => rivals.some((rival) => overlaps(rival, place)));
          expect(decision.kind).toBe(by > 0 && met.includes(true) ? "refused" : "commit");
          if (decision.kind === "refused") expect(decision.refusals.map((one) => one !== null)).toEqual(met);
        },
      ),
    );
  });
});

it("[Z7] each visit is asked for with its own version, place and patient's age, and the same attempt", () => {
  const seen = [
    visit(0),
    visit(1, inWeek(1), { version: 4, locationId: locationId(2), visitTypeId: visitTypeId(2) }),
  ];
  const command = moveOf(seen, later(60).slice(0, 2), { who: { ageYears: 3, isNewPatient: true } });
  const [, second] = moveCommands(command);
  expect(second).toMatchObject({ ifMatch: 4, attempt: command.attempt, place: inWeek(1, 60) });
  expect(second).not.toHaveProperty("who"); // that of the first visit says nothing of the second
});
