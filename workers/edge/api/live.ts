/** Live sockets: one explicit route per feed, so that nothing else of an object is reachable. */
import type { Context } from "hono";
import type { Principal } from "../../../core/access/principal.ts";
import { reachesClinic } from "../../../core/access/reach.ts";
import { admission, reachOf } from "../../../core/access/rules.ts";
import type { Clinic } from "../../../core/directory/directory.ts";
import { type DeviceId, isDeviceId, isPatientId, type PatientId } from "../../../core/ids.ts";
import { concerns } from "../audited.ts";
import type { EdgeEnv } from "../env.ts";
import { configure } from "../provisioning.ts";
import { clinicBoard, patientAgenda, providerCalendar } from "../stubs.ts";
import { takeOverForPatient } from "../take-over.ts";
import { directoryForProvider, directoryOf } from "./directory.ts";
import type { Handlers } from "./handlers.ts";
import { visiblePatient } from "./patients.ts";
import { FORBIDDEN, invalid, NOT_FOUND, type Problem, sendProblem, UNAUTHENTICATED } from "./problem.ts";
import { liveProviderQuery, parseBody, parseQuery, ticketBody } from "./schemas.ts";

const UPGRADE_REQUIRED: Problem = {
  status: 426,
  slug: "upgrade-required",
  title: "This address speaks WebSocket.",
};
/** As in durable-objects/shared/live-tickets.ts. */
const TICKET_SECONDS = 30;
/** Says to the object that the edge knows this caller; never taken over from a client. */
const ADMITTED = "x-openslot-admitted";

const wantsSocket = (c: Context<EdgeEnv>): boolean => c.req.header("upgrade")?.toLowerCase() === "websocket";

function forwarded(request: Request, admitted: string | null): Request {
  const headers = new Headers(request.headers);
  headers.delete(ADMITTED);
  headers.delete("authorization");
  headers.delete("cookie");
  if (admitted) headers.set(ADMITTED, admitted);
  return new Request(request, { headers });
}

/** [DV8] A kiosk is its device, and is asked after as long as it listens; anybody else is a person. */
const deviceOf = ({ role, subject }: Principal): DeviceId | null =>
  role === "kiosk" && isDeviceId(subject) ? (subject as DeviceId) : null;

/** The clinic, for whoever may watch it; foreign and missing are one answer. */
async function watchedClinic(c: Context<EdgeEnv>, principal: Principal, id: string): Promise<Clinic | null> {
  const clinic = (await directoryOf(c)).clinics.get(id);
  return clinic && reachesClinic(reachOf(principal, "board.watch"), clinic.id) ? clinic : null;
}

async function boardTicket(c: Context<EdgeEnv>, principal: Principal, id: string): Promise<Response> {
  if (admission(principal, "board.watch") !== "yes") return sendProblem(c, FORBIDDEN);
  const clinic = await watchedClinic(c, principal, id);
  if (!clinic) return sendProblem(c, NOT_FOUND);
  concerns(c, { locationId: clinic.id });
  const ticket = await clinicBoard(c.env, clinic.id).issueTicket(
    deviceOf(principal) ?? `${principal.role}/${principal.subject}`,
  );
  return c.json({ ticket, expiresInSeconds: TICKET_SECONDS }, 201);
}

export const live = {
  watchProvider: async (c) => {
    const query = parseQuery(c, liveProviderQuery);
    if (!query.ok) return sendProblem(c, query.problem);
    const provider = (await directoryForProvider(c, c.req.param("id"))).providers.get(c.req.param("id"));
    if (!provider) return sendProblem(c, NOT_FOUND);
    if (!provider.visitTypeIds.includes(query.value.visitTypeId)) {
      return sendProblem(
        c,
        invalid([{ pointer: "/query/visitTypeId", message: "must be a visit type of this provider" }]),
      );
    }
    if (!wantsSocket(c)) return sendProblem(c, UPGRADE_REQUIRED);
    await configure(c.env, provider); // a screen may be the first one who ever asks this calendar
    return providerCalendar(c.env, provider.id).fetch(forwarded(c.req.raw, null));
  },
  watchPatient: async (c, principal) => {
    const id = c.req.param("id");
    if (!isPatientId(id)) return sendProblem(c, NOT_FOUND);
    if (!principal && !c.req.query("ticket")) return sendProblem(c, UNAUTHENTICATED);
    if (principal) {
      const patient = await visiblePatient(c, principal, id);
      if (!patient.ok) return sendProblem(c, patient.problem);
    }
    if (!wantsSocket(c)) return sendProblem(c, UPGRADE_REQUIRED);
    if (principal) await takeOverForPatient(c, id as PatientId); // a ticket may be invented; a real one was given after it
    // With a ticket the shard itself decides. The number of shards is fixed, so an invented id creates nothing.
    const answer = await patientAgenda(c.env, id as PatientId).fetch(
      forwarded(c.req.raw, principal ? id : null),
    );
    if (answer.status === 101) concerns(c, { patientId: id as PatientId });
    return answer;
  },
  watchLocation: async (c, principal) => {
    const id = c.req.param("id");
    if (!principal && !c.req.query("ticket")) return sendProblem(c, UNAUTHENTICATED);
    const clinic = principal ? await watchedClinic(c, principal, id) : (await directoryOf(c)).clinics.get(id); // the board itself decides about the ticket
    if (!clinic) return sendProblem(c, NOT_FOUND);
    if (!wantsSocket(c)) return sendProblem(c, UPGRADE_REQUIRED);
    const admitted = principal && `${clinic.id} ${deviceOf(principal) ?? "person"}`;
    return clinicBoard(c.env, clinic.id).fetch(forwarded(c.req.raw, admitted));
  },
  issueTicket: async (c, principal) => {
    const body = await parseBody(c, ticketBody);
    if (!body.ok) return sendProblem(c, body.problem);
    if (body.value.locationId !== undefined) return boardTicket(c, principal, body.value.locationId);
    if (admission(principal, "patient.watch") !== "yes") return sendProblem(c, FORBIDDEN);
    const wanted = body.value.patientId ?? (principal.role === "patient" ? principal.patientId : undefined);
    if (wanted === undefined)
      return sendProblem(c, invalid([{ pointer: "/patientId", message: "is required" }]));
    const patient = await visiblePatient(c, principal, wanted);
    if (!patient.ok) return sendProblem(c, patient.problem);
    await takeOverForPatient(c, patient.patientId);
    const ticket = await patientAgenda(c.env, patient.patientId).issueTicket(patient.patientId);
    return c.json({ ticket, expiresInSeconds: TICKET_SECONDS }, 201);
  },
} satisfies Partial<Handlers>;
