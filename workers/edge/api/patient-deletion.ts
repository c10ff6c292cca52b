/**
 * [PD9]–[PD11] A patient's record is deleted, by the patient or by a desk that they asked: first told what goes and what stays, then with
 * `?apply=true` done. What says who they are goes at once; what they wrote is destroyed wherever it lies, until nothing is left.
 */
import type { Context } from "hono";
import type { Principal } from "../../../core/access/principal.ts";
import { reachOf } from "../../../core/access/rules.ts";
import type { AppointmentFacts } from "../../../core/booking/appointment.ts";
import type { PatientId } from "../../../core/ids.ts";
import type { PatientRecord } from "../../../db/index.ts";
import { logFailure } from "../../../durable-objects/shared/log.ts";
import { forgetPatient } from "../../forget-patient.ts";
import type { EdgeEnv } from "../env.ts";
import { askPostgres } from "../postgres.ts";
import { cancelThem, etagOf } from "./admin-commands.ts";
import { recordIn, STILL_BOOKED, standingDto, standingOf } from "./admin-patients.ts";
import { applyQuery } from "./admin-schemas.ts";
import type { Handlers } from "./handlers.ts";
import { ifMatchVersion } from "./headers.ts";
import { STALE, write } from "./manage.ts";
import { forgetPatients } from "./patients.ts";
import { DELETED_PARTS, KEPT_PARTS, recordDeletionBody } from "./personal-schemas.ts";
import { FORBIDDEN, NOT_FOUND, type Problem, sendProblem } from "./problem.ts";
import { type Parsed, parseBody, parseQuery } from "./schemas.ts";

const TOLD = { deletes: DELETED_PARTS, keeps: KEPT_PARTS };

/** One run, now. What it leaves, the consumers finish. */
async function forgetNow(c: Context<EdgeEnv>, id: PatientId): Promise<boolean> {
  try {
    return await askPostgres(c.get("settings"), async (db, queries) => {
      const [open] = await queries.openDeletions(db, 1, id);
      return open ? forgetPatient(c.env, db, queries, open) : true;
    });
  } catch (error) {
    logFailure("patient.forget_failed", error);
    return false;
  }
}

/** null = nothing is to come any more. */
async function stillBooked(
  c: Context<EdgeEnv>,
  principal: Principal,
  standing: readonly AppointmentFacts[],
  record: PatientRecord,
  cancel: boolean,
): Promise<Problem | null> {
  const counts = cancel ? await cancelThem(c, principal, standing, "patient-request") : null;
  const left = counts ? standing.length - counts.cancelled : standing.length;
  // What waited elsewhere was taken over by looking at what stands; the record is from before that.
  const waits =
    record.waiting &&
    (await askPostgres(c.get("settings"), (db, q) => q.findPatientRecord(db, record.id)))?.waiting;
  if (left === 0 && !waits) return null;
  return {
    ...STILL_BOOKED,
    extra: { ...STILL_BOOKED.extra, ...(counts ? { cancelled: counts.cancelled } : {}), left },
  };
}

/** [PD11] A proxy acts for somebody; that somebody's record is not theirs to delete. */
export const isTheirs = (principal: Principal, record: Pick<PatientRecord, "id">): boolean =>
  principal.role !== "patient" || principal.patientId === record.id;

/** What a record shows of its deletion before it is done. */
export const deletionPreview = async (c: Context<EdgeEnv>, { id, mergedFrom }: PatientRecord) => ({
  ...TOLD,
  standing: await standingOf(c, [id, ...mergedFrom]),
});

export type Deleted =
  | { readonly ok: true; readonly version: number; readonly finished: boolean }
  | { readonly ok: false; readonly problem: Problem };

/** For the API and the page alike. `seen` = the version that its author saw; `cancel` = what is to come goes with it. */
export async function deleteRecord(
  c: Context<EdgeEnv>,
  principal: Principal,
  record: PatientRecord,
  { seen, cancel }: { readonly seen: number; readonly cancel: boolean },
): Promise<Deleted> {
  const { id, mergedFrom, version } = record;
  if (record.deleted) return { ok: true, version, finished: await forgetNow(c, id) }; // [PD10] asked again: on with it
  if (seen !== version) return { ok: false, problem: STALE }; // before anything is cancelled
  const { standing } = await deletionPreview(c, record);
  const problem = await stillBooked(c, principal, standing, record, cancel);
  if (problem) return { ok: false, problem };
  const by = principal.role === "patient" ? "patient" : "clinic";
  const written = await write(() =>
    askPostgres(c.get("settings"), (db, queries) =>
      queries.deletePatient(db, { id, mergedFrom, version: seen, by }),
    ),
  );
  if (!written.ok) return written;
  forgetPatients(id, ...mergedFrom);
  return { ok: true, version: seen + 1, finished: await forgetNow(c, id) };
}

export const patientDeletion = {
  deletePatient: async (c, principal) => {
    const record = await recordIn(c, reachOf(principal, "patient.delete"), c.req.param("id"));
    if (!record || record.mergedInto) return sendProblem(c, NOT_FOUND);
    if (!isTheirs(principal, record)) return sendProblem(c, FORBIDDEN);
    const query = parseQuery(c, applyQuery);
    if (!query.ok) return sendProblem(c, query.problem);
    const body = await parseBody(c, recordDeletionBody);
    if (!body.ok) return sendProblem(c, body.problem);
    const { version } = record;
    if (!query.value.apply && !record.deleted) {
      const { standing, ...told } = await deletionPreview(c, record);
      c.header("ETag", etagOf(version));
      return c.json({ applied: false, version, ...told, standing: standingDto(principal, standing) });
    }
    const seen: Parsed<number> = record.deleted ? { ok: true, value: version } : ifMatchVersion(c);
    if (!seen.ok) return sendProblem(c, seen.problem);
    const cancel = body.value.appointments === "cancel";
    const done = await deleteRecord(c, principal, record, { seen: seen.value, cancel });
    if (!done.ok) return sendProblem(c, done.problem);
    c.header("ETag", etagOf(done.version));
    return c.json({ applied: true, version: done.version, ...TOLD, finished: done.finished });
  },
} satisfies Partial<Handlers>;
