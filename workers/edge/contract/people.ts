/** Contracts of patients: their records, their appointments, their calendar feed, and the sockets that tell of changes. */
import * as z from "zod";
import { applyQuery, mergeBody, patientBody, patientSearchBody } from "../api/admin-schemas.ts";
import { listQuery, liveProviderQuery, patientAppointmentsQuery, ticketBody } from "../api/schemas.ts";
import { contracts } from "./contract.ts";
import * as parts from "./parts.ts";
import type { ProblemSlug } from "./problems.ts";
import * as s from "./scalars.ts";

const PATIENT = { id: s.id(s.PATIENT) };

const CHANGED = [
  "not-found",
  "precondition-required",
  "stale-version",
  "rule-violated",
] as const satisfies readonly ProblemSlug[];

export const record = z
  .strictObject({
    id: s.id(s.PATIENT),
    displayName: z.string(),
    birthDate: s.date,
    email: z.string().nullable(),
    phone: z.string().nullable(),
    homeLocationId: s.id(s.LOCATION),
    preferredLanguage: z.string().nullable(),
    interpreterLanguage: z.string().nullable(),
    accessNeeds: z.array(z.string()),
    preferences: z
      .strictObject({ channels: z.array(z.enum(["sms", "email", "push"])).optional() })
      .nullable(),
    version: s.version,
    active: z.boolean(),
    mergedFrom: z.array(s.id(s.PATIENT)).meta({ description: "Further ids of the same person." }),
  })
  .meta({ id: "PatientRecord" });

const listedPatient = z
  .strictObject({
    id: s.id(s.PATIENT),
    displayName: z.string(),
    birthDate: s.date,
    homeLocationId: s.id(s.LOCATION),
  })
  .meta({ id: "ListedPatient" });

const activation = <const Text extends string>(summary: Text) =>
  ({
    summary,
    description:
      "First told which appointments stand; with `?apply=true` and the `If-Match` of what was read, it is done.",
    tags: ["patients"],
    params: PATIENT,
    query: applyQuery,
    headers: { "If-Match": "optional" },
    answers: { 200: parts.change({ active: z.boolean(), standing: parts.outside }) },
    problems: CHANGED,
  }) as const;

export const resume = z
  .strictObject({ type: z.literal("resume"), revision: z.int().min(0) })
  .meta({ id: "ResumeMessage" });
const delta = { type: z.literal("delta"), revision: z.int(), from: z.int() };
const snapshot = { type: z.literal("snapshot"), protocol: z.literal(1), revision: z.int() };
const resync = z.strictObject({ type: z.literal("resync") });

const providerFrame = z
  .discriminatedUnion("type", [
    z.strictObject({
      ...snapshot,
      providerId: s.id(s.PROVIDER),
      visitTypeId: s.id(s.VISIT_TYPE),
      days: z.array(z.strictObject({ date: s.date, slots: z.array(parts.slot) })),
    }),
    z.strictObject({
      ...delta,
      changes: z.array(
        z.strictObject({
          date: s.date,
          locationId: s.id(s.LOCATION),
          opened: z.array(s.moment),
          taken: z.array(s.moment),
        }),
      ),
    }),
    resync,
  ])
  .meta({ id: "ProviderFrame" });

const patientFrame = z
  .discriminatedUnion("type", [
    z.strictObject({ ...snapshot, appointments: z.array(parts.listedAppointment) }),
    z.strictObject({ ...delta, changes: z.array(parts.listedAppointment) }),
    resync,
  ])
  .meta({ id: "PatientFrame" });

export const people = contracts({
  listPatients: {
    summary: "List patients",
    description: "Staff see those at home in their clinics.",
    tags: ["patients"],
    query: listQuery,
    answers: { 200: parts.pageOf(listedPatient) },
  },
  createPatient: {
    summary: "Make a patient's record",
    tags: ["patients"],
    headers: { "Idempotency-Key": "required" },
    body: { schema: patientBody },
    answers: { 201: record },
    problems: ["forbidden", "not-found", "rule-violated", "idempotency-key-reuse"],
  },
  searchPatients: {
    summary: "Search patients",
    description: "All that is given must match. At most 50; `isComplete: false` means that there are more.",
    tags: ["patients"],
    body: { schema: patientSearchBody },
    answers: { 200: parts.wholeListOf(listedPatient).extend({ isComplete: z.boolean() }) },
  },
  readPatient: {
    summary: "Read a patient's record",
    description: "Of an id that was merged into another one, the record that stands for both.",
    tags: ["patients"],
    params: PATIENT,
    answers: { 200: record },
    problems: ["not-found"],
  },
  changePatient: {
    summary: "Change a patient's record",
    description: "The whole record anew.",
    tags: ["patients"],
    params: PATIENT,
    headers: { "If-Match": "required" },
    body: { schema: patientBody },
    answers: { 200: parts.change({}) },
    problems: CHANGED,
  },
  endPatientSessions: {
    summary: "Sign a patient out everywhere",
    description:
      "For the desk at which the record is at home, when a device was lost. Every session ends at once; a token that is out ends within five minutes.",
    tags: ["patients"],
    params: PATIENT,
    answers: { 204: "empty" },
    problems: ["forbidden", "not-found", "overloaded"],
  },
  deactivatePatient: activation("Deactivate a patient's record"),
  activatePatient: activation("Activate a patient's record"),
  mergePatient: {
    summary: "Merge two records of one person",
    description:
      "First told what stands in the way; with `?apply=true` and the `If-Match` of the record that goes, it is done.",
    tags: ["patients"],
    params: PATIENT,
    query: applyQuery,
    headers: { "If-Match": "optional" },
    body: { schema: mergeBody },
    answers: {
      200: parts.change({
        id: s.id(s.PATIENT),
        into: s.id(s.PATIENT),
        isFree: z.boolean().optional(),
        waiting: z.boolean().optional(),
        standing: parts.outside.optional(),
      }),
    },
    problems: CHANGED,
  },
  listPatientAppointments: {
    summary: "List a patient's appointments",
    description: "The caller's own writes are in it at once. Without dates, everything that is kept.",
    tags: ["patients"],
    params: PATIENT,
    query: patientAppointmentsQuery,
    answers: { 200: parts.pageOf(parts.listedAppointment) },
    problems: ["not-found"],
  },
  shareCalendar: {
    summary: "Make the address of a calendar feed",
    description: "Whoever has it sees the appointments: it is for the patient's own calendar program.",
    tags: ["calendars"],
    params: PATIENT,
    answers: { 200: z.strictObject({ url: z.url() }) },
    problems: ["not-found"],
  },
  readCalendarFeed: {
    summary: "Read a calendar feed",
    tags: ["calendars"],
    params: PATIENT,
    query: z.object({ token: z.string().optional(), proxy: s.id(s.PATIENT).optional() }),
    headers: { "If-None-Match": "optional" },
    answers: { 200: { media: ["text/calendar"] }, 304: "empty" },
    problems: ["not-found"],
  },

  watchProvider: {
    summary: "Watch a provider's free times",
    tags: ["live"],
    params: { id: s.id(s.PROVIDER) },
    query: liveProviderQuery,
    answers: { 101: "empty" },
    problems: ["forbidden", "not-found", "upgrade-required"],
    frames: { server: providerFrame, client: resume },
  },
  watchPatient: {
    summary: "Watch a patient's appointments",
    description:
      "With a token, or with `ticket`: browsers cannot set headers on a socket. A ticket opens one socket, once, within 30 seconds. A socket stands for five minutes at most; closed with 1013, it may be opened again.",
    tags: ["live"],
    params: PATIENT,
    query: z.object({ ticket: z.string().optional(), _pk: z.string().max(64).optional() }),
    answers: { 101: "empty" },
    problems: ["not-found", "upgrade-required"],
    frames: { server: patientFrame, client: resume },
  },
  issueTicket: {
    summary: "Make a ticket for a live socket",
    tags: ["live"],
    body: { schema: ticketBody },
    answers: { 201: z.strictObject({ ticket: z.string(), expiresInSeconds: z.int().min(1) }) },
    problems: ["not-found", "forbidden"],
  },
});
