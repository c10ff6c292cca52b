/** Signing keys and the tokens that they sign, with the verifier's own settings. */
import { createExecutionContext, reset, runInDurableObject } from "cloudflare:test";
import { exports } from "cloudflare:workers";
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from "jose";
import { afterEach, describe, expect, it, vi } from "vitest";
import { KEY_LIFE_MS } from "../../../core/identity/key-ring.ts";
import { HOUR_MS, instant, MINUTE_MS } from "../../../core/time.ts";
import Identity from "../../../workers/identity/index.ts";
import { forgetKeys, signingKey } from "../../../workers/identity/signing-keys.ts";
import { accessToken, signAccessToken } from "../../../workers/identity/tokens.ts";
import { env } from "../../support/identity.ts";

const issuer = exports.default as unknown as Identity;
const claims = { sub: "pat_00000000000000", role: "patient" } as const;

/** As workers/edge/token-verifier.ts does it. */
async function verified(token: string) {
  const keys = createLocalJWKSet((await issuer.jwks()) as unknown as JSONWebKeySet);
  const { payload } = await jwtVerify(token, keys, {
    issuer: "openslot-identity",
    audience: "openslot",
    algorithms: ["ES256"],
    requiredClaims: ["sub", "exp", "iat", "role"],
    maxTokenAge: 360,
  });
  return payload;
}

const kidOf = (token: string): string => decodeProtectedHeader(token).kid ?? "";

function travel(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
}

afterEach(async () => {
  vi.useRealTimers();
  forgetKeys();
  await reset();
});

/** Of a deployment that is no laptop: there it must be https. */
const ELSEWHERE = "https://id.example.org/.well-known/openid-configuration";
describe("access tokens", () => {
  it("[ID3] are ES256 for the audience openslot, live five minutes, and carry their claims and nothing else", async () => {
    const { token, expiresAt } = await accessToken(env, {
      ...claims,
      represents: ["pat_x"],
      sid: "s",
      amr: "otp",
    });
    const { iat, exp, jti, ...rest } = await verified(token);
    expect(rest).toEqual({
      iss: "openslot-identity",
      aud: "openslot",
      sub: claims.sub,
      role: "patient",
      represents: ["pat_x"],
      sid: "s",
      amr: "otp",
    });
    expect((exp ?? 0) - (iat ?? 0)).toBe(300);
    expect(expiresAt).toBe((exp ?? 0) * 1_000);
    expect(jti).toMatch(/^[0-9a-f-]{36}$/);
    expect(decodeProtectedHeader(token).alg).toBe("ES256");
  });

  it("[ID1] 16 first tokens at once make one key, and all of them are good", async () => {
    const tokens = await Promise.all(Array.from({ length: 16 }, () => signAccessToken(env, claims)));
    expect(new Set(tokens.map(kidOf)).size).toBe(1);
    for (const token of tokens) expect((await verified(token)).sub).toBe(claims.sub);
    expect((await issuer.jwks()).keys).toHaveLength(1);
  });
});

describe("signing keys", () => {
  it("[ID2] rotate by time: a token is good until it ends, whichever side of the change it was signed on", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const first = await signAccessToken(env, claims);
    travel(KEY_LIFE_MS - HOUR_MS / 2);
    const before = await signAccessToken(env, claims);
    expect(kidOf(before)).toBe(kidOf(first));
    const shown = (await issuer.jwks()).keys.map(({ kid }) => kid);
    expect(shown).toHaveLength(2); // the successor is shown before it signs
    travel(HOUR_MS / 2 - MINUTE_MS);
    const last = await signAccessToken(env, claims);
    travel(2 * MINUTE_MS);
    const after = await signAccessToken(env, claims);
    expect(shown).toEqual([kidOf(last), kidOf(after)]);
    expect(kidOf(after)).not.toBe(kidOf(last));
    for (const token of [last, after]) expect((await verified(token)).sub).toBe(claims.sub);
    travel(HOUR_MS);
    expect((await issuer.jwks()).keys.map(({ kid }) => kid)).toEqual([kidOf(after)]);
  });

  it("[ID4] lie in the object sealed, and leave it without a private member", async () => {
    await signAccessToken(env, claims);
    for (const key of (await issuer.jwks()).keys)
      expect(Object.keys(key).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x", "y"]);
    const ring = env.KEY_RING.getByName("ring");
    await runInDurableObject(ring, (_, state) => {
      const rows = JSON.stringify(state.storage.sql.exec("SELECT * FROM signing_key").toArray());
      expect(rows).not.toMatch(/\\"d\\"/);
    });
    await runInDurableObject(ring, (instance) => {
      const withPrivate = { kid: "x", publicJwk: '{"d":"secret"}', sealedPrivate: "" };
      expect(() => instance.add(withPrivate, instant(Date.now()))).toThrow(/no private part/);
    });
  });

  it("[ID4] one that nobody can open any more is replaced, and its tokens are good until they end", async () => {
    const before = await signAccessToken(env, claims);
    await runInDurableObject(env.KEY_RING.getByName("ring"), (_, state) => {
      state.storage.sql.exec("UPDATE signing_key SET sealed_private = 'x' || sealed_private");
    });
    forgetKeys();
    const after = await signAccessToken(env, claims);
    expect(kidOf(after)).not.toBe(kidOf(before));
    for (const token of [before, after]) expect((await verified(token)).sub).toBe(claims.sub);
    expect((await signingKey(env)).kid).toBe(kidOf(after));
  });

  it("[ID5] the laptop's issuer signs under another name, with a key that verifies nothing of the issuer's", async () => {
    const token = (await issuer.sampleToken(claims.sub)) ?? "";
    await expect(verified(token)).rejects.toThrow();
    expect((await issuer.jwks()).keys.map(({ kid }) => kid)).not.toContain("local");
    const elsewhere = {
      ...env,
      LOCAL_MODE: "off",
      SITE_URL: "https://book.example.org",
      OIDC_DISCOVERY_URL: ELSEWHERE,
    };
    expect(await new Identity(createExecutionContext(), elsewhere).sampleToken(claims.sub)).toBeNull();
  });
});
