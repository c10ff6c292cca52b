/** Proves the audit in Postgres: what is written, what verification makes of what is stored, and how fast. */
import { sql } from "drizzle-orm";
import { afterAll, describe, expect, it } from "vitest";
import { type ChainHead, EMPTY_CHAIN } from "../../core/audit/chain.ts";
import { AUDIT_RETENTION_MS, type Checkpoint } from "../../core/audit/checkpoint.ts";
import { type ChainedEntry, canonicalLine } from "../../core/audit/entry.ts";
import type { LocationId, PatientId } from "../../core/ids.ts";
import { DAY_MS, type Instant, instant, plus } from "../../core/time.ts";
import { findAuditEntries } from "../../db/audit/find-entries.ts";
import {
  auditLines,
  countStrayAuditRows,
  firstAuditSeq,
  lastAuditSeq,
  removeAuditSegment,
} from "../../db/audit/lines.ts";
import { recordAuditEntries } from "../../db/audit/record-entries.ts";
import { verifyStoredChain } from "../../db/audit/verify-stored.ts";
import { cpuMicros } from "../../scripts/load/process-stat.ts";
import { Random } from "../simulation/random.ts";
import {
  AUDIT_START,
  checkpointsOf,
  FORGERIES,
  forge,
  type Pick,
  rewritten,
  sha256,
  someChain,
} from "../support/audit-chain.ts";
import type { DatabaseUnderTest } from "./database-under-test.ts";

const NOW = plus(AUDIT_START, DAY_MS);
/** Done-when 5 of the issue: of a million entries. Here also of fewer, on a slower Postgres. */
const VERIFIED_MAX_MS = 10_000;
const WRITTEN_AT_ONCE = 20_000;

const pickWith = (seed: number): Pick => {
  const random = new Random(seed);
  return (max) => random.below(max);
};

const INSERT = `INSERT INTO audit_entry (partition, seq, id, at, role, subject, operation, outcome, problem, patient_id,
    appointment_id, location_id, people, hash)
  SELECT * FROM unnest($1::int[], $2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[],
    $9::text[], $10::text[], $11::text[], $12::text[], $13::int[], $14::text[])`;

export function auditSuite(under: () => DatabaseUnderTest, forgeries: number, big: number): void {
  const db = () => under().db;

  /** As somebody writes who may write anything. */
  async function write(rows: readonly ChainedEntry[]): Promise<void> {
    for (let from = 0; from < rows.length; from += WRITTEN_AT_ONCE) {
      const some = rows.slice(from, from + WRITTEN_AT_ONCE);
      const column = (of: (row: ChainedEntry) => unknown) => some.map(of);
      await under().postgres.pool.query(INSERT, [
        column((r) => r.partition),
        column((r) => r.seq),
        column((r) => r.id),
        column((r) => r.at),
        column((r) => r.role),
        column((r) => r.subject),
        column((r) => r.operation),
        column((r) => r.outcome),
        column((r) => r.problem),
        column((r) => r.patientId),
        column((r) => r.appointmentId),
        column((r) => r.locationId),
        column((r) => r.count),
        column((r) => r.hash),
      ]);
    }
  }
  /** Of this process and the server's behind it, which share the work: an idle machine is at least as fast. */
  async function cpuMs(): Promise<number> {
    const own = process.cpuUsage();
    let sum = (own.user + own.system) / 1_000;
    if (!under().isServer) return sum;
    const { rows } = await under().postgres.pool.query(
      "SELECT pid FROM pg_stat_activity WHERE datname = current_database()",
    );
    for (const { pid } of rows) sum += cpuMicros(Number(pid)) / 1_000;
    return sum;
  }
  const empty = () => db().execute(sql`DELETE FROM audit_entry`);
  const verdictOf = (
    checkpoints: readonly Checkpoint[],
    head: { readonly seq: number; readonly hash: string } | null = null,
    now: Instant = NOW,
  ) => verifyStoredChain(db(), { partition: 0, checkpoints, now, sha256, head: async () => head });
  const isFound = async (checkpoints: readonly Checkpoint[], head: ChainedEntry | null): Promise<boolean> =>
    (await verdictOf(checkpoints, head)).broken !== null || (await countStrayAuditRows(db())) > 0;

  describe("the audit in Postgres", () => {
    afterAll(empty);

    it("[AU7] a place in a chain is one row, whatever comes again; another hash there is told and nothing overwritten", async () => {
      await empty();
      const chain = someChain(40, pickWith(1));
      expect(await recordAuditEntries(db(), chain.slice(0, 30))).toEqual([]);
      expect(await recordAuditEntries(db(), chain.slice(10))).toEqual([]);
      expect(await recordAuditEntries(db(), [])).toEqual([]);
      const other = rewritten(chain.with(35, { ...(chain[35] as ChainedEntry), subject: "stf_x" }), 35);
      expect(await recordAuditEntries(db(), other.slice(33))).toEqual(
        [36, 37, 38, 39, 40].map((seq) => ({ partition: 0, seq })),
      );
      expect(await verdictOf(checkpointsOf(chain, 10), chain.at(-1))).toEqual({
        partition: 0,
        rows: 40,
        unsigned: 0,
        broken: null,
      });
    });

    it("[AU2] [AU4] Postgres spells each row's line as core does", async () => {
      await empty();
      const chain = someChain(300, pickWith(2));
      await write(chain);
      const { lines, rows, last } = await auditLines(db(), 0, null);
      expect([rows, last]).toEqual([300, "300"]);
      expect(lines).toEqual(chain.map((row) => ({ hash: row.hash, line: canonicalLine(row) })));
      expect(await auditLines(db(), 0, "300")).toEqual({ lines: [], rows: 0, last: null });
      expect(await auditLines(db(), 5, null)).toEqual({ lines: [], rows: 0, last: null });
    });

    it(`[AU4] ${forgeries} forgeries in the table itself, its constraints gone: all are found`, async () => {
      const pick = pickWith(3);
      const chain = someChain(60, pick);
      const checkpoints = checkpointsOf(chain, 20);
      const head = chain.at(-1) ?? null;
      await empty();
      await db().execute(sql`ALTER TABLE audit_entry DROP CONSTRAINT audit_entry_pk`);
      await db().execute(sql`ALTER TABLE audit_entry ALTER COLUMN hash DROP NOT NULL`);
      const missed: string[] = [];
      try {
        for (let n = 0; n < forgeries; n++) {
          const forgery = FORGERIES[n % FORGERIES.length] ?? "edit";
          const forged = forge(chain, forgery, pick);
          await empty();
          await write(forged);
          // Postgres has no order of rows of its own: what only changed places in the list is the same table.
          const inOrder = forged.toSorted((a, b) => a.seq - b.seq);
          const isForged = JSON.stringify(inOrder) !== JSON.stringify(chain);
          if (isForged && !(await isFound(checkpoints, head))) missed.push(`${n}: ${forgery}`);
        }
        await empty();
        await write(chain);
        await db().execute(sql`UPDATE audit_entry SET hash = NULL WHERE seq = 7`);
        expect((await verdictOf(checkpoints, head)).broken?.seq).toBe(7);
        await db().execute(sql`DELETE FROM audit_entry`);
        await write(chain);
        await db().execute(sql`UPDATE audit_entry SET partition = 99 WHERE seq = 60`);
        expect(await countStrayAuditRows(db())).toBe(1);
        expect((await verdictOf(checkpoints, head)).broken?.fault).toBe("truncated");
      } finally {
        await empty();
        await db().execute(sql`ALTER TABLE audit_entry ALTER COLUMN hash SET NOT NULL`);
        await db().execute(
          sql`ALTER TABLE audit_entry ADD CONSTRAINT audit_entry_pk PRIMARY KEY (partition, seq)`,
        );
      }
      expect(missed).toEqual([]);
    });

    it("[AU8] finds entries by patient, subject, clinic and day, newest first, page by page", async () => {
      await empty();
      const chain = someChain(200, pickWith(4));
      await write(chain);
      const query = {
        clinics: null,
        patientIds: null,
        subject: null,
        from: instant(0),
        to: plus(NOW, DAY_MS),
        outcome: null,
        after: null,
        limit: 101,
      };
      const idsOf = async (more: object) =>
        (await findAuditEntries(db(), { ...query, ...more })).map(({ id }) => id);
      const inOrder = chain.toSorted((a, b) => b.at - a.at || b.seq - a.seq);
      const expected = (which: (entry: ChainedEntry) => boolean) =>
        inOrder
          .filter(which)
          .slice(0, 101)
          .map(({ id }) => id);
      expect(await idsOf({})).toEqual(expected(() => true));
      const first = await findAuditEntries(db(), { ...query, limit: 70 });
      expect(await idsOf({ after: first.at(-1)?.place })).toEqual(inOrder.slice(70, 171).map(({ id }) => id));
      const someone = chain.find(({ patientId }) => patientId)?.patientId as PatientId;
      expect(await idsOf({ patientIds: [someone] })).toEqual(expected((e) => e.patientId === someone));
      expect(await idsOf({ subject: "stf_3" })).toEqual(expected((e) => e.subject === "stf_3"));
      expect(await idsOf({ outcome: "refused" })).toEqual(expected((e) => e.outcome === "refused"));
      const clinics = ["loc_1", "loc_2"] as LocationId[];
      expect(await idsOf({ clinics })).toEqual(expected((e) => clinics.includes(e.locationId as LocationId)));
      expect(await idsOf({ clinics: [] })).toEqual([]);
      const from = inOrder[50]?.at as Instant;
      expect(await idsOf({ from, to: inOrder[20]?.at })).toEqual(
        expected((e) => e.at >= from && e.at < (inOrder[20]?.at ?? 0)),
      );
      const [one] = await findAuditEntries(db(), { ...query, limit: 1 });
      const { partition: _p, seq: _s, hash: _h, ...entry } = inOrder[0] as ChainedEntry;
      expect(one).toMatchObject(entry);
    });

    it("[AU8] of a patient at home in a clinic, its desk also sees what others did", async () => {
      await empty();
      const { rows } = await db().execute<{ id: string; home: string }>(
        sql`SELECT id, home_location_id AS home FROM patient ORDER BY id LIMIT 1`,
      );
      const patient = rows[0] as { id: string; home: string };
      const away = { patientId: patient.id as PatientId, locationId: "loc_elsewhere" as LocationId };
      const chain = rewritten(
        someChain(3, pickWith(5)).map((row) => ({ ...row, ...away })),
        0,
      );
      await write(chain);
      const asked = {
        subject: null,
        from: instant(0),
        to: plus(NOW, DAY_MS),
        outcome: null,
        after: null,
        limit: 9,
      };
      const seen = async (clinic: string, patientIds: readonly PatientId[] | null) =>
        (await findAuditEntries(db(), { ...asked, clinics: [clinic as LocationId], patientIds })).length;
      expect(await seen(patient.home, [away.patientId])).toBe(3);
      expect(await seen(patient.home, null)).toBe(0);
      expect(await seen("loc_third", [away.patientId])).toBe(0);
    });

    it("[AU10] segments go up to a checkpoint, and what is left is whole behind it", async () => {
      await empty();
      const chain = someChain(60, pickWith(6));
      const checkpoints = checkpointsOf(chain, 20);
      await write(chain);
      const then = plus(AUDIT_START, AUDIT_RETENTION_MS + DAY_MS);
      expect(await removeAuditSegment(db(), 0, 20)).toBe(20);
      expect([await firstAuditSeq(db(), 0), await lastAuditSeq(db(), 0)]).toEqual([21, 60]);
      expect(await verdictOf(checkpoints, chain.at(-1), then)).toMatchObject({ rows: 40, broken: null });
      expect((await verdictOf(checkpoints, chain.at(-1))).broken?.fault).toBe("start-missing");
      expect(await removeAuditSegment(db(), 0, 20)).toBe(0);
      expect(await firstAuditSeq(db(), 3)).toBeNull();
    });

    it(`[AU4] ${big} entries are verified in time, and one edit among them is found`, async () => {
      await empty();
      const pick = pickWith(7);
      const checkpoints: Checkpoint[] = [];
      let end: ChainHead = EMPTY_CHAIN;
      while (end.seq < big) {
        const some = someChain(Math.min(WRITTEN_AT_ONCE, big - end.seq), pick, 0, end);
        await write(some);
        checkpoints.push(...checkpointsOf(some, 1_000));
        end = some.at(-1) ?? end;
      }
      await db().execute(sql`ANALYZE audit_entry`);
      const memory = process.memoryUsage().heapUsed;
      const [startedAt, cpuAt] = [performance.now(), await cpuMs()];
      const verdict = await verdictOf(checkpoints, end);
      const [wall, cpu] = [performance.now() - startedAt, (await cpuMs()) - cpuAt];
      const seconds = (ms: number) => (ms / 1_000).toFixed(2);
      console.log(`${big} entries verified in ${seconds(wall)} s, ${seconds(cpu)} s of a core`);
      expect(verdict).toEqual({ partition: 0, rows: big, unsigned: 0, broken: null });
      expect(Math.min(wall, cpu)).toBeLessThan(VERIFIED_MAX_MS); // what others do on this machine does not count
      expect(process.memoryUsage().heapUsed - memory).toBeLessThan(200e6);
      const at = Math.floor(big * 0.8);
      await db().execute(sql`UPDATE audit_entry SET subject = 'stf_x' WHERE seq = ${at}`);
      expect((await verdictOf(checkpoints)).broken).toEqual({ partition: 0, seq: at, fault: "altered" });
    });
  });
}
