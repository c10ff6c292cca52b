/**
 * What a session may act as. It is copied from the directory into the session, so that tokens need no Postgres, and read again
 * every few minutes, so that a change which nobody told us of arrives all the same.
 */
import type { Role } from "../../core/access/principal.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../core/time.ts";
import type { Standing } from "../../db/identity/standing.ts";
import type { AccessClaims } from "./tokens.ts";

/** After this long a session asks the directory again, in the background: the next token says what it learned. */
export const STANDING_FRESH_MS = 10 * MINUTE_MS;
/** [ID15] A shift. Then staff show their second factor again, whatever they did meanwhile. */
export const STAFF_SESSION_MS = 12 * HOUR_MS;
/** [ID15] A patient who comes every few weeks stays signed in; after this long they show their address once more. */
export const PATIENT_SESSION_MS = 90 * DAY_MS;

/**
 * [SV2] How long ago somebody may have shown who they are when they change what signs them in, or end their other sessions: long
 * enough to look for a device and answer its question, too short for whoever finds a browser left open.
 */
export const FRESH_PROOF_MS = 10 * MINUTE_MS;
/** [SV3] A telephone, a computer or two, a tablet, and as many again: nobody has more, and a list of them can still be read. */
export const SESSIONS_MAX = 10;

/** How somebody was recognised (RFC 8176): a code, a passkey, the clinics' provider with its second factor. */
export type Method = "otp" | "hwk" | "mfa";

/** Beside what better-auth keeps of a session. Text, because its fields are. */
export interface SessionStanding {
  readonly amr: Method;
  /** Empty: recognised, but nobody yet; a patient whose record is still to be found or made. */
  readonly role: "" | Role;
  readonly subject: string;
  /** A JSON list of ids. */
  readonly clinics: string;
  /** Of the role provider: whose calendar is theirs. Absent from sessions of before there were any. */
  readonly provider?: string;
  /** Milliseconds since the epoch. */
  readonly checkedAt: number;
  readonly endsAt: number;
}

/**
 * [ID14] Staff act as staff only when the clinics' provider has vouched for a second factor; by a code or a passkey the same
 * person is the patient who they are besides. null: they may not have such a session at all.
 */
export function standingFor(
  method: Method,
  standing: Standing,
  now: number,
): Omit<SessionStanding, "endsAt"> | null {
  const none = {
    amr: method,
    role: "",
    subject: "",
    clinics: "[]",
    provider: "",
    checkedAt: now,
  } as const;
  if (method === "mfa") {
    const { staff } = standing;
    if (!staff || (staff.role === "staff" && staff.clinics.length === 0)) return null;
    return {
      ...none,
      role: staff.role,
      subject: staff.id,
      clinics: JSON.stringify(staff.role === "staff" ? staff.clinics : []),
      provider: staff.role === "provider" ? (staff.providerId ?? "") : "",
    };
  }
  if (!standing.patientId) return none;
  return {
    ...none,
    role: "patient",
    subject: standing.patientId,
  };
}

export const lifeOf = (method: Method): number => (method === "mfa" ? STAFF_SESSION_MS : PATIENT_SESSION_MS);

/** What a token says; null: this session is nobody's yet. */
export function claimsOf(session: SessionStanding & { readonly id: string }): AccessClaims | null {
  if (session.role === "") return null;
  const clinics = JSON.parse(session.clinics) as string[]; // written by standingFor
  return {
    sub: session.subject,
    role: session.role,
    ...(clinics.length > 0 ? { clinics } : {}),
    ...(session.provider ? { provider: session.provider } : {}),
    sid: session.id,
    amr: session.amr,
  };
}
