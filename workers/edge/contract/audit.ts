/** Contracts of the audit: who was at whose data, and what the witness signed. */
import * as z from "zod";
import { AUDIT_OUTCOMES } from "../../../core/audit/entry.ts";
import { auditQuery, checkpointsQuery, ownAuditQuery } from "../api/audit-schemas.ts";
import { contracts } from "./contract.ts";
import * as s from "./scalars.ts";

const page = z.strictObject({ next: z.string().nullable() });

const CALLERS = ["patient", "staff", "provider", "kiosk", "admin", "service", "link", "nobody"] as const;

const entry = z
  .strictObject({
    id: z.string().meta({ description: "The request's id, as its answer said it; of a sign-in, its own." }),
    at: s.moment,
    role: z.enum(CALLERS),
    subject: z.string().meta({ description: "Who, as their token says; `-` where nobody is known." }),
    operation: z.string().meta({
      description: "The operation's id, `page:` and a route, or `sign-in:` and how.",
    }),
    outcome: z.enum(AUDIT_OUTCOMES),
    problem: z.string().nullable(),
    patientId: s.id(s.PATIENT).nullable(),
    appointmentId: s.id(s.APPOINTMENT).nullable(),
    locationId: s.id(s.LOCATION).nullable(),
    count: z.int().min(0).nullable().meta({ description: "People in an answer about more than one." }),
  })
  .meta({ id: "AuditEntry" });

const ownEntry = z
  .strictObject({
    at: s.moment,
    by: z.enum(["self", "proxy", ...CALLERS.filter((role) => role !== "patient")]),
    operation: z.string(),
    locationId: s.id(s.LOCATION).nullable(),
  })
  .meta({ id: "OwnAuditEntry" });

const checkpoint = z
  .strictObject({
    partition: z.int().min(0),
    seq: z.int().min(1),
    hash: z.string(),
    at: z.int().meta({ description: "When it was signed, in milliseconds." }),
    signature: z.string().meta({ description: "JWS (ES256) of the other four members." }),
  })
  .meta({ id: "AuditCheckpoint" });

const key = z.strictObject({
  kty: z.string(),
  crv: z.string(),
  x: z.string(),
  y: z.string(),
  kid: z.string(),
  alg: z.literal("ES256"),
  use: z.literal("sig"),
});

export const audit = contracts({
  listAudit: {
    summary: "List who read and changed whose data",
    description:
      "Newest first. Administrators see everything, staff what concerns their clinics; of a patient at home there, everything.",
    tags: ["audit"],
    query: auditQuery,
    answers: { 200: z.strictObject({ data: z.array(entry), page }) },
  },
  readOwnAudit: {
    summary: "List who was at one's own data",
    description: "Newest first. People of the clinic are named by role and clinic.",
    tags: ["audit"],
    params: { id: s.id(s.PATIENT) },
    query: ownAuditQuery,
    answers: { 200: z.strictObject({ data: z.array(ownEntry), page }) },
    problems: ["not-found"],
  },
  sealAudit: {
    summary: "Have the end of every chain of the audit signed now",
    tags: ["audit"],
    answers: {
      200: z.strictObject({
        data: z.array(checkpoint),
        refused: z.array(
          z.strictObject({ partition: z.int(), refusal: z.enum(["goes-back", "contradicts"]) }),
        ),
      }),
    },
  },
  listCheckpoints: {
    summary: "List what was signed of a chain of the audit",
    description: "By sequence, with the public key of every key that ever signed.",
    tags: ["audit"],
    query: checkpointsQuery,
    answers: { 200: z.strictObject({ data: z.array(checkpoint), page, keys: z.array(key) }) },
  },
});
