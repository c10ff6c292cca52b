/**
 * What a person wrote (a reason, notes) as it lies anywhere but in front of somebody who may read it: sealed at the edge before a
 * command leaves it, opened at the edge when it answers. Objects, Postgres, the log and backups see an opaque string
 * `<key version>.<nonce>.<ciphertext and tag>`: AES-256-GCM, bound to the patient and the field.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from "node:crypto";
import type { PatientId } from "../core/ids.ts";
import { invariant } from "../core/invariant.ts";
import { logFailure } from "../durable-objects/shared/log.ts";
import type { KeyRing } from "./config.ts";

export type TextField = "reason" | "notes";

const CIPHER = "aes-256-gcm";
/** 96 bits, as NIST SP 800-38D has it for random nonces: one key may seal 2^32 texts. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
/** Version letter, 12 and at least 16 bytes in base 64. Text from before there were keys does not look like this. */
const ENVELOPE = /^(?<version>[0-9a-z])\.(?<nonce>[A-Za-z0-9_-]{16})\.(?<sealed>[A-Za-z0-9_-]{22,})$/;

/** Derived once per ring: a ring is parsed once per isolate. */
const derived = new WeakMap<KeyRing, ReadonlyMap<string, KeyObject>>();

/** As an object of the runtime: a plain buffer is made into one with every use, which costs more than the use. */
const derive = (secret: string, purpose: string): KeyObject =>
  createSecretKey(Buffer.from(hkdfSync("sha256", secret, "openslot", purpose, KEY_BYTES)));

function keysOf(ring: KeyRing): ReadonlyMap<string, KeyObject> {
  let keys = derived.get(ring);
  if (!keys) {
    keys = new Map(ring.map(([version, secret]) => [version, derive(secret, "text")]));
    derived.set(ring, keys);
  }
  return keys;
}

/**
 * The patient and not the appointment: that id is chosen anew with every attempt, is another one for each visit of a series,
 * and is not decided yet when any of several providers may serve; the patient of a visit never changes.
 */
const boundTo = (field: TextField, patient: PatientId): Buffer => Buffer.from(`${field}/${patient}`);

/** Under the newest key; each time another string. About 4/3 of the text's bytes and 41 more. */
export function sealText(ring: KeyRing, field: TextField, patient: PatientId, text: string): string {
  const [version] = ring[0] as KeyRing[number];
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, keysOf(ring).get(version) as KeyObject, nonce);
  cipher.setAAD(boundTo(field, patient));
  const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return `${version}.${nonce.toString("base64url")}.${sealed.toString("base64url")}`;
}

/** Whether it is sealed, and under which key. */
export const sealedUnder = (stored: string): string | null => ENVELOPE.exec(stored)?.groups?.version ?? null;

/**
 * [PD3] The text, or null and a line in the log when no key of ours opens it: an appointment is shown without what cannot be
 * read. [PD2] What was stored before there were keys is returned as it is.
 */
export function openText(ring: KeyRing, field: TextField, patient: PatientId, stored: string): string | null {
  const parts = ENVELOPE.exec(stored)?.groups;
  if (!parts) return stored;
  const key = keysOf(ring).get(parts.version as string);
  if (!key) {
    logFailure("text.key_missing", null);
    return null;
  }
  try {
    const sealed = Buffer.from(parts.sealed as string, "base64url");
    const decipher = createDecipheriv(CIPHER, key, Buffer.from(parts.nonce as string, "base64url"), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(boundTo(field, patient));
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const text = Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]);
    return text.toString("utf8");
  } catch (error) {
    logFailure("text.unreadable", error);
    return null;
  }
}

interface Written {
  readonly patientId: PatientId;
  readonly reason: string | null;
  readonly notes: string | null;
}

/** [PD1] What a body says, ready to leave the edge. Absent stays absent, null stays null. */
export function sealWritten<
  Said extends { reason?: string | null | undefined; notes?: string | null | undefined },
>(
  ring: KeyRing,
  patient: PatientId,
  said: Said,
): { readonly [Field in keyof Said & TextField]: string | null } {
  const sealed: Partial<Record<TextField, string | null>> = {};
  for (const field of ["reason", "notes"] as const) {
    const text = said[field];
    if (text !== undefined) sealed[field] = text === null ? null : sealText(ring, field, patient, text);
  }
  return sealed as { readonly [Field in keyof Said & TextField]: string | null };
}

/** [PD1] An appointment as it came back, with its texts for whoever asked. */
export function openWritten<Stored extends Written>(ring: KeyRing, stored: Stored): Stored {
  const { patientId, reason, notes } = stored;
  if (reason === null && notes === null) return stored;
  return {
    ...stored,
    reason: reason === null ? null : openText(ring, "reason", patientId, reason),
    notes: notes === null ? null : openText(ring, "notes", patientId, notes),
  };
}

const fingerprintKeys = new WeakMap<KeyRing, KeyObject>();

/**
 * [PD4] Of a request whose body holds personal data: over the clear body, because sealing it twice gives two strings; keyed,
 * because a plain hash of a short text can be guessed from a copy of the disk. The key is of the oldest of ID_KEYS, which
 * stays as long as appointments do: a new key in front changes no fingerprint.
 */
export function keyedFingerprint(idKeys: KeyRing, parts: readonly string[]): string {
  let key = fingerprintKeys.get(idKeys);
  if (!key) {
    const [, secret] = idKeys.at(-1) as KeyRing[number];
    key = derive(secret, "fingerprint");
    fingerprintKeys.set(idKeys, key);
  }
  invariant(parts.length > 0, "a fingerprint is of something");
  return createHmac("sha256", key).update(JSON.stringify(parts)).digest("base64url");
}
