/** Proves that who gives, changes or ends access of people and machines is recorded, by the real routes and the real issuer. */
import { reset } from "cloudflare:test";
import { sql } from "drizzle-orm";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import "../../../workers/edge/index.tsx";
import type { LocationId } from "../../../core/ids.ts";
import { loadDirectory } from "../../../db/queries/load-directory.ts";
import { AUDITED } from "../../../workers/edge/api/audited-operations.ts";
import type { OperationId } from "../../../workers/edge/api/operations.ts";
import {
  type Answer,
  adminToken,
  type CallOptions,
  call,
  db,
  drainAudit,
  freshKey,
  staffToken,
} from "../../support/edge.ts";
import { newProvider, removeNewProviders } from "../../support/new-providers.ts";

let admin: string;
let desk: string;
let foreign: string;
let clinic: LocationId;
let jwk: JWK;
const staff: string[] = [];

beforeAll(async () => {
  const { publicKey } = await generateKeyPair("ES256", { extractable: true });
  jwk = { ...(await exportJWK(publicKey)), kid: "a", alg: "ES256", use: "sig" };
  admin = await adminToken();
  clinic = (await loadDirectory(db())).clinics[0]?.id as LocationId;
  desk = await staffToken(clinic);
  foreign = await staffToken("loc_000000000000");
});
afterAll(async () => {
  await removeNewProviders();
  const ids = sql`ANY(${sql.param(staff)}::text[])`;
  await db().execute(sql`DELETE FROM staff_invitation WHERE staff_id = ${ids}`);
  await db().execute(sql`DELETE FROM staff_clinic WHERE staff_id = ${ids}`);
  await db().execute(sql`DELETE FROM staff WHERE id = ${ids}`);
  await db().execute(sql`DELETE FROM external_id WHERE id = ${ids}`);
  await db().execute(sql`DELETE FROM audit_entry`); // the objects that chained them go too
  await reset();
});

const ask = (method: string, path: string, auth: string, more: CallOptions = {}): Promise<Answer> =>
  call(method, path, { token: auth, key: freshKey(), ...more });

async function entriesOf(answer: Answer) {
  await drainAudit();
  const { rows } = await db().execute(
    sql`SELECT operation, outcome, problem, role, subject, patient_id, location_id FROM audit_entry
        WHERE id = ${answer.headers.get("x-request-id")}`,
  );
  return rows;
}

const code = async (): Promise<string> =>
  (await call("POST", "/devices/pairings", { headers: { "cf-connecting-ip": "203.0.113.77" } })).body.code;
const approve = async (auth: string, typed?: string): Promise<Answer> =>
  ask("POST", "/devices/pairings/approve", auth, {
    body: { code: typed || (await code()), locationId: clinic, name: "Entrance" },
  });
const device = async (): Promise<string> => (await approve(desk)).body.id;
const partner = (auth: string): Promise<Answer> =>
  ask("POST", "/partners", auth, {
    body: { name: "North", jwks: { keys: [jwk] }, scopes: ["appointment.read"], locationIds: null },
  });
const memberBody = () => ({
  displayName: "Ann Desk",
  email: `${crypto.randomUUID()}@example.org`,
  role: "staff",
  clinics: [clinic],
});
async function member(auth = admin): Promise<Answer> {
  const answer = await ask("POST", "/staff", auth, { body: memberBody() });
  if (answer.status === 201) staff.push(answer.body.id);
  return answer;
}

interface Drive {
  /** What the entry names; the answer's own id when it makes something. */
  readonly on: () => Promise<string>;
  readonly act: (auth: string, id: string) => Promise<Answer>;
  readonly by: () => string;
  readonly notBy: () => string;
}
const making = (act: (auth: string) => Promise<Answer>): Drive => ({
  on: async () => "",
  act,
  by: () => admin,
  notBy: () => desk,
});
const onDevice = (method: string, tail: string, body: unknown): Drive => ({
  on: device,
  act: (auth, id) => ask(method, `/devices/${id}${tail}`, auth, { body }),
  by: () => desk,
  notBy: () => foreign,
});
const onPartner = (method: string, tail: string, body: () => unknown): Drive => ({
  on: async () => (await partner(admin)).body.id,
  act: (auth, id) => ask(method, `/partners/${id}${tail}`, auth, { body: body() }),
  by: () => admin,
  notBy: () => desk,
});
const onMember = (method: string, tail: string, more: () => CallOptions): Drive => ({
  on: async () => (await member()).body.id,
  act: (auth, id) => ask(method, `/staff/${id}${tail}`, auth, more()),
  by: () => admin,
  notBy: () => desk,
});

const DRIVES: Partial<Record<OperationId, Drive>> = {
  createStaff: making(member),
  changeStaff: onMember("PUT", "", () => ({ ifMatch: '"v1"', body: memberBody() })),
  deactivateStaff: onMember("POST", "/deactivate?apply=true", () => ({ ifMatch: '"v1"' })),
  activateStaff: onMember("POST", "/activate?apply=true", () => ({ ifMatch: '"v1"' })),
  inviteStaff: onMember("POST", "/invitation", () => ({})),
  endStaffSessions: onMember("POST", "/sign-out", () => ({})),
  activateProvider: {
    on: async () => (await newProvider("Active Again")).id,
    act: (auth, id) =>
      ask("POST", `/providers/${id}/activate?apply=true`, auth, { ifMatch: '"v1"', body: {} }),
    by: () => admin,
    notBy: () => desk,
  },
  approvePairing: { ...making(approve), by: () => desk, notBy: () => foreign },
  renameDevice: onDevice("PATCH", "", { name: "Hall" }),
  revokeDevice: onDevice("POST", "/revoke", {}),
  createPartner: making(partner),
  replacePartnerKeys: onPartner("PUT", "/keys", () => ({ jwks: { keys: [jwk] } })),
  deactivatePartner: onPartner("POST", "/deactivate", () => ({})),
};

describe("access that is given, changed and ended", () => {
  it("[AU12] every operation of the administration is driven here", () => {
    const ids = (Object.keys(AUDITED) as OperationId[]).filter((id) => AUDITED[id] === "administration");
    expect(Object.keys(DRIVES).toSorted()).toEqual(ids.toSorted());
  });

  it.each(Object.keys(DRIVES))(
    "[AU12] %s leaves one entry that names what it was about, when it is done and when it is refused",
    async (operation) => {
      const { on, act, by, notBy } = DRIVES[operation as OperationId] as Drive;
      const id = await on();
      const done = await act(by(), id);
      expect([operation, done.status < 300, done.status]).toEqual([operation, true, done.status]);
      const named = id === "" ? done.body.id : id;
      expect(await entriesOf(done)).toMatchObject([
        { operation: `${operation}:${named}`, outcome: "allowed", problem: null, patient_id: null },
      ]);
      const refused = await act(notBy(), await on());
      expect([403, 404]).toContain(refused.status);
      const [entry, ...more] = await entriesOf(refused);
      expect(more).toEqual([]);
      expect(entry).toMatchObject({ outcome: "refused", patient_id: null, role: "staff" });
      expect(String(entry?.operation)).toMatch(new RegExp(`^${operation}(:|$)`));
    },
  );

  it("[AU12] a provider's end names them too, as does their return", async () => {
    const { id } = await newProvider("Gone Again");
    for (const [action, version] of [
      ["deactivate", 1],
      ["activate", 2],
    ] as const) {
      const path = `/providers/${id}/${action}?apply=true`;
      const done = await ask("POST", path, admin, { ifMatch: `"v${version}"`, body: {} });
      expect(done.status).toBe(200);
      expect(await entriesOf(done)).toMatchObject([
        { operation: `${action}Provider:${id}`, outcome: "allowed" },
      ]);
    }
  });

  it("[AU12] a wrong code at a clinic is kept with its clinic; what is invented, or looked at, leaves nothing", async () => {
    const wrong = await approve(desk, "ACDE-FHJK");
    expect(wrong.status).toBe(422);
    expect(await entriesOf(wrong)).toMatchObject([
      { operation: "approvePairing", outcome: "refused", problem: "rule-violated", location_id: clinic },
    ]);
    const id = await device();
    for (const nothing of [
      await ask("POST", "/devices/dev_00000000000000/revoke", desk, { body: {} }),
      await ask("POST", "/partners/ptn_000000000000/deactivate", admin, { body: {} }),
      await ask("POST", "/staff/stf_000000000000/invitation", admin),
      await ask("GET", `/locations/${clinic}/devices`, desk),
      await ask("GET", "/staff?limit=1", admin),
      await call("POST", `/devices/${id}/revoke`, { body: {} }),
    ])
      expect([nothing.status, await entriesOf(nothing)]).toEqual([nothing.status, []]);
  });

  it("[AU12] a device's entry is read by the desk of its clinic, and by no other", async () => {
    const id = await device();
    await ask("POST", `/devices/${id}/revoke`, desk, { body: {} });
    await drainAudit();
    const seen = async (auth: string) =>
      (await ask("GET", "/audit?limit=100", auth)).body.data.some(
        (one: { operation: string }) => one.operation === `revokeDevice:${id}`,
      );
    expect([await seen(desk), await seen(admin), await seen(foreign)]).toEqual([true, true, false]);
  });
});
