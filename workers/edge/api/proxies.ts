/** Who may act for a patient: shown, given by code or at a desk, ended. Rules: core/access/consent.ts */

import type { Context } from "hono";
import * as z from "zod";
import { CLINIC_REASONS, CONSENT_ID, type ConsentId, RELATIONS } from "../../../core/access/consent.ts";
import type { Principal } from "../../../core/access/principal.ts";
import { reachesRecord } from "../../../core/access/reach.ts";
import { type Action, reachOf } from "../../../core/access/rules.ts";
import { isPatientId, type PatientId } from "../../../core/ids.ts";
import type { ShownConsent } from "../../../db/index.ts";
import { concerns } from "../audited.ts";
import { grantAtDesk, grantByCode, showCode, withdraw, withdrawerOf } from "../consents.ts";
import type { EdgeEnv } from "../env.ts";
import { askPostgres } from "../postgres.ts";
import type { Handlers } from "./handlers.ts";
import { sendPage } from "./paging.ts";
import { NOT_FOUND, sendProblem } from "./problem.ts";
import { moment, parseBody, patientId } from "./schemas.ts";

const terms = {
  relation: z.enum(RELATIONS, "must be a relation"),
  /** Until withdrawn, if it is left out. */
  until: moment.optional(),
};
/** As typed: case, gaps and dashes do not matter. */
const CODE_TYPED_CHARS_MAX = 40;
export const codeBody = z.strictObject({ code: z.string().min(1).max(CODE_TYPED_CHARS_MAX), ...terms });
export const deskBody = z.strictObject({
  proxyPatientId: patientId,
  reason: z.enum(CLINIC_REASONS, "must be a reason code"),
  ...terms,
});
export const noBody = z.strictObject({});

const spell = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

/** `patientId` is of the other side: what an address takes; their name is all that is said of them. */
const consentDto = (consent: ShownConsent, other: PatientId) => ({
  id: consent.id,
  patientId: other,
  displayName: consent.displayName,
  relation: consent.relation,
  grantedBy: consent.grantedBy,
  reason: consent.reason,
  grantedAt: spell(consent.grantedAt),
  expiresAt: spell(consent.expiresAt),
});

/** The record behind an address, within what the caller reaches; invented, missing and foreign ones are one answer. */
async function reached(c: Context<EdgeEnv>, principal: Principal, action: Action, text: string) {
  if (!isPatientId(text)) return null;
  const person = await askPostgres(c.get("settings"), (db, { consentPerson }) => consentPerson(db, text));
  if (person) concerns(c, { patientId: person.id });
  return person && reachesRecord(reachOf(principal, action), person) ? person : null;
}

export const proxies = {
  listProxies: async (c, principal) => {
    const patient = await reached(c, principal, "consent.read", c.req.param("id"));
    if (!patient) return sendProblem(c, NOT_FOUND);
    const found = await askPostgres(c.get("settings"), (db, { proxyConsentsOf }) =>
      proxyConsentsOf(db, patient.id),
    );
    c.header("Cache-Control", "no-store");
    return sendPage(
      c,
      found.map((one) => consentDto(one, one.proxyPatientId)),
      null,
    );
  },
  listRepresented: async (c, principal) => {
    const proxy = await reached(c, principal, "consent.read", c.req.param("id"));
    if (!proxy) return sendProblem(c, NOT_FOUND);
    const found = await askPostgres(c.get("settings"), (db, { consentsTo }) => consentsTo(db, proxy.id));
    c.header("Cache-Control", "no-store");
    return sendPage(
      c,
      found.map((one) => consentDto(one, one.patientId)),
      null,
    );
  },
  /** [CO1] The patient by a code, a desk by two records that it keeps. */
  addProxy: async (c, principal) => {
    const id = c.req.param("id");
    const patient = await reached(c, principal, "consent.grant", id);
    if (!patient) return sendProblem(c, NOT_FOUND);
    let granted: Awaited<ReturnType<typeof grantByCode>>;
    if (principal.role === "patient") {
      const body = await parseBody(c, codeBody);
      if (!body.ok) return sendProblem(c, body.problem);
      granted = await grantByCode(c, patient.id, { ...body.value, until: body.value.until ?? null });
    } else {
      const body = await parseBody(c, deskBody);
      if (!body.ok) return sendProblem(c, body.problem);
      const { proxyPatientId, until, ...rest } = body.value;
      const proxy = await reached(c, principal, "consent.grant", proxyPatientId);
      if (!proxy) return sendProblem(c, NOT_FOUND);
      granted = await grantAtDesk(c, patient, proxy, { ...rest, until: until ?? null });
    }
    if (!granted.ok) return sendProblem(c, granted.problem);
    c.header("Location", `/v1/patients/${patient.id}/proxies/${granted.consent.id}`);
    c.header("Cache-Control", "no-store");
    return c.json(consentDto(granted.consent, granted.consent.proxyPatientId), 201);
  },
  /** [CO4] By the patient, by the proxy themself, by the desk. Again is the same answer. */
  removeProxy: async (c, principal) => {
    const id = c.req.param("id");
    const consent = c.req.param("consent");
    if (!isPatientId(id) || !CONSENT_ID.test(consent)) return sendProblem(c, NOT_FOUND);
    if (principal.role !== "patient" && !(await reached(c, principal, "consent.withdraw", id)))
      return sendProblem(c, NOT_FOUND);
    // A proxy who gave it up already is not theirs any more, and may still hear that it is done: the row says whose it was.
    const ended = await withdraw(c, id, consent as ConsentId, withdrawerOf(principal));
    return ended ? c.body(null, 204) : sendProblem(c, NOT_FOUND);
  },
  showProxyCode: async (c, principal) => {
    const id = c.req.param("id");
    if (principal.role !== "patient" || principal.patientId !== id) return sendProblem(c, NOT_FOUND);
    if ((await c.req.text()).trim() !== "") {
      const body = await parseBody(c, noBody);
      if (!body.ok) return sendProblem(c, body.problem);
    }
    const shown = await showCode(c, principal.patientId);
    if (!shown) return sendProblem(c, NOT_FOUND);
    concerns(c, { patientId: principal.patientId });
    c.header("Cache-Control", "no-store");
    return c.json({ code: shown.code, expiresAt: spell(shown.expiresAt) }, 201);
  },
} satisfies Partial<Handlers>;
