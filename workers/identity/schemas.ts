/** What comes in at the issuer's doors: strict, so that nothing unknown is taken in silence. */
import * as z from "zod";
import { isLanguageTag } from "../../core/directory/language-tag.ts";
import { isRealDate } from "../../core/exchange/real-date.ts";
import { LOCATION_ID } from "../../core/ids.ts";
import { isPlainText } from "../../core/plain-text.ts";
import { DAY_MS } from "../../core/time.ts";

/** RFC 5321. */
const EMAIL_CHARS_MAX = 254;
const NAME_CHARS_MAX = 200;
const PASSKEY_NAME_CHARS_MAX = 60;
/** Base 64 of an attestation or a signature: a few hundred bytes. */
const WEBAUTHN_CHARS_MAX = 16 * 1024;

const to = z.union(
  [z.email().max(EMAIL_CHARS_MAX), z.string().regex(/^\+[1-9][0-9]{6,14}$/)],
  "must be an e-mail address or a phone number in E.164, such as +13125550100",
);
export const codeSendBody = z.strictObject({ to });
export const codeVerifyBody = z.strictObject({
  to,
  code: z.string().regex(/^[0-9]{6}$/, "must be the six digits of the code"),
});

const birthDate = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, "must be a date, YYYY-MM-DD")
  .refine(isBirthDate, "must be a date that exists, since 1900 and not to come");

function isBirthDate(text: string): boolean {
  const latest = Date.now() + DAY_MS; // somewhere it is tomorrow already
  return isRealDate(text) && text >= "1900-01-01" && Date.parse(`${text}T00:00:00Z`) <= latest;
}

const line = (charsMax: number) =>
  z.string().trim().min(1).max(charsMax).refine(isPlainText, "must be one line of text");

export const confirmBody = z.strictObject({ birthDate });
export const registerBody = z.strictObject({
  displayName: line(NAME_CHARS_MAX),
  birthDate,
  homeLocationId: z.string().regex(LOCATION_ID, "must be a location id"),
  preferredLanguage: z
    .string()
    .refine(isLanguageTag, "must be a BCP 47 language tag")
    .nullable()
    .default(null),
});

export const revokeBody = z.strictObject({ id: z.uuid("must be the id of a session") });
export const emptyBody = z.strictObject({}).optional();
export const emptyQuery = z.strictObject({});

const base64 = z
  .string()
  .max(WEBAUTHN_CHARS_MAX)
  .regex(/^[A-Za-z0-9_-]+$/, "must be base64url");
const credential = <Response extends z.ZodType>(response: Response) =>
  z.strictObject({
    id: base64,
    rawId: base64,
    type: z.literal("public-key"),
    authenticatorAttachment: z.enum(["platform", "cross-platform"]).nullish(),
    clientExtensionResults: z.record(z.string().max(64), z.unknown()).default({}),
    response,
  });
const passkeyName = line(PASSKEY_NAME_CHARS_MAX);
export const passkeyOptionsQuery = z.strictObject({ name: passkeyName.optional() });
export const passkeyRegistrationBody = z.strictObject({
  name: passkeyName.optional(),
  response: credential(
    z.strictObject({
      clientDataJSON: base64,
      attestationObject: base64,
      authenticatorData: base64.optional(),
      transports: z.array(z.string().max(32)).max(10).optional(),
      publicKeyAlgorithm: z.int().optional(),
      publicKey: base64.optional(),
    }),
  ),
});
export const passkeySignInBody = z.strictObject({
  response: credential(
    z.strictObject({
      clientDataJSON: base64,
      authenticatorData: base64,
      signature: base64,
      userHandle: base64.nullish(),
    }),
  ),
});
export const passkeyDeleteBody = z.strictObject({ id: z.uuid("must be the id of a passkey") });

/** A path of this site; never an address elsewhere. */
const path = z
  .string()
  .max(500)
  .regex(/^\/(?![/\\])[^\\\s]*$/, "must be a path of this site");
export const socialBody = z.strictObject({
  provider: z.literal("clinic"),
  callbackURL: path.default("/staff"),
});
/** What a provider sends back; names are theirs. */
export const callbackQuery = z.record(z.string().max(64), z.string().max(8 * 1024));

export const invitationQuery = z.strictObject({ token: z.string().regex(/^[A-Za-z0-9_-]{43}$/) });
