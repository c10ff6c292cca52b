/**
 * The settings of a local run: keys made once per checkout, and the `.dev.vars` files that the Workers read. None of
 * them is a secret of anything real, but they are kept like secrets (mode 0600, ignored by git).
 */
import { randomBytes } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from "jose";
import { LOCAL_DIR, ROOT } from "./paths.ts";

/** What the local issuer signs as, and for whom. */
export const LOCAL_ISSUER = "openslot-local";
export const AUDIENCE = "openslot";
export const SIGNING_ALGORITHM = "ES256";

/** The Neon driver wants user, host and database; the shim looks at none of them. The real one never enters a file. */
export const STAND_IN_DATABASE_URL = "postgres://openslot:openslot@db.localtest/openslot";
/** Of ids' checks and of the issuer's secret alike: 256 bits. */
const ID_KEY_BYTES = 32;
const TEXT_KEY_BYTES = 32;
const OWNER_ONLY = 0o600;

/** An ES256 private key with `kid` and `alg`. */
export type SigningJwk = JWK & { readonly kid: string; readonly d: string };

/** Written aside and renamed, so that no reader ever sees half of it. */
function writePrivate(path: string, text: string): void {
  const aside = `${path}.${process.pid}`;
  writeFileSync(aside, text, { mode: OWNER_ONLY });
  renameSync(aside, path);
}

const readText = (path: string): string | null => (existsSync(path) ? readFileSync(path, "utf8") : null);

/**
 * The text of a file that is made once and then stays. Of two processes that make it at the same time, one is first
 * and both read its text.
 */
async function readOrMake(path: string, make: () => string | Promise<string>): Promise<string> {
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true });
    const aside = `${path}.${process.pid}`;
    writeFileSync(aside, `${await make()}\n`, { mode: OWNER_ONLY });
    try {
      linkSync(aside, path); // unlike a rename, it never replaces
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    } finally {
      rmSync(aside);
    }
  }
  return readFileSync(path, "utf8").trim();
}

async function makeIssuer(): Promise<string> {
  const { privateKey } = await generateKeyPair(SIGNING_ALGORITHM, { extractable: true });
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk);
  return JSON.stringify({ ...jwk, kid, alg: SIGNING_ALGORITHM, use: "sig" }, null, 2);
}

/** The local issuer's key from `issuer.json`, made on first use: a restart does not end the tokens that were printed. */
export async function readOrMakeIssuer(localDir: string = LOCAL_DIR): Promise<SigningJwk> {
  return JSON.parse(await readOrMake(join(localDir, "issuer.json"), makeIssuer)) as SigningJwk; // written by makeIssuer
}

/** Without `d`: what verifies may be seen, what signs may not. */
export function publicJwk({ kty, crv, x, y, kid, alg, use }: SigningJwk): JWK {
  return { kty, crv, x, y, kid, alg, use } as JWK; // the five fields are those of every EC key
}

/** The ring of keys that appointment ids are checked with. Lives as long as the stored ids: a new key would reject them. */
export const readOrMakeIdKeys = (localDir: string = LOCAL_DIR): Promise<string> =>
  readOrMake(join(localDir, "id-keys.json"), () =>
    JSON.stringify({ a: randomBytes(ID_KEY_BYTES).toString("base64url") }),
  );

/** The ring of keys that reasons and notes are sealed with. Without it nobody reads them again. */
export const readOrMakeTextKeys = (localDir: string = LOCAL_DIR): Promise<string> =>
  readOrMake(join(localDir, "text-keys.json"), () =>
    JSON.stringify({ a: randomBytes(TEXT_KEY_BYTES).toString("base64url") }),
  );

/** What the issuer seals and hashes with. Lives as long as the sessions and signing keys in the Workers' state. */
export const readOrMakeAuthSecret = (localDir: string = LOCAL_DIR): Promise<string> =>
  readOrMake(join(localDir, "auth-secret.json"), () =>
    JSON.stringify({ a: randomBytes(ID_KEY_BYTES).toString("base64url") }),
  );

const BLOCK_BEGIN = "# >>> openslot: written by npm start; a line below the block overrides one in it";
const BLOCK_END = "# <<< openslot";

/** Single quotes keep JSON as it is. Our values hold none themselves. */
const blockOf = (vars: Readonly<Record<string, string>>): string =>
  [BLOCK_BEGIN, ...Object.entries(vars).map(([name, value]) => `${name}='${value}'`), BLOCK_END].join("\n");

/** `text` with our block replaced where it stands, or put first. Every other line stays. */
export function withBlock(text: string, vars: Readonly<Record<string, string>>): string {
  const begin = text.indexOf(BLOCK_BEGIN);
  const end = begin === -1 ? -1 : text.indexOf(BLOCK_END, begin);
  if (end !== -1) return text.slice(0, begin) + blockOf(vars) + text.slice(end + BLOCK_END.length);
  return `${blockOf(vars)}\n${text}`;
}

/** Untouched when nothing changed: the dev server restarts its Workers on every write. */
function writeDevVars(path: string, vars: Readonly<Record<string, string>>): void {
  const before = readText(path);
  const after = withBlock(before ?? "", vars);
  if (after !== before) writePrivate(path, after);
}

export interface LocalSettings {
  /** The shim's address. */
  readonly endpoint: string;
  /** `relaxed`, unless a run wants the production numbers. */
  readonly rateLimits: string;
  /** The origin of the site, such as http://localhost:8787: links, cookies and passkeys name it. */
  readonly siteUrl: string;
  /** An identity provider of somebody's own, for staff sign-in; whatever of it is named. The issuer says what is missing. */
  readonly provider?: Readonly<Record<string, string>>;
  /** A Kafka to mirror the log to; whatever of it is named. */
  readonly kafka?: Readonly<Record<string, string>>;
}

const KAFKA_KEYS = [
  "KAFKA_BOOTSTRAP_SERVERS",
  "KAFKA_SECURITY",
  "KAFKA_SASL_MECHANISM",
  "KAFKA_SASL_USERNAME",
  "KAFKA_SASL_PASSWORD",
  "TOPIC_PREFIX",
] as const;
const PROVIDER_KEYS = ["OIDC_DISCOVERY_URL", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"] as const;

/** The clinics' identity provider, as the environment of `npm start` names it. */
export const providerOf = (env: NodeJS.ProcessEnv): Record<string, string> => named(PROVIDER_KEYS, env);

/** A Kafka, as the environment of `npm start` names it. */
export const kafkaOf = (env: NodeJS.ProcessEnv): Record<string, string> => named(KAFKA_KEYS, env);

const named = (keys: readonly string[], env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(keys.flatMap((key) => (env[key] ? [[key, env[key]]] : [])));

/** Writes the block of each Worker's `.dev.vars` under `root`, with the keys kept in `localDir`. */
export async function writeSettings(
  settings: LocalSettings,
  root: string = ROOT,
  localDir: string = LOCAL_DIR,
): Promise<void> {
  const issuer = await readOrMakeIssuer(localDir);
  const database = { DATABASE_URL: STAND_IN_DATABASE_URL, NEON_FETCH_ENDPOINT: settings.endpoint };
  writeDevVars(join(root, ".dev.vars"), {
    ...database,
    ID_KEYS: await readOrMakeIdKeys(localDir),
    TEXT_KEYS: await readOrMakeTextKeys(localDir),
    LOCAL_ISSUER_JWKS: JSON.stringify({ keys: [publicJwk(issuer)] }),
    LOCAL_MODE: "on",
    RATE_LIMITS: settings.rateLimits,
    ...(settings.kafka?.KAFKA_BOOTSTRAP_SERVERS
      ? { KAFKA_BOOTSTRAP_SERVERS: settings.kafka.KAFKA_BOOTSTRAP_SERVERS }
      : {}),
  });
  writeDevVars(join(root, "workers", "events", ".dev.vars"), { ...database, ...settings.kafka });
  writeDevVars(join(root, "workers", "identity", ".dev.vars"), {
    ...database,
    AUTH_SECRET: await readOrMakeAuthSecret(localDir),
    LOCAL_MODE: "on",
    SITE_URL: settings.siteUrl,
    SIGNING_KEYS: JSON.stringify({ keys: [issuer] }),
    ...settings.provider,
  });
}
