/**
 * Which module serves which operation, and the one way in: the rule is asked before anything is read. Modules that are not on the
 * hot path are loaded when they are first asked for, so that their schemas cost nothing when an isolate starts.
 */
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { Principal } from "../../../core/access/principal.ts";
import { admission, RULES } from "../../../core/access/rules.ts";
import { isAuditShut, recorded } from "../audit.ts";
import { concerns } from "../audited.ts";
import type { EdgeEnv } from "../env.ts";
import { onError } from "../middleware/request-context.ts";
import { mayOpenSocket } from "../middleware/same-origin.ts";
import { asKnown, type PatientPrincipal, withRepresented } from "../represents.ts";
import { parseAppointmentId } from "../routing-ids.ts";
import { appointments } from "./appointments.ts";
import { AUDITED, type AuditKind } from "./audited-operations.ts";
import { locations, providers, specialties, visitTypes } from "./directory.ts";
import { explain } from "./explain.ts";
import type { Handlers } from "./handlers.ts";
import { health } from "./health.ts";
import { holds } from "./holds.ts";
import { live } from "./live.ts";
import { OPERATIONS, type Operation, type OperationId } from "./operations.ts";
import { patients } from "./patients.ts";
import {
  AUDIT_AWAY,
  CROSS_SITE,
  FORBIDDEN,
  OUTCOME_UNKNOWN,
  type Problem,
  sendProblem,
  UNAUTHENTICATED,
} from "./problem.ts";
import { series } from "./series.ts";
import { soonest } from "./soonest.ts";

type Loaded<Id extends OperationId> = Pick<Handlers, Id>;

/** Handlers of a module that is loaded with its first call. */
function later<Id extends OperationId>(
  load: () => Promise<Loaded<Id>>,
  ids: readonly Id[],
): { readonly [K in Id]: Handlers[K] } {
  const called = (id: Id) => async (c: never, principal: never) => (await load())[id](c, principal);
  return Object.fromEntries(ids.map((id) => [id, called(id)])) as never;
}

export const HANDLERS: Handlers = {
  ...health,
  ...locations,
  ...visitTypes,
  ...specialties,
  ...providers,
  ...explain,
  ...soonest,
  ...holds,
  ...appointments,
  ...series,
  ...patients,
  ...live,
  ...later(
    async () => (await import("./admin-clinics.ts")).clinicAdministration,
    [
      "createLocation",
      "readLocationSettings",
      "changeLocation",
      "deactivateLocation",
      "activateLocation",
      "listClosures",
      "putClosure",
      "removeClosure",
    ],
  ),
  ...later(
    async () => (await import("./admin-resources.ts")).resourceAdministration,
    [
      "listResources",
      "createResource",
      "readResource",
      "changeResource",
      "deactivateResource",
      "activateResource",
    ],
  ),
  ...later(async () => (await import("./day-lists.ts")).dayLists, ["readDayList", "readDowntimeList"]),
  ...later(
    async () => (await import("./admin-visit-types.ts")).visitTypeAdministration,
    [
      "createVisitType",
      "readVisitTypeSettings",
      "changeVisitType",
      "deactivateVisitType",
      "activateVisitType",
    ],
  ),
  ...later(
    async () => (await import("./admin-staff.ts")).staffAdministration,
    [
      "listStaff",
      "createStaff",
      "readStaff",
      "changeStaff",
      "deactivateStaff",
      "activateStaff",
      "inviteStaff",
      "endStaffSessions",
    ],
  ),
  ...later(
    async () => (await import("./admin-providers.ts")).providerAdministration,
    [
      "createProvider",
      "readProviderSettings",
      "changeProvider",
      "readSchedule",
      "changeSchedule",
      "deactivateProvider",
      "activateProvider",
    ],
  ),
  ...later(async () => (await import("./blocks.ts")).blocks, ["createBlock", "listBlocks", "removeBlock"]),
  ...later(
    async () => (await import("./admin-patients.ts")).patientRecords,
    [
      "createPatient",
      "endPatientSessions",
      "searchPatients",
      "readPatient",
      "changePatient",
      "deactivatePatient",
      "activatePatient",
      "mergePatient",
    ],
  ),
  ...later(async () => (await import("./patient-export.ts")).patientExport, ["exportPatient"]),
  ...later(async () => (await import("./patient-deletion.ts")).patientDeletion, ["deletePatient"]),
  ...later(
    async () => (await import("./calendar-files.ts")).calendarFiles,
    ["readAppointmentFile", "shareCalendar", "readCalendarFeed"],
  ),
  ...later(
    async () => (await import("./appointment-history.ts")).appointmentHistory,
    ["readAppointmentHistory"],
  ),
  ...later(
    async () => (await import("./devices.ts")).devices,
    [
      "startPairing",
      "approvePairing",
      "readPairing",
      "issueDeviceToken",
      "listDevices",
      "renameDevice",
      "revokeDevice",
    ],
  ),
  ...later(
    async () => (await import("./partners.ts")).partners,
    ["issuePartnerToken", "listPartners", "createPartner", "replacePartnerKeys", "deactivatePartner"],
  ),
  ...later(
    async () => (await import("./proxies.ts")).proxies,
    ["listProxies", "addProxy", "removeProxy", "showProxyCode", "listRepresented"],
  ),
  ...later(async () => (await import("./signed-links.ts")).signedLinks, ["createSignedLink"]),
  ...later(
    async () => (await import("./audit.ts")).audit,
    ["listAudit", "readOwnAudit", "sealAudit", "listCheckpoints"],
  ),
  ...later(async () => (await import("./imports.ts")).imports, ["importFile"]),
  ...later(async () => (await import("./exports.ts")).exports, ["exportFile"]),
  ...later(
    async () => (await import("./rebuild.ts")).rebuild,
    ["rebuildRecord", "replayHistory", "tellCalendars", "resealTexts", "hashRecord"],
  ),
};

/** The largest body of the API is a booking with notes, about 3 KB. */
const BODY_BYTES_MAX = 16 * 1024;

const limitBody = bodyLimit({
  maxSize: BODY_BYTES_MAX,
  onError: (c) =>
    sendProblem(c as never, {
      status: 413,
      slug: "validation",
      title: "The body is too large.",
      extra: { errors: [] },
    }),
});

const NOT_JSON: Problem = {
  status: 415,
  slug: "validation",
  title: "The body must be application/json.",
  extra: { errors: [{ pointer: "/header/Content-Type", message: "must be application/json" }] },
};

const JSON_TYPE = /^application\/json *(;|$)/i;

/**
 * [AB7] Whether a body says that it is JSON. A form of another site cannot say so without asking first, and we let nobody ask. No
 * body needs no type.
 */
async function saysJson(c: Context<EdgeEnv>): Promise<boolean> {
  const type = c.req.header("content-type");
  if (type !== undefined && JSON_TYPE.test(type)) return true;
  if (c.req.raw.body === null || c.req.header("content-length") === "0") return true;
  return type === undefined && (await c.req.arrayBuffer()).byteLength === 0; // Hono keeps it for the handler
}

type AnyHandler = (c: Context<EdgeEnv>, principal: Principal | null) => Response | Promise<Response>;

/**
 * [CO8] A patient's request, without whom they stand for: that is asked only when the answer would be the 404 of what they do not
 * reach, which has changed nothing, and then the request is looked at again.
 */
async function forPatient(
  c: Context<EdgeEnv>,
  principal: PatientPrincipal,
  handle: AnyHandler,
): Promise<Response> {
  const known = asKnown(principal);
  c.set("principal", known);
  const answer = await handle(c, known);
  if (answer.status !== 404 || known !== principal) return answer;
  const acting = await withRepresented(c, principal);
  if (acting === principal) return answer;
  c.set("principal", acting);
  return handle(c, acting);
}

async function ifJson(
  c: Context<EdgeEnv>,
  principal: Principal | null,
  handle: AnyHandler,
): Promise<Response> {
  return (await saysJson(c)) ? handle(c, principal) : sendProblem(c, NOT_JSON);
}

function answered(
  { method, kind, rule }: Operation,
  c: Context<EdgeEnv>,
  principal: Principal | null,
  handle: AnyHandler,
): Response | Promise<Response> {
  const serve: AnyHandler =
    principal?.role === "patient" && RULES[rule].patient === "own"
      ? () => forPatient(c, principal, handle)
      : handle;
  const takesJson = method !== "GET" && kind !== "file" && kind !== "form";
  return takesJson ? ifJson(c, principal, serve) : serve(c, principal);
}

/** [A6] Admits by the rule, then serves. */
const served =
  (operation: Operation, handle: AnyHandler) =>
  (c: Context<EdgeEnv>): Response | Promise<Response> => {
    const { rule, kind } = operation;
    if (kind === "socket" && !mayOpenSocket(c)) return sendProblem(c, CROSS_SITE); // [AB10]
    if (rule !== "public.read") c.set("isPersonal", true);
    const principal = c.get("principal");
    switch (admission(principal, rule)) {
      case "yes":
        return answered(operation, c, principal, handle);
      case "unauthenticated":
        return sendProblem(c, UNAUTHENTICATED);
      case "forbidden":
        return sendProblem(c, FORBIDDEN);
    }
  };

/** Who may not do this at all still named something: an appointment's id says itself whether it is one of ours. */
function forbidden(c: Context<EdgeEnv>): Response {
  const parsed = parseAppointmentId(c.get("settings").ID_KEYS, c.req.param("id") ?? "");
  if (parsed) concerns(c, { appointmentId: parsed.id });
  return sendProblem(c, FORBIDDEN);
}

/** [AU1] [AU9] Its answer goes out when its entry is durable. What is not about patients' data never comes here. */
const audited =
  (id: OperationId, kind: Exclude<AuditKind, "none">, serve: ReturnType<typeof served>) =>
  async (c: Context<EdgeEnv>): Promise<Response> => {
    if (isAuditShut()) return sendProblem(c, AUDIT_AWAY);
    const isAdmitted = admission(c.get("principal"), OPERATIONS[id].rule) !== "forbidden";
    const answer = isAdmitted
      ? await Promise.resolve(serve(c)).catch((error: Error) => onError(error, c))
      : forbidden(c);
    const away = c.req.method === "GET" || answer.status >= 400 ? AUDIT_AWAY : OUTCOME_UNKNOWN;
    return recorded(c, id, kind, answer, () => sendProblem(c, away));
  };

function routed(): Hono<EdgeEnv> {
  const app = new Hono<EdgeEnv>();
  for (const [id, operation] of Object.entries<Operation>(OPERATIONS)) {
    const { method, path, kind } = operation;
    const serve = served(operation, HANDLERS[id as OperationId] as AnyHandler);
    const audit = AUDITED[id as OperationId];
    const handler = audit === "none" ? serve : audited(id as OperationId, audit, serve);
    if (method === "GET" || kind === "file") app.on(method, path, handler);
    else app.on(method, path, limitBody, handler);
  }
  return app;
}

/** All operations, with their paths from the root. */
export const operations = routed();
