/**
 * The whole API × every kind of caller, on the real objects. What each cell must be is declared in access-matrix.json, which is
 * written by hand and does not come from the rule table: an operation without a row, and a row that the edge does not keep, fail.
 */
import { reset } from "cloudflare:test";
import { exports } from "cloudflare:workers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OperationId } from "../../../workers/edge/api/operations.ts";
import { operationIds } from "../../../workers/edge/contract/index.ts";
import { BASE, call, patientToken, somePatient, staffToken, token } from "../../support/edge.ts";
import {
  type Asked,
  aboutNothing,
  atClock,
  makeShared,
  makeWorld,
  REQUESTS,
  removeWorlds,
  type Shared,
  type World,
} from "../../support/matrix-world.ts";
import declared from "./access-matrix.json";

/** 503: admitted, and the issuer, which is a stand-in here, does not know what is asked of it. */
type Verdict = "ok" | "401" | "403" | "404" | "503";

/** Who is nobody to us is 401 everywhere, also where strangers may: a token that is wrong is a mistake of the caller's. */
const NOBODY = ["expired", "wrongAudience", "algNone", "forged"] as const;

const base64url = (value: unknown): string =>
  btoa(JSON.stringify(value)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

async function identitiesOf(world: World): Promise<Readonly<Record<string, string | null>>> {
  const { owner, here, there, provider, otherProvider, admin } = world;
  const claims = { sub: owner, role: "patient" };
  const [head, payload] = admin.split(".") as [string, string, string];
  const [, , signature] = (await patientToken(owner)).split(".") as [string, string, string];
  return {
    anonymous: null,
    patient: await patientToken(owner),
    otherPatient: await patientToken(somePatient()),
    proxy: await patientToken(world.proxy),
    withdrawnProxy: await patientToken(world.formerProxy),
    staff: await staffToken(here),
    foreignStaff: await staffToken(there),
    provider: await token({ sub: provider.id, role: "provider", provider: provider.id }),
    otherProvider: await token({ sub: otherProvider.id, role: "provider", provider: otherProvider.id }),
    admin,
    kiosk: await token({ sub: "ksk_test", role: "kiosk", clinics: [here] }),
    service: await token({ sub: "sync", role: "service" }),
    expired: await token(claims, { lifetime: "-1m" }),
    wrongAudience: await token(claims, { audience: "elsewhere" }),
    algNone: `${base64url({ alg: "none" })}.${payload}.`,
    forged: `${head}.${payload}.${signature}`, // signed by us, but something else
  };
}

interface Seen {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Without the id of the request. */
  readonly body: string;
}

/** Of the request, how long it took, and how many the caller has left: what differs by design. */
const PER_REQUEST = ["x-request-id", "server-timing", "ratelimit"];

async function ask({ method, path, clock, ...options }: Asked, auth: string | null): Promise<Seen> {
  const headers = { ...options.headers, ...(auth ? { authorization: `Bearer ${auth}` } : {}) };
  if (options.headers?.upgrade) {
    const response = await exports.default.fetch(new Request(`${BASE}${path}`, { method, headers }));
    if (response.webSocket) {
      response.webSocket.accept();
      response.webSocket.close();
      return { status: response.status, headers: {}, body: "" };
    }
    await response.arrayBuffer();
  }
  const answer = await atClock(clock, () => call(method, path, { ...options, headers }));
  const shown = [...answer.headers].filter(([name]) => !PER_REQUEST.includes(name));
  const { instance: _instance, ...body } =
    typeof answer.body === "object" ? answer.body : { text: answer.body };
  return { status: answer.status, headers: Object.fromEntries(shown), body: JSON.stringify(body) };
}

const verdictOf = ({ status }: Seen): string => (status < 300 ? "ok" : String(status));

const ROWS = declared.verdicts as Readonly<Record<string, readonly string[]>>;

let shared: Shared;
beforeAll(async () => {
  shared = await makeShared();
});
afterAll(async () => {
  await removeWorlds();
  await reset();
});

describe("the access matrix", () => {
  it("[OA4] has a row for every operation and a verdict for every caller, and nothing more", () => {
    expect(Object.keys(ROWS).toSorted()).toEqual(operationIds.toSorted());
    for (const [id, row] of Object.entries(ROWS)) {
      expect([id, row.length]).toEqual([id, declared.identities.length]);
      for (const verdict of row) expect(["ok", "401", "403", "404", "503"]).toContain(verdict);
    }
  });

  it.each(operationIds)("[OA4] [OA5] [A1] [A2] [A6] %s", async (id: OperationId) => {
    const world = await makeWorld(shared);
    const identities = await identitiesOf(world);
    const row = ROWS[id] as readonly Verdict[];
    const wanted = new Map<string, Verdict>([
      ...declared.identities.map((who, at) => [who, row[at] as Verdict] as const),
      ...NOBODY.map((who) => [who, "401"] as const),
    ]);
    const told: Record<string, string> = {};
    const unlike: string[] = [];
    const refusedAsked = await REQUESTS[id](world, "admin");
    for (const [who, verdict] of wanted) {
      const auth = identities[who];
      if (auth === undefined) throw new Error(`there is no caller ${who}`);
      const asked = verdict === "ok" ? await REQUESTS[id](world, who) : refusedAsked;
      const seen = await ask(asked, auth);
      told[who] = verdictOf(seen);
      if (verdict === "ok" || verdict === "503") continue;
      const missing = await ask(aboutNothing(asked), auth);
      if (JSON.stringify(missing) !== JSON.stringify(seen)) unlike.push(who);
    }
    expect(told).toEqual(Object.fromEntries(wanted));
    expect(unlike).toEqual([]);
  });
});
