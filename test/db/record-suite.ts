/**
 * The record on real rows: whole lives of appointments, told in any order, more than once and in any batches; its hash;
 * what a rebuild may and may not do to it. Does not prove who asks the calendars (test/workers/edge/rebuild.test.ts).
 */
import { sql } from "drizzle-orm";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { type AppointmentFacts, occupiesTime } from "../../core/booking/appointment.ts";
import { factsLine } from "../../core/booking/facts-line.ts";
import type { AppointmentChange } from "../../core/events/event.ts";
import type { AppointmentId, LocationId, PatientId, ProviderId, VisitTypeId } from "../../core/ids.ts";
import { instant, MINUTE_MS } from "../../core/time.ts";
import { allStoredHashes, hashOfAll, hashOfCalendar } from "../../db/projections/appointment-hash.ts";
import {
  type AppointmentNews,
  doubtfulRows,
  projectAppointments,
  restateAppointments,
  withdrawRows,
} from "../../db/projections/appointments.ts";
import { appointmentHistoryOf, HISTORY_MAX } from "../../db/queries/appointment-history.ts";
import { findOverlaps } from "../../db/queries/overlap-audit.ts";
import type { DatabaseUnderTest } from "./database-under-test.ts";

const NINE = Date.parse("2026-11-24T15:00:00Z");
const at = (minutes: number) => instant(NINE + minutes * MINUTE_MS);
const CALENDARS = [0, 1, 2].map((n) => `prv_${String(n).padStart(12, "0")}` as ProviderId);
const STARTS = 4;
const idOf = (n: number) => `apt_${String(n).padStart(32, "0")}` as AppointmentId;

const booked = (n: number, calendar: number, start: number): AppointmentFacts => ({
  id: idOf(n),
  providerId: CALENDARS[calendar] as ProviderId,
  patientId: `pat_${String(n).padStart(14, "0")}` as PatientId,
  locationId: "loc_000000000000" as LocationId,
  visitTypeId: "vst_000000000000" as VisitTypeId,
  timeZone: "America/Chicago",
  start: at(start * 30),
  end: at(start * 30 + 30),
  status: "booked",
  version: 1,
  source: "patient",
  createdAt: at(-600 + n),
  updatedAt: at(-600 + n),
  checkedInAt: null,
  cancelledAt: null,
  cancellationReason: null,
  override: null,
});

/** One thing that happens: chosen by numbers, so that shrinking makes a shorter story. */
interface Deed {
  readonly kind: "book" | "cancel" | "move" | "confirm" | "check-in" | "no-show";
  readonly which: number;
  readonly calendar: number;
  readonly start: number;
}

/** A little clinic that never overlaps: what it tells is what calendars would tell, version by version. */
function lifeOf(deeds: readonly Deed[]): { news: AppointmentNews[]; truth: AppointmentFacts[] } {
  const standing = new Map<AppointmentId, AppointmentFacts>();
  const sequences = new Map<ProviderId, number>();
  const news: AppointmentNews[] = [];
  const isFree = (calendar: number, start: number): boolean =>
    ![...standing.values()].some(
      (a) => a.providerId === CALENDARS[calendar] && a.start === at(start * 30) && occupiesTime(a.status),
    );
  const tell = (facts: AppointmentFacts, change: AppointmentChange): void => {
    const sequence = (sequences.get(facts.providerId) ?? 0) + 1;
    sequences.set(facts.providerId, sequence);
    standing.set(facts.id, facts);
    news.push({ facts, change, eventId: `${facts.providerId}:${sequence}` });
  };
  deeds.forEach(({ kind, which, calendar, start }, clock) => {
    if (kind === "book") {
      if (isFree(calendar, start)) tell(booked(standing.size, calendar, start), "booked"); // also a start that was given back
      return;
    }
    const all = [...standing.values()];
    const one = all[which % Math.max(all.length, 1)];
    if (!one || !occupiesTime(one.status)) return;
    const next = { ...one, version: one.version + 1, updatedAt: at(-500 + clock) };
    if (kind === "cancel")
      tell(
        { ...next, status: "cancelled", cancelledAt: at(-500 + clock), cancellationReason: "other" },
        "cancelled",
      );
    else if (kind === "no-show") tell({ ...next, status: "no-show" }, "no-show");
    else if (kind === "confirm") tell({ ...next, status: "confirmed" }, "confirmed");
    else if (kind === "check-in") tell({ ...next, status: "checked-in", checkedInAt: at(-1) }, "checked-in");
    else if (isFree(calendar, start))
      tell(
        {
          ...next,
          providerId: CALENDARS[calendar] as ProviderId,
          start: at(start * 30),
          end: at(start * 30 + 30),
        },
        "moved",
      );
  });
  return { news, truth: [...standing.values()] };
}

const deeds = fc.array(
  fc.record({
    kind: fc.constantFrom<Deed["kind"]>(
      "book",
      "book",
      "cancel",
      "move",
      "move",
      "confirm",
      "check-in",
      "no-show",
    ),
    which: fc.nat(20),
    calendar: fc.nat(CALENDARS.length - 1),
    start: fc.nat(STARTS - 1),
  }),
  { minLength: 5, maxLength: 60 },
);

const hashOfTruth = (truth: readonly AppointmentFacts[]): string =>
  hashOfAll(
    CALENDARS.map((id) =>
      hashOfCalendar(
        id,
        truth.filter((f) => f.providerId === id),
      ),
    ),
  );

export function recordSuite(use: () => DatabaseUnderTest): void {
  const empty = () => use().db.execute(sql`TRUNCATE appointment, appointment_history`);
  const storedHash = async () => hashOfAll(await allStoredHashes(use().db));
  const history = async () =>
    (
      await use().db.execute(
        sql`SELECT * FROM appointment_history ORDER BY appointment_id COLLATE "C", version`,
      )
    ).rows;
  const projectIn = async (news: readonly AppointmentNews[], sizes: readonly number[]): Promise<void> => {
    for (let from = 0, i = 0; from < news.length; i++) {
      const size = sizes[i % sizes.length] as number;
      await projectAppointments(use().db, news.slice(from, from + size));
      from += size;
    }
  };

  describe("the record of appointments", () => {
    beforeEach(empty);

    it("[P1] [P6] [P11] whole lives, told twice, shuffled and in any batches, give the calendars' tables", async () => {
      const plan = fc.record({
        deeds,
        seed: fc.integer(),
        sizes: fc.array(fc.integer({ min: 1, max: 25 }), { minLength: 1, maxLength: 5 }),
      });
      await fc.assert(
        fc.asyncProperty(plan, async ({ deeds, seed, sizes }) => {
          const { news, truth } = lifeOf(deeds);
          await empty();
          await projectIn(news, [1]);
          const inOrder = await history();
          expect(inOrder).toHaveLength(news.length);
          expect(await storedHash()).toBe(hashOfTruth(truth));

          await empty();
          const twice = [...news, ...news];
          const [shuffled] = fc.sample(fc.shuffledSubarray(twice, { minLength: twice.length }), {
            numRuns: 1,
            seed,
          });
          await projectIn(shuffled as AppointmentNews[], sizes);
          expect(await storedHash()).toBe(hashOfTruth(truth));
          expect(await history()).toEqual(inOrder);
          expect(await findOverlaps(use().db)).toEqual([]);
        }),
        { numRuns: 25 },
      );
    });

    it("[P1] [P2] [P6] one id many times in one batch is one row and as many versions of history", async () => {
      const { news, truth } = lifeOf([
        { kind: "book", which: 0, calendar: 0, start: 1 },
        { kind: "move", which: 0, calendar: 1, start: 2 },
        { kind: "cancel", which: 0, calendar: 0, start: 0 },
        { kind: "book", which: 0, calendar: 1, start: 2 }, // the start that was given back
      ]);
      expect(await projectAppointments(use().db, [...news.toReversed(), ...news])).toBe(2);
      expect(await storedHash()).toBe(hashOfTruth(truth));
      expect(
        (await appointmentHistoryOf(use().db, idOf(0))).map((h) => [h.version, h.change, h.status]),
      ).toEqual([
        [1, "booked", "booked"],
        [2, "moved", "booked"],
        [3, "cancelled", "cancelled"],
      ]);
    });

    it("[P6] a history has what was true then, and its last versions when there are too many", async () => {
      const first = booked(1, 0, 0);
      const news = Array.from(
        { length: HISTORY_MAX + 5 },
        (_, i): AppointmentNews => ({
          facts: { ...first, version: i + 1, start: at(i), end: at(i + 30), updatedAt: at(i) },
          change: i === 0 ? "booked" : "moved",
          eventId: `${first.providerId}:${i + 1}`,
        }),
      );
      await projectAppointments(use().db, news);
      const found = await appointmentHistoryOf(use().db, first.id);
      expect(found.map(({ version }) => version)).toEqual(news.slice(5).map(({ facts }) => facts.version));
      expect(found[0]).toMatchObject({ start: at(5), end: at(35), at: at(5), providerId: first.providerId });
      expect(await appointmentHistoryOf(use().db, idOf(2))).toEqual([]);
    });

    it("[P11] the hash sees every column, and both sides spell it alike", async () => {
      const full: AppointmentFacts = {
        ...booked(1, 0, 0),
        checkedInAt: at(1),
        cancelledAt: at(2),
        cancellationReason: "other",
        override: "clinical-need",
      };
      const others: Partial<AppointmentFacts>[] = [
        { patientId: "pat_x" as PatientId },
        { providerId: CALENDARS[1] as ProviderId },
        { locationId: "loc_x" as LocationId },
        { visitTypeId: "vst_x" as VisitTypeId },
        { timeZone: "UTC" },
        { start: instant(full.start + 1) },
        { end: instant(full.end + 1) },
        { status: "completed" },
        { version: 2 },
        { source: "staff" },
        { createdAt: at(9) },
        { updatedAt: at(9) },
        { checkedInAt: null },
        { cancelledAt: null },
        { cancellationReason: null },
        { override: null },
      ];
      const hashes = new Set<string>();
      for (const other of [{}, ...others]) {
        const facts = { ...full, ...other };
        await empty();
        await restateAppointments(use().db, [facts]);
        const stored = await storedHash();
        expect(stored, factsLine(facts)).toBe(hashOfTruth([facts]));
        hashes.add(stored);
      }
      expect(hashes.size).toBe(1 + others.length);
    });
  });

  describe("what a rebuild may do", () => {
    const told = [booked(1, 0, 0), { ...booked(2, 0, 1), version: 3 }, booked(3, 0, 2)];
    const [first, second, third] = told as [AppointmentFacts, AppointmentFacts, AppointmentFacts];
    const all = { after: "", through: null };
    beforeEach(empty);

    it("[P9] puts in what is missing, rights what is wrong, leaves what is right and what is newer", async () => {
      expect(await restateAppointments(use().db, told)).toBe(3);
      expect(await restateAppointments(use().db, told)).toBe(0);
      await use().db.execute(sql`UPDATE appointment SET status = 'completed' WHERE id = ${first.id}`);
      await use().db.execute(sql`UPDATE appointment SET version = 2 WHERE id = ${second.id}`);
      await use().db.execute(
        sql`UPDATE appointment SET version = 2, status = 'confirmed' WHERE id = ${third.id}`,
      );
      expect(await restateAppointments(use().db, told)).toBe(2);
      const news = { ...third, version: 2, status: "confirmed" as const };
      expect(await storedHash()).toBe(hashOfTruth([first, second, news]));
      expect(await history()).toEqual([]);
    });

    it("[P9] doubts rows of that calendar and range only that it was not told of, or told of in an earlier version", async () => {
      await restateAppointments(use().db, [...told, booked(4, 1, 0), booked(5, 0, 3)]);
      await use().db.execute(sql`UPDATE appointment SET version = 7 WHERE id = ${second.id}`);
      const doubts = (range: Parameters<typeof doubtfulRows>[2]) =>
        doubtfulRows(use().db, CALENDARS[0] as ProviderId, range, told);
      expect(await doubts(all)).toEqual([
        { id: second.id, version: 7 },
        { id: idOf(5), version: 1 },
      ]);
      expect(await doubts({ after: "", through: third.id })).toEqual([{ id: second.id, version: 7 }]);
      expect(await doubts({ after: second.id, through: null })).toEqual([{ id: idOf(5), version: 1 }]);
    });

    it("[P9] takes a row away only as it was looked at, and puts the calendar's in its place at once", async () => {
      await restateAppointments(use().db, [{ ...first, version: 9 }, second, third]);
      const provider = CALENDARS[0] as ProviderId;
      const doubts = [first, second, third].map(({ id }) => ({ id, version: id === first.id ? 9 : 1 }));
      await projectAppointments(use().db, [
        {
          facts: { ...third, version: 2, providerId: CALENDARS[1] as ProviderId },
          change: "moved",
          eventId: "e",
        },
      ]);
      expect(await withdrawRows(use().db, provider, doubts, [first])).toBe(1); // second is v3, third has moved
      const moved = { ...third, version: 2, providerId: CALENDARS[1] as ProviderId };
      expect(await storedHash()).toBe(hashOfTruth([first, second, moved]));
    });
  });
}
