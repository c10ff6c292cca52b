/** Two tables with every kind of value, and the calls that the suites of the door share. */
import { neon } from "@neondatabase/serverless";
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
import { beforeAll, beforeEach } from "vitest";
import { ANY_DATABASE_URL, type DatabaseUnderTest } from "./database-under-test.ts";

const bytea = customType<{ data: Uint8Array; driverData: string | Buffer }>({
  dataType: () => "bytea",
  toDriver: (value) => Buffer.from(value),
  fromDriver: (value) =>
    new Uint8Array(typeof value === "string" ? Buffer.from(value.slice(2), "hex") : value),
});

export const thing = pgTable("door_thing", {
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
export const part = pgTable("door_part", {
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
export const NOBODY = "00000000-0000-4000-8000-000000000000";

export interface DatabaseError {
  readonly code?: string;
  readonly constraint?: string;
  readonly cause?: DatabaseError;
}
/** Single statements come wrapped by Drizzle, batches bare. */
export const errorOf = async (promise: Promise<unknown>): Promise<DatabaseError> => {
  const error = await promise.then(
    (): DatabaseError => ({ code: "it did not fail" }),
    (reason: DatabaseError) => reason,
  );
  return error.cause ?? error;
};

/** Registers the tables for the suite that calls it, empty before each test, and gives ways through the door. */
export function useDoor(use: () => DatabaseUnderTest) {
  const post = (body: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(use().endpoint, {
      method: "POST",
      body,
      headers: { "neon-connection-string": ANY_DATABASE_URL, ...headers },
    });
  beforeAll(async () => {
    for (const statement of SETUP) await use().postgres.pool.query(statement);
  });
  beforeEach(async () => {
    await use().postgres.pool.query("TRUNCATE door_part, door_thing");
  });
  return {
    db: () => use().db,
    driver: () => neon(ANY_DATABASE_URL),
    post,
    answer: async (query: string, params: unknown[] = [], headers: Record<string, string> = {}) =>
      (await post(JSON.stringify({ query, params }), headers)).json() as Promise<Record<string, never>>,
  };
}
