/** The storage of one simulated object: real SQLite, in memory, and an alarm in virtual time. Survives a crash of memory. */
import { DatabaseSync } from "node:sqlite";
import { applyMigrations, type Migration } from "../../durable-objects/shared/migrations.ts";

type Row = Record<string, unknown>;

/** What our stores use of the runtime's cursor. */
function cursorOf(rows: readonly Row[], rowsWritten: number) {
  return {
    toArray: () => [...rows],
    one: () => {
      if (rows.length !== 1) throw new Error(`expected one row, got ${rows.length}`);
      return rows[0];
    },
    rowsWritten,
  };
}

export class InstanceGone extends Error {}

/** What the migrations come to, as one script: thousands of small worlds need not migrate each. */
const migrated = new Map<readonly Migration[], string>();

/** A storage with these migrations applied. */
export function storageWith(migrations: readonly Migration[]): SimulatedStorage {
  const storage = new SimulatedStorage();
  const script = migrated.get(migrations);
  if (script) storage.sql.exec(script);
  else {
    applyMigrations(storage as never, migrations);
    const made = storage.sql.exec("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").toArray();
    migrated.set(migrations, `BEGIN; ${made.map(({ sql }) => `${sql};`).join("\n")} COMMIT;`);
  }
  return storage;
}

export class SimulatedStorage {
  readonly #db = new DatabaseSync(":memory:");
  readonly #statements = new Map<string, ReturnType<DatabaseSync["prepare"]>>();
  #alarm: number | null = null;
  #depth = 0;
  #generation = 0;

  readonly sql = {
    exec: (query: string, ...bindings: unknown[]) => {
      if (bindings.length === 0 && query.includes(";")) {
        this.#db.exec(query);
        return cursorOf([], 0);
      }
      const statement = this.#prepare(query);
      if (/^\s*(SELECT|WITH)/i.test(query))
        return cursorOf(statement.all(...(bindings as never[])) as Row[], 0);
      return cursorOf([], Number(statement.run(...(bindings as never[])).changes));
    },
  };

  /** This storage for one instance: opening it again cuts the one before off. */
  open(): Pick<SimulatedStorage, "sql" | "setAlarm" | "transactionSync"> {
    const generation = ++this.#generation;
    const alive = <T>(use: () => T): T => {
      if (generation !== this.#generation) throw new InstanceGone("simulated: this instance has crashed");
      return use();
    };
    return {
      sql: { exec: (query, ...bindings) => alive(() => this.sql.exec(query, ...bindings)) },
      setAlarm: (at) => alive(() => this.setAlarm(at)),
      transactionSync: (work) => alive(() => this.transactionSync(work)),
    };
  }

  get alarm(): number | null {
    return this.#alarm;
  }

  /** A fired alarm is used up. */
  takeAlarm(): void {
    this.#alarm = null;
  }

  setAlarm(at: number): Promise<void> {
    this.#alarm = at;
    return Promise.resolve();
  }

  /** All or nothing, the alarm included; a savepoint when nested. */
  transactionSync<T>(work: () => T): T {
    const alarm = this.#alarm;
    const name = `s${this.#depth++}`;
    this.#db.exec(`SAVEPOINT ${name}`);
    try {
      const result = work();
      this.#db.exec(`RELEASE ${name}`);
      return result;
    } catch (error) {
      this.#db.exec(`ROLLBACK TO ${name}; RELEASE ${name}`);
      this.#alarm = alarm;
      throw error;
    } finally {
      this.#depth--;
    }
  }

  close(): void {
    this.#db.close();
  }

  #prepare(query: string) {
    let statement = this.#statements.get(query);
    if (!statement) {
      statement = this.#db.prepare(query);
      this.#statements.set(query, statement);
    }
    return statement;
  }
}
