/** What Neon's proxy does with the statements of one request, over an ordinary `pg` client. */
import type pg from "pg";

/** Postgres counts parameters in 16 bits; `pg` overflows in silence (08P01), so it is refused here. */
const PARAMETERS_MAX = 65_535;

/** `arrayMode` overrides the request's header for this statement. */
export interface Statement {
  readonly query: string;
  readonly params?: readonly unknown[];
  readonly arrayMode?: boolean;
}

/** The answer could not be given; `status` is HTTP, `fields` follow Postgres's names. */
export class ShimError extends Error {
  override readonly name = "ShimError";
  readonly status: number;
  readonly fields: Readonly<Record<string, string>>;
  constructor(status: number, message: string, fields: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.fields = fields;
  }
}

/** Elements of an array parameter, quoted the way Postgres reads them. */
function arrayText(value: unknown): string {
  if (value === null) return "NULL";
  if (Array.isArray(value)) return `{${value.map(arrayText).join(",")}}`;
  return JSON.stringify(typeof value === "object" ? JSON.stringify(value) : value);
}

/** Drivers send text already; a hand-made request may send any JSON. */
function parameterText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return arrayText(value);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

export interface StatementResult {
  readonly command: string;
  /** `null` for statements that count nothing, such as DDL. */
  readonly rowCount: number | null;
  readonly rowAsArray: boolean;
  readonly rows: readonly unknown[];
  readonly fields: readonly object[];
}

/** The extended protocol always: several statements in one text must fail with 42601, as on Neon. */
export async function runStatement(
  client: pg.PoolClient,
  statement: Statement,
  arrayMode: boolean,
): Promise<StatementResult> {
  const params = statement.params ?? [];
  if (params.length > PARAMETERS_MAX) {
    throw new ShimError(400, "too many parameters", { code: "54000", severity: "ERROR" });
  }
  const rowAsArray = statement.arrayMode ?? arrayMode;
  const config = {
    text: statement.query,
    values: params.map(parameterText),
    queryMode: "extended",
    ...(rowAsArray ? { rowMode: "array" } : {}),
  };
  const result = await client.query(config);
  return {
    command: result.command,
    rowCount: result.rowCount,
    rowAsArray,
    rows: result.rows,
    fields: result.fields.map(({ name, tableID, columnID, dataTypeID, dataTypeSize, dataTypeModifier }) => ({
      name,
      tableID,
      columnID,
      dataTypeID,
      dataTypeSize,
      dataTypeModifier,
      format: "text",
    })),
  };
}

/** All or nothing. `modes` such as `ISOLATION LEVEL SERIALIZABLE`; a failing ROLLBACK throws in place of the first error. */
export async function runBatch(
  client: pg.PoolClient,
  statements: readonly Statement[],
  modes: readonly string[],
  arrayMode: boolean,
): Promise<{ readonly results: readonly StatementResult[] }> {
  await client.query(`START TRANSACTION ${modes.join(", ")}`);
  try {
    const results: StatementResult[] = [];
    for (const statement of statements) results.push(await runStatement(client, statement, arrayMode));
    await client.query("COMMIT");
    return { results };
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
}
