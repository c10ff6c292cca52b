/**
 * Neon's SQL over HTTP, asked of our door: errors and batches. With `neon-door-values-suite.ts` it is the list of the
 * conformance suite (HTTP part), from Node; the Workers' tests go through the same door from workerd.
 */
import { and, eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import type { DatabaseUnderTest } from "./database-under-test.ts";
import { errorOf, NOBODY, part, thing, useDoor } from "./neon-door.ts";

/** Of every error's body. */
const KEYS =
  "message code detail hint position internalPosition internalQuery severity where table column schema dataType constraint file line routine";

export function neonDoorSuite(use: () => DatabaseUnderTest): void {
  const { db, driver, post } = useDoor(use);

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

    it("[N7] undo everything also when the door itself refuses a statement", async () => {
      const queries = [
        { query: "INSERT INTO door_thing (name) VALUES ('gone')" },
        { query: "SELECT 1", params: new Array(66_000).fill(1) },
      ];
      expect((await post(JSON.stringify({ queries }))).status).toBe(400);
      expect(await db().$count(thing)).toBe(0);
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
    });
  });
}
