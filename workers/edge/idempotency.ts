/** Names commands and fingerprints requests. Hashes only: neither a key nor a person can be read back from a row. */
import { createHash, randomUUID } from "node:crypto";
import type { CommandId } from "../../core/ids.ts";
import type { KeyRing } from "../config.ts";
import { keyedFingerprint } from "../sealed-text.ts";

const sha256 = (parts: readonly string[]): string =>
  createHash("sha256").update(JSON.stringify(parts)).digest("base64url");

/** Visible ASCII, as the IETF draft has it; longer than any UUID or ULID. */
export const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

/** One command: this caller, this key, about this patient or appointment. */
export const commandId = (subject: string, about: string, key: string): CommandId =>
  sha256([subject, about, key]) as CommandId;

/** One hold: this holder, this key. The calendar adds itself. */
export const holdCommandId = (holder: string, key: string): CommandId =>
  sha256(["holds", holder, key]) as CommandId;

/** For requests whose key is optional and was not given. */
export const unrepeatableKey = (): string => randomUUID();

/** [PD4] The same of a body that holds personal data. */
export const personalFingerprintOf = (keys: KeyRing, method: string, path: string, body: unknown): string =>
  keyedFingerprint(keys, [method, path, JSON.stringify(body)]);

/** Of what was asked: the validated body, whose members come in the order of the schema. */
export const fingerprintOf = (method: string, path: string, body: unknown): string =>
  sha256([method, path, JSON.stringify(body)]);
