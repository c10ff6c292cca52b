/** The appointments' projection and its audit. Proves order-freedom on the stored table, not the transport. */
import { asc, sql } from "drizzle-orm";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import type { AppointmentFacts, AppointmentStatus } from "../../core/booking/appointment.ts";
import type { AppointmentId, LocationId, PatientId, ProviderId, VisitTypeId } from "../../core/ids.ts";
import { instant, MINUTE_MS } from "../../core/time.ts";
import { PROJECTION_ROWS_MAX, projectAppointments } from "../../db/projections/appointments.ts";
import { findOverlaps, OVERLAPS_MAX } from "../../db/queries/overlap-audit.ts";
import { appointment } from "../../db/schema/index.ts";
import type { DatabaseUnderTest } from "./database-under-test.ts";

const NINE = Date.parse("2026-11-24T15:00:00Z");
const at = (minutes: number) => instant(NINE + minutes * MINUTE_MS);

function facts(number: number, version: number, more: Partial<AppointmentFacts> = {}): AppointmentFacts {
  return {
    id: `apt_${String(number).padStart(32, "0")}` as AppointmentId,
    providerId: `prv_${String(version % 3).padStart(12, "0")}` as ProviderId, // a version may have moved it
    patientId: "pat_00000000000000" as PatientId,
    locationId: "loc_000000000000" as LocationId,
    visitTypeId: "vst_000000000000" as VisitTypeId,
    timeZone: "America/Chicago",
    start: at(version * 5),
    end: at(version * 5 + 30),
    status: "booked",
    version,
    source: "patient",
    createdAt: at(-60),
    updatedAt: at(-60 + version),
    checkedInAt: null,
    cancelledAt: null,
    cancellationReason: null,
    override: null,
    ...more,
  };
}

/** As events would tell them; what changed is not this suite's business. */
const project = (db: DatabaseUnderTest["db"], told: readonly AppointmentFacts[]): Promise<number> =>
  projectAppointments(
    db,
    told.map((f) => ({ facts: f, change: "booked", eventId: `${f.providerId}:${f.version}` })),
  );

const stored = async (under: DatabaseUnderTest) =>
  under.db.select().from(appointment).orderBy(asc(appointment.id));

export function projectionSuite(use: () => DatabaseUnderTest): void {
  describe("projection of appointments", () => {
    beforeEach(async () => {
      await use().db.execute(sql`TRUNCATE appointment`);
    });

    it("[P1] gives the same table for events in order, shuffled, repeated and cut into any batches", async () => {
      const news = fc.array(fc.record({ number: fc.nat(4), version: fc.integer({ min: 1, max: 6 }) }), {
        minLength: 1,
        maxLength: 30,
      });
      await fc.assert(
        fc.asyncProperty(news, fc.integer({ min: 1, max: 10 }), async (events, size) => {
          await use().db.execute(sql`TRUNCATE appointment`);
          const inOrder = events.toSorted((a, b) => a.version - b.version);
          for (const event of inOrder) await project(use().db, [facts(event.number, event.version)]);
          const expected = await stored(use());

          await use().db.execute(sql`TRUNCATE appointment`);
          const twice = [...events, ...events].map((event) => facts(event.number, event.version));
          for (let from = 0; from < twice.length; from += size)
            await project(use().db, twice.slice(from, from + size));
          expect(await stored(use())).toEqual(expected);
        }),
        { numRuns: 15 },
      );
    });

    it("[P2] the highest version wins, also within one batch, and an older one changes nothing", async () => {
      expect(await project(use().db, [facts(1, 2), facts(1, 3), facts(1, 1)])).toBe(1);
      expect(await project(use().db, [facts(1, 2, { status: "cancelled" })])).toBe(0);
      expect(await project(use().db, [facts(1, 3, { status: "cancelled" })])).toBe(0);
      expect((await stored(use())).map((row) => [row.version, row.status])).toEqual([[3, "booked"]]);
    });

    it("[P3] stores every fact of the event", async () => {
      const cancelled = facts(7, 9, {
        status: "cancelled",
        source: "staff",
        checkedInAt: at(2),
        cancelledAt: at(3),
        cancellationReason: "clinic-closed",
        override: "staff-error",
      });
      await project(use().db, [cancelled]);
      const [row] = await stored(use());
      const { start, end, createdAt, updatedAt, checkedInAt, cancelledAt, ...rest } = cancelled;
      const times = { startAt: start, endAt: end, createdAt, updatedAt, checkedInAt, cancelledAt };
      expect(row).toMatchObject(rest);
      for (const [name, value] of Object.entries(times))
        expect(Date.parse(row?.[name as keyof typeof times] ?? "")).toBe(value);
    });

    it("[P4] takes a full batch in one statement and refuses a larger one", async () => {
      const full = Array.from({ length: PROJECTION_ROWS_MAX }, (_, number) => facts(number, 1));
      expect(await project(use().db, full)).toBe(PROJECTION_ROWS_MAX);
      await expect(project(use().db, [...full, facts(9999, 1)])).rejects.toThrow("PROJECTION_ROWS_MAX");
      expect(await project(use().db, [])).toBe(0);
    });
  });

  describe("overlap audit", () => {
    const provider = "prv_000000000000" as ProviderId;
    const plant = (
      number: number,
      start: number,
      end: number,
      status: AppointmentStatus = "booked",
      providerId = provider,
    ) => facts(number, 1, { providerId, start: at(start), end: at(end), status });

    beforeEach(async () => {
      await use().db.execute(sql`TRUNCATE appointment`);
    });

    it("[P5] finds a planted pair, once, and nothing that only touches, is cancelled, missed or another calendar's", async () => {
      await project(use().db, [
        plant(1, 0, 30),
        plant(2, 30, 60), // touches 1
        plant(3, 10, 20, "cancelled"),
        plant(4, 10, 20, "no-show"),
        plant(5, 10, 20, "booked", "prv_000000000001" as ProviderId),
      ]);
      expect(await findOverlaps(use().db)).toEqual([]);

      await project(use().db, [plant(6, 25, 30, "completed")]);
      expect(await findOverlaps(use().db)).toEqual([
        { providerId: provider, first: facts(1, 1).id, second: facts(6, 1).id },
      ]);
    });

    it("[P5] [B25] leaves out a pair of which one was placed with a reason, and finds it when the reason is gone", async () => {
      const placed = { ...plant(2, 10, 20), override: "patient-waiting" as const };
      await project(use().db, [plant(1, 0, 30), placed]);
      expect(await findOverlaps(use().db)).toEqual([]);
      await project(use().db, [{ ...placed, override: null, version: 2 }]);
      expect(await findOverlaps(use().db)).toHaveLength(1);
    });

    it("[P8] [B18] a group visit's session is an overlap only beyond its seats, which a site may have more of", async () => {
      const { rows } = await use().db.execute<{ provider: string; location: string; visit: string }>(sql`
        SELECT p.id AS provider, s.location_id AS location, v.visit_type_id AS visit
        FROM provider p JOIN provider_site s ON s.provider_id = p.id JOIN provider_visit_type v ON v.provider_id = p.id
        LIMIT 1`);
      const { provider: id, location, visit } = rows[0] as (typeof rows)[0];
      const seat = (number: number, more: Partial<AppointmentFacts> = {}) => ({
        ...plant(number, 0, 30, "booked", id as ProviderId),
        locationId: location as LocationId,
        visitTypeId: visit as VisitTypeId,
        ...more,
      });
      const given = { override: "clinical-need" as const };
      await project(use().db, [seat(1), seat(2), seat(3), seat(4, { status: "cancelled" }), seat(5, given)]);
      expect(await findOverlaps(use().db)).toHaveLength(3); // no group: every pair of the three
      const seats = (n: number | null) =>
        use().db.execute(sql`UPDATE visit_type SET capacity = ${n} WHERE id = ${visit}`);
      try {
        await seats(2);
        expect((await findOverlaps(use().db)).map(({ second }) => second)).toEqual([
          facts(3, 1).id,
          facts(3, 1).id,
        ]);
        await seats(3);
        expect(await findOverlaps(use().db)).toEqual([]);
        await project(use().db, [
          seat(6, { start: at(15), end: at(45) }),
          seat(7, { locationId: "loc_x" as LocationId }),
        ]);
        expect(await findOverlaps(use().db)).toHaveLength(7); // another start, another site: no seat of this session
        await project(use().db, [
          seat(6, { status: "cancelled", version: 2 }),
          seat(7, { status: "cancelled", version: 2 }),
        ]);
        await seats(2);
        const rule = JSON.stringify([{ visitTypeId: visit, locationId: location, capacity: 3 }]);
        await use().db.execute(sql`UPDATE provider SET overrides = ${rule}::jsonb WHERE id = ${id}`);
        expect(await findOverlaps(use().db)).toEqual([]);
      } finally {
        await seats(null);
        await use().db.execute(sql`UPDATE provider SET overrides = NULL WHERE id = ${id}`);
      }
    });

    it("[P5] sees two over exactly the same time, and stops at its limit", async () => {
      await project(use().db, [plant(2, 0, 30), plant(1, 0, 30)]);
      expect(await findOverlaps(use().db)).toEqual([
        { providerId: provider, first: facts(1, 1).id, second: facts(2, 1).id },
      ]);

      await project(
        use().db,
        Array.from({ length: 20 }, (_, number) => plant(number + 10, 0, 30)),
      );
      expect(await findOverlaps(use().db)).toHaveLength(OVERLAPS_MAX);
    });
  });
}
