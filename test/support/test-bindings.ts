/** What the Workers under test are given: a database door on a free port, and keys made for this run only. */
import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { exportJWK, generateKeyPair } from "jose";

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/** Settings of the edge plus `TEST_SIGNING_KEY`, with which a test signs tokens that the edge accepts. */
export async function testBindings(): Promise<Record<string, string>> {
  process.env.TEST_DB_PORT ??= String(await freePort()); // read by postgres-setup.ts
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  const signing = { ...(await exportJWK(privateKey)), kid: "test", alg: "ES256" };
  const { d: _private, ...verifying } = signing;
  return {
    DATABASE_URL: "postgres://openslot:openslot@db.localtest/openslot",
    NEON_FETCH_ENDPOINT: `http://127.0.0.1:${process.env.TEST_DB_PORT}/sql`,
    ID_KEYS: JSON.stringify({
      b: randomBytes(32).toString("base64url"),
      a: randomBytes(32).toString("base64url"),
    }),
    TEXT_KEYS: JSON.stringify({
      b: randomBytes(32).toString("base64url"),
      a: randomBytes(32).toString("base64url"),
    }),
    LOCAL_ISSUER_JWKS: JSON.stringify({ keys: [verifying] }),
    LOCAL_MODE: "on",
    RATE_LIMITS: "relaxed",
    TEST_SIGNING_KEY: JSON.stringify(signing),
    ...fromEnvironment("MODEL_SEED", "MODEL_RUNS", "HOARDING_ATTEMPTS"), // of tests that can run longer
  };
}

const fromEnvironment = (...names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
