/** What comes in about kiosks and partners, strict. */
import * as z from "zod";
import type { Action } from "../../../core/access/rules.ts";
import { PARTNER_ACTIONS } from "../../../core/access/rules.ts";
import { DEVICE_NAME_CHARS_MAX } from "../../../core/identity/device.ts";
import { parseCode } from "../../../core/identity/pairing.ts";
import {
  ASSERTION_CHARS_MAX,
  isPartnerAction,
  PARTNER_CLINICS_MAX,
  PARTNER_KEYS_MAX,
  PARTNER_NAME_CHARS_MAX,
} from "../../../core/identity/partner.ts";
import { isPlainText } from "../../../core/plain-text.ts";
import { locationId } from "./schemas.ts";

const line = (charsMax: number) =>
  z.string().trim().min(1).max(charsMax).refine(isPlainText, "must be one line of text");

/** As it is typed, with gaps: eight letters and some. */
const CODE_TYPED_CHARS_MAX = 32;

const code = z
  .string()
  .max(CODE_TYPED_CHARS_MAX)
  .transform((text, context) => {
    const parsed = parseCode(text);
    if (parsed !== null) return parsed;
    context.addIssue({ code: "custom", message: "must be the eight characters on the screen" });
    return z.NEVER;
  });

export const emptyBody = z.strictObject({});
export const deviceName = line(DEVICE_NAME_CHARS_MAX);
export const approvePairingBody = z.strictObject({ code, locationId, name: deviceName });
export const renameDeviceBody = z.strictObject({ name: deviceName });

/** Base 64 without padding, of exactly so many characters. */
const base64 = (chars: number) =>
  z.string().regex(new RegExp(`^[\\w-]{${chars}}$`), `must be ${chars} characters of base64url`);
/** 2,048 to 4,096 bits. */
const MODULUS = /^[\w-]{342,683}$/;
const kid = z.string().regex(/^[\x21-\x7e]{1,100}$/, "must be 1 to 100 visible ASCII characters");
const common = { kid, use: z.literal("sig").optional(), key_ops: z.tuple([z.literal("verify")]).optional() };

/** Public members only: a private key that was sent is refused and not kept. */
const publicKey = z.discriminatedUnion("alg", [
  z.strictObject({
    ...common,
    kty: z.literal("EC"),
    alg: z.literal("ES256"),
    crv: z.literal("P-256"),
    x: base64(43),
    y: base64(43),
  }),
  z.strictObject({
    ...common,
    kty: z.literal("EC"),
    alg: z.literal("ES384"),
    crv: z.literal("P-384"),
    x: base64(64),
    y: base64(64),
  }),
  z.strictObject({
    ...common,
    kty: z.literal("RSA"),
    alg: z.literal("RS384"),
    n: z.string().regex(MODULUS, "must be 2,048 to 4,096 bits"),
    e: z.literal("AQAB"),
  }),
]);

export const jwks = z.strictObject({
  keys: z
    .array(publicKey)
    .min(1)
    .max(PARTNER_KEYS_MAX)
    .refine(
      (keys) => new Set(keys.map((key) => key.kid)).size === keys.length,
      "must have a kid of its own each",
    ),
});

const scope = z
  .string()
  .refine(isPartnerAction, "must be an action that partners can be allowed")
  .transform((text) => text as Action);

const isSet = (list: readonly string[]): boolean => new Set(list).size === list.length;

export const partnerBody = z.strictObject({
  name: line(PARTNER_NAME_CHARS_MAX),
  jwks,
  scopes: z.array(scope).min(1).max(PARTNER_ACTIONS.length).refine(isSet, "must name each once"),
  /** null = all clinics. */
  locationIds: z
    .array(locationId)
    .min(1)
    .max(PARTNER_CLINICS_MAX)
    .refine(isSet, "must name each once")
    .nullable(),
});
export const partnerKeysBody = z.strictObject({ jwks });

export const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** RFC 6749 §4.4.2 with RFC 7523 §2.2, and nothing else. */
export const partnerTokenForm = z.strictObject({
  grant_type: z.literal("client_credentials"),
  client_assertion_type: z.literal(ASSERTION_TYPE),
  client_assertion: z.string().min(1).max(ASSERTION_CHARS_MAX),
  scope: z.string().min(1).max(1_000).optional(),
  client_id: z.string().max(100).optional(),
});
