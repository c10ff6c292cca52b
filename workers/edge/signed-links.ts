/**
 * Signed links: made for a message, opened at `/l/<token>`. A token is a key version and 48 bytes, the claims (core/access/signed-link.ts)
 * and 16 bytes of HMAC, so that it fits into an SMS. It is a key: never in a log, an error or an event.
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Context } from "hono";
import type { Principal } from "../../core/access/principal.ts";
import {
  CLAIMS_BYTES,
  decideLink,
  type LinkAction,
  type LinkClaims,
  type LinkRefusal,
  PROOF_LIFE_MS,
  packClaims,
  stampOf,
  stillFits,
  unpackClaims,
} from "../../core/access/signed-link.ts";
import type { Appointment, AppointmentFacts } from "../../core/booking/appointment.ts";
import type { StatusAction } from "../../core/booking/status-rules.ts";
import type { Provider } from "../../core/directory/directory.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { type Instant, instant, plus } from "../../core/time.ts";
import type { OpenLink } from "../../durable-objects/provider-calendar/link-commands.ts";
import { logFailure } from "../../durable-objects/shared/log.ts";
import type { KeyRing } from "../config.ts";
import { findAppointment } from "./book-appointment.ts";
import { changeStatus, type StatusAnswer } from "./booking.ts";
import type { EdgeEnv } from "./env.ts";
import { commandId, fingerprintOf } from "./idempotency.ts";
import { askPostgres } from "./postgres.ts";
import { parseAppointmentId } from "./routing-ids.ts";
import { providerCalendar } from "./stubs.ts";

/** 128 bits. */
const MAC_BYTES = 16;
const TOKEN = /^[0-9a-hjkmnp-tv-z][A-Za-z0-9_-]{64}$/;

const macOf = (secret: string, version: string, claims: Uint8Array): Buffer =>
  createHmac("sha256", secret)
    .update(`signed-link:${version}:`)
    .update(claims)
    .digest()
    .subarray(0, MAC_BYTES);

export interface MintedLink {
  readonly token: string;
  readonly expiresAt: Instant;
}

/** [CO20] Under the newest key. `appointment` as it stands: the link is dead once that has changed. */
export function mintSignedLink(
  keys: KeyRing,
  appointment: AppointmentFacts,
  action: LinkAction,
  now: Instant,
): Result<MintedLink, LinkRefusal> {
  const decision = decideLink(action, appointment, now);
  if (!decision.ok) return err(decision.error);
  const { expiresAt } = decision.value;
  const nonce = crypto.getRandomValues(new Uint32Array(1))[0] as number;
  const stamp = stampOf(action, appointment);
  const claims = packClaims({ appointmentId: appointment.id, action, stamp, expiresAt, nonce });
  const [version, secret] = keys[0] as KeyRing[number];
  const token = version + Buffer.concat([claims, macOf(secret, version, claims)]).toString("base64url");
  return ok({ token, expiresAt });
}

export const signedLinkPath = (token: string): string => `/l/${token}`;

/** [CO23] What one of our keys has signed and has not run out; null for everything else. Asks nobody. */
export function parseSignedLink(keys: KeyRing, token: string, now: Instant): LinkClaims | null {
  const secret = TOKEN.test(token) && keys.find(([version]) => version === token[0])?.[1];
  if (!secret) return null;
  const bytes = Buffer.from(token.slice(1), "base64url");
  const claims = bytes.subarray(0, CLAIMS_BYTES);
  if (!timingSafeEqual(macOf(secret, token[0] as string, claims), bytes.subarray(CLAIMS_BYTES))) return null;
  const parsed = unpackClaims(claims);
  return parsed && now < parsed.expiresAt && parseAppointmentId(keys, parsed.appointmentId) ? parsed : null;
}

/** 132 bits: names a link, opens nothing. */
const linkIdOf = (token: string): string =>
  createHash("sha256").update(`link-id:${token}`).digest("base64url").slice(0, 22);

/** A link that is genuine, in time, unused, and whose appointment is as it was. */
export interface FoundLink {
  readonly claims: LinkClaims;
  readonly appointment: Appointment;
  readonly provider: Provider;
  readonly open: OpenLink;
  /** The patient, for this one appointment: their rules of time count. */
  readonly principal: Extract<Principal, { role: "patient" }>;
}

/** Whoever made the link could see the appointment; whoever has it sees nothing by this alone. */
const READER: Principal = { role: "service", subject: "signed-link" };

export type LinkAnswer =
  | { readonly kind: "open"; readonly link: FoundLink }
  /** [CO23] Used, expired, forged, outdated: nobody is told which. */
  | { readonly kind: "over" }
  | { readonly kind: "away" };

export async function findLink(c: Context<EdgeEnv>, token: string): Promise<LinkAnswer> {
  const claims = parseSignedLink(c.get("settings").ID_KEYS, token, instant(Date.now()));
  if (!claims) return { kind: "over" };
  const found = await findAppointment(c, READER, claims.appointmentId);
  if (!found.ok) return { kind: found.problem.status === 404 ? "over" : "away" };
  const { appointment, provider } = found;
  if (!stillFits(claims, appointment)) return { kind: "over" };
  const open = {
    id: linkIdOf(token),
    appointmentId: appointment.id,
    locationId: appointment.locationId,
    start: appointment.start,
    expiresAt: claims.expiresAt,
  };
  const isPossible = decideLink(claims.action, appointment, instant(Date.now())).ok;
  try {
    if (!isPossible || !(await providerCalendar(c.env, provider.id).isLinkOpen(open)))
      return { kind: "over" };
  } catch (error) {
    logFailure("link.calendar_away", error, { provider: provider.id });
    return { kind: "away" };
  }
  const principal = {
    role: "patient",
    subject: `link_${open.id}`,
    patientId: appointment.patientId,
    represents: [],
  } as const;
  return { kind: "open", link: { claims, appointment, provider, open, principal } };
}

/** [CO22] Confirms, cancels or checks in, and uses the link up with it. `not-found` = it was over meanwhile. */
export function actByLink(
  c: Context<EdgeEnv>,
  { open, appointment, provider, principal }: FoundLink,
  action: Extract<StatusAction, "confirm" | "cancel" | "check-in">,
): Promise<StatusAnswer> {
  const command = {
    command: commandId(principal.subject, appointment.id, open.id),
    fingerprint: fingerprintOf("POST", `/l/${action}`, { appointment: appointment.id }),
    appointmentId: appointment.id,
    action,
    ifMatch: null,
    reasonCode: action === "cancel" ? ("patient-request" as const) : null,
    repeatable: true,
    reach: { kind: "patients", patientIds: [appointment.patientId] } as const,
  };
  return changeStatus(c, provider.id, command, () =>
    providerCalendar(c.env, provider.id).actByLink(open, command),
  );
}

/**
 * [CO24] Whether this is the patient's date of birth. The try is counted at the calendar before it is compared, and from the fourth one on
 * the right one is answered like a wrong one. @throws PostgresUnavailable, and then nothing was counted.
 */
export async function isBirthDate(c: Context<EdgeEnv>, link: FoundLink, typed: string): Promise<boolean> {
  const patient = await askPostgres(c.get("settings"), async (db, { findPatientRecord }) => {
    const found = await findPatientRecord(db, link.appointment.patientId);
    return found?.mergedInto ? findPatientRecord(db, found.mergedInto) : found;
  });
  const mayTry = await providerCalendar(c.env, link.provider.id).tryLinkDate(link.open);
  const isSame = sameText(patient?.birthDate ?? "", typed);
  return mayTry && isSame;
}

/** Takes the same time for every text. */
const sameText = (a: string, b: string): boolean => {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b)) && a !== "";
};

/** [CO22] True for one caller only. */
export const useUp = (c: Context<EdgeEnv>, { open, provider }: FoundLink): Promise<boolean> =>
  providerCalendar(c.env, provider.id).useUpLink(open);

const proofMac = (secret: string, link: string, until: number): string =>
  createHmac("sha256", secret).update(`link-proof:${link}:${until}`).digest("base64url");

/** That the date of birth was right at this link: stands in a form, never in an address. */
export function mintProof(keys: KeyRing, { open }: FoundLink, now: Instant): string {
  const [version, secret] = keys[0] as KeyRing[number];
  const until = plus(now, PROOF_LIFE_MS);
  return `${version}.${until}.${proofMac(secret, open.id, until)}`;
}

export function isProof(keys: KeyRing, { open }: FoundLink, text: string, now: Instant): boolean {
  const [version, untilText = "", mac = ""] = text.split(".");
  const secret = keys.find(([known]) => known === version)?.[1];
  const until = Number(untilText);
  if (!secret || !(until > now)) return false;
  const expected = Buffer.from(proofMac(secret, open.id, until));
  return mac.length === expected.length && timingSafeEqual(expected, Buffer.from(mac));
}
