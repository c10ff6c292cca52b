/** Contracts of what desks and administrators change in the directory. */
import * as z from "zod";
import { GENDERS } from "../../../core/directory/directory.ts";
import {
  applyQuery,
  clinicBody,
  closureBody,
  deactivationBody,
  profileBody,
  providerBody,
  resourceBody,
  resourceChangeBody,
  scheduleBody,
  staffBody,
  visitTypeBody,
} from "../api/admin-schemas.ts";
import { blockBody, blocksQuery } from "../api/block-schemas.ts";
import { listQuery } from "../api/schemas.ts";
import { contracts } from "./contract.ts";
import * as parts from "./parts.ts";
import type { ProblemSlug } from "./problems.ts";
import * as s from "./scalars.ts";

const LOCATION = { id: s.id(s.LOCATION) };
const CLOSURE = { ...LOCATION, from: s.date };
const RESOURCE = { ...LOCATION, resource: s.id(s.PROVIDER) };
const VISIT_TYPE = { id: s.id(s.VISIT_TYPE) };
const PROVIDER = { id: s.id(s.PROVIDER) };
const STAFF = { id: s.id(s.STAFF) };

const CREATED = [
  "rule-violated",
  "idempotency-key-reuse",
  "not-found",
] as const satisfies readonly ProblemSlug[];
const CHANGED = [
  "not-found",
  "precondition-required",
  "stale-version",
  "rule-violated",
] as const satisfies readonly ProblemSlug[];
const PREVIEW =
  "First told what it would do; with `?apply=true` and the `If-Match` of what was read, it is done.";
const APPLIES = { query: applyQuery, headers: { "If-Match": "optional" } } as const;

const { outside } = parts;

const clinicSettings = z
  .strictObject({
    ...parts.location.shape,
    regionId: z.string().nullable(),
    version: s.version,
    active: z.boolean(),
  })
  .meta({ id: "LocationSettings" });

const resource = z
  .strictObject({
    id: s.id(s.PROVIDER),
    kind: z.enum(parts.RESOURCE_KINDS),
    name: z.string(),
    locationId: s.id(s.LOCATION),
    hours: z.array(parts.weeklyHours),
    exceptions: z.array(parts.dateException),
    version: s.version,
    active: z.boolean(),
  })
  .meta({ id: "Resource" });

const visitTypeSettings = z
  .strictObject({
    ...parts.visitType.shape,
    gridMinutes: z.int(),
    noticeMinutes: z.int(),
    horizonDays: z.int(),
    bufferBeforeMinutes: z.int().nullable(),
    bufferAfterMinutes: z.int().nullable(),
    capacity: z.int().nullable(),
    newPatientsOnly: z.boolean().nullable(),
    ageMin: z.int().nullable(),
    ageMax: z.int().nullable(),
    specialty: z.string().nullable(),
    cancelWindowMinutes: z.int().nullable(),
    moveWindowMinutes: z.int().nullable(),
    perDayMax: z.int().nullable(),
    requires: z.array(z.enum(parts.RESOURCE_KINDS)).nullable(),
    version: s.version,
    active: z.boolean(),
  })
  .meta({ id: "VisitTypeSettings" });

const staffMember = z
  .strictObject({
    id: s.id(s.STAFF),
    displayName: z.string(),
    email: z.string(),
    role: z.enum(["staff", "admin", "provider"]),
    providerId: s.id(s.PROVIDER).nullable(),
    clinics: z.array(s.id(s.LOCATION)),
    version: s.version,
    active: z.boolean(),
  })
  .meta({ id: "StaffMember" });

const override = z
  .strictObject({
    visitTypeId: s.id(s.VISIT_TYPE),
    locationId: s.id(s.LOCATION),
    minutes: z.int().optional(),
    gridMinutes: z.int().optional(),
    noticeMinutes: z.int().optional(),
    horizonDays: z.int().optional(),
    bufferBeforeMinutes: z.int().optional(),
    bufferAfterMinutes: z.int().optional(),
    capacity: z.int().optional(),
    newPatientsOnly: z.boolean().optional(),
    ageMin: z.int().optional(),
    ageMax: z.int().optional(),
    specialty: z.string().optional(),
    cancelWindowMinutes: z.int().optional(),
    moveWindowMinutes: z.int().optional(),
    perDayMax: z.int().optional(),
    requires: z.array(z.enum(parts.RESOURCE_KINDS)).optional(),
  })
  .meta({ id: "VisitTypeOverride" });

const providerSettings = z
  .strictObject({
    id: s.id(s.PROVIDER),
    version: s.version,
    active: z.boolean(),
    displayName: z.string(),
    title: z.string(),
    specialties: z.array(z.string()),
    languages: z.array(z.string()),
    acceptingNewPatients: z.boolean(),
    gender: z.enum(GENDERS).nullable(),
    insurances: z.array(z.string()),
    visitTypeIds: z.array(s.id(s.VISIT_TYPE)),
    overrides: z.array(override),
    travelMinutes: z.int().nullable(),
  })
  .meta({ id: "ProviderSettings" });

const schedule = z
  .strictObject({
    providerId: s.id(s.PROVIDER),
    version: s.version,
    sites: z.array(
      z.strictObject({
        locationId: s.id(s.LOCATION),
        hours: z.array(parts.weeklyHours),
        breaks: z.array(parts.weeklyHours),
        exceptions: z.array(parts.dateException),
      }),
    ),
  })
  .meta({ id: "Schedule" });

const changedTimes = z.array(
  z.strictObject({ locationId: s.id(s.LOCATION), start: s.moment, end: s.moment }),
);

const closure = { from: s.date, until: s.date, name: z.string().nullable() };

const activation = <const Text extends string, Shape extends z.core.$ZodLooseShape>(
  summary: Text,
  shape: Shape,
) => ({
  summary,
  description: PREVIEW,
  tags: ["administration"] as const,
  ...APPLIES,
  answers: { 200: parts.change({ active: z.boolean(), ...shape }) },
  problems: CHANGED,
});

const ending = { schema: deactivationBody, optional: true } as const;

export const administration = contracts({
  createLocation: {
    summary: "Make a clinic",
    tags: ["administration"],
    headers: { "Idempotency-Key": "required" },
    body: { schema: clinicBody },
    answers: { 201: parts.location },
    problems: CREATED,
  },
  readLocationSettings: {
    summary: "Read what can be changed of a clinic",
    tags: ["administration"],
    params: LOCATION,
    answers: { 200: clinicSettings },
    problems: ["not-found"],
  },
  changeLocation: {
    summary: "Change a clinic",
    description:
      "The whole clinic anew, at once. Its time zone can change only while it has no appointments.",
    tags: ["administration"],
    params: LOCATION,
    headers: { "If-Match": "required" },
    body: { schema: clinicBody },
    answers: { 200: parts.change({ location: parts.location }) },
    problems: CHANGED,
  },
  deactivateLocation: {
    ...activation("Deactivate a clinic", { outside, ...parts.cancelled }),
    params: LOCATION,
    body: ending,
  },
  activateLocation: {
    ...activation("Activate a clinic", { outside }),
    params: LOCATION,
    body: ending,
  },
  listClosures: {
    summary: "List the dates on which a clinic is closed",
    tags: ["administration"],
    params: LOCATION,
    answers: { 200: parts.wholeListOf(z.strictObject(closure)) },
    problems: ["not-found"],
  },
  putClosure: {
    summary: "Close a clinic from this date on",
    description:
      "First told which appointments fall out; done with `?apply=true`. There is no version to name.",
    tags: ["administration"],
    params: CLOSURE,
    query: applyQuery,
    body: { schema: closureBody },
    answers: {
      200: z.strictObject({
        applied: z.boolean(),
        locationId: s.id(s.LOCATION),
        ...closure,
        outside,
        ...parts.cancelled,
      }),
    },
    problems: ["not-found", "rule-violated"],
  },
  removeClosure: {
    summary: "Open a clinic again",
    tags: ["administration"],
    params: CLOSURE,
    answers: { 204: "empty" },
    problems: ["not-found"],
  },
  listResources: {
    summary: "List the rooms, machines and interpreters of a clinic",
    tags: ["administration"],
    params: LOCATION,
    answers: { 200: parts.wholeListOf(resource) },
    problems: ["not-found"],
  },
  createResource: {
    summary: "Make a room, machine or interpreter",
    tags: ["administration"],
    params: LOCATION,
    headers: { "Idempotency-Key": "required" },
    body: { schema: resourceBody },
    answers: { 201: resource },
    problems: CREATED,
  },
  readResource: {
    summary: "Read a room, machine or interpreter",
    tags: ["administration"],
    params: RESOURCE,
    answers: { 200: resource },
    problems: ["not-found"],
  },
  changeResource: {
    summary: "Change a room, machine or interpreter",
    tags: ["administration"],
    params: RESOURCE,
    headers: { "If-Match": "required" },
    body: { schema: resourceChangeBody },
    answers: { 200: parts.change({}) },
    problems: CHANGED,
  },
  deactivateResource: {
    ...activation("Deactivate a room, machine or interpreter", {}),
    params: RESOURCE,
  },
  activateResource: { ...activation("Activate a room, machine or interpreter", {}), params: RESOURCE },

  createVisitType: {
    summary: "Make a visit type",
    tags: ["administration"],
    headers: { "Idempotency-Key": "required" },
    body: { schema: visitTypeBody },
    answers: { 201: visitTypeSettings },
    problems: CREATED,
  },
  readVisitTypeSettings: {
    summary: "Read the rules of a visit type",
    tags: ["administration"],
    params: VISIT_TYPE,
    answers: { 200: visitTypeSettings },
    problems: ["not-found"],
  },
  changeVisitType: {
    summary: "Change a visit type",
    description: "At once: what is booked stays as it was taken.",
    tags: ["administration"],
    params: VISIT_TYPE,
    headers: { "If-Match": "required" },
    body: { schema: visitTypeBody },
    answers: { 200: parts.change({ calendars: z.int().min(0) }) },
    problems: CHANGED,
  },
  deactivateVisitType: {
    ...activation("Deactivate a visit type", { calendars: z.int().min(0), outside }),
    params: VISIT_TYPE,
  },
  activateVisitType: {
    ...activation("Activate a visit type", { calendars: z.int().min(0), outside }),
    params: VISIT_TYPE,
  },

  createProvider: {
    summary: "Make a provider",
    description: "With a calendar that takes bookings when this answers.",
    tags: ["administration"],
    headers: { "Idempotency-Key": "required" },
    body: { schema: providerBody },
    answers: { 201: parts.provider },
    problems: CREATED,
  },
  readProviderSettings: {
    summary: "Read what can be changed of a provider",
    tags: ["administration"],
    params: PROVIDER,
    answers: { 200: providerSettings },
    problems: ["not-found"],
  },
  changeProvider: {
    summary: "Change a provider",
    description: PREVIEW,
    tags: ["administration"],
    params: PROVIDER,
    ...APPLIES,
    body: { schema: profileBody },
    answers: { 200: parts.change({ outside }) },
    problems: CHANGED,
  },
  readSchedule: {
    summary: "Read a provider's schedule",
    tags: ["administration"],
    params: PROVIDER,
    answers: { 200: schedule },
    problems: ["not-found"],
  },
  changeSchedule: {
    summary: "Change a provider's schedule",
    description: `The whole schedule anew. ${PREVIEW}`,
    tags: ["administration"],
    params: PROVIDER,
    ...APPLIES,
    body: { schema: scheduleBody },
    answers: { 200: parts.change({ opens: changedTimes, closes: changedTimes, outside }) },
    problems: CHANGED,
  },
  deactivateProvider: {
    ...activation("Deactivate a provider", { outside, ...parts.cancelled }),
    params: PROVIDER,
    body: ending,
  },
  activateProvider: { ...activation("Activate a provider", { outside }), params: PROVIDER, body: ending },
  createBlock: {
    summary: "Block time of a provider",
    description:
      "Appointments that lie under it stay, and are named. Busy time of another calendar (`source: external`) comes with that calendar's own id, and the same id again changes it: then the answer is 200.",
    tags: ["administration"],
    params: PROVIDER,
    headers: { "Idempotency-Key": "required" },
    body: { schema: blockBody },
    answers: {
      200: parts.block.extend({ appointmentIds: z.array(s.id(s.APPOINTMENT)) }),
      201: parts.block.extend({ appointmentIds: z.array(s.id(s.APPOINTMENT)) }),
    },
    problems: ["not-found", "forbidden", "rule-violated", "idempotency-key-reuse", "outcome-unknown"],
  },
  listBlocks: {
    summary: "List the blocks of a provider",
    tags: ["administration"],
    params: PROVIDER,
    query: blocksQuery,
    answers: { 200: parts.pageOf(parts.block) },
    problems: ["not-found"],
  },
  removeBlock: {
    summary: "Remove a block",
    tags: ["administration"],
    params: { ...PROVIDER, block: s.id(s.BLOCK) },
    headers: { "Idempotency-Key": "optional" },
    answers: { 204: "empty" },
    problems: ["not-found", "idempotency-key-reuse", "outcome-unknown"],
  },

  listStaff: {
    summary: "List the people of the clinics",
    tags: ["staff"],
    query: listQuery,
    answers: { 200: parts.pageOf(staffMember) },
  },
  createStaff: {
    summary: "Add somebody to the clinics' people",
    tags: ["staff"],
    headers: { "Idempotency-Key": "required" },
    body: { schema: staffBody },
    answers: { 201: staffMember },
    problems: CREATED,
  },
  readStaff: {
    summary: "Read one of the clinics' people",
    tags: ["staff"],
    params: STAFF,
    answers: { 200: staffMember },
    problems: ["not-found"],
  },
  changeStaff: {
    summary: "Change one of the clinics' people",
    tags: ["staff"],
    params: STAFF,
    headers: { "If-Match": "required" },
    body: { schema: staffBody },
    answers: { 200: parts.change({}) },
    problems: CHANGED,
  },
  deactivateStaff: { ...activation("End somebody's access", {}), tags: ["staff"], params: STAFF },
  activateStaff: { ...activation("Give access back", {}), tags: ["staff"], params: STAFF },
  inviteStaff: {
    summary: "Invite one of the clinics' people",
    description:
      "The link is good once, for a week; a newer one takes its place. Who accepted signs in with their clinic's account.",
    tags: ["staff"],
    params: STAFF,
    answers: { 200: z.strictObject({ link: z.url(), expiresAt: s.moment }) },
    problems: ["not-found", "overloaded"],
  },
  endStaffSessions: {
    summary: "Sign one of the clinics' people out everywhere",
    description:
      "Every session ends at once, a patient's of the same person as well; a token that is out ends within five minutes. They may sign in again.",
    tags: ["staff"],
    params: STAFF,
    answers: { 204: "empty" },
    problems: ["not-found", "overloaded"],
  },
});
