/**
 * Patients' records: made, read, changed, searched, deactivated, merged. Names and dates of birth come in bodies only, never in an
 * address; a foreign record is the 404 of a missing one.
 */
import type { Context } from "hono";
import type { Principal } from "../../../core/access/principal.ts";
import { type Reach, reachesRecord } from "../../../core/access/reach.ts";
import { reachOf } from "../../../core/access/rules.ts";
import { type AppointmentFacts, occupiesTime } from "../../../core/booking/appointment.ts";
import { AGENDA_SHARDS, isPatientId, makePatientId, type PatientId } from "../../../core/ids.ts";
import { VISIT_MINUTES_MAX } from "../../../core/schedule/config.ts";
import { type Instant, MINUTE_MS } from "../../../core/time.ts";
import type { PatientRecord } from "../../../db/index.ts";
import { concerns } from "../audited.ts";
import { actingAround, closeScreensOf, endedWithRecord } from "../consents.ts";
import type { EdgeEnv } from "../env.ts";
import { patientList } from "../patient-list.ts";
import { askPostgres } from "../postgres.ts";
import { tokensOfSessions } from "../sign-in/visitor.ts";
import { endSessionsOf, patientChanged } from "../tell-issuer.ts";
import { knownPrincipal } from "../token-verifier.ts";
import { applyNow, create, etagOf, freshBytes, previewOrApply } from "./admin-commands.ts";
import { applyQuery, mergeBody, patientBody, patientSearchBody } from "./admin-schemas.ts";
import { directoryOf } from "./directory.ts";
import { callerOf, type Handlers } from "./handlers.ts";
import { OUTSIDE_MAX, outsideDto } from "./manage.ts";
import { EVER, forgetPatients } from "./patients.ts";
import { FORBIDDEN, ISSUER_AWAY, invalid, NOT_FOUND, type Problem, sendProblem } from "./problem.ts";
import { parseBody, parseQuery } from "./schemas.ts";

const rule = (name: string, title: string): Problem => ({
  status: 422,
  slug: "rule-violated",
  title,
  extra: { rule: name },
});
const MERGED = rule("patient-merged", "This record was merged into another one, which stands for both.");
const INACTIVE = rule("patient-inactive", "A deactivated record cannot stand for another one.");
export const STILL_BOOKED = rule(
  "future-appointments",
  "Appointments to come stand under this record: book them for the other one, or cancel them, first.",
);
/** [PD11] */
const DELETED = rule("patient-deleted", "This record was deleted, and nothing brings it back.");
const TOO_MANY = rule("too-many-merged", "Too many records were merged into one.");

/** What a record shows to whoever may see it. Whether appointments wait elsewhere is for the merge alone. */
export const recordDto = ({
  waiting: _waiting,
  mergedInto: _mergedInto,
  deleted: _deleted,
  ...record
}: PatientRecord) => record;

/** [PA1] The record behind an id, if it is in reach: invented, missing and foreign ids are one answer. */
export async function recordIn(
  c: Context<EdgeEnv>,
  reach: Reach,
  text: string,
): Promise<PatientRecord | null> {
  if (!isPatientId(text)) return null;
  const id = text as PatientId;
  const found = await askPostgres(c.get("settings"), (db, queries) => queries.findPatientRecord(db, id));
  if (found) concerns(c, { patientId: id, locationId: found.homeLocationId });
  return found && reachesRecord(reach, found) ? found : null;
}

type Kept = { readonly principal: Principal; readonly record: PatientRecord } | { readonly problem: Problem };

async function keptRecord(c: Context<EdgeEnv>): Promise<Kept> {
  const principal = callerOf(c);
  const record = await recordIn(c, reachOf(principal, "patient.keep"), c.req.param("id") ?? "");
  return record ? { principal, record } : { problem: NOT_FOUND };
}

/** Pages of OUTSIDE_MAX that are looked through: cancelled ones stand in the list too. Nobody has 2,000 visits to come. */
const STANDING_PAGES_MAX = 10;

/** What still stands of a patient's appointments, now or to come, at every clinic. As the agenda has it: it includes what is pending. */
export async function standingOf(
  c: Context<EdgeEnv>,
  ids: readonly PatientId[],
): Promise<AppointmentFacts[]> {
  const now = Date.now();
  const window = { start: (now - VISIT_MINUTES_MAX * MINUTE_MS) as Instant, end: EVER[1] };
  const standing: AppointmentFacts[] = [];
  let after: { readonly start: Instant; readonly id: string } | null = null;
  for (let page = 0; page < STANDING_PAGES_MAX; page++) {
    const found: AppointmentFacts[] = await patientList(c, ids, {
      window,
      status: null,
      after,
      limit: OUTSIDE_MAX,
    });
    standing.push(
      ...found.filter(({ end, status }) => end > now && occupiesTime(status) && status !== "completed"),
    );
    after = found.at(-1) ?? null;
    if (found.length < OUTSIDE_MAX) break;
  }
  return standing;
}

/** All are counted; named are those at clinics that the caller reaches. */
export const standingDto = (principal: Principal, facts: readonly AppointmentFacts[]) => ({
  ...outsideDto(principal, facts),
  count: facts.length,
});

export const patientRecords = {
  /** [PA2] A new patient, at home in one of the caller's clinics. */
  createPatient: async (c, principal) => {
    const known = await directoryOf(c);
    const reach = reachOf(principal, "patient.keep");
    return create(
      c,
      { ok: true, principal },
      {
        kind: "patient",
        path: "patients",
        shape: patientBody,
        check: ({ homeLocationId }) => {
          const isOwn = reach.kind !== "clinics" || reach.locationIds.includes(homeLocationId);
          if (!isOwn) return FORBIDDEN; // clinics are public: foreign and missing ones alike
          return known.clinics.get(homeLocationId)?.active ? null : NO_CLINIC;
        },
        freshId: () => makePatientId((freshBytes()[0] as number) % AGENDA_SHARDS, freshBytes()), // shards divide 256
        insert: (db, { insertPatient }, { id, body, by }) => insertPatient(db, id as PatientId, body, by),
        tell: null,
        show: async (id) => {
          const record = await recordIn(c, reach, id); // a repetition may come after the patient went elsewhere
          return record ? { body: recordDto(record), version: record.version } : undefined;
        },
      },
    );
  },
  /** [PA5] At most 50, by name. A POST, because names do not belong into addresses. */
  searchPatients: async (c, principal) => {
    const parsed = await parseBody(c, patientSearchBody);
    if (!parsed.ok) return sendProblem(c, parsed.problem);
    const reach = reachOf(principal, "patient.list");
    const search = { ...parsed.value, homeLocationIds: reach.kind === "clinics" ? reach.locationIds : null };
    const found = await askPostgres(c.get("settings"), async (db, queries) => {
      if (!queries.isNarrow(search)) return null;
      const rows = await queries.searchPatients(db, search);
      return { rows: rows.slice(0, queries.PATIENT_MATCHES_MAX - 1), more: rows.length };
    });
    if (!found)
      return sendProblem(
        c,
        invalid([{ pointer: "/name", message: "must have a word of three letters, or give a birth date" }]),
      );
    concerns(c, { count: found.rows.length });
    return c.json({ data: found.rows, page: { next: null }, isComplete: found.more === found.rows.length });
  },
  /** [PA7] Of a merged id the record that stands for it: `id` and `Content-Location` say whose. */
  readPatient: async (c, principal) => {
    const reach = reachOf(principal, "patient.read");
    if (reach.kind === "nothing") return sendProblem(c, FORBIDDEN);
    let record = await recordIn(c, reach, c.req.param("id"));
    if (record?.mergedInto) {
      record = await recordIn(c, reach, record.mergedInto);
      if (record) c.header("Content-Location", `/v1/patients/${record.id}`);
    }
    if (!record) return sendProblem(c, NOT_FOUND);
    c.header("ETag", etagOf(record.version));
    return c.json(recordDto(record));
  },
  /** [PA3] The whole record anew. A desk may give a patient to another clinic, and does not see them from then on. */
  changePatient: async (c) => {
    const kept = await keptRecord(c);
    if ("problem" in kept) return sendProblem(c, kept.problem);
    const { record } = kept;
    const parsed = await parseBody(c, patientBody);
    if (!parsed.ok) return sendProblem(c, parsed.problem);
    if (record.mergedInto) return sendProblem(c, MERGED);
    if (record.deleted) return sendProblem(c, DELETED);
    const { homeLocationId } = parsed.value;
    const moves = homeLocationId !== record.homeLocationId;
    if (moves && !(await directoryOf(c)).clinics.get(homeLocationId)?.active)
      return sendProblem(c, NO_CLINIC);
    return applyNow(c, {
      version: record.version,
      write: (db, { updatePatient }, version) => updatePatient(db, record.id, parsed.value, version),
      tell: null,
    });
  },
  /** [SV4] For whoever lost a device, or rings up because somebody else has it. */
  endPatientSessions: async (c) => {
    const kept = await keptRecord(c);
    if ("problem" in kept) return sendProblem(c, kept.problem);
    const ended = await endSessionsOf(() => c.env.IDENTITY.endPatientSessions(kept.record.id));
    if (!ended) return sendProblem(c, ISSUER_AWAY);
    tokensOfSessions.dropWhere((token) => knownPrincipal(token)?.subject === kept.record.id);
    await closeScreensOf(c, kept.record.id);
    return c.body(null, 204);
  },
  deactivatePatient: (c) => setActive(c, false),
  activatePatient: (c) => setActive(c, true),
  mergePatient: (c) => merge(c),
} satisfies Partial<Handlers>;

type Acting = Awaited<ReturnType<typeof actingAround>>;

const NO_CLINIC = invalid([{ pointer: "/homeLocationId", message: "must exist" }]);

/** [PA4] Not found and not booked for any more; the record and what was booked stay, and are named here. */
async function setActive(c: Context<EdgeEnv>, active: boolean): Promise<Response> {
  const kept = await keptRecord(c);
  if ("problem" in kept) return sendProblem(c, kept.problem);
  const { record, principal } = kept;
  if (record.mergedInto) return sendProblem(c, MERGED);
  if (record.deleted) return sendProblem(c, DELETED);
  let acting: Acting = [];
  return previewOrApply(c, {
    version: record.version,
    preview: async () => ({
      active,
      standing: standingDto(principal, await standingOf(c, [record.id, ...record.mergedFrom])),
    }),
    write: async (db, { setPatientActive }, version) => {
      if (!active) acting = await actingAround(c, record.id);
      await setPatientActive(db, record.id, version, active);
    },
    tell: null,
    after: async () => {
      forgetPatients(record.id);
      await endedWithRecord(c, acting);
      await patientChanged(c.env, record.id);
      return {};
    },
  });
}

/** [PA6] Two records of one person become one: first told what stands in the way, then with `?apply=true` done. */
async function merge(c: Context<EdgeEnv>): Promise<Response> {
  const kept = await keptRecord(c);
  if ("problem" in kept) return sendProblem(c, kept.problem);
  const { record, principal } = kept;
  const query = parseQuery(c, applyQuery);
  if (!query.ok) return sendProblem(c, query.problem);
  const parsed = await parseBody(c, mergeBody);
  if (!parsed.ok) return sendProblem(c, parsed.problem);
  if (parsed.value.into === record.id)
    return sendProblem(c, invalid([{ pointer: "/into", message: "must be another patient" }]));
  const into = await recordIn(c, reachOf(principal, "patient.keep"), parsed.value.into);
  concerns(c, { patientId: record.id, locationId: record.homeLocationId }); // the one that goes
  if (!into) return sendProblem(c, NOT_FOUND);
  const told = { id: record.id, into: into.id };
  if (record.mergedInto === into.id) return c.json({ applied: true, version: record.version, ...told }); // done before
  if (record.mergedInto || into.mergedInto) return sendProblem(c, MERGED);
  if (record.deleted || into.deleted) return sendProblem(c, DELETED);
  if (!into.active) return sendProblem(c, INACTIVE);
  const { MERGED_MAX } = await import("../../../db/index.ts");
  if (record.mergedFrom.length + into.mergedFrom.length >= MERGED_MAX) return sendProblem(c, TOO_MANY);
  const ids = [record.id, ...record.mergedFrom];
  const standing = await standingOf(c, ids);
  const isFree = standing.length === 0 && !record.waiting;
  if (query.value.apply && !isFree) return sendProblem(c, STILL_BOOKED);
  let acting: Acting = [];
  return previewOrApply(c, {
    version: record.version,
    preview: async () => ({
      ...told,
      isFree,
      /** Some that another system keeps, and no calendar here has taken over yet. */
      waiting: record.waiting,
      standing: standingDto(principal, standing),
    }),
    write: async (db, { mergePatient }, version) => {
      acting = await actingAround(c, record.id);
      await mergePatient(db, record.id, into.id, version);
    },
    tell: null,
    after: async () => {
      forgetPatients(into.id, ...ids);
      await endedWithRecord(c, acting);
      await patientChanged(c.env, into.id);
      return {};
    },
  });
}
