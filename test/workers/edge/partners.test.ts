/** Proves partners through the edge, with the real issuer beside it: registration, signed assertions, and what their tokens open. */
import { reset } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import "../../../workers/edge/index.tsx";
import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import { RULES } from "../../../core/access/rules.ts";
import { OPERATIONS, type Operation } from "../../../workers/edge/api/operations.ts";
import {
  type Answer,
  adminToken,
  book,
  call,
  freshKey,
  patientToken,
  slotsOf,
  somePatient,
  someProvider,
  staffToken,
} from "../../support/edge.ts";

afterAll(() => reset());

type Algorithm = "ES256" | "ES384" | "RS384";
const TOKEN_URL = "https://openslot.test/v1/oauth/token";
const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

interface Pair {
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
  readonly alg: Algorithm;
}
async function pairOf(alg: Algorithm, kid: string): Promise<Pair> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: "sig" }, alg };
}

let es256: Pair;
let es384: Pair;
let rs384: Pair;
beforeAll(async () => {
  [es256, es384, rs384] = await Promise.all([
    pairOf("ES256", "a"),
    pairOf("ES384", "b"),
    pairOf("RS384", "c"),
  ]);
});

async function register(more: Record<string, unknown> = {}, key = freshKey()): Promise<Answer> {
  return call("POST", "/partners", {
    token: await adminToken(),
    key,
    body: {
      name: "Records of the north",
      jwks: { keys: [es256.jwk, es384.jwk, rs384.jwk] },
      scopes: ["appointment.read", "patient.appointments"],
      locationIds: null,
      ...more,
    },
  });
}

interface Claims {
  readonly iss?: string;
  readonly sub?: string;
  readonly aud?: string | string[];
  readonly jti?: string | undefined;
  readonly iat?: number;
  readonly exp?: number;
}
const nowSeconds = (): number => Math.floor(Date.now() / 1_000);

async function assertion(
  client: string,
  by: Pair = es256,
  claims: Claims = {},
  header: Record<string, unknown> = {},
): Promise<string> {
  const payload = {
    iss: client,
    sub: client,
    aud: TOKEN_URL,
    jti: crypto.randomUUID(),
    iat: nowSeconds(),
    exp: nowSeconds() + 300,
    ...claims,
  };
  return new SignJWT(payload as Record<string, unknown>)
    .setProtectedHeader({ alg: by.alg, kid: by.jwk.kid as string, ...header })
    .sign(by.privateKey);
}

const post = (
  fields: Record<string, string> | string,
  type = "application/x-www-form-urlencoded",
): Promise<Answer> =>
  call("POST", "/oauth/token", {
    headers: { "content-type": type },
    body: typeof fields === "string" ? fields : new URLSearchParams(fields).toString(),
  });
const ask = (signed: string, more: Record<string, string> = {}): Promise<Answer> =>
  post({
    grant_type: "client_credentials",
    client_assertion_type: ASSERTION_TYPE,
    client_assertion: signed,
    ...more,
  });

describe("registering a partner", () => {
  it("[DV12] administrators only; the same key again is the same partner, with other words it is refused", async () => {
    const key = freshKey();
    const made = await register({}, key);
    expect(made).toMatchObject({
      status: 201,
      body: { active: true, keyIds: ["a", "b", "c"], locationIds: null },
    });
    expect((await register({}, key)).body).toEqual(made.body);
    expect((await register({ name: "Another" }, key)).status).toBe(422);
    const list = await call("GET", "/partners", { token: await adminToken() });
    expect(list.body.data.map(({ id }: { id: string }) => id)).toContain(made.body.id);
    expect(JSON.stringify(list.body)).not.toContain(es256.jwk.x);
    for (const token of [await staffToken("loc_000000000001"), await patientToken(somePatient())]) {
      expect((await call("GET", "/partners", { token })).status).toBe(403);
      expect((await call("POST", "/partners", { token, key: freshKey(), body: {} })).status).toBe(403);
    }
    expect((await call("GET", "/partners")).status).toBe(401);
  });

  it("[DV12] private keys, weak ones, points off their curve, actions that are no partner's and unknown clinics are 400", async () => {
    const { privateKey } = await generateKeyPair("ES256", { extractable: true });
    const withPrivate = { ...(await exportJWK(privateKey)), kid: "p", alg: "ES256" };
    const flipped = { ...es256.jwk, y: `${es256.jwk.x}` };
    for (const more of [
      { jwks: { keys: [withPrivate] } },
      { jwks: { keys: [flipped] } },
      { jwks: { keys: [{ ...es256.jwk, alg: "ES384" }] } },
      { jwks: { keys: [{ ...rs384.jwk, n: (rs384.jwk.n as string).slice(0, 171) }] } },
      { jwks: { keys: [{ ...rs384.jwk, e: "AQ" }] } },
      { jwks: { keys: [{ kty: "oct", k: "AAAA", kid: "s", alg: "HS256" }] } },
      { jwks: { keys: [es256.jwk, es256.jwk] } },
      { jwks: { keys: [] } },
      { scopes: ["network.manage"] },
      { scopes: ["network.repair"] },
      { scopes: ["live.ticket"] },
      { scopes: [] },
      { scopes: ["appointment.read", "appointment.read"] },
      { locationIds: ["loc_000000000000"] },
      { locationIds: [] },
      { name: "a\u0000b" },
      { admin: true },
    ])
      expect([more, (await register(more)).status]).toEqual([more, 400]);
  });
});

describe("a partner's word", () => {
  it("[DV11] each of the three algorithms gets five minutes of its scope, and a narrower one where it asks", async () => {
    const { body: partner } = await register();
    for (const by of [es256, es384, rs384]) {
      const { status, body, headers } = await ask(await assertion(partner.id, by));
      expect([by.alg, status]).toEqual([by.alg, 200]);
      expect(body).toMatchObject({ token_type: "Bearer", scope: "appointment.read patient.appointments" });
      expect(body.expires_in).toBeLessThanOrEqual(300);
      expect(headers.get("cache-control")).toBe("no-store");
    }
    const narrow = await ask(await assertion(partner.id), {
      scope: "appointment.read",
      client_id: partner.id,
    });
    expect(narrow.body.scope).toBe("appointment.read");
    for (const scope of ["appointment.book", "nonsense", "appointment.read network.manage"])
      expect(await ask(await assertion(partner.id), { scope })).toMatchObject({
        status: 400,
        body: { error: "invalid_scope" },
      });
  });

  it("[DV13] one assertion is one token, of 30 uses at once and afterwards", async () => {
    const { body: partner } = await register();
    const signed = await assertion(partner.id);
    const answers = await Promise.all(Array.from({ length: 30 }, () => ask(signed)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(29);
    const again = await assertion(partner.id, es384, { jti: "the-same" });
    const other = await assertion(partner.id, es256, { jti: "the-same" });
    expect([(await ask(again)).status, (await ask(other)).status]).toEqual([200, 401]);
  });

  it("[DV13] for another audience, of another, too long, too old, from the future, without jti, unsigned or signed by another: one answer", async () => {
    const { body: partner } = await register();
    const { body: other } = await register({
      name: "Other",
      jwks: { keys: [(await pairOf("ES256", "a")).jwk] },
    });
    const unsigned = (await assertion(partner.id)).split(".");
    const none = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${unsigned[1]}.`;
    const hmac = await new SignJWT({ iss: partner.id, sub: partner.id, aud: TOKEN_URL, jti: "x" })
      .setProtectedHeader({ alg: "HS256" })
      .setIssuedAt()
      .setExpirationTime("2m")
      .sign(new TextEncoder().encode(JSON.stringify(es256.jwk).padEnd(64)));
    const now = nowSeconds();
    const wrong: Record<string, string> = {
      audience: await assertion(partner.id, es256, { aud: "https://openslot.test" }),
      "audience of http": await assertion(partner.id, es256, { aud: TOKEN_URL.replace("https", "http") }),
      "somebody else": await assertion(other.id, es256),
      subject: await assertion(partner.id, es256, { sub: other.id }),
      "too long": await assertion(partner.id, es256, { exp: now + 400 }),
      "too old": await assertion(partner.id, es256, { iat: now - 400, exp: now + 10 }),
      over: await assertion(partner.id, es256, { iat: now - 100, exp: now - 10 }),
      future: await assertion(partner.id, es256, { iat: now + 60, exp: now + 120 }),
      "no jti": await assertion(partner.id, es256, { jti: undefined }),
      "long jti": await assertion(partner.id, es256, { jti: "j".repeat(129) }),
      "another key of that name": await assertion(partner.id, await pairOf("ES256", "a")),
      "unknown partner": await assertion(`prt_${"0".repeat(20)}`, es256),
      "no partner at all": await assertion("admin", es256),
      "changed signature": `${(await assertion(partner.id)).slice(0, -4)}AAAA`,
      none,
      hmac,
      garbage: "a.b.c",
    };
    const first = await ask(wrong.garbage as string);
    for (const [what, signed] of Object.entries(wrong)) {
      const { status, body } = await ask(signed);
      expect([what, status, { ...body, instance: "" }]).toEqual([what, 401, { ...first.body, instance: "" }]);
      expect(body.error).toBe("invalid_client");
    }
    expect((await ask(await assertion(partner.id), { client_id: other.id })).status).toBe(401);
  });

  it("[DV11] the form is strict: nothing missing, twice, unknown, of another type", async () => {
    const { body: partner } = await register();
    const signed = await assertion(partner.id);
    const good = {
      grant_type: "client_credentials",
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: signed,
    };
    const text = new URLSearchParams(good).toString();
    for (const bad of [
      "",
      `${text}&scope=appointment.read&scope=appointment.read`,
      `${text}&client_secret=x`,
      `${text}&scope=`,
      text.replace("jwt-bearer", "saml2-bearer"),
      new URLSearchParams({ ...good, client_assertion: "x".repeat(4_097) }).toString(),
    ])
      expect(await post(bad)).toMatchObject({ status: 400, body: { error: "invalid_request" } });
    expect(await post(JSON.stringify(good), "application/json")).toMatchObject({
      status: 400,
      body: { error: "invalid_request" },
    });
    expect(await post({ ...good, grant_type: "password" })).toMatchObject({
      status: 400,
      body: { error: "unsupported_grant_type" },
    });
    expect((await ask(signed)).status).toBe(200); // none of them used it up
  });

  it("[DV15] replaced keys and a deactivated partner get nothing more", async () => {
    const { body: partner } = await register({ jwks: { keys: [es256.jwk] } });
    const admin = await adminToken();
    expect((await ask(await assertion(partner.id))).status).toBe(200);
    const replaced = await call("PUT", `/partners/${partner.id}/keys`, {
      token: admin,
      body: { jwks: { keys: [es384.jwk] } },
    });
    expect(replaced).toMatchObject({ status: 200, body: { keyIds: ["b"] } });
    expect((await ask(await assertion(partner.id, es256))).status).toBe(401);
    expect((await ask(await assertion(partner.id, es384))).status).toBe(200);
    const ended = await call("POST", `/partners/${partner.id}/deactivate`, { token: admin });
    expect(ended).toMatchObject({ status: 200, body: { active: false } });
    expect((await ask(await assertion(partner.id, es384))).status).toBe(401);
    expect((await call("POST", `/partners/${partner.id}/deactivate`, { token: admin })).body).toEqual(
      ended.body,
    );
    const keys = { token: admin, body: { jwks: { keys: [es256.jwk] } } };
    expect((await call("PUT", `/partners/${partner.id}/keys`, keys)).status).toBe(404);
    expect((await call("PUT", `/partners/prt_${"0".repeat(20)}/keys`, keys)).status).toBe(404);
  });
});

describe("a partner's token", () => {
  it("[DV14] opens what the partner was allowed and what everybody may, and no other operation", async () => {
    const { body: partner } = await register({ scopes: ["appointment.read"] });
    const { body } = await ask(await assertion(partner.id));
    for (const [id, { method, path, rule }] of Object.entries<Operation>(OPERATIONS)) {
      if (RULES[rule].anonymous === "all" || rule === "appointment.read") continue;
      const where = path.slice("/v1".length).replace(/:\w+(\{[^}]*\})?/g, "x");
      const { status } = await call(method, where, {
        token: body.access_token,
        ...(method === "GET" ? {} : { body: {} }),
      });
      expect([id, status]).toEqual([id, 403]);
    }
  });

  it("[DV14] reaches appointments of its clinics only", async () => {
    const provider = await someProvider();
    const [slot] = await slotsOf(provider);
    if (!slot) throw new Error("no free time");
    const { body: booked } = await book(provider, slot, somePatient());
    const { body: clinics } = await call("GET", "/locations?limit=100");
    const elsewhere = clinics.data.find(({ id }: { id: string }) => id !== slot.locationId).id;
    for (const [locationIds, status] of [
      [[slot.locationId], 200],
      [[elsewhere], 404],
      [null, 200],
    ] as const) {
      const { body: partner } = await register({ locationIds });
      const { body } = await ask(await assertion(partner.id));
      expect((await call("GET", `/appointments/${booked.id}`, { token: body.access_token })).status).toBe(
        status,
      );
    }
  });
});
