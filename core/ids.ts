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
/** A kiosk's. Two characters of shard, then twelve of its own, as a patient's. */
export type DeviceId = Brand<string, "DeviceId">;
/** A screen that waits to be paired. */
export type PairingId = Brand<string, "PairingId">;
/** A program of somebody else's, which OAuth calls the client. */
export type PartnerId = Brand<string, "PartnerId">;
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

export const DEVICE_ID = new RegExp(`^dev_${CHARACTER}{2}${CHARACTER}{${PLAIN_LENGTH}}$`);
/** 20 characters = 100 bits. */
const LONG_LENGTH = 20;
export const PAIRING_ID = new RegExp(`^pai_${CHARACTER}{${LONG_LENGTH}}$`);
export const PARTNER_ID = new RegExp(`^prt_${CHARACTER}{${LONG_LENGTH}}$`);

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

/**
 * Shards that devices are spread over, by clinic, so that a clinic's list is one question. A device asks for a token a few times
 * an hour: ten thousand of them are a few questions a second.
 */
export const DEVICE_SHARDS = 16;

/** The same for everybody who knows the clinic: FNV-1a, spread by its multiplication. */
export function deviceShardOfClinic(location: LocationId): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < location.length; i++) hash = Math.imul(hash ^ location.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % DEVICE_SHARDS;
}

/** `bytes` are random, 12 or more. */
export function makeDeviceId(location: LocationId, bytes: Uint8Array): DeviceId {
  const shard = deviceShardOfClinic(location);
  const digits = `${ALPHABET[shard >> 5]}${ALPHABET[shard & 31]}`;
  return `dev_${digits}${encodeBytes(bytes.subarray(0, PLAIN_LENGTH))}` as DeviceId;
}

export const deviceShardOf = (device: DeviceId): number =>
  ALPHABET.indexOf(device[4] as string) * 32 + ALPHABET.indexOf(device[5] as string);

/** [DV4] A device id of a shard that there is: any other one would make an object out of nothing. */
export const isDeviceId = (text: string): text is DeviceId =>
  DEVICE_ID.test(text) && deviceShardOf(text as DeviceId) < DEVICE_SHARDS;

/** `bytes` are random, 20 or more. */
export const makePairingId = (bytes: Uint8Array): PairingId =>
  `pai_${encodeBytes(bytes.subarray(0, LONG_LENGTH))}` as PairingId;
export const makePartnerId = (bytes: Uint8Array): PartnerId =>
  `prt_${encodeBytes(bytes.subarray(0, LONG_LENGTH))}` as PartnerId;

export const seriesIdOf = (first: AppointmentId): SeriesId => `ser_${first.slice(4)}` as SeriesId;

/** The calendar an appointment, a hold or a block was made at, read from its id. */
export function homeCalendarOf(id: AppointmentId | HoldId | BlockId): ProviderId {
  return `prv_${id.slice(4, 4 + PLAIN_LENGTH)}` as ProviderId;
}
