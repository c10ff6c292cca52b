/** The projection of next open starts. Proves order-freedom on the stored table, not the transport. */
import { asc, eq, sql } from "drizzle-orm";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { type OpeningsEvent, openingsEvent } from "../../core/events/event.ts";
import type { LocationId, ProviderId, VisitTypeId } from "../../core/ids.ts";
import { NEVER, OPENING_STARTS_MAX, type Opening } from "../../core/schedule/openings.ts";
import { HOUR_MS, instant } from "../../core/time.ts";
import { OPENING_ROWS_MAX, projectOpenings } from "../../db/projections/openings.ts";
import { opening } from "../../db/schema/index.ts";
import type { DatabaseUnderTest } from "./database-under-test.ts";

const NINE = Date.parse("2026-11-24T15:00:00Z");
const at = (hours: number) => instant(NINE + hours * HOUR_MS);
const twelve = (n: number): string => String(n).padStart(12, "0");
const provider = (n: number) => `prv_${twelve(n)}` as ProviderId;

const list = (group: number, hours: readonly number[], refreshAt = at(6)): Opening => ({
  visitTypeId: `vst_${twelve(group)}` as VisitTypeId,
  locationId: `loc_${twelve(group % 2)}` as LocationId,
  starts: hours.map(at),
  refreshAt,
});

const told = (calendar: number, sequence: number, ...openings: Opening[]): OpeningsEvent =>
  openingsEvent(provider(calendar), sequence, at(0), { configVersion: 1, openings });

export function openingsSuite(use: () => DatabaseUnderTest): void {
  const stored = async () =>
    use()
      .db.select()
      .from(opening)
      .orderBy(asc(opening.providerId), asc(opening.visitTypeId), asc(opening.locationId));
  const startsOf = async (calendar: number) => {
    const rows = await use()
      .db.select()
      .from(opening)
      .where(eq(opening.providerId, provider(calendar)));
    return rows.map(({ sequence, starts }) => [
      sequence,
      ...starts.map((start) => (Date.parse(start) - NINE) / HOUR_MS),
    ]);
  };

  describe("projection of openings", () => {
    beforeEach(async () => {
      await use().db.execute(sql`TRUNCATE opening`);
    });

    it("[OP8] gives the same table for events in order, shuffled, repeated and cut into any batches", async () => {
      const news = fc.array(
        fc.record({
          calendar: fc.integer({ min: 1, max: 2 }),
          lists: fc.uniqueArray(fc.tuple(fc.nat(2), fc.array(fc.nat(90), { maxLength: 4 })), {
            minLength: 1,
            selector: ([group]) => group,
          }),
        }),
        { minLength: 1, maxLength: 12 },
      );
      const anyRun = news.chain((rounds) => {
        const events = rounds.map(({ calendar, lists }, index) =>
          told(calendar, index + 1, ...lists.map(([group, hours]) => list(group, hours, at(index)))),
        );
        return fc.record({
          events: fc.constant(events),
          shuffled: fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }),
          size: fc.integer({ min: 1, max: 6 }),
        });
      });
      await fc.assert(
        fc.asyncProperty(anyRun, async ({ events, shuffled, size }) => {
          await use().db.execute(sql`TRUNCATE opening`);
          for (const event of events) await projectOpenings(use().db, [event]);
          const expected = await stored();

          await use().db.execute(sql`TRUNCATE opening`);
          for (let from = 0; from < shuffled.length; from += size)
            await projectOpenings(use().db, shuffled.slice(from, from + size));
          expect(await stored()).toEqual(expected);
        }),
        { numRuns: 15 },
      );
    });

    it("[OP8] what was told last wins, also within one batch, and an older or equal event changes nothing", async () => {
      const [one, two, three] = [
        told(1, 1, list(1, [1])),
        told(1, 2, list(1, [2])),
        told(1, 3, list(1, [3])),
      ];
      expect(await projectOpenings(use().db, [two, three, one])).toBe(1);
      expect(await projectOpenings(use().db, [two, told(1, 3, list(1, [9]))])).toBe(0);
      expect(await startsOf(1)).toEqual([[3, 3]]);
    });

    it("[OP8] an empty list is a row, so that an older event does not bring its starts back", async () => {
      await projectOpenings(use().db, [told(1, 5, list(1, [], NEVER))]);
      expect(await projectOpenings(use().db, [told(1, 4, list(1, [1, 2]))])).toBe(0);
      expect(await startsOf(1)).toEqual([[5]]);
      expect(Date.parse((await stored())[0]?.refreshAt ?? "")).toBe(NEVER);
    });

    it("[OP8] stores lists of different lengths in their order, each with its moment to be asked again", async () => {
      const full = Array.from({ length: OPENING_STARTS_MAX }, (_, hours) => hours);
      const event = told(7, 9, list(1, full, at(2)), list(2, [4], at(3)), list(3, [], at(4)));
      await projectOpenings(use().db, [event]);
      expect(await startsOf(7)).toEqual([[9, ...full], [9, 4], [9]]);
      expect((await stored()).map(({ refreshAt }) => Date.parse(refreshAt))).toEqual([at(2), at(3), at(4)]);
    });

    it("[OP8] [SE13] a clinic whose zone Postgres does not know gets its list without parts, and stops nobody", async () => {
      const { db } = use();
      const [here] = (
        await db.execute<{ id: LocationId; zone: string }>(sql`
        SELECT id, time_zone AS zone FROM clinic ORDER BY id LIMIT 1`)
      ).rows as [{ id: LocationId; zone: string }];
      const row = { ...list(1, [1, 2]), locationId: here.id };
      const parts = async () =>
        (await stored()).flatMap(({ morning, afternoon, evening }) => [...morning, ...afternoon, ...evening]);
      try {
        await db.execute(sql`UPDATE clinic SET time_zone = 'Mars/Olympus' WHERE id = ${here.id}`);
        expect(await projectOpenings(db, [told(1, 1, row), told(2, 1, list(2, [3]))])).toBe(2);
        expect(await startsOf(1)).toEqual([[1, 1, 2]]);
        expect(await parts()).toEqual([]);
      } finally {
        await db.execute(sql`UPDATE clinic SET time_zone = ${here.zone} WHERE id = ${here.id}`);
      }
      await projectOpenings(db, [told(1, 2, row)]);
      expect(await parts()).toHaveLength(2);
    });

    it("[OP8] [P4] more rows than one statement takes are several", async () => {
      const many = Array.from({ length: OPENING_ROWS_MAX / 2 + 1 }, (_, calendar) =>
        told(calendar, 1, list(1, [1]), list(2, [2])),
      );
      expect(await projectOpenings(use().db, many)).toBe(OPENING_ROWS_MAX + 2);
      expect(await projectOpenings(use().db, many)).toBe(0);
      expect(await projectOpenings(use().db, [])).toBe(0);
    });
  });
}
