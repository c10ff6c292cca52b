/** Contracts of who acts for whom, and of links in messages. */
import * as z from "zod";
import { CLINIC_REASONS, RELATIONS } from "../../../core/access/consent.ts";
import { LINK_ACTIONS } from "../../../core/access/signed-link.ts";
import { codeBody, deskBody, noBody } from "../api/proxies.ts";
import { linkBody } from "../api/signed-links.ts";
import { contracts } from "./contract.ts";
import * as parts from "./parts.ts";
import * as s from "./scalars.ts";

const PATIENT = { id: s.id(s.PATIENT) };

const consentShape = z
  .strictObject({
    id: z.string().meta({ description: "Of the consent." }),
    patientId: s.id(s.PATIENT).meta({ description: "Of the other side." }),
    displayName: z.string().meta({ description: "Of the other side." }),
    relation: z.enum(RELATIONS),
    grantedBy: z.enum(["patient", "clinic"]),
    reason: z.enum(CLINIC_REASONS).nullable(),
    grantedAt: s.moment,
    expiresAt: s.moment.nullable().meta({ description: "null = until withdrawn." }),
  })
  .meta({ id: "Consent" });

export const consent = contracts({
  listProxies: {
    summary: "List who acts for a patient",
    description: "For the patient themselves and their desk. Oldest first, live ones only, at most 5.",
    tags: ["patients"],
    params: PATIENT,
    answers: { 200: parts.wholeListOf(consentShape) },
    problems: ["not-found"],
  },
  listRepresented: {
    summary: "List for whom a patient acts",
    description: "For themselves and their desk. Oldest first, live ones only, at most 20.",
    tags: ["patients"],
    params: PATIENT,
    answers: { 200: parts.wholeListOf(consentShape) },
    problems: ["not-found"],
  },
  addProxy: {
    summary: "Let somebody act for a patient",
    description:
      "A patient sends the `code` that the other person shows; a desk names two records of its own and says why. Five codes an hour may be tried.",
    tags: ["patients"],
    params: PATIENT,
    body: { schema: z.union([codeBody, deskBody]) },
    answers: { 201: consentShape },
    problems: ["not-found", "rule-violated", "rate-limited"],
  },
  removeProxy: {
    summary: "End a consent",
    description: "By the patient, by whoever acts, or by a desk. Again is the same answer.",
    tags: ["patients"],
    params: { ...PATIENT, consent: z.string() },
    answers: { 204: "empty" },
    problems: ["not-found"],
  },
  showProxyCode: {
    summary: "Show a code to somebody for whom you are to act",
    description: "Good once, for ten minutes; an earlier one opens nothing any more.",
    tags: ["patients"],
    params: PATIENT,
    body: { schema: noBody, optional: true },
    answers: { 201: z.strictObject({ code: z.string(), expiresAt: s.moment }) },
    problems: ["not-found"],
  },
  createSignedLink: {
    summary: "Make a link for a message to a patient",
    description:
      "It opens one action on this appointment, once, without signing in. Details are shown after the date of birth. The address is a key: send it to the patient, keep it nowhere.",
    tags: ["appointments"],
    params: { id: s.id(s.APPOINTMENT) },
    body: { schema: linkBody },
    answers: { 201: z.strictObject({ action: z.enum(LINK_ACTIONS), url: z.url(), expiresAt: s.moment }) },
    problems: ["not-found", "rule-violated"],
  },
});
