/** The only place where an outcome becomes an HTTP error (RFC 9457). No `default`: a new reason must fail to compile. */
import type { Context } from "hono";
import type { StoredRefusal } from "../../../core/agenda/command-row.ts";
import type { BookingRefusal } from "../../../core/booking/refusal.ts";
import { spellInZone } from "../../../core/schedule/clinic-time.ts";
import type { FreeStart } from "../../../core/schedule/free-starts.ts";
import type { EdgeEnv } from "../env.ts";

export interface ValidationError {
  /** JSON pointer into the body, or `/query/<name>`, `/header/<name>`, `/path/<name>`. */
  readonly pointer: string;
  /** Says what is expected; never repeats the value. */
  readonly message: string;
}

export interface Problem {
  readonly status:
    | 400
    | 401
    | 403
    | 404
    | 409
    | 410
    | 412
    | 413
    | 414
    | 415
    | 422
    | 426
    | 428
    | 429
    | 500
    | 503;
  readonly slug: string;
  readonly title: string;
  readonly detail?: string;
  readonly retryAfterSeconds?: number;
  readonly extra?: Readonly<Record<string, unknown>>;
}

export const NOT_FOUND: Problem = {
  status: 404,
  slug: "not-found",
  title: "There is nothing here that you can see.",
};
export const UNAUTHENTICATED: Problem = {
  status: 401,
  slug: "unauthenticated",
  title: "A valid access token is needed.",
};
export const FORBIDDEN: Problem = { status: 403, slug: "forbidden", title: "Your role cannot do this." };
export const CROSS_SITE: Problem = {
  status: 403,
  slug: "forbidden",
  title: "Pages of another site cannot do this.",
};
export const KEY_REUSE: Problem = {
  status: 422,
  slug: "idempotency-key-reuse",
  title: "This key was used for a different request.",
};
export const IN_FLIGHT: Problem = {
  status: 409,
  slug: "idempotency-in-flight",
  title: "The first request with this key is still being worked on.",
};
export const PRECONDITION_REQUIRED: Problem = {
  status: 428,
  slug: "precondition-required",
  title: "Say which version you saw.",
  detail: 'Send If-Match with the ETag that you read, such as "v1".',
};
/** [AU9] A read or a write that cannot be recorded is not answered. */
export const AUDIT_AWAY: Problem = {
  status: 503,
  slug: "overloaded",
  title: "Access to patients' data cannot be recorded just now.",
  retryAfterSeconds: 1,
};
export const OUTCOME_UNKNOWN: Problem = {
  status: 503,
  slug: "outcome-unknown",
  title: "We do not know yet whether this was done.",
  detail: "Send the same request with the same Idempotency-Key again: it will not be done twice.",
  retryAfterSeconds: 1,
};
export const BUSY: Problem = {
  status: 503,
  slug: "overloaded",
  title: "Another change to this appointment is under way.",
  retryAfterSeconds: 1,
};
export const DIRECTORY_AWAY: Problem = {
  status: 503,
  slug: "overloaded",
  title: "The directory of clinics cannot be read just now.",
  retryAfterSeconds: 2,
};
export const ISSUER_AWAY: Problem = {
  status: 503,
  slug: "overloaded",
  title: "The sign-in service does not answer just now.",
  retryAfterSeconds: 2,
};
export const CALENDAR_AWAY: Problem = {
  status: 503,
  slug: "overloaded",
  title: "This calendar cannot be reached just now.",
  retryAfterSeconds: 1,
};
/** The longest pause that a crowd at one calendar is asked for. */
export const OVERLOADED_PAUSE_SECONDS = 3;
export const overloaded = (seconds: number): Problem => ({
  status: 503,
  slug: "overloaded",
  title: "Too many people are asking for times of this provider just now.",
  detail: "Nothing was done. Send the same request with the same Idempotency-Key again after the pause.",
  retryAfterSeconds: seconds,
});
export const rateLimited = (seconds: number): Problem => ({
  status: 429,
  slug: "rate-limited",
  title: "Too many requests.",
  retryAfterSeconds: seconds,
});
export const invalid = (errors: readonly ValidationError[]): Problem => ({
  status: 400,
  slug: "validation",
  title: "The request is not valid.",
  extra: { errors },
});
export const ADDRESS_TOO_LONG: Problem = {
  status: 414,
  slug: "validation",
  title: "The address is too long.",
  extra: { errors: [] },
};
export const INTERNAL: Problem = {
  status: 500,
  slug: "internal",
  title: "Something went wrong on our side.",
};

/** What a refusal looks like from outside. Whose appointment is in the way stays inside. */
export function problemFor({ refusal, alternatives }: StoredRefusal, timeZone: string): Problem {
  switch (refusal.reason) {
    case "slot-taken":
      return {
        status: 409,
        slug: "slot-taken",
        title: "That time was just taken.",
        extra: { blockedBy: refusal.blockedBy, alternatives: spelled(alternatives, timeZone) },
      };
    case "hold-expired":
      return {
        status: 410,
        slug: "hold-expired",
        title: "The time is not held for you any more.",
        ...(alternatives.length > 0 ? { extra: { alternatives: spelled(alternatives, timeZone) } } : {}),
      };
    case "patient-conflict":
      return {
        status: 409,
        slug: "patient-conflict",
        title: "The patient already has an appointment at that time.",
      };
    case "rule":
      return { status: 422, slug: "rule-violated", title: ruleTitle(refusal), extra: { rule: refusal.rule } };
    case "stale-version":
      return { status: 412, slug: "stale-version", title: "The appointment has changed since you read it." };
    case "key-reuse":
      return KEY_REUSE;
    case "not-found":
      return NOT_FOUND;
  }
}

const spelled = (starts: readonly FreeStart[], timeZone: string) =>
  starts.map(({ start, end, locationId }) => ({
    start: spellInZone(start, timeZone),
    end: spellInZone(end, timeZone),
    locationId,
  }));

function ruleTitle({ rule }: Extract<BookingRefusal, { reason: "rule" }>): string {
  switch (rule) {
    case "unknown-visit-type":
      return "The provider does not offer this visit type.";
    case "location-not-served":
      return "The provider does not see patients at this clinic.";
    case "specialty-required":
      return "The provider does not have the specialty that this visit type needs.";
    case "new-patients-only":
      return "This visit type is for patients whom the provider has not seen.";
    case "age-limit":
      return "This visit type is for patients of another age.";
    case "wrong-length":
      return "The length of this visit type has changed; read the times again.";
    case "off-grid":
      return "Visits of this type do not start at this minute.";
    case "starts-in-past":
      return "The appointment would start in the past.";
    case "minimum-notice":
      return "It is too late to book this time.";
    case "beyond-horizon":
      return "This time cannot be booked yet.";
    case "outside-open-hours":
      return "The provider does not see patients at this time.";
    case "day-limit-reached":
      return "There are no more visits of this type on that day.";
    case "no-resource":
      return "No room or machine that this visit needs is free at this time.";
    case "not-movable":
      return "An appointment in this state cannot be moved.";
    case "move-window":
      return "It is too late to move this appointment online; call the clinic.";
    case "not-cancellable":
      return "An appointment in this state cannot be cancelled.";
    case "cancellation-window":
      return "It is too late to cancel this appointment online; call the clinic.";
    case "already-started":
      return "The appointment has already started; call the clinic.";
    case "illegal-transition":
      return "An appointment in this state cannot become that.";
    case "not-check-in-time":
      return "Check-in is open on the day of the visit, for patients from two hours before it.";
    case "not-started-yet":
      return "The appointment has not started yet.";
    case "too-many-changes":
      return "The appointment was changed too often today.";
    case "too-many-open-bookings":
      return "The patient has too many open appointments.";
    case "too-many-holds":
      return "Too many times are held already: book or release one first.";
  }
}

/** Sends a problem. `instance` is the request id, so that a person can quote it. */
export function sendProblem(c: Context<EdgeEnv>, problem: Problem): Response {
  if (problem.retryAfterSeconds !== undefined) c.header("Retry-After", String(problem.retryAfterSeconds));
  if (problem.status === 401) c.header("WWW-Authenticate", 'Bearer realm="openslot"');
  const { status, slug, title, detail, extra } = problem;
  c.set("problem", slug);
  const body = {
    type: `/problems/${slug}`,
    title,
    status,
    ...(detail ? { detail } : {}),
    instance: c.get("requestId"),
    ...extra,
  };
  return c.body(JSON.stringify(body), status, { "content-type": "application/problem+json" });
}
