/**
 * What Neon's SQL over HTTP promises, asked of our door: round trips, errors, batches. The list of the handbook's
 * conformance suite (HTTP part), from Node; the Workers' tests go through the same door from workerd.
 */
import { neon } from "@neondatabase/serverless";
import { and, eq, inArray, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/neon-http";
import {
  bigint,
  boolean,
  customType,
  date,
  integer,
  jsonb,
  numeric,
  pgTable,
  text,
  timestamp,
  uuid,
} from "drizzle-orm/pg-core";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ANY_DATABASE_URL, type DatabaseUnderTest } from "./database-under-test.ts";

const bytea = customType<{ data: Uint8Array; driverData: string | Buffer }>({
  dataType: () => "bytea",
  toDriver: (value) => Buffer.from(value),
  fromDriver: (value) =>
    new Uint8Array(typeof value === "string" ? Buffer.from(value.slice(2), "hex") : value),
});

const thing = pgTable("door_thing", {
  id: uuid("id").primaryKey().defaultRandom(),
  name: text("name"),
  atDate: timestamp("at_date", { withTimezone: true, precision: 3 }),
  atText: timestamp("at_text", { withTimezone: true, mode: "string" }),
  meta: jsonb("meta"),
  tags: text("tags").array(),
  counts: integer("counts").array(),
  big: bigint("big", { mode: "number" }),
  huge: bigint("huge", { mode: "bigint" }),
  bytes: bytea("bytes"),
  price: numeric("price"),
  day: date("day", { mode: "string" }),
  flag: boolean("flag").default(false),
});
const part = pgTable("door_part", {
  id: integer("id").primaryKey(),
  thingId: uuid("thing_id"),
  label: text("label").notNull(),
});

const SETUP = [
  `CREATE TABLE IF NOT EXISTS door_thing (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text CONSTRAINT door_thing_name UNIQUE,
    at_date timestamptz(3), at_text timestamptz, meta jsonb, tags text[], counts int[], big bigint, huge bigint, bytes bytea,
    price numeric CONSTRAINT door_thing_price CHECK (price >= 0), day date, flag boolean DEFAULT false)`,
  `CREATE TABLE IF NOT EXISTS door_part (id int PRIMARY KEY, label text NOT NULL,
    thing_id uuid CONSTRAINT door_part_thing REFERENCES door_thing (id))`,
];
const NOBODY = "00000000-0000-4000-8000-000000000000";
const KEYS =
  "message code detail hint position internalPosition internalQuery severity where table column schema dataType constraint file line routine";

interface DatabaseError {
  readonly code?: string;
  readonly constraint?: string;
  readonly cause?: DatabaseError;
}
/** Single statements come wrapped by Drizzle, batches bare. */
const errorOf = async (promise: Promise<unknown>): Promise<DatabaseError> => {
  const error = await promise.then(
    (): DatabaseError => ({ code: "it did not fail" }),
    (reason: DatabaseError) => reason,
  );
  return error.cause ?? error;
};

export function neonDoorSuite(use: () => DatabaseUnderTest): void {
  const db = () => use().db;
  const driver = () => neon(ANY_DATABASE_URL);
  const post = (body: string, headers: Record<string, string> = {}) =>
    fetch(use().endpoint, {
      method: "POST",
      body,
      headers: { "neon-connection-string": ANY_DATABASE_URL, ...headers },
    });
  const answer = async (query: string, params: unknown[] = [], headers: Record<string, string> = {}) =>
    (await post(JSON.stringify({ query, params }), headers)).json() as Promise<Record<string, never>>;

  beforeAll(async () => {
    for (const statement of SETUP) await use().postgres.pool.query(statement);
  });
  beforeEach(async () => {
    await use().postgres.pool.query("TRUNCATE door_part, door_thing");
  });

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

  describe("errors", () => {
    it("[N4] carry Postgres's code and our constraint's name", async () => {
      await db().insert(thing).values({ name: "once" });
      const codes = {
        unique: await errorOf(db().insert(thing).values({ name: "once" })),
        check: await errorOf(db().insert(thing).values({ price: "-1" })),
        foreignKey: await errorOf(db().insert(part).values({ id: 1, label: "x", thingId: NOBODY })),
        notNull: await errorOf(db().execute(sql`INSERT INTO door_part (id) VALUES (1)`)),
        syntax: await errorOf(db().execute(sql`SELEC 1`)),
        twoStatements: await errorOf(db().execute(sql`SELECT 1; SELECT 2`)),
        badUuid: await errorOf(db().select().from(thing).where(eq(thing.id, "no uuid"))),
      };
      expect(Object.fromEntries(Object.entries(codes).map(([name, { code }]) => [name, code]))).toEqual({
        unique: "23505",
        check: "23514",
        foreignKey: "23503",
        notNull: "23502",
        syntax: "42601",
        twoStatements: "42601",
        badUuid: "22P02",
      });
      expect([codes.unique, codes.check, codes.foreignKey].map(({ constraint }) => constraint)).toEqual([
        "door_thing_name",
        "door_thing_price",
        "door_part_thing",
      ]);
    });

    it("[N4] are 400 with all seventeen keys", async () => {
      const response = await post(JSON.stringify({ query: "SELECT 1/0" }));
      const body = (await response.json()) as Record<string, unknown>;
      expect(response.status).toBe(400);
      expect(Object.keys(body)).toEqual(KEYS.split(" "));
      expect(body).toMatchObject({ code: "22012", severity: "ERROR", constraint: null });
    });

    it("[N5] a request that is none: 404, 400 without connection string, 400 for bad JSON, shape or level", async () => {
      expect((await fetch(use().endpoint)).status).toBe(404);
      expect((await fetch(use().endpoint.replace("/sql", "/"), { method: "POST", body: "{}" })).status).toBe(
        404,
      );
      expect((await fetch(use().endpoint, { method: "POST", body: '{"query":"SELECT 1"}' })).status).toBe(
        400,
      );
      for (const body of [
        "",
        "{",
        "null",
        "[]",
        "7",
        '{"query":1}',
        '{"query":"SELECT 1","params":{}}',
        '{"queries":[{}]}',
      ]) {
        expect((await post(body)).status, body).toBe(400);
      }
      const level = await post('{"queries":[{"query":"SELECT 1"}]}', {
        "neon-batch-isolation-level": "Chaos",
      });
      expect([level.status, ((await level.json()) as { message: string }).message]).toEqual([
        400,
        "invalid isolation level",
      ]);
    });

    it("[N5] a body or an answer beyond 64 MB is refused", async () => {
      const long = "x".repeat(64 * 1024 * 1024 + 1);
      expect((await post(long)).status).toBe(413);
      const big = await post(
        JSON.stringify({ query: "SELECT repeat('x', 33554432) AS a, repeat('y', 33554432) AS b" }),
      );
      expect(big.status).toBe(507);
      await big.arrayBuffer();
    });

    it("[N6] leave the door usable", async () => {
      await errorOf(db().execute(sql`SELECT 1/0`));
      await errorOf(
        db().batch([
          db().select().from(thing),
          db().insert(part).values({ id: 1, label: "x", thingId: NOBODY }),
        ]),
      );
      if (use().isServer)
        expect((await errorOf(db().execute(sql`SELECT pg_terminate_backend(pg_backend_pid())`))).code).toBe(
          "57P01",
        );
      expect((await db().execute(sql`SELECT 1 AS one`)).rows).toEqual([{ one: 1 }]);
    });
  });

  describe("batches", () => {
    it("[N7] do everything in order in one transaction", async () => {
      const [, inserted, selected, executed] = await db().batch([
        db()
          .insert(thing)
          .values({ id: NOBODY, name: "a" })
          .onConflictDoUpdate({ target: thing.id, set: { name: "b" } }),
        db().insert(part).values({ id: 1, label: "x", thingId: NOBODY }).returning({ id: part.id }),
        db()
          .select({ name: thing.name })
          .from(thing)
          .where(and(eq(thing.id, NOBODY), eq(thing.flag, false))),
        db().execute(sql`SELECT pg_current_xact_id_if_assigned() IS NOT NULL AS same_transaction`),
      ]);
      expect([inserted, selected, executed.rows]).toEqual([
        [{ id: 1 }],
        [{ name: "a" }],
        [{ same_transaction: true }],
      ]);
    });

    it("[N7] undo everything on an error", async () => {
      const error = await errorOf(
        db().batch([
          db().insert(thing).values({ name: "gone" }),
          db().insert(part).values({ id: 2, label: "x", thingId: NOBODY }),
        ]),
      );
      expect([error.code, await db().$count(thing)]).toEqual(["23503", 0]);
    });

    it("[N8] run in the isolation asked for, read-only when asked, and the headers are echoed", async () => {
      const show = (setting: string) => ({ query: `SHOW ${setting}` });
      const headers = {
        "neon-batch-isolation-level": "Serializable",
        "neon-batch-read-only": "true",
        "neon-batch-deferrable": "true",
      };
      const settings = ["transaction_isolation", "transaction_read_only", "transaction_deferrable"];
      const response = await post(JSON.stringify({ queries: settings.map(show) }), {
        ...headers,
        "neon-array-mode": "true",
      });
      const { results } = (await response.json()) as { results: { rows: string[][] }[] };
      expect(results.map(({ rows }) => rows[0]?.[0])).toEqual(["serializable", "on", "on"]);
      expect(
        Object.fromEntries(Object.keys(headers).map((name) => [name, response.headers.get(name)])),
      ).toEqual(headers);
      expect(response.headers.get("access-control-allow-origin")).toBe("*");

      const sqlOf = driver();
      const write = sqlOf.transaction([sqlOf.query("INSERT INTO door_thing (name) VALUES ('no')")], {
        readOnly: true,
      });
      expect((await errorOf(write)).code).toBe("25006");
    });

    it("[N8] an interactive transaction is refused by the driver", async () => {
      await expect(db().transaction(async () => {})).rejects.toThrow("No transactions support");
      expect(drizzle(driver())).toBeDefined();
    });
  });
}
