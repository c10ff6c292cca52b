/**
 * For the access matrix: who asks, and real objects that they ask about. The provider, the clinics and what belongs to nobody are an
 * area's; a patient and who acts for them are made as often as the area wants.
 */
import { sql } from "drizzle-orm";
import { vi } from "vitest";
import type { Provider } from "../../../core/directory/directory.ts";
import {
  type Answer,
  adminToken,
  call,
  db,
  freshKey,
  patientToken,
  type Slot,
  slotsOf,
  somePatient,
  staffToken,
  token,
  visitOf,
} from "../edge.ts";
import { newProvider, removeNewProviders } from "../new-providers.ts";

/** In every name that these files make, so that it is found again. */
export const MARK = "Access Matrix";

export interface Shared {
  readonly admin: string;
  readonly here: string;
  readonly there: string;
  readonly provider: Provider;
  readonly otherProvider: Provider;
  /** Free starts that nobody has been given yet. */
  readonly slots: Slot[];
}

export interface World extends Shared {
  /** Whose data it is. At home in `here`. */
  readonly owner: string;
  /** Another record of the same clinic. */
  readonly twin: string;
  /** Who acts for the owner. */
  readonly proxy: string;
  /** Who did, until a moment ago. */
  readonly formerProxy: string;
}

export async function made(path: string, token: string, body: unknown): Promise<Answer> {
  const answer = await call("POST", path, { token, key: freshKey(), body });
  if (answer.status !== 201) throw new Error(`POST ${path} answered ${answer.status}`);
  return answer;
}

export const patientBody = (here: string) => ({
  displayName: `${MARK} Person`,
  birthDate: "1980-02-03",
  homeLocationId: here,
});

export async function makeShared(): Promise<Shared> {
  const admin = await adminToken();
  const { body } = await call("GET", "/locations?limit=2", {});
  const [, there] = body.data.map(({ id }: { id: string }) => id);
  const provider = await newProvider(`${MARK} One`);
  const otherProvider = await newProvider(`${MARK} Two`);
  const here = provider.locationIds[0] as string;
  const slots = await slotsOf(provider);
  return { admin, here, there: there === here ? body.data[0].id : there, provider, otherProvider, slots };
}

export async function makeWorld(shared: Shared): Promise<World> {
  const aRecord = async (): Promise<string> =>
    (await made("/patients", shared.admin, patientBody(shared.here))).body.id;
  const [owner, twin, proxy, formerProxy] = await Promise.all([aRecord(), aRecord(), aRecord(), aRecord()]);
  const world = { ...shared, owner, twin, proxy, formerProxy };
  const [, former] = await Promise.all([aConsent(world, proxy), aConsent(world, formerProxy)]);
  const ended = await call("DELETE", `/patients/${owner}/proxies/${former}`, { token: shared.admin });
  if (ended.status !== 204) throw new Error(`the end of a consent answered ${ended.status}`);
  return world;
}

export const consentBody = (proxyPatientId: string) => ({
  proxyPatientId,
  relation: "other",
  reason: "asked-at-desk",
});

export async function aConsent({ owner, admin }: World, proxy: string): Promise<string> {
  return (await made(`/patients/${owner}/proxies`, admin, consentBody(proxy))).body.id;
}

export async function someoneElse(world: World): Promise<string> {
  return (await made("/patients", world.admin, patientBody(world.here))).body.id;
}

export async function removeWorlds(): Promise<void> {
  await removeNewProviders();
  const marked = `${MARK}%`;
  const theirs = sql`(SELECT id FROM patient WHERE display_name LIKE ${marked})`;
  await db().execute(sql`DELETE FROM consent_change WHERE consent_id IN
    (SELECT id FROM patient_proxy WHERE patient_id IN ${theirs})`);
  await db().execute(sql`DELETE FROM patient_proxy WHERE patient_id IN ${theirs}`);
  await db().execute(sql`DELETE FROM consent_code WHERE proxy_patient_id IN ${theirs}`);
  await db().execute(sql`DELETE FROM consent_try WHERE patient_id IN ${theirs}`);
  for (const [table, column] of [
    ["staff_invitation", null],
    ["staff_clinic", null],
    ["staff", "display_name"],
    ["resource", "name"],
    ["provider_site", null],
    ["provider_visit_type", null],
    ["provider", "display_name"],
    ["visit_type", "name"],
    ["clinic", "name"],
    ["patient", "display_name"],
  ] as const) {
    const where = table.startsWith("staff_")
      ? sql`staff_id IN (SELECT id FROM staff WHERE display_name LIKE ${marked})`
      : column === null
        ? sql`provider_id IN (SELECT id FROM provider WHERE display_name LIKE ${marked})`
        : sql`${sql.identifier(column)} LIKE ${marked}`;
    await db().execute(sql`DELETE FROM ${sql.identifier(table)} WHERE ${where}`);
  }
  await db().execute(sql`DELETE FROM external_id WHERE system = 'openslot:idempotency'`);
  await db().execute(sql`DELETE FROM directory_change`);
}

export const nextSlot = (world: World): Slot => {
  const slot = world.slots.splice(0, 2)[0]; // every other one: visits of one patient never touch
  if (!slot) throw new Error("the matrix has used up its slots");
  return slot;
};

export const bookingBody = (world: World, slot = nextSlot(world)) => ({
  providerId: world.provider.id,
  visitTypeId: visitOf(world.provider),
  locationId: slot.locationId,
  start: slot.start,
  patientId: world.owner,
});

export interface Visit {
  readonly id: string;
  readonly start: number;
}

export async function aVisit(world: World): Promise<Visit> {
  const { body } = await made("/appointments", world.admin, bookingBody(world));
  return { id: body.id, start: Date.parse(body.start) };
}

/** Asks with the clock at `at`. */
export async function atClock<T>(at: number | undefined, ask: () => Promise<T>): Promise<T> {
  const clock = at === undefined ? null : vi.spyOn(Date, "now").mockReturnValue(at);
  try {
    return await ask();
  } finally {
    clock?.mockRestore();
  }
}

const base64url = (value: unknown): string =>
  btoa(JSON.stringify(value)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** Every kind of caller, by the name of its column, with the token that it asks with. The last four are nobody to us. */
export async function callersOf(world: World): Promise<Readonly<Record<string, string | null>>> {
  const { owner, here, there, provider, otherProvider, admin } = world;
  const own = await patientToken(owner);
  const [head, payload] = admin.split(".") as [string, string, string];
  const [, , signature] = own.split(".") as [string, string, string];
  const claims = { sub: owner, role: "patient" };
  return {
    anonymous: null,
    patient: own,
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
