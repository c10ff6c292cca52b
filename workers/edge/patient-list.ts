/** A patient's list, for everybody who reads it: what waits for them from elsewhere is in it ([AD7]). */
import type { Context } from "hono";
import type { AppointmentFacts } from "../../core/booking/appointment.ts";
import type { PatientId } from "../../core/ids.ts";
import type { ListQuery } from "../../durable-objects/patient-agenda/patient-agenda.ts";
import { concerns } from "./audited.ts";
import type { EdgeEnv } from "./env.ts";
import { patientAgenda } from "./stubs.ts";
import { takeOverForPatient } from "./take-over.ts";

/**
 * [PA7] One page out of the lists of all ids of a person, by start, then id. Usually there is one.
 * @throws when an agenda does not answer.
 */
export async function patientList(
  c: Context<EdgeEnv>,
  ids: readonly PatientId[],
  query: ListQuery,
): Promise<AppointmentFacts[]> {
  const [first] = ids;
  if (first !== undefined) concerns(c, { patientId: first });
  const lists = await Promise.all(
    ids.map(async (id) => {
      await takeOverForPatient(c, id);
      return patientAgenda(c.env, id).list(id, query);
    }),
  );
  const all = lists.length === 1 ? (lists[0] as AppointmentFacts[]) : lists.flat();
  if (lists.length > 1) all.sort((a, b) => a.start - b.start || (a.id < b.id ? -1 : 1));
  return all.slice(0, query.limit);
}

/** Rows of one question once the first page was not enough. */
const FURTHER_ROWS = 200;
/** 10,000 visits: nobody has as many. */
const PAGES_MAX = 50;

/**
 * [A1] One page of what a caller may see. Looked through until it is full, so that whether and where there is a next page says
 * nothing of what lies between. @throws as patientList.
 */
export async function visiblePatientList(
  c: Context<EdgeEnv>,
  ids: readonly PatientId[],
  query: ListQuery,
  isVisible: (facts: AppointmentFacts) => boolean,
): Promise<AppointmentFacts[]> {
  const visible: AppointmentFacts[] = [];
  let { after, limit } = query;
  for (let page = 0; page < PAGES_MAX; page++) {
    const found: AppointmentFacts[] = await patientList(c, ids, { ...query, after, limit });
    visible.push(...found.filter(isVisible));
    if (visible.length >= query.limit || found.length < limit) break;
    after = found.at(-1) ?? null;
    limit = FURTHER_ROWS;
  }
  return visible.slice(0, query.limit);
}
