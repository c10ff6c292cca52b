/** The database of a load test: a child process with the seeded network behind the Neon-compatible HTTP door. */
import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { type Db, makeDb } from "../../db/client.ts";

/** How a database can be away: nobody listens, it answers 503, or it takes the connection and says nothing. */
export type Absence = "refusing" | "failing" | "silent";
export type DatabaseOrder = { readonly kind: "away"; readonly how: Absence } | { readonly kind: "back" };
export type DatabaseReport =
  | { readonly kind: "ready"; readonly port: number }
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly message: string };

/** The first start of a checkout seeds the network; after that it takes two seconds. */
const READY_MAX_MS = 60_000;
/** The driver wants user, host and database; the door looks at none of them. */
export const STAND_IN_URL = "postgres://openslot:openslot@db.localtest/openslot";

export class Database {
  readonly endpoint: string;
  /** Through the same door as the Workers: it is away for us too. */
  readonly db: Db;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.endpoint = `http://127.0.0.1:${port}/sql`;
    this.db = makeDb({ DATABASE_URL: STAND_IN_URL, NEON_FETCH_ENDPOINT: this.endpoint });
  }

  /** PGlite in memory, or the server of `DATABASE_URL` in this process's environment. */
  static async start(): Promise<Database> {
    const child = fork(join(import.meta.dirname, "database-process.ts"), { execArgv: [] });
    const ready = await nextReport(child);
    if (ready.kind !== "ready") throw new Error("the database did not start");
    return new Database(child, ready.port);
  }

  async goAway(how: Absence): Promise<void> {
    await this.#order({ kind: "away", how });
  }

  async comeBack(): Promise<void> {
    await this.#order({ kind: "back" });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async stop(): Promise<void> {
    const exited = new Promise<void>((resolve) => this.#child.once("exit", () => resolve()));
    this.#child.disconnect();
    await exited;
  }

  async #order(order: DatabaseOrder): Promise<void> {
    const done = nextReport(this.#child);
    this.#child.send(order);
    const report = await done;
    if (report.kind !== "done") throw new Error(`the database cannot: ${JSON.stringify(report)}`);
  }
}

function nextReport(child: ChildProcess): Promise<DatabaseReport> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => finish(() => reject(new Error("the database says nothing"))),
      READY_MAX_MS,
    );
    const onMessage = (message: unknown): void => finish(() => resolve(message as DatabaseReport)); // our own child
    const onExit = (): void => finish(() => reject(new Error("the database process ended")));
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      child.off("message", onMessage);
      child.off("exit", onExit);
      settle();
    };
    child.on("message", onMessage);
    child.on("exit", onExit);
  });
}
