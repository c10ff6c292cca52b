/** Neon's SQL over HTTP, asked of our door: what goes in comes out, and many at once. */
import { inArray } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import type { DatabaseUnderTest } from "./database-under-test.ts";
import { errorOf, thing, useDoor } from "./neon-door.ts";

export function neonDoorValuesSuite(use: () => DatabaseUnderTest): void {
  const { db, driver, post, answer } = useDoor(use);

  describe("values through the door", () => {
    it("[N1] come back as they went, whatever they hold", async () => {
      const value = {
        name: `it's a \\ and a "quote"`,
        atDate: new Date("2026-11-24T15:20:00.123Z"),
        atText: "2026-11-24 15:20:00+00",
        meta: { none: null, text: "Zoë 😷", list: [1, "2"] },
        tags: ["a,b", 'say "hi"', "back\\slash", "", "NULL"],
        counts: [1, -2, 3],
        big: 2 ** 53 - 1,
        huge: 2n ** 63n - 1n,
        bytes: Uint8Array.from([0, 255, 92, 39]),
        price: "12345678901234567890.0001",
        day: "2026-03-08",
        flag: true,
      };
      const [row] = await db().insert(thing).values(value).returning();
      expect(row).toEqual({ id: row?.id, ...value });
    });

    it("[N1] null stays null and defaults apply", async () => {
      const [row] = await db().insert(thing).values({}).returning();
      const { id, flag, ...rest } = row as NonNullable<typeof row>;
      expect(flag).toBe(false);
      expect(id).toMatch(/^[0-9a-f-]{36}$/);
      expect(Object.values(rest).every((value) => value === null)).toBe(true);
    });

    it("[N1] untyped JSON parameters become text, arrays Postgres arrays", async () => {
      const { rows } = await answer(
        "SELECT $1::int + 1, $2::bool, $3::jsonb ->> 'a', $4::text[], $5::text",
        [1, true, { a: "b" }, ["x", 'y"z', null], null],
        {
          "neon-array-mode": "true",
        },
      );
      expect(rows).toEqual([["2", "t", "b", '{x,"y\\"z",NULL}', null]]);
    });

    it("[N2] columns of one name survive in array mode, and fields carry their types", async () => {
      const result = await answer("SELECT 1 AS a, 'x'::text AS a", [], { "neon-array-mode": "true" });
      expect(result).toMatchObject({ rowAsArray: true, rows: [["1", "x"]], command: "SELECT", rowCount: 1 });
      expect(result.fields).toMatchObject([
        { name: "a", dataTypeID: 23, format: "text" },
        { name: "a", dataTypeID: 25 },
      ]);
      const asObjects = await answer("SELECT 1 AS a");
      expect(asObjects).toMatchObject({ rowAsArray: false, rows: [{ a: "1" }] });
    });

    it("[N2] a statement's own array mode beats the header; only `true` is true", async () => {
      const body = JSON.stringify({ query: "SELECT 1 AS a", arrayMode: false });
      expect(await (await post(body, { "neon-array-mode": "true" })).json()).toMatchObject({
        rows: [{ a: "1" }],
      });
      expect(await answer("SELECT 1 AS a", [], { "neon-array-mode": "1" })).toMatchObject({
        rows: [{ a: "1" }],
      });
    });
  });

  describe("many at once", () => {
    it("[N3] two thousand rows, unnest, inArray and thirty concurrent queries", async () => {
      await db()
        .insert(thing)
        .values(Array.from({ length: 2_000 }, (_, n) => ({ name: `n${n}` })));
      const names = ["n1", "n2", "n1999"];
      expect(
        await db().select({ name: thing.name }).from(thing).where(inArray(thing.name, names)),
      ).toHaveLength(3);
      const unnested = await driver().query(
        "SELECT count(*)::int AS n FROM unnest($1::text[]) AS u (name) JOIN door_thing USING (name)",
        [names],
      );
      expect(unnested).toEqual([{ n: 3 }]);
      const counts = await Promise.all(Array.from({ length: 30 }, () => db().$count(thing)));
      expect(new Set(counts)).toEqual(new Set([2_000]));
    });

    it("[N3] more parameters than Postgres can count are refused", async () => {
      const values = Array.from({ length: 66_000 }, (_, n) => `$${n + 1}::int`).join(",");
      const error = await errorOf(
        driver().query(`SELECT 1 WHERE 1 IN (${values})`, new Array(66_000).fill(1)),
      );
      expect(error.code).toBe("54000");
    });
  });
}
