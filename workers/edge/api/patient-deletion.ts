/**
 * [PD9]–[PD11] A patient's record is deleted, by the patient or by a desk that they asked: first told what goes and what stays, then with
 * `?apply=true` done. What says who they are goes at once; what they wrote is destroyed wherever it lies, until nothing is left.
 */
import type { Context } from "hono";
import * as z from "zod";
import type { Principal } from "../../../core/access/principal.ts";
import { reachOf } from "../../../core/access/rules.ts";
import type { AppointmentFacts } from "../../../core/booking/appointment.ts";
import type { PatientId } from "../../../core/ids.ts";
import type { PatientRecord } from "../../../db/index.ts";
import { logFailure } from "../../../durable-objects/shared/log.ts";
import { forgetPatient } from "../../forget-patient.ts";
import type { EdgeEnv } from "../env.ts";
import { askPostgres } from "../postgres.ts";
import { cancelThem, etagOf, previewOrApply } from "./admin-commands.ts";
import { recordIn, STILL_BOOKED, standingDto, standingOf } from "./admin-patients.ts";
import { applyQuery } from "./admin-schemas.ts";
import type { Handlers } from "./handlers.ts";
import { ifMatchVersion } from "./headers.ts";
import { STALE } from "./manage.ts";
import { forgetPatients } from "./patients.ts";
import { FORBIDDEN, NOT_FOUND, type Problem, sendProblem } from "./problem.ts";
import { parseBody, parseQuery } from "./schemas.ts";

/** "cancel" = what is still to come is cancelled first, as the caller would. */
export const deletionBody = z.strictObject({ appointments: z.enum(["keep", "cancel"]).default("keep") });

/** What a deletion takes away, and what the law and the clinics' accounts keep: as codes, for programs and for the page alike. */
export const DELETED_PARTS = [
  "name",
  "birth-day-and-month",
  "email",
  "phone",
  "languages",
  "access-needs",
  "preferences",
  "reasons-and-notes",
  "proxies",
  "sign-in",
] as const;
export const KEPT_PARTS = [
  { what: "appointment-times-places-and-status", why: "medical-record" },
  { what: "year-of-birth", why: "medical-record" },
  { what: "patient-id", why: "billing" },
  { what: "access-log", why: "accountability" },
] as const;

const TOLD = { deletes: DELETED_PARTS, keeps: KEPT_PARTS };

/** One run, now. What it leaves, the consumers finish. */
export async function forgetNow(c: Context<EdgeEnv>, id: PatientId): Promise<boolean> {
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
  if (left === 0 && !record.waiting) return null;
  return {
    ...STILL_BOOKED,
    extra: { ...STILL_BOOKED.extra, ...(counts ? { cancelled: counts.cancelled } : {}), left },
  };
}

/** [PD11] A proxy acts for somebody; that somebody's record is not theirs to delete. */
const isTheirs = (principal: Principal, record: PatientRecord): boolean =>
  principal.role !== "patient" || principal.patientId === record.id;

export const patientDeletion = {
  deletePatient: async (c, principal) => {
    const record = await recordIn(c, reachOf(principal, "patient.delete"), c.req.param("id"));
    if (!record || record.mergedInto) return sendProblem(c, NOT_FOUND);
    if (!isTheirs(principal, record)) return sendProblem(c, FORBIDDEN);
    const query = parseQuery(c, applyQuery);
    if (!query.ok) return sendProblem(c, query.problem);
    const body = await parseBody(c, deletionBody);
    if (!body.ok) return sendProblem(c, body.problem);
    const { id, mergedFrom, version } = record;
    if (record.deleted) {
      // [PD10] Asked again: how far it is, and on with it.
      c.header("ETag", etagOf(version));
      return c.json({ applied: true, version, ...TOLD, finished: await forgetNow(c, id) });
    }
    const standing = await standingOf(c, [id, ...mergedFrom]);
    if (query.value.apply) {
      const seen = ifMatchVersion(c); // before anything is cancelled
      if (!seen.ok) return sendProblem(c, seen.problem);
      if (seen.value !== version) return sendProblem(c, STALE);
      const cancel = body.value.appointments === "cancel";
      const problem = await stillBooked(c, principal, standing, record, cancel);
      if (problem) return sendProblem(c, problem);
    }
    return previewOrApply(c, {
      version,
      preview: async () =>
        query.value.apply ? TOLD : { ...TOLD, standing: standingDto(principal, standing) },
      write: (db, { deletePatient }, seen) =>
        deletePatient(db, {
          id,
          mergedFrom,
          version: seen,
          by: principal.role === "patient" ? "patient" : "clinic",
        }),
      tell: null,
      after: async () => {
        forgetPatients(id, ...mergedFrom);
        return { finished: await forgetNow(c, id) };
      },
    });
  },
} satisfies Partial<Handlers>;
