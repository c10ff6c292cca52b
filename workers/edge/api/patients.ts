/** Patients: whom a caller may act for, their list of appointments, and the list that staff see. */
import type { Context } from "hono";
import { type Principal, standsFor } from "../../../core/access/principal.ts";
import { reaches } from "../../../core/access/reach.ts";
import { admission, reachOf } from "../../../core/access/rules.ts";
import { appointmentDto } from "../../../core/booking/appointment-dto.ts";
import { isPatientId, type LocationId, type PatientId } from "../../../core/ids.ts";
import { DAY_MS, type Instant, instant, SECOND_MS } from "../../../core/time.ts";
import { logFailure } from "../../../durable-objects/shared/log.ts";
import { concerns } from "../audited.ts";
import type { EdgeEnv } from "../env.ts";
import { visiblePatientList } from "../patient-list.ts";
import { askPostgres, PostgresUnavailable } from "../postgres.ts";
import { forgetAllConsents } from "../represents.ts";
import type { Handlers } from "./handlers.ts";
import { BAD_CURSOR, decodeCursor, encodeCursor, isText, sendPage } from "./paging.ts";
import { CALENDAR_AWAY, FORBIDDEN, invalid, NOT_FOUND, type Problem, sendProblem } from "./problem.ts";
import { listQuery, parseQuery, patientAppointmentsQuery } from "./schemas.ts";

/** Who a patient id means by now. */
interface Person {
  /** [PA7] Who stands for it: itself, or the one it was merged into. */
  readonly id: PatientId;
  /** [PA7] Further ids of the same person. */
  readonly mergedFrom: readonly PatientId[];
  /** [PA4] */
  readonly active: boolean;
  readonly at: number;
}

/** What the directory said of ids, so that a busy desk does not ask Postgres for every booking. */
const knownPeople = new Map<PatientId, Person>();
/** Bounds memory: about 200 bytes each. */
const KNOWN_PEOPLE_MAX = 20_000;
/** How long another isolate may still book for somebody who was merged or deactivated. */
const PERSON_FRESH_MS = 10 * SECOND_MS;

/** null = there is no such patient. While Postgres is away, what it said last ([K7]). */
async function personOf(c: Context<EdgeEnv>, id: PatientId): Promise<Person | null> {
  const known = knownPeople.get(id);
  if (known && Date.now() - known.at < PERSON_FRESH_MS) return known;
  try {
    const person = await askPostgres(c.get("settings"), async (db, { findPatientRecord }) => {
      const found = await findPatientRecord(db, id);
      return found?.mergedInto ? findPatientRecord(db, found.mergedInto) : found;
    });
    if (!person) return null;
    const { mergedFrom, active } = person;
    const fresh = { id: person.id, mergedFrom, active, at: Date.now() };
    if (knownPeople.size >= KNOWN_PEOPLE_MAX) knownPeople.clear();
    knownPeople.set(id, fresh);
    return fresh;
  } catch (error) {
    if (known && error instanceof PostgresUnavailable) return known; // logged there
    throw error;
  }
}

/** After a change: what this isolate does next knows of it. */
export function forgetPatients(...ids: readonly PatientId[]): void {
  for (const id of ids) knownPeople.delete(id);
  forgetAllConsents(); // [CO5] it may be anybody who stood for one of them
}

type PatientAnswer =
  | {
      readonly ok: true;
      readonly patientId: PatientId;
      /** [PA7] Ids that were merged into this one, where the caller is told of them. */
      readonly mergedFrom?: readonly PatientId[];
    }
  | { readonly ok: false; readonly problem: Problem };

/** [AU1] A caller named somebody whom they do not stand for. An invented id leaves no trace. */
async function noteForeign(c: Context<EdgeEnv>, id: PatientId): Promise<void> {
  const isThere = await personOf(c, id).catch((error: unknown) => {
    if (error instanceof PostgresUnavailable) return true; // nobody knows: better one entry too many
    throw error;
  });
  if (isThere) concerns(c, { patientId: id });
}

/** Whom a booking at `locationId` is for: oneself, or for the desk of that clinic any patient in the directory. */
export async function patientFor(
  c: Context<EdgeEnv>,
  principal: Principal,
  given: PatientId | undefined,
  locationId: LocationId,
): Promise<PatientAnswer> {
  if (principal.role === "patient") {
    const id = given ?? principal.patientId;
    if (standsFor(principal, id)) concerns(c, { patientId: id });
    else await noteForeign(c, id);
    return standsFor(principal, id) ? { ok: true, patientId: id } : { ok: false, problem: NOT_FOUND };
  }
  if (given === undefined)
    return { ok: false, problem: invalid([{ pointer: "/patientId", message: "is required for staff" }]) };
  const person = await personOf(c, given);
  if (person) concerns(c, { patientId: person.id });
  if (principal.role === "staff" && !principal.clinics.includes(locationId))
    return { ok: false, problem: NOT_FOUND };
  return person?.active ? { ok: true, patientId: person.id } : { ok: false, problem: NOT_FOUND }; // [PA4] [PA7]
}

/** A patient whose list this caller may open; what they see in it is filtered by reach. */
export async function visiblePatient(
  c: Context<EdgeEnv>,
  principal: Principal,
  text: string,
): Promise<PatientAnswer> {
  if (!isPatientId(text)) return { ok: false, problem: NOT_FOUND };
  const id = text as PatientId;
  if (principal.role === "patient") {
    if (standsFor(principal, id)) concerns(c, { patientId: id });
    else await noteForeign(c, id);
    return standsFor(principal, id) ? { ok: true, patientId: id } : { ok: false, problem: NOT_FOUND };
  }
  if (admission(principal, "patient.appointments") !== "yes") return { ok: false, problem: FORBIDDEN };
  const person = await personOf(c, id);
  if (person) concerns(c, { patientId: person.id });
  return person
    ? { ok: true, patientId: person.id, mergedFrom: person.mergedFrom }
    : { ok: false, problem: NOT_FOUND };
}

/** Without dates: everything that the agenda still keeps. */
export const EVER: readonly [Instant, Instant] = [instant(0), instant(Date.UTC(2100, 0, 1))];

const isStartAndId = (parts: readonly unknown[]): parts is readonly [number, string] =>
  parts.length === 2 && typeof parts[0] === "number" && typeof parts[1] === "string";

export const patients = {
  listPatients: async (c, principal) => {
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
    concerns(c, { count: page.length });
    const data = page.map(({ id, displayName, birthDate, homeLocationId }) => ({
      id,
      displayName,
      birthDate,
      homeLocationId,
    }));
    return sendPage(c, data, found.length > limit && last ? encodeCursor([last.id]) : null);
  },
  listPatientAppointments: async (c, principal) => {
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
      const asked = {
        window,
        status: status ?? null,
        after: after ? { start: instant(after[0]), id: after[1] } : null,
        limit: limit + 1,
      };
      const ids = [patient.patientId, ...(patient.mergedFrom ?? [])];
      const reach = reachOf(principal, "appointment.read");
      const found = await visiblePatientList(c, ids, asked, (facts) => reaches(reach, facts));
      const page = found.slice(0, limit);
      const last = page.at(-1);
      return sendPage(
        c,
        page.map(appointmentDto),
        found.length > limit && last ? encodeCursor([last.start, last.id]) : null,
      );
    } catch (error) {
      logFailure("edge.list_failed", error);
      return sendProblem(c, CALENDAR_AWAY);
    }
  },
} satisfies Partial<Handlers>;
