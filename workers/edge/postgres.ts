/** The edge's one door to Postgres: the client is loaded with the first question, and every failure is one error. */
import type { Db } from "../../db/index.ts";
import { logFailure } from "../../durable-objects/shared/log.ts";
import type { EdgeSettings } from "../config.ts";

type Queries = typeof import("../../db/index.ts");

/** Postgres did not answer; callers are told so (503) and nothing else happens. What it said is in the log, as a code. */
export class PostgresUnavailable extends Error {
  override readonly name = "PostgresUnavailable";
}

/** Postgres answered, and the answer is no: a constraint (class 23), or a condition of ours that does not hold (OS412). */
export class PostgresRefusal extends Error {
  override readonly name = "PostgresRefusal";
  readonly code: string;
  /** Its name, as `db/schema/` gives it; null for a condition. */
  readonly constraint: string | null;

  constructor(code: string, constraint: string | null) {
    super(code);
    this.code = code;
    this.constraint = constraint;
  }
}

/** Never `detail`: it can hold a whole row. */
function refusalOf(error: unknown): PostgresRefusal | null {
  const { code, constraint } = ((error as Error).cause ?? error) as { code?: string; constraint?: string };
  return code && /^(23|OS)/.test(code) ? new PostgresRefusal(code, constraint ?? null) : null;
}

/**
 * @throws PostgresRefusal when a write was refused, which its caller makes a sentence of; PostgresUnavailable whatever else
 * went wrong, after it was logged.
 */
export async function askPostgres<T>(
  settings: EdgeSettings,
  question: (db: Db, queries: Queries) => Promise<T>,
): Promise<T> {
  const queries = await import("../../db/index.ts");
  try {
    return await question(queries.makeDb(settings), queries);
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal) throw refusal;
    logFailure("postgres.query_failed", error);
    throw new PostgresUnavailable();
  }
}

/** Searches: from the read replica if there is one, which may be a moment behind. Never writes, the directory, or people. */
export const askReplica = <T>(
  settings: EdgeSettings,
  question: (db: Db, queries: Queries) => Promise<T>,
): Promise<T> =>
  askPostgres({ ...settings, DATABASE_URL: settings.DATABASE_READ_URL ?? settings.DATABASE_URL }, question);
