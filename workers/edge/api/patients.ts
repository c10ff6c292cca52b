/** Patients: whom a caller may act for, their list of appointments, and the list that staff see. */
import { type Context, Hono } from "hono";
import { appointmentReach, type Principal } from "../../../core/access/principal.ts";
import { reaches } from "../../../core/access/reach.ts";
import { appointmentDto } from "../../../core/booking/appointment-dto.ts";
import { isPatientId, type LocationId, type PatientId } from "../../../core/ids.ts";
import { DAY_MS, type Instant, instant } from "../../../core/time.ts";
import { logFailure } from "../../../durable-objects/shared/log.ts";
import type { EdgeEnv } from "../env.ts";
import { patientList } from "../patient-list.ts";
import { askPostgres } from "../postgres.ts";
import { BAD_CURSOR, decodeCursor, encodeCursor, isText, sendPage } from "./paging.ts";
import {
  CALENDAR_AWAY,
  FORBIDDEN,
  invalid,
  NOT_FOUND,
  type Problem,
  sendProblem,
  UNAUTHENTICATED,
} from "./problem.ts";
import { listQuery, parseQuery, patientAppointmentsQuery } from "./schemas.ts";

/** Ids that the directory confirmed, so that a busy desk does not ask Postgres for every booking. */
const knownPatients = new Map<PatientId, LocationId>();
const KNOWN_PATIENTS_MAX = 20_000;

async function homeOf(c: Context<EdgeEnv>, id: PatientId): Promise<LocationId | null> {
  const known = knownPatients.get(id);
  if (known) return known;
  const patient = await askPostgres(c.get("settings"), (db, { findPatient }) => findPatient(db, id));
  if (!patient) return null;
  if (knownPatients.size >= KNOWN_PATIENTS_MAX) knownPatients.clear();
  knownPatients.set(id, patient.homeLocationId);
  return patient.homeLocationId;
}

type PatientAnswer =
  | { readonly ok: true; readonly patientId: PatientId }
  | { readonly ok: false; readonly problem: Problem };

/** Whom a booking at `locationId` is for: oneself, or for the desk of that clinic any patient in the directory. */
export async function patientFor(
  c: Context<EdgeEnv>,
  principal: Principal,
  given: PatientId | undefined,
  locationId: LocationId,
): Promise<PatientAnswer> {
  if (principal.role === "patient") {
    const own = given === undefined || given === principal.patientId;
    return own ? { ok: true, patientId: principal.patientId } : { ok: false, problem: NOT_FOUND };
  }
  if (given === undefined)
    return { ok: false, problem: invalid([{ pointer: "/patientId", message: "is required for staff" }]) };
  if (principal.role === "staff" && !principal.clinics.includes(locationId))
    return { ok: false, problem: NOT_FOUND };
  return (await homeOf(c, given)) ? { ok: true, patientId: given } : { ok: false, problem: NOT_FOUND };
}

/** A patient whose list this caller may open; what they see in it is filtered by reach. */
export async function visiblePatient(
  c: Context<EdgeEnv>,
  principal: Principal,
  text: string,
): Promise<PatientAnswer> {
  if (!isPatientId(text)) return { ok: false, problem: NOT_FOUND };
  const id = text as PatientId;
  if (principal.role === "patient")
    return principal.patientId === id ? { ok: true, patientId: id } : { ok: false, problem: NOT_FOUND };
  if (principal.role === "kiosk" || principal.role === "provider") return { ok: false, problem: FORBIDDEN };
  return (await homeOf(c, id)) ? { ok: true, patientId: id } : { ok: false, problem: NOT_FOUND };
}

/** Without dates: everything that the agenda still keeps. */
const EVER: readonly [Instant, Instant] = [instant(0), instant(Date.UTC(2100, 0, 1))];

const isStartAndId = (parts: readonly unknown[]): parts is readonly [number, string] =>
  parts.length === 2 && typeof parts[0] === "number" && typeof parts[1] === "string";

export const patients = new Hono<EdgeEnv>()
  .get("/", async (c) => {
    const principal = c.get("principal");
    if (!principal) return sendProblem(c, UNAUTHENTICATED);
    if (principal.role !== "staff" && principal.role !== "admin") return sendProblem(c, FORBIDDEN);
    const query = parseQuery(c, listQuery);
    if (!query.ok) return sendProblem(c, query.problem);
    const { limit, cursor } = query.value;
    const after = cursor === undefined ? undefined : decodeCursor(cursor, isText);
    if (after === null) return sendProblem(c, BAD_CURSOR);
    const asked = {
      homeLocationIds: principal.role === "staff" ? principal.clinics : null,
      limit: limit + 1,
      ...(after ? { after: after[0] as PatientId } : {}),
    };
    const found = await askPostgres(c.get("settings"), (db, { listPatients }) => listPatients(db, asked));
    const page = found.slice(0, limit);
    const last = page.at(-1);
    const data = page.map(({ id, displayName, birthDate, homeLocationId }) => ({
      id,
      displayName,
      birthDate,
      homeLocationId,
    }));
    return sendPage(c, data, found.length > limit && last ? encodeCursor([last.id]) : null);
  })
  .get("/:id/appointments", async (c) => {
    const principal = c.get("principal");
    if (!principal) return sendProblem(c, UNAUTHENTICATED);
    const query = parseQuery(c, patientAppointmentsQuery);
    if (!query.ok) return sendProblem(c, query.problem);
    const patient = await visiblePatient(c, principal, c.req.param("id"));
    if (!patient.ok) return sendProblem(c, patient.problem);
    const { limit, cursor, from, to, status } = query.value;
    const after = cursor === undefined ? undefined : decodeCursor(cursor, isStartAndId);
    if (after === null) return sendProblem(c, BAD_CURSOR);
    // Dates are UTC days here: a patient's appointments may lie in several zones.
    const window = {
      start: from ? instant(Date.parse(from)) : EVER[0],
      end: to ? instant(Date.parse(to) + DAY_MS) : EVER[1],
    };
    try {
      const found = await patientList(c, patient.patientId, {
        window,
        status: status ?? null,
        after: after ? { start: instant(after[0]), id: after[1] } : null,
        limit: limit + 1,
      });
      const page = found.slice(0, limit);
      const last = page.at(-1);
      const visible = page.filter((facts) => reaches(appointmentReach(principal), facts));
      return sendPage(
        c,
        visible.map(appointmentDto),
        found.length > limit && last ? encodeCursor([last.start, last.id]) : null,
      );
    } catch (error) {
      logFailure("edge.list_failed", error);
      return sendProblem(c, CALENDAR_AWAY);
    }
  });
