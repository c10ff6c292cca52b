/**
 * Schema changes of an object class: a list that only grows. A shipped entry never changes and never moves, because
 * thousands of objects wake on different days with different histories.
 */
export interface Migration {
  /** Names the change in errors; unique within a list. */
  readonly id: string;
  readonly statements: string;
}

/** Runs in the constructor: a direct RPC call does not pass through partyserver's onStart(). */
export function applyMigrations(
  storage: Pick<DurableObjectStorage, "sql" | "transactionSync">,
  migrations: readonly Migration[],
): void {
  const { sql } = storage;
  storage.transactionSync(() => {
    sql.exec(
      "CREATE TABLE IF NOT EXISTS applied_migration (position INTEGER PRIMARY KEY, id TEXT NOT NULL) STRICT",
    );
    const applied = sql.exec<{ id: string }>("SELECT id FROM applied_migration ORDER BY position").toArray();
    applied.forEach(({ id }, position) => {
      const ours = migrations[position]?.id ?? "(none)";
      if (ours !== id) throw new Error(`migration ${position} is ${id} in storage and ${ours} in code`);
    });
    for (let position = applied.length; position < migrations.length; position++) {
      const migration = migrations[position] as Migration;
      sql.exec(migration.statements);
      sql.exec("INSERT INTO applied_migration (position, id) VALUES (?, ?)", position, migration.id);
    }
  });
}
