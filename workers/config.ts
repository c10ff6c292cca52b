/**
 * Every setting of every Worker, parsed once. A bad value stops the start with a sentence that names the key and never
 * the value. What each one means, and where the keys of the original system went: docs/configuration.md
 */
import * as z from "zod";
import { kafkaSettings } from "../core/events/kafka.ts";

const onOff = z.enum(["on", "off"]).transform((value) => value === "on");
const notYet = (key: string, until: string) =>
  z.enum(["true", "false"]).refine((value) => value === "false", `${key} cannot be true: ${until}`);

/** Keys of the original system that have no meaning here. Setting one is a misunderstanding, so the start says so. */
const RETIRED_KEYS = [
  "REDIS_URL",
  "REDIS_HOST",
  "REDIS_PORT",
  "DATABASE_HOST",
  "DATABASE_PORT",
  "DATABASE_NAME",
  "ELASTICSEARCH_URL",
] as const;

const REMINDERS_MAX = 5;
const REMINDER_HOURS_MAX = 24 * 14;

const databaseUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\/[^:@/]+:[^@/]*@[^/]+\/.+$/, "must be postgres://user:password@host/database");

const sharedShape = {
  DATABASE_URL: databaseUrl,
  NEON_FETCH_ENDPOINT: z.url().optional(),
};

const keyRing = z
  .string()
  .transform(
    (text, context) =>
      parseKeyRing(text) ?? refuse(context, "must be a JSON object of one-letter versions to secrets"),
  );

const edgeShape = z.object({
  ...sharedShape,
  DATABASE_READ_URL: databaseUrl.optional(),
  LOCAL_MODE: onOff.default(false),
  RATE_LIMITS: z.enum(["standard", "relaxed"]).default("standard"),
  ID_KEYS: keyRing,
  TEXT_KEYS: z
    .string()
    .transform(
      (text, context) =>
        parseKeyRing(text, TEXT_SECRET_CHARS_MIN) ??
        refuse(context, "must be a JSON object of one-letter versions to secrets of 43 characters or more"),
    ),
  LOCAL_ISSUER_JWKS: z.string().optional(),
  TURNSTILE_SECRET: z.string().min(1).optional(),
  TURNSTILE_SITE_KEY: z
    .string()
    .regex(/^[\w-]{1,64}$/, "must be the site key of a Turnstile widget")
    .optional(),
  TURNSTILE_URL: z.url().default("https://challenges.cloudflare.com/turnstile/v0/siteverify"),
  KAFKA_BOOTSTRAP_SERVERS: z
    .string()
    .default("")
    .refine(
      (value) =>
        typeof kafkaSettings({ KAFKA_BOOTSTRAP_SERVERS: value, KAFKA_SECURITY: "plaintext" }) !== "string",
      "must be host:port, several separated by commas",
    ),
  SMS_ENABLED: notYet("SMS_ENABLED", "this release sends no messages").default("false"),
  EMAIL_ENABLED: notYet("EMAIL_ENABLED", "this release sends no messages").default("false"),
  REMINDER_HOURS: z
    .string()
    .default("24,2")
    .transform((text) => text.split(",").map(Number))
    .refine(
      (hours) =>
        hours.length <= REMINDERS_MAX &&
        hours.every((hour) => Number.isInteger(hour) && hour >= 1 && hour <= REMINDER_HOURS_MAX),
      `must be 1 to ${REMINDERS_MAX} whole hours between 1 and ${REMINDER_HOURS_MAX}, separated by commas`,
    ),
});

const eventsShape = z.object(sharedShape);

const identityShape = z
  .object({
    ...sharedShape,
    LOCAL_MODE: onOff.default(false),
    SIGNING_KEYS: z.string().optional(),
    AUTH_SECRET: keyRing,
    SITE_URL: z
      .url()
      .refine(
        (text) => URL.parse(text)?.origin === text,
        "must be an origin such as https://book.example.org",
      ),
    OIDC_DISCOVERY_URL: z
      .url()
      .endsWith("/.well-known/openid-configuration", "must end in /.well-known/openid-configuration")
      .optional(),
    OIDC_CLIENT_ID: z.string().min(1).optional(),
    OIDC_CLIENT_SECRET: z.string().min(1).optional(),
  })
  .refine(
    ({ OIDC_DISCOVERY_URL, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET }) =>
      new Set([OIDC_DISCOVERY_URL, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET].map((one) => one === undefined))
        .size === 1,
    {
      path: ["OIDC_DISCOVERY_URL"],
      error: "goes with OIDC_CLIENT_ID and OIDC_CLIENT_SECRET: all three or none",
    },
  )
  .refine(({ LOCAL_MODE, OIDC_DISCOVERY_URL: url }) => LOCAL_MODE || !url || url.startsWith("https://"), {
    path: ["OIDC_DISCOVERY_URL"],
    error: "must be https outside of a laptop",
  })
  .refine(({ LOCAL_MODE, SITE_URL }) => LOCAL_MODE || SITE_URL.startsWith("https://"), {
    path: ["SITE_URL"],
    error: "must be https outside of a laptop: cookies and passkeys depend on it",
  });

export type EdgeSettings = z.output<typeof edgeShape>;
export type EventsSettings = z.output<typeof eventsShape>;
export type IdentitySettings = z.output<typeof identityShape>;
/** Version letter → secret, newest first. */
export type KeyRing = readonly (readonly [version: string, secret: string])[];

/** A key ring's secrets are at least this long: 128 bits in base 64. */
const SECRET_CHARS_MIN = 22;
/** What seals texts has 256 bits. */
const TEXT_SECRET_CHARS_MIN = 43;

export function parseKeyRing(text: string, secretCharsMin: number = SECRET_CHARS_MIN): KeyRing | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null; // said by the caller as a sentence
  }
  if (typeof value !== "object" || value === null) return null;
  const ring = Object.entries(value as Record<string, unknown>);
  const good = ring.every(
    ([version, secret]) =>
      /^[0-9a-hjkmnp-tv-z]$/.test(version) && typeof secret === "string" && secret.length >= secretCharsMin,
  );
  return good && ring.length > 0 ? (ring as [string, string][]) : null;
}

function refuse(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: "custom", message });
  return z.NEVER;
}

export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

function parse<Shape extends z.ZodType>(shape: Shape, env: unknown): z.output<Shape> {
  const given = (env ?? {}) as Record<string, unknown>;
  const retired = RETIRED_KEYS.filter((key) => given[key] !== undefined && given[key] !== "");
  if (retired.length > 0) {
    throw new SettingsError(
      `Openslot has no setting ${retired.join(", ")}: docs/configuration.md says what stands in its place.`,
    );
  }
  const result = shape.safeParse(env);
  if (result.success) return result.data;
  const sentences = result.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
  throw new SettingsError(
    `A setting is missing or wrong: ${sentences.join("; ")}. See docs/configuration.md.`,
  );
}

export const parseEdgeSettings = (env: unknown): EdgeSettings => parse(edgeShape, env);
export const parseEventsSettings = (env: unknown): EventsSettings => parse(eventsShape, env);
export const parseIdentitySettings = (env: unknown): IdentitySettings => parse(identityShape, env);
