/**
 * Typed ids: a prefix, then lower-case Crockford base 32 (no i, l, o, u, so that a person can read one out).
 * A made-up id must never create an object: `workers/edge/routing-ids.ts` adds and checks the keyed part.
 */
import type { Brand } from "./brand.ts";

export type ProviderId = Brand<string, "ProviderId">;
export type LocationId = Brand<string, "LocationId">;
export type PatientId = Brand<string, "PatientId">;
export type VisitTypeId = Brand<string, "VisitTypeId">;
export type StaffId = Brand<string, "StaffId">;
export type AppointmentId = Brand<string, "AppointmentId">;
export type HoldId = Brand<string, "HoldId">;
/** A series is named after its first visit. */
export type SeriesId = Brand<string, "SeriesId">;
export type BlockId = Brand<string, "BlockId">;
/** Hash of caller, patient or appointment, and Idempotency-Key: names one command, reveals none of the three. */
export type CommandId = Brand<string, "CommandId">;
/** One attempt of a command (`w` in the protocol). For a booking it is the appointment id. */
export type AttemptId = Brand<string, "AttemptId">;

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const CHARACTER = "[0-9a-hjkmnp-tv-z]";

/** 12 characters = 60 bits: no two of a million providers meet by chance. */
const PLAIN_LENGTH = 12;
export const PROVIDER_ID = new RegExp(`^prv_${CHARACTER}{${PLAIN_LENGTH}}$`);
export const LOCATION_ID = new RegExp(`^loc_${CHARACTER}{${PLAIN_LENGTH}}$`);
export const VISIT_TYPE_ID = new RegExp(`^vst_${CHARACTER}{${PLAIN_LENGTH}}$`);
export const STAFF_ID = new RegExp(`^stf_${CHARACTER}{${PLAIN_LENGTH}}$`);
/** Two characters of shard, then twelve of its own. */
export const PATIENT_ID = new RegExp(`^pat_${CHARACTER}{2}${CHARACTER}{${PLAIN_LENGTH}}$`);

/** Shape only. `home` = the calendar's own part, `own` = random, `check` = key version and keyed check. */
const routingShape = (prefix: "apt" | "hld"): RegExp =>
  new RegExp(
    `^${prefix}_(?<home>${CHARACTER}{${PLAIN_LENGTH}})(?<own>${CHARACTER}{${PLAIN_LENGTH}})(?<check>${CHARACTER}{8})$`,
  );
export const APPOINTMENT_ID = routingShape("apt");
export const HOLD_ID = routingShape("hld");

/** Shape only, as of an appointment id: home calendar, own part, check. */
export const BLOCK_ID = new RegExp(
  `^blk_(?<home>${CHARACTER}{${PLAIN_LENGTH}})(?<own>${CHARACTER}{${PLAIN_LENGTH}})(?<check>${CHARACTER}{8})$`,
);

/**
 * Shards that patients are spread over today. An id carries its shard, so the number can grow without moving anyone:
 * two characters leave room for 1,024. 64 was measured with 10,000 patients (one awake object costs three file
 * descriptors and about 0.2 MB in a local process; an object per patient killed it at about 6,000).
 */
export const AGENDA_SHARDS = 64;

/** Turns random bytes into id characters, five bits of each byte. */
export function encodeBytes(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += ALPHABET[byte & 31];
  return text;
}

/** The five bits that `encodeBytes` made this character of; -1 for any other character. */
export const charValue = (character: string): number => ALPHABET.indexOf(character);

/** `bytes` are random, 12 or more; the first twelve are used. */
export function makeId(prefix: "prv" | "loc" | "vst" | "stf", bytes: Uint8Array): string {
  return `${prefix}_${encodeBytes(bytes.subarray(0, PLAIN_LENGTH))}`;
}

export function makePatientId(shard: number, bytes: Uint8Array): PatientId {
  const digits = `${ALPHABET[shard >> 5]}${ALPHABET[shard & 31]}`;
  return `pat_${digits}${encodeBytes(bytes.subarray(0, PLAIN_LENGTH))}` as PatientId;
}

/** A patient id of a shard that there is. Any other one would make an object of its own out of nothing. */
export function isPatientId(text: string): text is PatientId {
  return PATIENT_ID.test(text) && agendaShardOf(text as PatientId) < AGENDA_SHARDS;
}

/** The shard that owns this patient. Ids come from a verified token or the directory. */
export function agendaShardOf(patient: PatientId): number {
  return ALPHABET.indexOf(patient[4] as string) * 32 + ALPHABET.indexOf(patient[5] as string);
}

export const seriesIdOf = (first: AppointmentId): SeriesId => `ser_${first.slice(4)}` as SeriesId;

/** The calendar an appointment, a hold or a block was made at, read from its id. */
export function homeCalendarOf(id: AppointmentId | HoldId | BlockId): ProviderId {
  return `prv_${id.slice(4, 4 + PLAIN_LENGTH)}` as ProviderId;
}
