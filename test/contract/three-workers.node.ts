/**
 * Proves that the three Workers fit together as they are deployed: each has exactly the bindings its hand-written type
 * names, a booking goes from the edge over the log and the doorbell to Postgres, and the issuer shows no private key.
 */

import { mkdirSync } from "node:fs";
import { sql } from "drizzle-orm";
import { decodeJwt, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestHarness } from "wrangler";
import { plus } from "../../core/time.ts";
import { makeDb } from "../../db/client.ts";
import { loadDirectory } from "../../db/queries/load-directory.ts";
import { AuditApp, checkAudit, type Signed } from "../../scripts/local/audit-check.ts";
import { type Shim, startShim } from "../../scripts/local/neon-shim.ts";
import type { LocalPostgres } from "../../scripts/local/postgres.ts";
import { openPglite } from "../../scripts/local/postgres.ts";

let postgres: LocalPostgres;
let shim: Shim;
let signing: JWK;
const SITE_URL = "http://localhost:8787";
/** Three Workers are built and started; a machine under load takes its time. */
const START_MAX_MS = 60_000;
let server: ReturnType<typeof createTestHarness>;
let database: { DATABASE_URL: string; NEON_FETCH_ENDPOINT: string };

beforeAll(async () => {
  mkdirSync("dist/client", { recursive: true }); // wrangler wants the folder of assets to exist; the pages are not asked for here
  postgres = await openPglite(null);
  shim = await startShim({ port: 0, poolFor: () => postgres.pool });
  database = {
    DATABASE_URL: "postgres://openslot:openslot@db.localtest/openslot",
    NEON_FETCH_ENDPOINT: shim.endpoint,
  };
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  signing = { ...(await exportJWK(privateKey)), kid: "harness", alg: "ES256" };
  const { d: _private, ...verifying } = signing;
  server = createTestHarness({
    workers: [
      {
        configPath: "wrangler.toml",
        secrets: {
          ...database,
          ID_KEYS: JSON.stringify({ a: "k".repeat(43) }),
          TEXT_KEYS: JSON.stringify({ a: "t".repeat(43) }),
          LOCAL_ISSUER_JWKS: JSON.stringify({ keys: [verifying] }),
          LOCAL_MODE: "on",
          RATE_LIMITS: "relaxed",
        },
      },
      {
        configPath: "workers/identity/wrangler.toml",
        secrets: {
          ...database,
          LOCAL_MODE: "on",
          SITE_URL,
          AUTH_SECRET: JSON.stringify({ a: "s".repeat(43) }),
          SIGNING_KEYS: JSON.stringify({ keys: [signing] }),
        },
      },
      { configPath: "workers/events/wrangler.toml", secrets: database },
    ],
  } as never);
  await server.listen();
}, START_MAX_MS);

afterAll(async () => {
  await server?.close();
  await shim?.close();
  await postgres?.close();
});

const bindingsOf = async (worker: string): Promise<string[]> =>
  Object.keys(
    (await (server.getWorker(worker) as unknown as { getEnv(): Promise<object> }).getEnv()) ?? {},
  ).sort();

interface Issuer {
  jwks(): Promise<{ keys: object[] }>;
  sentCodes(): Promise<{ text: string }[]>;
  invite(id: string): Promise<{ link: string } | null>;
}

const identity = () =>
  server.getWorker("openslot-identity") as unknown as {
    getExport(name: string): Promise<Issuer>;
    fetch(url: string, init: RequestInit): Promise<Response>;
  };
const issuer = (): Promise<Issuer> => identity().getExport("default");

/** A new patient, by a code, as the edge asks for it. */
async function signIn(homeLocationId: string | undefined): Promise<{ token: string; subject: string }> {
  let cookie = "";
  const call = async (method: string, path: string, body: object | null) => {
    const answer = await identity().fetch(`${SITE_URL}/auth${path}`, {
      method,
      headers: { "content-type": "application/json", origin: SITE_URL, cookie },
      body: body ? JSON.stringify(body) : null,
    });
    cookie = answer.headers.getSetCookie()[0]?.split(";")[0] ?? cookie;
    return (await answer.json()) as { token: string };
  };
  const to = "new.patient@example.org";
  await call("POST", "/code/send", { to });
  await call("POST", "/code/verify", { to, code: (await (await issuer()).sentCodes())[0]?.text });
  await call("POST", "/patient/register", { displayName: "New", birthDate: "1990-01-01", homeLocationId });
  const { token } = await call("GET", "/token", null);
  return { token, subject: decodeJwt(token).sub ?? "" };
}

/** Of the laptop's own issuer. */
const adminToken = async (): Promise<string> =>
  new SignJWT({ role: "admin" })
    .setProtectedHeader({ alg: "ES256", kid: "harness" })
    .setIssuer("openslot-local")
    .setAudience("openslot")
    .setSubject("adm_harness")
    .setIssuedAt()
    .setExpirationTime("5m")
    .sign(await importJWK(signing, "ES256"));

describe("the three Workers", () => {
  it("[K6] have exactly the bindings that their types name", async () => {
    expect(await bindingsOf("openslot-identity")).toEqual([
      "AUDIT_WITNESS",
      "AUTH_SECRET",
      "CODE_GUARD",
      "CODE_SINK",
      "DATABASE_URL",
      "DEVICE_SHARD",
      "KEY_RING",
      "LOCAL_MODE",
      "NEON_FETCH_ENDPOINT",
      "PAIRING_DESK",
      "PARTNER_REGISTRY",
      "SESSIONS",
      "SIGNING_KEYS",
      "SITE_URL",
    ]);
    expect(await bindingsOf("openslot-events")).toEqual([
      "DATABASE_URL",
      "EVENT_LOG",
      "IDENTITY",
      "KAFKA_BOOTSTRAP_SERVERS",
      "KAFKA_GATEWAY",
      "KAFKA_SECURITY",
      "NEON_FETCH_ENDPOINT",
      "PATIENT_AGENDA",
      "PROVIDER_CALENDAR",
      "TOPIC_PREFIX",
      "WAKE",
    ]);
  });

  it("[K6] carry a booking from the edge, with a token of the issuer, over the log to Postgres", async () => {
    const db = makeDb(database);
    const { providers, clinics } = await loadDirectory(db);
    const provider = providers[0];
    if (!provider) throw new Error("the seed is empty");
    const { token, subject } = await signIn(clinics[0]?.id);
    const visitTypeId = provider.visitTypeIds[0];
    const free = (await (
      await server.fetch(`/v1/providers/${provider.id}/availability?visitTypeId=${visitTypeId}`)
    ).json()) as { days: { slots: { start: string; locationId: string }[] }[] };
    const slot = free.days.flatMap(({ slots }) => slots)[0];
    const booked = await server.fetch("/v1/appointments", {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "idempotency-key": "harness-1",
        "content-type": "application/json",
      },
      body: JSON.stringify({
        providerId: provider.id,
        visitTypeId,
        locationId: slot?.locationId,
        start: slot?.start,
      }),
    });
    const appointment = (await booked.json()) as { id: string };
    expect(booked.status, JSON.stringify(appointment)).toBe(201);

    const rowOf = async () =>
      (await db.execute(sql`SELECT version FROM appointment WHERE id = ${appointment.id}`)).rows;
    for (let tries = 0; tries < 100 && (await rowOf()).length === 0; tries++)
      await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await rowOf()).toHaveLength(1);
    const list = await server.fetch(`/v1/patients/${subject}/appointments`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(await list.json()).toMatchObject({ data: [{ id: appointment.id }] });
  });

  it("[AU4] [AU5] [AU11] what they did is in the audit, signed by the issuer, and a forged entry is found", async () => {
    const db = makeDb(database);
    const told = async (where: ReturnType<typeof sql>) =>
      (await db.execute(sql`SELECT operation FROM audit_entry WHERE ${where} ORDER BY at`)).rows;
    const app = new AuditApp(
      async (path, method) =>
        (await server.fetch(path, {
          method,
          headers: { authorization: `Bearer ${await adminToken()}` },
        })) as unknown as Response, // undici's
    );
    const lines: string[] = [];
    let signed: Signed | undefined;
    const check = (saved: Signed | null) => {
      lines.length = 0;
      const say = (line: string) => void lines.push(line);
      const onSigned = (now: Signed) => {
        signed = now;
      };
      return checkAudit({ db, app: saved ? null : app, saved, onSigned, say });
    };
    // The cron: a doorbell takes the issuer's record along only now and then.
    await server.getWorker("openslot-events").scheduled({ scheduledTime: new Date(), cron: "* * * * *" });
    expect([await check(null), lines.at(-1)]).toEqual([true, expect.stringMatching(/^The audit is whole/)]);
    for (const operation of ["bookAppointment", "listPatientAppointments"])
      expect([operation, await told(sql`operation = ${operation}`)]).toEqual([operation, [{ operation }]]);
    // The code was accepted, and then there was a patient: two sign-ins, each once.
    const signIns = await db.execute(
      sql`SELECT count(*)::int AS n, count(DISTINCT id)::int AS ids FROM audit_entry WHERE operation = 'sign-in:code'`,
    );
    expect(signIns.rows.map(({ n, ids }) => [Number(n), Number(ids)])).toEqual([[2, 2]]);

    await db.execute(sql`UPDATE audit_entry SET subject = 'stf_nobody' WHERE operation = 'bookAppointment'`);
    expect([await check(null), lines[0]]).toEqual([false, expect.stringMatching(/\(altered\)/)]);
    const saved = signed as Signed;
    expect(await check(saved)).toBe(false); // by what was saved, without the app
    await db.execute(sql`UPDATE audit_entry SET subject = patient_id WHERE operation = 'bookAppointment'`);
    expect(await check(saved)).toBe(true);
    const [first, ...others] = saved.checkpoints;
    if (!first) throw new Error("a chain was signed");
    const forged = { ...saved, checkpoints: [{ ...first, at: plus(first.at, 1) }, ...others] };
    expect([await check(forged), lines[0]]).toEqual([false, expect.stringMatching(/\(checkpoint\)/)]);
    expect(await check({ ...saved, keys: [] })).toBe(false);
  });

  it("[K6] the issuer's public keys have no private member", async () => {
    const { keys } = await (await issuer()).jwks();
    expect(Object.keys(keys[0] ?? {}).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x", "y"]);
  });

  it("[ID15] [ID17] the edge tells the issuer of staff: an invitation is made, a change arrives", async () => {
    const admin = await adminToken();
    const { clinics } = await loadDirectory(makeDb(database));
    const call = async (
      method: string,
      path: string,
      body: object | null,
      more: Record<string, string> = {},
    ) => {
      const headers = { authorization: `Bearer ${admin}`, "content-type": "application/json", ...more };
      const answer = await server.fetch(path, { method, headers, body: body ? JSON.stringify(body) : null });
      return { status: answer.status, body: (await answer.json()) as { id: string; link: string } };
    };
    const member = { displayName: "Sam", email: "sam@example.org", role: "staff", clinics: [clinics[0]?.id] };
    const made = await call("POST", "/v1/staff", member, { "idempotency-key": "harness-staff" });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    const path = `/v1/staff/${made.body.id}`;
    expect((await call("POST", `${path}/invitation`, {})).body.link).toMatch(/\/auth\/invitation\?token=/);
    const changed = await call(
      "PUT",
      path,
      { ...member, role: "admin", clinics: [] },
      { "if-match": '"v1"' },
    );
    expect(changed.status, JSON.stringify(changed.body)).toBe(200);
  });
});
