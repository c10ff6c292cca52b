/**
 * The edge's side of the audit: one entry for each answer about patient data, durable before the answer goes out. Each request
 * appends its own: what it waits for ends with nobody else's request. Rules: core/SPEC.md [AU1] [AU9].
 */
import type { Context } from "hono";
import { routePath } from "hono/route";
import type { Principal } from "../../core/access/principal.ts";
import {
  AUDIT_PARTITIONS,
  type AuditEntry,
  type AuditOutcome,
  asWord,
  auditPartitionName,
} from "../../core/audit/entry.ts";
import { AUDIT_BATCH_MAX } from "../../core/audit/event.ts";
import { instant, SECOND_MS } from "../../core/time.ts";
import { logFailure } from "../../durable-objects/shared/log.ts";
import type { AuditKind } from "./api/audited-operations.ts";
import type { Audited } from "./audited.ts";
import type { EdgeEnv } from "./env.ts";

/** Neither of two partitions took the entries. */
export class AuditUnavailable extends Error {
  override readonly name = "AuditUnavailable";
}

/** One append takes a few milliseconds; a partition that says nothing for this long is passed over. */
const APPEND_MAX_MS = 2 * SECOND_MS;
/** After a failure nobody begins anything that could not be recorded. */
const SHUT_MS = SECOND_MS;
/** Writes that were done and could not be recorded: they go with the next append that works. */
const OWED_MAX = 1_000;

/** This isolate's chain: which one an entry stands in proves nothing, and one object is awake for it instead of eight. */
let chain = -1;
let failedAt = 0;
let owed: readonly AuditEntry[] = [];

/** [AU9] Whether it makes no sense to begin something that has to be recorded. A clock that was set back shuts nothing. */
export function isAuditShut(): boolean {
  const since = Date.now() - failedAt;
  return since >= 0 && since < SHUT_MS;
}

/** @throws AuditUnavailable after `ms` */
async function atMost<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new AuditUnavailable()), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * [AU9] To this isolate's chain, or to another one for good. If the first one took them and its answer was lost they stand in
 * both, under the same ids: twice is better than not at all.
 */
async function send(env: Env, entries: readonly AuditEntry[]): Promise<void> {
  if (chain < 0) chain = Math.floor(Math.random() * AUDIT_PARTITIONS);
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const log = env.EVENT_LOG.getByName(auditPartitionName(chain));
      await atMost(Promise.resolve(log.appendAudit(entries)), APPEND_MAX_MS);
      return;
    } catch (error) {
      logFailure("audit.append_failed", error);
      chain = (chain + 1) % AUDIT_PARTITIONS;
    }
  }
  failedAt = Date.now();
  throw new AuditUnavailable();
}

/**
 * Durable when it returns. What is owed goes along; two requests may send the same of it, and the chain takes it once.
 * @throws AuditUnavailable
 */
async function append(env: Env, entry: AuditEntry): Promise<void> {
  const extra = owed.slice(0, AUDIT_BATCH_MAX - 1);
  await send(env, [...extra, entry]);
  if (extra.length > 0) owed = owed.filter((one) => !extra.includes(one));
}

/**
 * How an answer counts. `booking`: an attempt at taking time; one that lost the race has read and changed nothing of anybody.
 * null = leaves no entry.
 */
function outcomeOf(
  status: number,
  about: Audited | undefined,
  kind: Exclude<AuditKind, "none">,
): AuditOutcome | null {
  if (status < 400) return "allowed";
  if (status === 403) return "refused";
  if (kind === "administration") return status >= 500 ? "failed" : about ? "refused" : null; // [AU12]
  if (!about || (about.patientId === undefined && about.appointmentId === undefined)) return null;
  if (status >= 500) return "failed";
  if (status === 404) return "refused";
  const isNews = kind === "booking" && about.appointmentId === undefined;
  return isNews || status === 401 || status === 429 ? null : "refused";
}

/** The clinic concerned; of somebody at a desk, who may have several, the one that the object belongs to, else their first. */
function clinicOf(principal: Principal | null, about: Audited) {
  if (about.locationId !== undefined) return about.locationId;
  return principal && "clinics" in principal ? (principal.clinics[0] ?? null) : null;
}

function entryOf(
  c: Context<EdgeEnv>,
  operation: string,
  outcome: AuditOutcome,
  about: Audited = {},
): AuditEntry {
  const principal = c.get("principal");
  return {
    id: c.get("requestId"),
    at: instant(Date.now()),
    role: principal?.role ?? "link",
    subject: principal ? asWord(principal.subject) : "-",
    operation: about.of ? `${operation}:${about.of}` : operation,
    outcome,
    problem: outcome === "allowed" ? null : (c.get("problem") ?? null),
    patientId: about.patientId ?? null,
    appointmentId: about.appointmentId ?? null,
    locationId: clinicOf(principal, about),
    count: about.count ?? null,
  };
}

/**
 * [AU1] [AU9] Leaves the entry of an answer and gives the answer back, or what `away` makes of it when it could not be recorded. A
 * write that was done by then is recorded later.
 */
export async function recorded(
  c: Context<EdgeEnv>,
  operation: string,
  kind: Exclude<AuditKind, "none">,
  answer: Response,
  away: () => Response | Promise<Response>,
): Promise<Response> {
  const about = c.get("audited");
  const outcome = outcomeOf(answer.status, about, kind);
  if (outcome === null) return answer;
  const entry = entryOf(c, operation, outcome, about);
  try {
    const durable = append(c.env, entry);
    c.executionCtx.waitUntil(durable.catch(() => undefined)); // a caller who hangs up is recorded all the same
    await durable;
    return answer;
  } catch (error) {
    if (!(error instanceof AuditUnavailable)) throw error;
    if (c.req.method !== "GET" && owed.length < OWED_MAX) owed = [...owed, entry];
    answer.webSocket?.accept();
    answer.webSocket?.close(CLOSE_TRY_AGAIN, "try again later");
    await answer.body?.cancel().catch(() => undefined); // it may be a stream that reads on
    return away();
  }
}

const CLOSE_TRY_AGAIN = 1013;

/** What a page is called in the audit: its route, never its address. */
export const pageName = (c: Context<EdgeEnv>): string =>
  asWord(`page:${c.req.method === "GET" ? "" : `${c.req.method.toLowerCase()}:`}${routePath(c, -1)}`);
