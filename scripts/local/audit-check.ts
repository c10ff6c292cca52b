/**
 * Whether the audit in Postgres is what was written: what `npm run audit:verify` does, for a database and an app that are
 * there already. What it proves, and what not: docs/design/audit.md
 */
import { hash } from "node:crypto";
import { compactVerify, importJWK, type JWK } from "jose";
import type { SignedCheckpoint } from "../../core/audit/checkpoint.ts";
import { AUDIT_PARTITIONS } from "../../core/audit/entry.ts";
import type { Broken, Fault } from "../../core/audit/verify.ts";
import { instant } from "../../core/time.ts";
import { countStrayAuditRows, lastAuditSeq } from "../../db/audit/lines.ts";
import { type ChainVerdict, verifyStoredChain } from "../../db/audit/verify-stored.ts";
import type { Db } from "../../db/client.ts";
import { StartError } from "./start-error.ts";

const CALL_MAX_MS = 60_000;
/** Entries reach Postgres a moment after the log; how long they are waited for. */
const BEHIND_MAX_MS = 30_000;
const BEHIND_AGAIN_MS = 500;
/** A line of progress. */
const PROGRESS_ROWS = 100_000;
/** As workers/identity/audit-checkpoints.ts writes it. */
const CHECKPOINT_TYPE = "openslot-audit-checkpoint";

const sha256 = (text: string): string => hash("sha256", text, "base64url");

const MEANS: Readonly<Record<Fault, string>> = {
  "start-missing":
    "the entries before it are missing, and no checkpoint of more than six years ago says that they may",
  gap: "an entry is missing, there twice, or out of its place",
  altered: "an entry does not say what it said when it was written",
  rewritten: "the chain was written anew: the witness signed another one",
  truncated: "this and all later entries were there when the witness signed, and are gone",
  invented: "this and all later entries were never written by the log",
  checkpoint: "what the witness signed is not in order, or its signature is not good",
};

/** What the witness signed, and what its signatures are checked with. */
export interface Signed {
  readonly checkpoints: readonly SignedCheckpoint[];
  readonly keys: readonly JWK[];
}

/** Asks the running app: a path from its root, with its token. */
export type Ask = (path: string, method: "GET" | "POST") => Promise<Response>;

export const askApp =
  (url: string, token: string): Ask =>
  (path, method) =>
    fetch(new URL(path, url), {
      method,
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(CALL_MAX_MS),
    }).catch(() => {
      throw new StartError(
        `Nobody answers at ${url}. Start the app, or give --checkpoints with what was saved earlier.`,
      );
    });

export class AuditApp {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  async #call<T>(method: "GET" | "POST", query: string): Promise<T> {
    const response = await this.#ask(`/v1/audit/checkpoints${query}`, method);
    const text = await response.text();
    if (!response.ok) throw new StartError(`The app answered ${response.status}: ${text}`);
    return JSON.parse(text) as T;
  }

  /** The ends of the chains, signed now. */
  async seal(): Promise<readonly SignedCheckpoint[]> {
    const { data, refused } = await this.#call<{
      data: SignedCheckpoint[];
      refused: { partition: number; refusal: string }[];
    }>("POST", "");
    for (const { partition, refusal } of refused)
      throw new StartError(
        `Chain ${partition}: the witness refuses the log's own end (${refusal}). The log was wound back or begun anew.`,
      );
    return data;
  }

  async signed(): Promise<Signed> {
    const checkpoints: SignedCheckpoint[] = [];
    let keys: readonly JWK[] = [];
    for (let partition = 0; partition < AUDIT_PARTITIONS; partition++) {
      for (let cursor: string | null = ""; cursor !== null; ) {
        const query = new URLSearchParams({ partition: String(partition), limit: "100" });
        if (cursor !== "") query.set("cursor", cursor);
        const page: { data: SignedCheckpoint[]; page: { next: string | null }; keys: JWK[] } =
          await this.#call("GET", `?${query}`);
        checkpoints.push(...page.data);
        keys = page.keys;
        cursor = page.page.next;
      }
    }
    return { checkpoints, keys };
  }
}

/** Those whose signature is not good, or is of something else. */
async function badlySigned({ checkpoints, keys }: Signed): Promise<SignedCheckpoint[]> {
  const byId = new Map(
    await Promise.all(keys.map(async (key) => [key.kid, await importJWK(key, "ES256")] as const)),
  );
  const isGood = async ({ partition, seq, hash: end, at, signature }: SignedCheckpoint): Promise<boolean> => {
    try {
      const { payload, protectedHeader } = await compactVerify(
        signature,
        ({ kid }) => {
          const key = byId.get(kid ?? "");
          if (!key) throw new Error("signed with a key that is not there");
          return key;
        },
        { algorithms: ["ES256"] },
      );
      const said = new TextDecoder().decode(payload);
      return (
        protectedHeader.typ === CHECKPOINT_TYPE && said === JSON.stringify({ partition, seq, hash: end, at })
      );
    } catch {
      return false; // every way in which a signature is wrong is one fault
    }
  };
  const good = await Promise.all(checkpoints.map(isGood));
  return checkpoints.filter((_, index) => !good[index]);
}

/** Until Postgres has what was signed just now, or it is clear that it will not come. */
async function untilThere(db: Db, ends: readonly SignedCheckpoint[]): Promise<void> {
  const until = performance.now() + BEHIND_MAX_MS;
  for (const { partition, seq } of ends) {
    while ((await lastAuditSeq(db, partition)) < seq && performance.now() < until)
      await new Promise((resolve) => setTimeout(resolve, BEHIND_AGAIN_MS));
  }
}

async function verifyAll(
  db: Db,
  signed: Signed,
  app: AuditApp | null,
  say: (line: string) => void,
): Promise<ChainVerdict[]> {
  const verdicts: ChainVerdict[] = [];
  let rows = 0;
  const progress = (more: number): void => {
    const before = Math.floor(rows / PROGRESS_ROWS);
    rows += more;
    if (Math.floor(rows / PROGRESS_ROWS) > before) say(`${rows} entries read`);
  };
  for (let partition = 0; partition < AUDIT_PARTITIONS; partition++) {
    const head = async () =>
      app ? ((await app.seal()).find((one) => one.partition === partition) ?? { seq: 0, hash: "" }) : null;
    const checkpoints = signed.checkpoints.filter((one) => one.partition === partition);
    const now = instant(Date.now());
    verdicts.push(await verifyStoredChain(db, { partition, checkpoints, now, sha256, head, progress }));
  }
  return verdicts;
}

const brokenLine = ({ partition, seq, fault }: Broken): string =>
  `Chain ${partition}, entry ${seq}: ${MEANS[fault]} (${fault}).`;

export interface Check {
  readonly db: Db;
  /** null = nobody can be asked: `saved` is all there is. */
  readonly app: AuditApp | null;
  readonly saved: Signed | null;
  /** What the witness signed, as it was used. */
  readonly onSigned?: (signed: Signed) => void;
  readonly say: (line: string) => void;
}

/** Says what it found; whether all is well. @throws StartError when it cannot be found out */
export async function checkAudit({ db, app, saved, onSigned, say }: Check): Promise<boolean> {
  const ends = app ? await app.seal() : [];
  const signed = saved ?? (app ? await app.signed() : { checkpoints: [], keys: [] });
  onSigned?.(signed);
  const startedAt = performance.now();
  const forged = await badlySigned(signed);
  await untilThere(db, ends);
  const verdicts = await verifyAll(db, signed, app, say);
  const strays = await countStrayAuditRows(db);
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  const faults = [
    ...forged.map(({ partition, seq }): Broken => ({ partition, seq, fault: "checkpoint" })),
    ...verdicts.flatMap(({ broken }) => broken ?? []),
  ];
  for (const fault of faults) say(brokenLine(fault));
  if (strays > 0) say(`${strays} entries belong to no chain.`);
  const sum = (of: "rows" | "unsigned") => verdicts.reduce((total, verdict) => total + verdict[of], 0);
  const isWhole = faults.length === 0 && strays === 0;
  const unsigned = sum("unsigned") > 0 ? `, ${sum("unsigned")} of them not signed yet` : "";
  say(
    isWhole
      ? `The audit is whole: ${sum("rows")} entries in ${AUDIT_PARTITIONS} chains${unsigned}, ${signed.checkpoints.length} checkpoints, ${seconds} s.`
      : `The audit is NOT what was written (${sum("rows")} entries read, ${seconds} s).`,
  );
  return isWhole;
}
