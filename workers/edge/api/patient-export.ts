/** [PD12] Everything that we hold of a patient, as one JSON file for themselves: read piece by piece as it is taken. */
import type { Context } from "hono";
import type { Principal } from "../../../core/access/principal.ts";
import type { Reach } from "../../../core/access/reach.ts";
import { reachOf } from "../../../core/access/rules.ts";
import type { Appointment } from "../../../core/booking/appointment.ts";
import { appointmentDto } from "../../../core/booking/appointment-dto.ts";
import type { AppointmentId, PatientId } from "../../../core/ids.ts";
import { spellInZone } from "../../../core/schedule/clinic-time.ts";
import { instant } from "../../../core/time.ts";
import type { ExportedId, ExportedVersion, PatientRecord } from "../../../db/index.ts";
import { logFailure } from "../../../durable-objects/shared/log.ts";
import { findWithin } from "../book-appointment.ts";
import type { EdgeEnv } from "../env.ts";
import { patientList } from "../patient-list.ts";
import { askPostgres } from "../postgres.ts";
import { recordDto, recordIn } from "./admin-patients.ts";
import { directoryOf } from "./directory.ts";
import type { Handlers } from "./handlers.ts";
import { BAD_CURSOR, decodeCursor, encodeCursor } from "./paging.ts";
import { EVER } from "./patients.ts";
import { exportQuery } from "./personal-schemas.ts";
import { NOT_FOUND, sendProblem } from "./problem.ts";
import { parseQuery } from "./schemas.ts";

/** Appointments of one file: each is a call to its calendar, and a request has a thousand. Whoever has more follows `next`. */
const APPOINTMENTS_MAX = 500;
/** Read together: one question for their histories, as many calls at once as a page of the site makes. */
const CHUNK = 20;
/** Appointments that the log has not told Postgres of: those of the last seconds. */
const CLAIMS_MAX = 200;

const isStartAndId = (parts: readonly unknown[]): parts is readonly [number, string] =>
  parts.length === 2 && typeof parts[0] === "number" && typeof parts[1] === "string";

interface Subject {
  readonly ids: readonly PatientId[];
  /** Of appointments. */
  readonly reach: Reach;
}

/** Their own reach, with the ids that were merged into theirs; a desk has its clinics'. */
const reachFor = (principal: Principal, ids: readonly PatientId[]): Reach =>
  principal.role === "patient"
    ? { kind: "patients", patientIds: ids }
    : reachOf(principal, "appointment.read");

const spellUtc = (at: number): string => new Date(at).toISOString();

function versionDto({ start, end, at, ...version }: ExportedVersion, zone: string) {
  const spell = (moment: number): string => spellInZone(instant(moment), zone);
  return { ...version, start: spell(start), end: spell(end), at: spell(at) };
}

/** An appointment with what the booking answers leave out: the notes, the names of place and provider, what became of it. */
async function appointmentEntries(
  c: Context<EdgeEnv>,
  { reach }: Subject,
  ids: readonly AppointmentId[],
): Promise<readonly object[]> {
  const [known, histories, found] = await Promise.all([
    directoryOf(c),
    askPostgres(c.get("settings"), (db, queries) => queries.historiesOf(db, ids)),
    Promise.all(ids.map((id) => findWithin(c, reach, id))),
  ]);
  return found.flatMap((one) => {
    if (!one.ok) {
      if (one.problem === NOT_FOUND) return []; // out of reach, or taken away meanwhile
      throw new Error("a calendar does not answer"); // half a file must not look whole
    }
    const appointment: Appointment = one.appointment;
    return [
      {
        ...appointmentDto(appointment),
        ...(appointment.notes === null ? {} : { notes: appointment.notes }),
        provider: one.provider.displayName,
        location: known.clinics.get(appointment.locationId)?.name ?? null,
        history: (histories.get(appointment.id) ?? []).map((version) =>
          versionDto(version, appointment.timeZone),
        ),
      },
    ];
  });
}

/** Ids of the newest appointments that Postgres has not heard of. */
async function unprojected(c: Context<EdgeEnv>, ids: readonly PatientId[]): Promise<AppointmentId[]> {
  const [start, end] = EVER;
  const claims = await patientList(c, ids, {
    window: { start, end },
    status: null,
    after: null,
    limit: CLAIMS_MAX,
  });
  const all = claims.map(({ id }) => id);
  const known = await askPostgres(c.get("settings"), (db, queries) => queries.projectedAmong(db, all));
  return all.filter((id) => !known.has(id));
}

/** The parts of the file, in order. What precedes the appointments is read before anything is sent, so that a failure is a 503. */
async function* partsOf(
  c: Context<EdgeEnv>,
  subject: Subject,
  head: object,
  after: ExportedId | null,
  fresh: readonly AppointmentId[],
): AsyncGenerator<string> {
  yield `${JSON.stringify(head).slice(0, -1)},"appointments":[`;
  let isFirst = true;
  const linesOf = async (ids: readonly AppointmentId[]): Promise<string> => {
    const entries = await appointmentEntries(c, subject, ids);
    const text = entries
      .map((entry, n) => (isFirst && n === 0 ? "\n" : ",\n") + JSON.stringify(entry))
      .join("");
    if (entries.length > 0) isFirst = false;
    return text;
  };
  for (let from = 0; from < fresh.length; from += CHUNK) yield await linesOf(fresh.slice(from, from + CHUNK));
  let last = after;
  let next: string | null = null;
  for (let told = 0; ; told += CHUNK) {
    if (told >= APPOINTMENTS_MAX && last) {
      next = encodeCursor([last.start, last.id]);
      break;
    }
    const from = last;
    const page = await askPostgres(c.get("settings"), (db, queries) =>
      queries.appointmentIdsOf(db, subject.ids, from, CHUNK),
    );
    if (page.length > 0) yield await linesOf(page.map(({ id }) => id));
    last = page.at(-1) ?? last;
    if (page.length < CHUNK) break;
  }
  yield `],"page":${JSON.stringify({ next })}}\n`;
}

const streamOf = (parts: AsyncGenerator<string>): ReadableStream<Uint8Array> => {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await parts.next();
        if (done) controller.close();
        else if (value !== "") controller.enqueue(encoder.encode(value));
        else await this.pull?.(controller);
      } catch (error) {
        logFailure("export.failed", error);
        controller.error(error);
      }
    },
    async cancel() {
      await parts.return(undefined);
    },
  });
};

const proxyDto = (id: PatientId, since: number, revokedAt: number | null, relation: string) => ({
  patientId: id,
  relation,
  since: spellUtc(since),
  revokedAt: revokedAt === null ? null : spellUtc(revokedAt),
});

async function headOf(
  c: Context<EdgeEnv>,
  record: PatientRecord,
  ids: readonly PatientId[],
): Promise<object> {
  const proxies = await askPostgres(c.get("settings"), (db, queries) => queries.proxiesOf(db, ids));
  const isOwn = (id: PatientId): boolean => ids.includes(id);
  // [CO7] A proxy learns of their own consent, and not who else acts, or for whom the patient acts.
  const caller = c.get("principal");
  const proxy = caller?.role === "patient" && !isOwn(caller.patientId) ? caller.patientId : null;
  return {
    format: "openslot-patient-export/1",
    exportedAt: spellUtc(Date.now()),
    patient: recordDto(record),
    proxies: {
      whoActForYou: proxies
        .filter(
          ({ patientId, proxyPatientId }) => isOwn(patientId) && (proxy ?? proxyPatientId) === proxyPatientId,
        )
        .map((one) => proxyDto(one.proxyPatientId, one.since, one.revokedAt, one.relation)),
      forWhomYouAct: proxies
        .filter(({ proxyPatientId }) => isOwn(proxyPatientId) && proxy === null)
        .map((one) => proxyDto(one.patientId, one.since, one.revokedAt, one.relation)),
    },
  };
}

/** The file, for the API and the page alike. @param after where the file before this one ended */
export async function sendExport(
  c: Context<EdgeEnv>,
  principal: Principal,
  record: PatientRecord,
  after: ExportedId | null,
): Promise<Response> {
  const ids = [record.id, ...record.mergedFrom];
  const subject = { ids, reach: reachFor(principal, ids) };
  const [head, fresh] = await Promise.all([headOf(c, record, ids), after ? [] : unprojected(c, ids)]);
  const date = spellUtc(Date.now()).slice(0, 10);
  return c.body(streamOf(partsOf(c, subject, head, after, fresh)), 200, {
    "content-type": "application/json",
    "content-disposition": `attachment; filename="openslot-export-${date}.json"`,
  });
}

export const patientExport = {
  exportPatient: async (c, principal) => {
    const record = await recordIn(c, reachOf(principal, "patient.export"), c.req.param("id"));
    if (!record || record.mergedInto) return sendProblem(c, NOT_FOUND);
    const query = parseQuery(c, exportQuery);
    if (!query.ok) return sendProblem(c, query.problem);
    const { cursor } = query.value;
    const after = cursor === undefined ? undefined : decodeCursor(cursor, isStartAndId);
    if (after === null) return sendProblem(c, BAD_CURSOR);
    const from = after ? { start: after[0], id: after[1] as AppointmentId } : null;
    return sendExport(c, principal, record, from);
  },
} satisfies Partial<Handlers>;
