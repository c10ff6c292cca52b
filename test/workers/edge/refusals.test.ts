/** Proves who gets in, what is refused at the door, and that strangers create nothing. */
import { listDurableObjectIds, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, describe, expect, it } from "vitest";
import app from "../../../workers/edge/index.tsx";
import {
  book,
  bookingOf,
  call,
  drainLog,
  freshKey,
  patientToken,
  slotsOf,
  somePatient,
  someProvider,
  staffToken,
  token,
  visitOf,
} from "../../support/edge.ts";

afterAll(() => reset());

const invented = {
  provider: "prv_0123456789ab",
  patient: "pat_0123456789abcd",
  appointment: "apt_0123456789ab0123456789aba1234567",
};

/** Without what differs by design: the id of the request. */
const withoutInstance = ({ status, body }: { status: number; body: Record<string, unknown> }) => ({
  status,
  body: { ...body, instance: "" },
});

async function objectsAlive(): Promise<number> {
  const counts = await Promise.all(
    [env.PROVIDER_CALENDAR, env.PATIENT_AGENDA, env.EVENT_LOG].map(
      async (ns) => (await listDurableObjectIds(ns as never)).length,
    ),
  );
  return counts.reduce((sum, n) => sum + n, 0);
}

describe("strangers", () => {
  it("[A1] [A4] get one and the same 404 for unknown, invented and foreign ids, and create no object", async () => {
    const provider = await someProvider();
    const [slot] = await slotsOf(provider);
    if (!slot) throw new Error("the seed has no free slots");
    const owner = somePatient();
    const { body: booked } = await book(provider, slot, owner);
    const stranger = await patientToken(somePatient());
    const forged = `${booked.id.slice(0, -1)}${booked.id.endsWith("0") ? "1" : "0"}`;
    await drainLog(); // wakes the log: what the booking's alarm does later must not count
    const before = await objectsAlive();
    const answers = await Promise.all([
      call("GET", `/appointments/${invented.appointment}`, { token: stranger }),
      call("GET", `/appointments/${forged}`, { token: stranger }),
      call("GET", `/appointments/${booked.id}`, { token: stranger }),
      call("GET", "/appointments/nonsense", { token: stranger }),
      call("DELETE", `/appointments/${booked.id}`, { token: stranger, ifMatch: '"v1"' }),
      call("DELETE", `/appointments/${booked.id}`, { token: stranger }),
      call("DELETE", `/appointments/${forged}`, { token: stranger, ifMatch: '"v1"' }),
      call("PATCH", `/appointments/${booked.id}`, { token: stranger, body: { reason: "x" } }),
      call("PATCH", `/appointments/${forged}`, { token: stranger, ifMatch: '"v1"', body: { reason: "x" } }),
      call("GET", `/patients/${owner}/appointments`, { token: stranger }),
      call("GET", `/patients/${invented.patient}/appointments`, { token: stranger }),
      call("GET", "/patients/nonsense/appointments", { token: stranger }),
      call("GET", `/patients/${invented.patient}/appointments`, { token: await staffToken(slot.locationId) }),
      call("GET", `/providers/${invented.provider}`),
      call("GET", `/providers/${invented.provider}/availability`),
      call("GET", "/providers/..%2F..%2Fetc/availability"),
      call("GET", "/locations/loc_000000000000"),
      call(
        "GET",
        `/live/providers/${invented.provider}?visitTypeId=${visitOf(provider)}&from=2026-12-01&to=2026-12-02`,
        { headers: { upgrade: "websocket" } },
      ),
      call("GET", `/live/patients/${owner}`, { token: stranger, headers: { upgrade: "websocket" } }),
      call("POST", "/live/tickets", { token: stranger, body: { patientId: owner } }),
      call("POST", "/appointments", {
        token: stranger,
        key: freshKey(),
        body: { ...bookingOf(provider, slot), providerId: invented.provider },
      }),
      call("POST", "/appointments", {
        token: stranger,
        key: freshKey(),
        body: { ...bookingOf(provider, slot), locationId: "loc_000000000000" },
      }),
      call("POST", "/appointments", {
        token: stranger,
        key: freshKey(),
        body: { ...bookingOf(provider, slot), visitTypeId: "vst_000000000000" },
      }),
      call("POST", "/appointments", {
        token: stranger,
        key: freshKey(),
        body: bookingOf(provider, slot, { patientId: owner }),
      }),
      call("GET", "/no/such/route"),
    ]);
    const [first] = answers;
    expect(first).toMatchObject({ status: 404, body: { type: "/problems/not-found" } });
    for (const answer of answers)
      expect(withoutInstance(answer)).toEqual(withoutInstance(first as (typeof answers)[number]));
    expect(await objectsAlive()).toBe(before);
  });

  it("[A2] are 401 without a token and with every wrong one, and 403 in the wrong role", async () => {
    const patient = somePatient();
    const good = await patientToken(patient);
    const [head, payload, signature] = good.split(".") as [string, string, string];
    const none = `${btoa(JSON.stringify({ alg: "none" })).replaceAll("=", "")}.${payload}.`;
    const wrong = [
      "nonsense",
      none,
      `${head}.${payload}.${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`,
      await token({ sub: patient, role: "patient" }, { audience: "elsewhere" }),
      await token({ sub: patient, role: "patient" }, { issuer: "someone" }),
      await token({ sub: patient, role: "patient" }, { lifetime: "-1m" }),
      await token({ sub: "pat_not-an-id", role: "patient" }),
      await token({ sub: patient, role: "king" }),
      await token({ sub: "stf_x", role: "staff" }),
    ];
    for (const text of wrong) {
      const answer = await call("GET", `/patients/${patient}/appointments`, { token: text });
      expect(answer).toMatchObject({ status: 401, body: { type: "/problems/unauthenticated" } });
      expect(answer.headers.get("www-authenticate")).toContain("Bearer");
    }
    for (const [method, path] of [
      ["POST", "/appointments"],
      ["GET", `/appointments/${invented.appointment}`],
      ["PATCH", `/appointments/${invented.appointment}`],
      ["DELETE", `/appointments/${invented.appointment}`],
      ["GET", "/patients"],
      ["GET", `/patients/${patient}/appointments`],
      ["POST", "/live/tickets"],
    ] as const) {
      expect((await call(method, path)).status).toBe(401);
    }
    expect((await call("GET", "/patients", { token: good })).status).toBe(403);
    expect(
      (
        await call("GET", `/patients/${patient}/appointments`, {
          token: await token({ sub: "k", role: "kiosk", clinics: ["loc_000000000000"] }),
        })
      ).status,
    ).toBe(403);
  });

  it("[A2] staff see the patients of their clinics, admins all of them, page by page", async () => {
    const admin = await token({ sub: "adm", role: "admin" });
    const first = await call("GET", "/patients?limit=2", { token: admin });
    expect(first.body.data).toHaveLength(2);
    const second = await call("GET", `/patients?limit=2&cursor=${first.body.page.next}`, { token: admin });
    expect(second.body.data[0].id > first.body.data[1].id).toBe(true);
    const home = first.body.data[0].homeLocationId;
    const staff = await call("GET", "/patients?limit=100", { token: await staffToken(home) });
    expect(
      staff.body.data.every((patient: { homeLocationId: string }) => patient.homeLocationId === home),
    ).toBe(true);
    expect(Object.keys(staff.body.data[0])).toEqual(["id", "displayName", "birthDate", "homeLocationId"]);
  });
});

describe("bad input", () => {
  it("[K1] is 400 with a pointer to each mistake, repeats no value and changes nothing", async () => {
    const provider = await someProvider();
    const [slot] = await slotsOf(provider);
    if (!slot) throw new Error("the seed has no free slots");
    const auth = await patientToken(somePatient());
    const good = bookingOf(provider, slot);
    const cases: [body: unknown, pointers: string[]][] = [
      ["not json", [""]],
      [[], [""]],
      [{}, ["/visitTypeId", "/locationId", "/start", "/providerId"]], // of which there are two ways
      [{ ...good, start: "2026-12-01T09:00:00" }, ["/start"]],
      [{ ...good, start: "SECRET-CANARY" }, ["/start"]],
      [{ ...good, providerId: 7 }, ["/providerId"]],
      [{ ...good, holdId: "hld_x" }, ["/holdId"]],
      [{ ...good, reason: "x".repeat(501) }, ["/reason"]],
      [{ ...good, reason: "  " }, ["/reason"]],
      [{ ...good, patientId: "'; drop table patient" }, ["/patientId"]],
    ];
    for (const [body, pointers] of cases) {
      const answer = await call("POST", "/appointments", { token: auth, key: freshKey(), body });
      expect(answer).toMatchObject({ status: 400, body: { type: "/problems/validation" } });
      expect(answer.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(pointers);
      expect(JSON.stringify(answer.body)).not.toMatch(/CANARY|drop table/);
    }
    expect(await call("POST", "/appointments", { token: auth, body: good })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: "/header/Idempotency-Key" }] },
    });
    expect((await call("POST", "/appointments", { token: auth, key: "has space", body: good })).status).toBe(
      400,
    );
    expect(
      (
        await call("POST", "/appointments", {
          token: auth,
          key: freshKey(),
          body: { ...good, notes: "x".repeat(20_000) },
        })
      ).status,
    ).toBe(413);
    expect((await slotsOf(provider)).map(({ start }) => start)).toContain(slot.start);
  });

  it("[K1] holds for queries, cursors and If-Match too", async () => {
    const provider = await someProvider();
    const base = `/providers/${provider.id}/availability`;
    const queries: [path: string, pointer: string][] = [
      [`${base}?from=2026-02-30`, "/query/from"],
      [`${base}?from=2026-12-01&to=2026-11-01`, "/query/to"],
      [`${base}?from=2026-12-01&to=2027-01-01`, "/query/to"],
      [`${base}?visitTypeId=vst_000000000000`, "/query/visitTypeId"],
      [`${base}?form=2026-12-01`, "/query/form"],
      [`${base}?from=2026-12-01&from=2026-12-02`, "/query/from"],
      ["/providers?limit=0", "/query/limit"],
      ["/providers?limit=101", "/query/limit"],
      ["/providers?cursor=xx", "/query/cursor"],
      ["/providers?near=1,200", "/query/near"],
      ["/locations?state=Texas", "/query/state"],
      ["/visit-types?cursor=W10", "/query/cursor"],
      [`/visit-types?cursor=${btoa('["\\u0000"]').replace(/=/g, "")}`, "/query/cursor"],
      ["/providers?q=a%00b", "/query/q"],
      ["/providers?insurance=%00", "/query/insurance"],
      ["/health?deep=yes", "/query/deep"],
    ];
    for (const [path, pointer] of queries) {
      expect(await call("GET", path), path).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
    }
    const patient = somePatient();
    const [slot] = await slotsOf(provider);
    if (!slot) throw new Error("the seed has no free slots");
    const { body } = await book(provider, slot, patient);
    expect(
      await call("DELETE", `/appointments/${body.id}?reasonCode=because`, {
        token: await patientToken(patient),
        ifMatch: '"v1"',
      }),
    ).toMatchObject({ status: 400 });
    expect(
      await call("DELETE", `/appointments/${body.id}`, { token: await patientToken(patient), ifMatch: "1" }),
    ).toMatchObject({ status: 400, body: { errors: [{ pointer: "/header/If-Match" }] } });
  });

  it("[K2] is too much after the rate limit: 429 with Retry-After, by caller", async () => {
    const strict = { ...env, RATE_LIMITS: "standard" } as Env;
    const context = { waitUntil: () => undefined, passThroughOnException: () => undefined, props: {} };
    const auth = await patientToken(somePatient());
    const ask = (headers: Record<string, string>) =>
      Promise.resolve(
        app.fetch(new Request("https://openslot.test/v1/specialties", { headers }), strict, context as never),
      );
    const statuses: number[] = [];
    for (let n = 0; n < 101; n++) {
      const response = await ask({ "cf-connecting-ip": "203.0.113.7" });
      await response.text();
      statuses.push(response.status);
    }
    expect(statuses.slice(0, 100).every((status) => status === 200)).toBe(true);
    expect(statuses[100]).toBe(429);
    const refused = await ask({ "cf-connecting-ip": "203.0.113.7" });
    expect(refused.headers.get("retry-after")).toBe("10");
    expect(await refused.json()).toMatchObject({ type: "/problems/rate-limited", status: 429 });
    const other = await ask({ "cf-connecting-ip": "203.0.113.8", authorization: `Bearer ${auth}` });
    expect(other.status).toBe(200);
    await other.text();
  });

  it("[K7] while Postgres is away: search says so, booking and reading go on", async () => {
    const provider = await someProvider();
    const [slot] = await slotsOf(provider);
    if (!slot) throw new Error("the seed has no free slots");
    const dark = { ...env, NEON_FETCH_ENDPOINT: "http://127.0.0.1:1/sql" } as Env;
    const context = { waitUntil: () => undefined, passThroughOnException: () => undefined, props: {} };
    const ask = async (path: string, init: RequestInit = {}) => {
      const response = await app.fetch(
        new Request(`https://openslot.test/v1${path}`, init),
        dark,
        context as never,
      );
      return { status: response.status, headers: response.headers, body: await response.text() };
    };
    const search = await ask("/providers?q=anna");
    expect(search.status).toBe(503);
    expect(search.headers.get("retry-after")).toBe("2");
    const admin = { authorization: `Bearer ${await token({ sub: "adm", role: "admin" })}` };
    expect((await ask("/patients", { headers: admin })).status).toBe(503);
    expect(
      (await ask(`/providers/${provider.id}/availability?visitTypeId=${visitOf(provider)}`)).status,
    ).toBe(200);
    const booked = await ask("/appointments", {
      method: "POST",
      headers: {
        authorization: `Bearer ${await patientToken(somePatient())}`,
        "idempotency-key": freshKey(),
        "content-type": "application/json",
      },
      body: JSON.stringify(bookingOf(provider, slot)),
    });
    expect(booked.status).toBe(201);
  });

  it("[K3] every answer carries a request id and timing, and says nothing about our insides", async () => {
    const answer = await call("GET", "/health");
    expect(answer.headers.get("x-request-id")).toMatch(/^req_/);
    expect(answer.headers.get("server-timing")).toMatch(/^edge;dur=\d/);
    const deep = await call("GET", "/health?deep=1");
    expect(deep.body).toMatchObject({
      status: "ok",
      directory: { clinics: 200, providers: 2000 },
      log: { lag: { postgres: expect.any(Number), agenda: expect.any(Number), audit: expect.any(Number) } },
    });
  });
});

describe("the directory", () => {
  it("[K4] lists clinics, visit types, specialties and providers in stable pages", async () => {
    for (const path of ["/locations", "/visit-types", "/specialties", "/providers"]) {
      const seen: string[] = [];
      let cursor: string | null = "";
      for (let page = 0; page < 4 && cursor !== null; page++) {
        const answer = await call("GET", `${path}?limit=3${cursor ? `&cursor=${cursor}` : ""}`);
        expect(answer.status, path).toBe(200);
        seen.push(...answer.body.data.map(({ id }: { id: string }) => id));
        cursor = answer.body.page.next;
      }
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen.length).toBeGreaterThan(5);
    }
  });

  it("[K4] finds providers by specialty, clinic, language, visit type and name", async () => {
    const { body: all } = await call("GET", "/providers?limit=1");
    const [provider] = all.data;
    const filters = [
      `specialty=${encodeURIComponent(provider.specialties[0])}`,
      `locationId=${provider.locations[0].id}`,
      `language=${provider.languages[0]}`,
      `visitTypeId=${provider.visitTypes[0].id}`,
      `q=${encodeURIComponent(provider.displayName)}`,
      `acceptingNew=${provider.acceptingNewPatients}`,
    ];
    const found = await call("GET", `/providers?limit=100&${filters.join("&")}`);
    expect(found.body.data.map(({ id }: { id: string }) => id)).toContain(provider.id);
    expect(found.body.data.length).toBeLessThan(20);
    expect(await call("GET", "/providers?q=zzzzzz")).toMatchObject({
      body: { data: [], page: { next: null } },
    });
    expect(Object.keys(found.body.data[0])).toEqual([
      "id",
      "displayName",
      "title",
      "specialties",
      "languages",
      "gender",
      "insurances",
      "locations",
      "visitTypes",
      "acceptingNewPatients",
      "nextOpenAt",
    ]);
  });
});
