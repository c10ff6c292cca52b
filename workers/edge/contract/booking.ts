/** Contracts of holds, appointments and series. */
import * as z from "zod";
import {
  bookingBody,
  cancelQuery,
  cancelSeriesQuery,
  holdBody,
  moveBody,
  moveSeriesBody,
  seriesBody,
  visitsBody,
} from "../api/schemas.ts";
import { contracts } from "./contract.ts";
import * as parts from "./parts.ts";
import type { ProblemSlug } from "./problems.ts";
import * as s from "./scalars.ts";

const HOLD = { id: s.id(s.HOLD) };
const APPOINTMENT = { id: s.id(s.APPOINTMENT) };
const SERIES = { id: s.id(s.SERIES) };

/** A command that takes time of somebody. */
const TAKES_TIME = [
  "not-found",
  "slot-taken",
  "patient-conflict",
  "rule-violated",
  "idempotency-in-flight",
  "idempotency-key-reuse",
  "outcome-unknown",
] as const satisfies readonly ProblemSlug[];

const EXAMPLE_START = "2026-11-24T09:20:00-06:00";
const EXAMPLE = {
  providerId: "prv_0123456789ab",
  visitTypeId: "vst_0123456789ab",
  locationId: "loc_0123456789ab",
  start: EXAMPLE_START,
};

const TRANSITION = [
  "not-found",
  "stale-version",
  "rule-violated",
  "idempotency-key-reuse",
  "outcome-unknown",
] as const satisfies readonly ProblemSlug[];

/** A step of a visit: neither key nor version is required, and a version that is given must be the present one. */
const transition = <const Text extends string>(summary: Text) =>
  ({
    summary,
    tags: ["appointments"],
    params: APPOINTMENT,
    headers: { "Idempotency-Key": "optional", "If-Match": "optional" },
    body: { schema: z.strictObject({}), optional: true },
    answers: { 200: parts.appointment },
    problems: TRANSITION,
  }) as const;

const seriesAnswer = z
  .strictObject({ id: s.id(s.SERIES), appointments: z.array(parts.listedAppointment) })
  .meta({ id: "Series" });

/** What was just booked or moved shows its reason; a list does not. */
const bookedSeries = z
  .strictObject({ id: s.id(s.SERIES), appointments: z.array(parts.listedAppointment).min(1) })
  .meta({ id: "BookedSeries" });

export const booking = contracts({
  createHold: {
    summary: "Hold a time",
    description:
      "For five minutes. The answer's `token` is what opens it: send it as `Hold-Token` with everything that follows, the booking too.",
    tags: ["holds"],
    headers: { "Idempotency-Key": "required", "Turnstile-Token": "optional" },
    body: { schema: holdBody },
    example: EXAMPLE,
    answers: { 201: parts.placedHold },
    problems: [
      "human-check-required",
      "not-found",
      "slot-taken",
      "rule-violated",
      "idempotency-key-reuse",
      "outcome-unknown",
    ],
  },
  readHold: {
    summary: "Read a hold",
    tags: ["holds"],
    params: HOLD,
    headers: { "Hold-Token": "required" },
    answers: { 200: parts.hold },
    problems: ["not-found"],
  },
  extendHold: {
    summary: "Keep a hold for longer",
    tags: ["holds"],
    params: HOLD,
    headers: { "Hold-Token": "required" },
    answers: { 200: parts.hold },
    problems: ["not-found", "hold-expired", "rule-violated", "outcome-unknown"],
  },
  releaseHold: {
    summary: "Give a held time back",
    tags: ["holds"],
    params: HOLD,
    headers: { "Hold-Token": "required" },
    answers: { 204: "empty" },
    problems: ["not-found", "hold-expired", "rule-violated", "outcome-unknown"],
  },

  bookAppointment: {
    summary: "Book an appointment",
    description:
      "`patientId` defaults to the caller; staff must give it. `providerIds` names several providers in the order in which they are asked, instead of `providerId`. A hold needs `holdId` and the header `Hold-Token`; an expired hold on a time that is still free books all the same. `override` is the clinic's.",
    tags: ["appointments"],
    headers: { "Idempotency-Key": "required", "Hold-Token": "optional" },
    body: { schema: bookingBody },
    example: { ...EXAMPLE, reason: "Knee pain since Monday" },
    answers: { 201: parts.appointment },
    problems: [...TAKES_TIME, "forbidden", "hold-expired"],
  },
  readAppointmentFile: {
    summary: "Read an appointment as iCalendar",
    tags: ["calendars"],
    params: APPOINTMENT,
    headers: { "If-None-Match": "optional" },
    answers: { 200: { media: ["text/calendar"] }, 304: "empty" },
    problems: ["not-found"],
  },
  readAppointment: {
    summary: "Read an appointment",
    tags: ["appointments"],
    params: APPOINTMENT,
    answers: { 200: parts.appointment },
    problems: ["not-found"],
  },
  readAppointmentHistory: {
    summary: "Read what became of an appointment",
    description: "The last 200 versions, oldest first. May be a second behind.",
    tags: ["appointments"],
    params: APPOINTMENT,
    answers: {
      200: z.strictObject({
        data: z.array(
          z.strictObject({
            version: s.version,
            change: z.enum([
              "booked",
              "imported",
              "moved",
              "confirmed",
              "checked-in",
              "started",
              "completed",
              "no-show",
              "reopened",
              "cancelled",
            ]),
            status: z.enum(parts.STATUSES),
            start: s.moment,
            end: s.moment,
            locationId: s.id(s.LOCATION),
            providerId: s.id(s.PROVIDER),
            at: s.moment,
          }),
        ),
      }),
    },
    problems: ["not-found"],
  },
  moveAppointment: {
    summary: "Move an appointment",
    description:
      "To another time, clinic, provider or visit type: the same id, all or nothing. A change of `reason` alone takes no time.",
    tags: ["appointments"],
    params: APPOINTMENT,
    headers: { "Idempotency-Key": "optional", "If-Match": "required" },
    body: { schema: moveBody },
    example: { start: EXAMPLE_START },
    answers: { 200: parts.appointment },
    problems: [...TAKES_TIME, "forbidden", "stale-version"],
  },
  cancelAppointment: {
    summary: "Cancel an appointment",
    tags: ["appointments"],
    params: APPOINTMENT,
    query: cancelQuery,
    headers: { "Idempotency-Key": "optional", "If-Match": "required" },
    answers: { 200: parts.appointment },
    problems: ["not-found", "stale-version", "rule-violated", "idempotency-key-reuse", "outcome-unknown"],
  },
  confirmAppointment: transition("Confirm an appointment"),
  checkInAppointment: transition("Check in"),
  startAppointment: transition("Start a visit"),
  completeAppointment: transition("Complete a visit"),
  missAppointment: transition("Note that a patient did not come"),
  reopenAppointment: {
    ...transition("Take the end of a visit back"),
    problems: [...TRANSITION, "slot-taken", "patient-conflict"],
  },

  bookSeries: {
    summary: "Book several visits, all or none",
    description:
      "By a rule of RFC 5545 (`rrule`), by `count` and `intervalWeeks`, or each by name (`visits`). A refusal says of each visit what stood in its way.",
    tags: ["series"],
    headers: { "Idempotency-Key": "required" },
    body: { schema: z.union([seriesBody, visitsBody]) },
    example: { ...EXAMPLE, count: 6, intervalWeeks: 1 },
    answers: { 201: bookedSeries },
    problems: TAKES_TIME,
  },
  moveSeries: {
    summary: "Move what is still to come of a series",
    tags: ["series"],
    params: SERIES,
    headers: { "Idempotency-Key": "optional" },
    body: { schema: moveSeriesBody },
    example: { start: EXAMPLE_START },
    answers: { 200: seriesAnswer },
    problems: [...TAKES_TIME, "stale-version"],
  },
  cancelSeries: {
    summary: "Cancel what is still to come of a series",
    tags: ["series"],
    params: SERIES,
    query: cancelSeriesQuery,
    headers: { "Idempotency-Key": "optional" },
    answers: { 200: seriesAnswer },
    problems: ["not-found", "rule-violated", "stale-version", "idempotency-key-reuse", "outcome-unknown"],
  },
});
