/**
 * Who may act for a patient, for how long, and who may say so. Pure: rows and the clock come in. What a proxy then reaches is
 * rules.ts; what they never do stands there under scope `self`.
 */

import { ageOn } from "../booking/who-rules.ts";
import type { Brand } from "../brand.ts";
import type { PatientId } from "../ids.ts";
import { err, ok, type Result } from "../result.ts";
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, plus, SECOND_MS } from "../time.ts";

/** One consent; a new one after an end has another id. */
export type ConsentId = Brand<string, "ConsentId">;
export const CONSENT_ID = /^cns_[0-9a-hjkmnp-tv-z]{12}$/;

export const RELATIONS = ["parent", "guardian", "carer", "partner", "other"] as const;
export type Relation = (typeof RELATIONS)[number];

/** Why a desk gives it in the patient's stead: the child cannot, somebody was appointed, or they asked at the desk in person. */
export const CLINIC_REASONS = ["minor", "legal-guardian", "asked-at-desk"] as const;
export type ClinicReason = (typeof CLINIC_REASONS)[number];

/** Two parents, a carer, a partner, a guardian. */
export const PROXIES_MAX = 5;
/** A parent of many children. Whoever cares for a ward is staff. */
export const REPRESENTED_MAX = 20;
/** "Until" further away than this is "until withdrawn", and is said so. */
const UNTIL_DAYS_MAX = 366 * 5;
/** From this birthday on a person decides alone. */
export const ADULT_YEARS = 18;

/** Read out at a table, or on the phone. */
export const CODE_LIFE_MS = 10 * MINUTE_MS;
/** 40 bits in the alphabet of ids, which has no letters that look alike. */
export const CODE_CHARS = 8;
export const CONSENT_CODE = /^[0-9a-hjkmnp-tv-z]{8}$/;
/** Wrong ones included. More in an hour is guessing: at this rate a year of it finds one open code in ten million. */
export const CODE_TRIES_MAX = 5;
export const CODE_TRIES_PERIOD_MS = HOUR_MS;

/** How old the last look at consents may be: the longest that a withdrawal stays unknown to other isolates. */
export const CONSENT_FRESH_MS = 5 * SECOND_MS;
/** The same where there was nobody: a consent, unlike its end, may take a minute to be known everywhere. */
export const NOBODY_FRESH_MS = MINUTE_MS;
/** While Postgres is away what was last known still counts for this long; then nobody is stood for. */
export const CONSENT_LAST_KNOWN_MS = 5 * MINUTE_MS;

/** A code as people type it: any case, with gaps and dashes, and the letters that our alphabet leaves out. */
export const readCode = (text: string): string =>
  text.toLowerCase().replace(/[\s-]/g, "").replace(/o/g, "0").replace(/[il]/g, "1");

/** One consent as it is stored. */
export interface Consent {
  readonly id: ConsentId;
  readonly patientId: PatientId;
  readonly proxyPatientId: PatientId;
  readonly relation: Relation;
  readonly grantedAt: Instant;
  /** null = until withdrawn. */
  readonly expiresAt: Instant | null;
  readonly withdrawnAt: Instant | null;
}

/** Half-open, like every interval here: at `expiresAt` it is over. */
export const isLive = (consent: Pick<Consent, "expiresAt" | "withdrawnAt">, now: Instant): boolean =>
  consent.withdrawnAt === null && (consent.expiresAt === null || now < consent.expiresAt);

/** One of the two records as the directory has it. */
export interface Person {
  readonly id: PatientId;
  /** YYYY-MM-DD */
  readonly birthDate: string;
  /** Neither deactivated nor merged into another one. */
  readonly active: boolean;
}

/** What somebody asks for. */
export interface WantedConsent {
  readonly patient: Person;
  readonly proxy: Person;
  readonly until: Instant | null;
  /** null = the patient themselves. */
  readonly reason: ClinicReason | null;
}

/** What stands already. */
export interface Standing {
  readonly now: Instant;
  /** Today where the patient's clinic is, YYYY-MM-DD. */
  readonly today: string;
  /** Live ones. */
  readonly proxiesOfPatient: readonly PatientId[];
  readonly patientsOfProxy: number;
}

export type ConsentRefusal =
  | "own-record"
  | "record-ended"
  | "already-acts"
  | "too-many-proxies"
  | "too-many-represented"
  | "until-not-ahead"
  | "until-too-far"
  | "not-a-minor";

/**
 * [CO1] [CO2] [CO3] May this consent be given, and until when does it count? Who may ask is the caller's affair (rules.ts: the
 * patient themselves, a desk that keeps both records).
 */
export function decideConsent(
  { patient, proxy, until, reason }: WantedConsent,
  { now, today, proxiesOfPatient, patientsOfProxy }: Standing,
): Result<{ readonly expiresAt: Instant | null }, ConsentRefusal> {
  if (patient.id === proxy.id) return err("own-record");
  if (!patient.active || !proxy.active) return err("record-ended");
  if (reason === "minor" && ageOn(patient.birthDate, today) >= ADULT_YEARS) return err("not-a-minor");
  if (until !== null && until <= now) return err("until-not-ahead");
  if (until !== null && until > plus(now, UNTIL_DAYS_MAX * DAY_MS)) return err("until-too-far");
  if (proxiesOfPatient.includes(proxy.id)) return err("already-acts");
  if (proxiesOfPatient.length >= PROXIES_MAX) return err("too-many-proxies");
  if (patientsOfProxy >= REPRESENTED_MAX) return err("too-many-represented");
  const adultAt = reason === "minor" ? birthdayOf(patient.birthDate, ADULT_YEARS) : null;
  return ok({ expiresAt: earlier(until, adultAt) });
}

/** Midnight UTC of the birthday: clinics lie west of it, so it ends on the evening before, never a day late. */
function birthdayOf(birthDate: string, years: number): Instant {
  const [year, month, day] = birthDate.split("-").map(Number) as [number, number, number];
  return Date.UTC(year + years, month - 1, day) as Instant; // 29 February becomes 1 March
}

const earlier = (a: Instant | null, b: Instant | null): Instant | null =>
  a === null ? b : b === null ? a : (Math.min(a, b) as Instant);

/** Who ends it. */
export type Withdrawer =
  | { readonly kind: "patient"; readonly patientId: PatientId }
  /** A desk that keeps the patient's record, or an administrator. */
  | { readonly kind: "clinic" };

export type WithdrawnBy = "patient" | "proxy" | "clinic";

/** [CO4] As whom this caller ends a consent; null = it is not theirs to see. A proxy gives up their own, nobody else's. */
export function withdrawnBy(consent: Consent, by: Withdrawer): WithdrawnBy | null {
  if (by.kind === "clinic") return "clinic";
  if (by.patientId === consent.patientId) return "patient";
  return by.patientId === consent.proxyPatientId ? "proxy" : null;
}
