/** The edge's one door to Postgres: the client is loaded with the first question, and every failure is one error. */
import type { Db } from "../../db/index.ts";
import { logFailure } from "../../durable-objects/shared/log.ts";
import type { EdgeSettings } from "../config.ts";

type Queries = typeof import("../../db/index.ts");

/** Postgres did not answer; callers are told so (503) and nothing else happens. What it said is in the log, as a code. */
export class PostgresUnavailable extends Error {
  override readonly name = "PostgresUnavailable";
}

/** @throws PostgresUnavailable whatever went wrong, after it was logged. */
export async function askPostgres<T>(
  settings: EdgeSettings,
  question: (db: Db, queries: Queries) => Promise<T>,
): Promise<T> {
  const queries = await import("../../db/index.ts");
  try {
    return await question(queries.makeDb(settings), queries);
  } catch (error) {
    logFailure("postgres.query_failed", error);
    throw new PostgresUnavailable();
  }
}
