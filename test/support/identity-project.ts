/** A vitest project that runs the issuer and its objects in workerd, over a Postgres and an identity provider of its own. */
import { randomBytes } from "node:crypto";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { exportJWK, generateKeyPair } from "jose";
import { freePort } from "./test-bindings.ts";

/** Where the site of the tests is: a host name, because passkeys want one. */
const SITE_URL = "http://localhost:8787";

/** Ports are chosen here and read by identity-setup.ts, which runs in the same process. */
async function bindings(): Promise<Record<string, string>> {
  process.env.TEST_IDENTITY_DB_PORT ??= String(await freePort());
  process.env.TEST_IDENTITY_OIDC_PORT ??= String(await freePort());
  process.env.TEST_IDENTITY_CONTROL_PORT ??= String(await freePort());
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  return {
    DATABASE_URL: "postgres://openslot:openslot@db.localtest/openslot",
    NEON_FETCH_ENDPOINT: `http://127.0.0.1:${process.env.TEST_IDENTITY_DB_PORT}/sql`,
    AUTH_SECRET: JSON.stringify({
      b: randomBytes(32).toString("base64url"),
      a: randomBytes(32).toString("base64url"),
    }),
    LOCAL_MODE: "on",
    SITE_URL,
    SIGNING_KEYS: JSON.stringify({
      keys: [{ ...(await exportJWK(privateKey)), kid: "local", alg: "ES256" }],
    }),
    OIDC_DISCOVERY_URL: `http://127.0.0.1:${process.env.TEST_IDENTITY_OIDC_PORT}/.well-known/openid-configuration`,
    OIDC_CLIENT_ID: "openslot",
    OIDC_CLIENT_SECRET: "of the tests",
    /** Where a test closes Postgres's door, and says what the identity provider answers. */
    TEST_CONTROL: `http://127.0.0.1:${process.env.TEST_IDENTITY_CONTROL_PORT}`,
  };
}

/** better-auth stays out of the optimizer: it asks for node:crypto, which the optimizer cannot load. */
const BUNDLED = ["zod", "jose", "drizzle-orm", "drizzle-orm/neon-http", "@neondatabase/serverless"];

export async function identityProject(groupOrder: number) {
  return {
    plugins: [
      cloudflareTest({
        wrangler: { configPath: "./workers/identity/wrangler.toml" },
        miniflare: { cf: false, bindings: await bindings() },
      } as never), // the plugin's type does not know Miniflare 5's `cf` yet
    ],
    test: {
      name: "identity",
      include: ["test/workers/identity/**/*.test.ts"],
      globalSetup: "./test/support/identity-setup.ts",
      testTimeout: 60_000,
      fsModuleCache: false,
      maxWorkers: 1,
      sequence: { groupOrder },
      deps: { optimizer: { ssr: { enabled: true, include: BUNDLED } } },
    },
  };
}
