/** The audit for people: who was at whose data. And for verification: the ends of its chains, as the witness signed them. */
import type { Context } from "hono";
import { reachOf } from "../../../core/access/rules.ts";
import { AUDIT_PARTITION_NAMES } from "../../../core/audit/entry.ts";
import type { LocationId, PatientId } from "../../../core/ids.ts";
import { DAY_MS, instant } from "../../../core/time.ts";
import type { AuditPlace, AuditQuery, FoundEntry } from "../../../db/index.ts";
import { logFailure } from "../../../durable-objects/shared/log.ts";
import { concerns } from "../audited.ts";
import type { EdgeEnv } from "../env.ts";
import { askPostgres } from "../postgres.ts";
import { auditQuery, checkpointsQuery, ownAuditQuery } from "./audit-schemas.ts";
import type { Handlers } from "./handlers.ts";
import { BAD_CURSOR, decodeCursor, encodeCursor, sendPage } from "./paging.ts";
import { visiblePatient } from "./patients.ts";
import { type Problem, sendProblem } from "./problem.ts";
import { parseQuery } from "./schemas.ts";

const WITNESS_AWAY: Problem = {
  status: 503,
  slug: "overloaded",
  title: "The witness of the audit cannot be reached just now.",
  retryAfterSeconds: 5,
};

const END_OF_TIME = instant(Date.UTC(2100, 0, 1));

const isNumbers = (parts: readonly unknown[], length: number): boolean =>
  parts.length === length && parts.every((part) => Number.isSafeInteger(part));
const isPlace = (parts: readonly unknown[]): parts is AuditPlace => isNumbers(parts, 3);
const isSequence = (parts: readonly unknown[]): parts is readonly [number] => isNumbers(parts, 1);

interface Paged {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** One page of what `asked` finds, newest first, each entry as `show` tells it. */
async function sendEntries(
  c: Context<EdgeEnv>,
  { from, to, limit, cursor }: Paged,
  asked: Pick<AuditQuery, "clinics" | "patientIds" | "subject" | "outcome">,
  show: (entry: FoundEntry) => object,
): Promise<Response> {
  const after = cursor === undefined ? null : decodeCursor(cursor, isPlace);
  if (cursor !== undefined && !after) return sendProblem(c, BAD_CURSOR);
  const query: AuditQuery = {
    ...asked,
    from: from ? instant(Date.parse(from)) : instant(0),
    to: to ? instant(Date.parse(to) + DAY_MS) : END_OF_TIME,
    after,
    limit: limit + 1,
  };
  const found = await askPostgres(c.get("settings"), (db, { findAuditEntries }) =>
    findAuditEntries(db, query),
  );
  const page = found.slice(0, limit);
  const last = page.at(-1);
  c.header("Cache-Control", "no-store");
  return sendPage(c, page.map(show), found.length > limit && last ? encodeCursor(last.place) : null);
}

/** Times without a clinic are UTC. */
const entryDto = ({ place: _place, at, ...entry }: FoundEntry) => ({
  ...entry,
  at: new Date(at).toISOString(),
});

/** [AU8] What a patient is told: people of the clinic by their role and the clinic, never by name or id. */
const ownDto =
  (patientId: PatientId) =>
  ({ at, role, subject, operation, locationId }: FoundEntry) => ({
    at: new Date(at).toISOString(),
    by: role !== "patient" ? role : subject === patientId ? "self" : "proxy",
    operation,
    locationId,
  });

const clinicsIn = (reach: ReturnType<typeof reachOf>): readonly LocationId[] | null =>
  reach.kind === "everything" ? null : reach.kind === "clinics" ? reach.locationIds : [];

export const audit = {
  /** [AU8] Foreign and missing patients are one answer: nothing is found. */
  listAudit: async (c, principal) => {
    const query = parseQuery(c, auditQuery);
    if (!query.ok) return sendProblem(c, query.problem);
    const { patientId, subject, outcome, ...paged } = query.value;
    if (patientId) concerns(c, { patientId: patientId as PatientId });
    const asked = {
      clinics: clinicsIn(reachOf(principal, "audit.read")),
      patientIds: patientId ? [patientId as PatientId] : null,
      subject: subject ?? null,
      outcome: outcome ?? null,
    };
    return sendEntries(c, paged, asked, entryDto);
  },
  readOwnAudit: async (c, principal) => {
    const query = parseQuery(c, ownAuditQuery);
    if (!query.ok) return sendProblem(c, query.problem);
    const patient = await visiblePatient(c, principal, c.req.param("id"));
    if (!patient.ok) return sendProblem(c, patient.problem);
    const { patientId } = patient;
    const asked = { clinics: null, patientIds: [patientId], subject: null, outcome: "allowed" } as const;
    return sendEntries(c, query.value, asked, ownDto(patientId));
  },
  /** [AU5] Has the end of every chain signed now. A chain that the witness refuses is in `refused`: it was wound back or made anew. */
  sealAudit: async (c) => {
    try {
      const replies = await Promise.all(
        AUDIT_PARTITION_NAMES.map(async (name, partition) => ({
          partition,
          reply: await c.env.EVENT_LOG.getByName(name).seal(),
        })),
      );
      return c.json({
        data: replies.flatMap(({ reply }) => (reply?.ok ? [reply.checkpoint] : [])),
        refused: replies.flatMap(({ partition, reply }) =>
          reply && !reply.ok ? [{ partition, refusal: reply.refusal }] : [],
        ),
      });
    } catch (error) {
      logFailure("audit.seal_failed", error);
      return sendProblem(c, WITNESS_AWAY);
    }
  },
  listCheckpoints: async (c) => {
    const query = parseQuery(c, checkpointsQuery);
    if (!query.ok) return sendProblem(c, query.problem);
    const { partition, limit, cursor } = query.value;
    const after = cursor === undefined ? ([0] as const) : decodeCursor(cursor, isSequence);
    if (!after) return sendProblem(c, BAD_CURSOR);
    try {
      const { checkpoints, keys } = await c.env.IDENTITY.checkpoints({ partition, after: after[0], limit });
      const last = checkpoints.at(-1);
      const next = checkpoints.length === limit && last ? encodeCursor([last.seq]) : null;
      return sendPage(c, checkpoints, next, {
        keys: keys.map(({ publicJwk }) => JSON.parse(publicJwk) as object), // written by the issuer
      });
    } catch (error) {
      logFailure("audit.checkpoints_unreachable", error);
      return sendProblem(c, WITNESS_AWAY);
    }
  },
} satisfies Partial<Handlers>;
