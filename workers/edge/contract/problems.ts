/** Every problem that the API answers (RFC 9457), with the status it comes with and what it says beside the common members. */
import * as z from "zod";
import { id, LOCATION, moment } from "./scalars.ts";

/** The status that most come with stands first. */
interface ProblemKind {
  readonly statuses: readonly [number, ...number[]];
  readonly means: string;
  readonly extra?: z.ZodRawShape;
}

const alternative = z.strictObject({ start: moment, end: moment, locationId: id(LOCATION) }).meta({
  id: "Alternative",
  description: "A free time near the one that was asked for.",
});
const alternatives = z.array(alternative).max(3);
export const BLOCKERS = ["appointment", "hold", "block", "capacity"] as const;
const blockedBy = z.enum(BLOCKERS);

/** [Z3] What became of one visit of a series. Without `type`: it could be had. */
const occurrence = z
  .strictObject({
    start: moment,
    type: z.string().optional(),
    blockedBy: blockedBy.optional(),
    alternatives: alternatives.optional(),
    rule: z.string().optional(),
  })
  .meta({ id: "Occurrence" });
const occurrences = z.array(occurrence).optional();

const errors = z
  .array(
    z.strictObject({
      pointer: z.string().meta({
        description: "JSON pointer into the body, or `/query/<name>`, `/header/<name>`, `/path/<name>`.",
      }),
      message: z.string().meta({ description: "What is expected. Never the value." }),
    }),
  )
  .meta({ description: "Each mistake." });
const fileProblem = z.strictObject({
  line: z.int().min(1),
  column: z.string().nullable(),
  message: z.string(),
});

export const PROBLEMS = {
  validation: {
    statuses: [400, 413, 414, 415],
    means: "The request is not valid.",
    extra: { errors, problems: z.array(fileProblem).optional(), problemCount: z.int().optional() },
  },
  unauthenticated: { statuses: [401], means: "A valid access token is needed." },
  "oauth-refused": {
    statuses: [400, 401],
    means: "OAuth refuses; `error` is its word for why (RFC 6749 §5.2).",
    extra: {
      error: z.enum(["invalid_request", "invalid_client", "invalid_scope", "unsupported_grant_type"]),
    },
  },
  forbidden: { statuses: [403], means: "The caller's role cannot do this." },
  "human-check-required": {
    statuses: [403],
    means:
      "A person must show that they are one: the header Turnstile-Token, good once. Where the deployment asks for it.",
  },
  "not-found": { statuses: [404], means: "It does not exist, or is not the caller's to see." },
  "slot-taken": {
    statuses: [409],
    means: "Somebody else has the time.",
    extra: { blockedBy, alternatives, occurrences },
  },
  "patient-conflict": {
    statuses: [409],
    means: "The patient has another appointment at that time.",
    extra: { occurrences },
  },
  "idempotency-in-flight": { statuses: [409], means: "The first request with this key is being worked on." },
  "hold-expired": {
    statuses: [410],
    means: "The time is not held any more.",
    extra: { alternatives: alternatives.optional() },
  },
  "stale-version": {
    statuses: [412],
    means: "It has changed since it was read.",
    extra: { occurrences },
  },
  "rule-violated": {
    statuses: [422],
    means: "A rule of the clinic is against it.",
    extra: {
      rule: z.string().meta({ description: "The rule's name, such as `minimum-notice`." }),
      occurrences,
      cancelled: z.int().min(0).optional().meta({ description: "Appointments that were cancelled first." }),
      left: z.int().min(0).optional().meta({ description: "Appointments that still stand." }),
    },
  },
  "idempotency-key-reuse": { statuses: [422], means: "The key was used for a different request." },
  "upgrade-required": { statuses: [426], means: "The address speaks WebSocket." },
  "precondition-required": { statuses: [428], means: "`If-Match` must say which version was seen." },
  "rate-limited": { statuses: [429], means: "Too many requests; `Retry-After` says how long to wait." },
  overloaded: { statuses: [503], means: "A part is away or busy; `Retry-After` says how long to wait." },
  "outcome-unknown": {
    statuses: [503],
    means: "Nobody knows yet whether it was done: the same request with the same key asks.",
  },
} as const satisfies Readonly<Record<string, ProblemKind>>;

export type ProblemSlug = keyof typeof PROBLEMS;

/** [K1] The body of a problem of this kind, and no member more. */
export function problemSchema(slug: ProblemSlug): z.ZodObject {
  const { statuses, means, extra }: ProblemKind = PROBLEMS[slug];
  return z
    .strictObject({
      type: z.literal(`/problems/${slug}`),
      title: z.string().min(1),
      status: z.literal([...statuses]),
      detail: z.string().min(1).optional(),
      instance: z.string().meta({ description: "The id of the request, to quote." }),
      ...extra,
    })
    .meta({ id: `Problem-${slug}`, description: means });
}

/** What any operation may answer: a wrong token, a caller in a hurry, Postgres away. */
export const COMMON_PROBLEMS = [
  "unauthenticated",
  "rate-limited",
  "overloaded",
] as const satisfies readonly ProblemSlug[];
