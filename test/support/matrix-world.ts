/**
 * For the access matrix: real objects for every operation to act on, and a valid request for each, so that whoever may gets what
 * they asked for. Each operation has a patient of its own; the provider, the clinics and what administrators keep are shared.
 */
import { sql } from "drizzle-orm";
import { vi } from "vitest";
import type { Provider } from "../../core/directory/directory.ts";
import { MINUTE_MS } from "../../core/time.ts";
import type { OperationId } from "../../workers/edge/api/operations.ts";
import {
  type Answer,
  adminToken,
  type CallOptions,
  call,
  db,
  freshKey,
  patientToken,
  type Slot,
  slotsOf,
  token,
  visitOf,
} from "./edge.ts";
import {
  aDevice,
  aPartner,
  approvingPairing,
  aScreen,
  askingForPartnerToken,
  partnerBody,
  partnerJwks,
  startingPairing,
} from "./matrix-machines.ts";
import { newProvider, removeNewProviders } from "./new-providers.ts";

/** In every name that this file makes, so that it finds them again. */
const MARK = "Access Matrix";

export interface Asked extends CallOptions {
  readonly method: string;
  /** From `/v1` on, without it. */
  readonly path: string;
  /** The clock of the edge and its objects while this is asked, milliseconds since the epoch. */
  readonly clock?: number;
}

export interface Shared {
  readonly admin: string;
  readonly here: string;
  readonly there: string;
  readonly provider: Provider;
  readonly otherProvider: Provider;
  readonly visitTypeId: string;
  readonly staffId: string;
  readonly resourceId: string;
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

async function made(path: string, token: string, body: unknown): Promise<Answer> {
  const answer = await call("POST", path, { token, key: freshKey(), body });
  if (answer.status !== 201) throw new Error(`POST ${path} answered ${answer.status}`);
  return answer;
}

const clinicBody = {
  name: `${MARK} clinic`,
  address: "1 Matrix Street",
  city: "Denver",
  state: "CO",
  postalCode: "80204",
  phone: "+13035550100",
  timeZone: "America/Denver",
  latitude: 39.74,
  longitude: -104.99,
};
const visitTypeBody = {
  name: `${MARK} visit`,
  modality: "video",
  minutes: 20,
  gridMinutes: 20,
  noticeMinutes: 0,
  horizonDays: 30,
};
const resourceBody = { name: `${MARK} room`, hours: [] };
const patientBody = (here: string) => ({
  displayName: `${MARK} Person`,
  birthDate: "1980-02-03",
  homeLocationId: here,
});
let members = 0;
const staffBody = (here: string) => ({
  displayName: `${MARK} Desk`,
  email: `matrix-${Date.now()}-${members++}@example.org`,
  role: "staff",
  clinics: [here],
});
const providerBody = ({ here, provider }: Shared) => ({
  displayName: `${MARK} Doctor`,
  title: "Made by a test",
  specialties: ["primary-care"],
  languages: ["en"],
  sites: [{ locationId: here, hours: [] }],
  visitTypeIds: [visitOf(provider)],
});

export async function makeShared(): Promise<Shared> {
  const admin = await adminToken();
  const { body } = await call("GET", "/locations?limit=2", {});
  const [, there] = body.data.map(({ id }: { id: string }) => id);
  const provider = await newProvider(`${MARK} One`);
  const otherProvider = await newProvider(`${MARK} Two`);
  const here = provider.locationIds[0] as string;
  const [visit, member, room, slots] = await Promise.all([
    made("/visit-types", admin, visitTypeBody),
    made("/staff", admin, staffBody(here)),
    made(`/locations/${here}/resources`, admin, { kind: "room", ...resourceBody }),
    slotsOf(provider),
  ]);
  return {
    admin,
    here,
    there: there === here ? body.data[0].id : there,
    provider,
    otherProvider,
    visitTypeId: visit.body.id,
    staffId: member.body.id,
    resourceId: room.body.id,
    slots,
  };
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

const consentBody = (proxyPatientId: string) => ({
  proxyPatientId,
  relation: "other",
  reason: "asked-at-desk",
});

async function aConsent({ owner, admin }: World, proxy: string): Promise<string> {
  return (await made(`/patients/${owner}/proxies`, admin, consentBody(proxy))).body.id;
}

async function someoneElse(world: World): Promise<string> {
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

const nextSlot = (world: World): Slot => {
  const slot = world.slots.splice(0, 2)[0]; // every other one: visits of one patient never touch
  if (!slot) throw new Error("the matrix has used up its slots");
  return slot;
};

const bookingBody = (world: World, slot = nextSlot(world)) => ({
  providerId: world.provider.id,
  visitTypeId: visitOf(world.provider),
  locationId: slot.locationId,
  start: slot.start,
  patientId: world.owner,
});

interface Visit {
  readonly id: string;
  readonly start: number;
}

async function aVisit(world: World): Promise<Visit> {
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

/** A visit on which these steps were taken, each `minutes` after its start. */
async function visitAfter(world: World, steps: readonly (readonly [string, number])[]): Promise<Visit> {
  const visit = await aVisit(world);
  for (const [action, minutes] of steps) {
    const answer = await atClock(visit.start + minutes * MINUTE_MS, () =>
      call("POST", `/appointments/${visit.id}/${action}`, { token: world.admin }),
    );
    if (answer.status !== 200) throw new Error(`${action} answered ${answer.status}`);
  }
  return visit;
}

const transition =
  (action: string, minutes: number, before: readonly (readonly [string, number])[] = []): Builder =>
  async (world) => {
    const { id, start } = await visitAfter(world, before);
    return { method: "POST", path: `/appointments/${id}/${action}`, clock: start + minutes * MINUTE_MS };
  };

/** A valid request of this caller. What it acts on is made anew each time where the request changes it. */
export type Builder = (world: World, identity: string) => Asked | Promise<Asked>;

const get =
  (path: (world: World) => string): Builder =>
  (world) => ({ method: "GET", path: path(world) });
const post =
  (path: (world: World) => string, body?: (world: World) => unknown): Builder =>
  (world) => ({ method: "POST", path: path(world), ...(body ? { body: body(world) } : {}) });
const creating =
  (path: (world: World) => string, body: (world: World) => unknown): Builder =>
  (world) => ({ method: "POST", path: path(world), key: freshKey(), body: body(world) });

/** A change of the whole, by the version that stands. */
const changing =
  (path: (world: World) => string, settings: string, body: (world: World, now: Answer) => unknown): Builder =>
  async (world) => {
    const now = await call("GET", `${path(world)}${settings}`, { token: world.admin });
    const ifMatch = now.headers.get("etag") as string;
    return { method: "PUT", path: path(world), ifMatch, body: body(world, now) };
  };

const BLOCK_DAYS_AHEAD = 200;
let blocks = 0;
function blockBody(world: World, identity: string) {
  const day = new Date(Date.now() + (BLOCK_DAYS_AHEAD + blocks++) * 86_400_000).toISOString().slice(0, 10);
  const times = { start: `${day}T15:00:00Z`, end: `${day}T16:00:00Z` };
  return identity === "service"
    ? { ...times, reasonCode: "external-busy", source: "external", externalId: `${world.owner}-${blocks}` }
    : { ...times, reasonCode: "meeting" };
}

interface Held {
  readonly id: string;
  readonly token: string;
}
const holds = new WeakMap<World, Promise<Held>>();
/** One for all callers of a world: it counts against whoever holds, and nothing that is asked of it uses it up. */
function aHold(world: World): Promise<Held> {
  const hold = holds.get(world) ?? makeHold(world);
  holds.set(world, hold);
  return hold;
}
async function makeHold(world: World): Promise<Held> {
  const { patientId: _patientId, ...body } = bookingBody(world);
  return (await made("/holds", await patientToken(world.owner), body)).body;
}

const onHold =
  (method: string, rest: string): Builder =>
  async (world) => {
    const { id, token } = await aHold(world);
    return { method, path: `/holds/${id}${rest}`, headers: { "hold-token": token } };
  };

/** Beyond the dates of `slots`, so that it is in nobody's way. */
const SERIES_MOVES_MS = 21 * 86_400_000;

/** On two days: a series moves to one time of the day. */
async function aSeries(world: World): Promise<string> {
  const first = nextSlot(world);
  const later = world.slots.findIndex(({ start }) => start.slice(0, 10) > first.start.slice(0, 10));
  const second = world.slots.splice(later, 1)[0];
  const visits = [first, second].map((slot) => {
    const { patientId: _patientId, ...visit } = bookingBody(world, slot);
    return visit;
  });
  return (await made("/series", world.admin, { visits, patientId: world.owner })).body.id;
}

const CLOSED_FROM = "2098-12-24";
const closureBody = { until: "2098-12-26", name: MARK };

const location = ({ here }: World): string => `/locations/${here}`;
const provider = (world: World): string => `/providers/${world.provider.id}`;
const patient = ({ owner }: World): string => `/patients/${owner}`;
const member = ({ staffId }: World): string => `/staff/${staffId}`;
const visitType = ({ visitTypeId }: World): string => `/visit-types/${visitTypeId}`;
const resource = (world: World): string => `${location(world)}/resources/${world.resourceId}`;
const sub =
  (path: (world: World) => string, rest: string) =>
  (world: World): string =>
    `${path(world)}${rest}`;
const always = (path: string) => (): string => path;

const settingsWithout = (answer: Answer, ...names: readonly string[]) =>
  Object.fromEntries(Object.entries(answer.body).filter(([name]) => !names.includes(name)));

/** Each operation, asked rightly. An operation that is not here fails the type check. */
export const REQUESTS: { readonly [Id in OperationId]: Builder } = {
  readHealth: get(always("/health")),
  listLocations: get(always("/locations")),
  createLocation: creating(always("/locations"), () => clinicBody),
  readLocation: get(location),
  readLocationSettings: get(sub(location, "/settings")),
  changeLocation: changing(location, "/settings", (_, now) =>
    settingsWithout(now, "id", "version", "active"),
  ),
  deactivateLocation: post(sub(location, "/deactivate")),
  activateLocation: post(sub(location, "/activate")),
  listClosures: get(sub(location, "/closures")),
  putClosure: (world) => ({
    method: "PUT",
    path: `${location(world)}/closures/${CLOSED_FROM}`,
    body: closureBody,
  }),
  removeClosure: async (world) => {
    const path = `${location(world)}/closures/${CLOSED_FROM}`;
    await call("PUT", `${path}?apply=true`, { token: world.admin, body: closureBody });
    return { method: "DELETE", path };
  },
  listResources: get(sub(location, "/resources")),
  createResource: creating(sub(location, "/resources"), () => ({ kind: "room", ...resourceBody })),
  readResource: get(resource),
  changeResource: changing(resource, "", () => resourceBody),
  deactivateResource: post(sub(resource, "/deactivate")),
  activateResource: post(sub(resource, "/activate")),
  readDayList: get(sub(location, "/day-list")),
  readDowntimeList: get(sub(location, "/downtime")),

  listVisitTypes: get(always("/visit-types")),
  createVisitType: creating(always("/visit-types"), () => visitTypeBody),
  readVisitTypeSettings: get(sub(visitType, "/settings")),
  changeVisitType: changing(visitType, "/settings", () => visitTypeBody),
  deactivateVisitType: post(sub(visitType, "/deactivate")),
  activateVisitType: post(sub(visitType, "/activate")),
  listSpecialties: get(always("/specialties")),

  listStaff: get(always("/staff")),
  createStaff: creating(always("/staff"), ({ here }) => staffBody(here)),
  readStaff: get(member),
  changeStaff: changing(member, "", ({ here }) => staffBody(here)),
  deactivateStaff: post(sub(member, "/deactivate")),
  activateStaff: post(sub(member, "/activate")),
  inviteStaff: post(sub(member, "/invitation")),
  endStaffSessions: post(sub(member, "/sign-out")),

  listProviders: get(always("/providers")),
  createProvider: creating(always("/providers"), providerBody),
  readProvider: get(provider),
  readAvailability: get(sub(provider, "/availability")),
  explainStart: (world) => {
    const { visitTypeId, locationId, start } = bookingBody(world, world.slots.at(-1));
    const query = new URLSearchParams({ visitTypeId, locationId, start });
    return { method: "GET", path: `${provider(world)}/availability/explain?${query}` };
  },
  readProviderSettings: get(sub(provider, "/settings")),
  changeProvider: changing(provider, "/settings", (_, now) =>
    settingsWithout(now, "id", "version", "active"),
  ),
  readSchedule: get(sub(provider, "/schedule")),
  changeSchedule: changing(sub(provider, "/schedule"), "", (_, now) => ({ sites: now.body.sites })),
  deactivateProvider: post(sub(provider, "/deactivate")),
  activateProvider: post(sub(provider, "/activate")),
  createBlock: (world, identity) => ({
    method: "POST",
    path: `${provider(world)}/blocks`,
    key: freshKey(),
    body: blockBody(world, identity),
  }),
  listBlocks: get(sub(provider, "/blocks")),
  removeBlock: async (world, identity) => {
    const by = identity === "service" ? await token({ sub: "sync", role: "service" }) : world.admin;
    const { body } = await made(`${provider(world)}/blocks`, by, blockBody(world, identity));
    return { method: "DELETE", path: `${provider(world)}/blocks/${body.id}` };
  },
  findSoonest: get(always("/availability")),

  createHold: creating(always("/holds"), (world) => {
    const { patientId: _patientId, ...body } = bookingBody(world);
    return body;
  }),
  readHold: onHold("GET", ""),
  extendHold: onHold("POST", "/extend"),
  releaseHold: onHold("DELETE", ""),

  bookAppointment: creating(always("/appointments"), bookingBody),
  readAppointmentFile: async (world) => ({
    method: "GET",
    path: `/appointments/${(await aVisit(world)).id}.ics`,
  }),
  readAppointment: async (world) => ({ method: "GET", path: `/appointments/${(await aVisit(world)).id}` }),
  readAppointmentHistory: async (world) => ({
    method: "GET",
    path: `/appointments/${(await aVisit(world)).id}/history`,
  }),
  moveAppointment: async (world) => ({
    method: "PATCH",
    path: `/appointments/${(await aVisit(world)).id}`,
    ifMatch: '"v1"',
    body: { start: nextSlot(world).start },
  }),
  cancelAppointment: async (world) => ({
    method: "DELETE",
    path: `/appointments/${(await aVisit(world)).id}`,
    ifMatch: '"v1"',
  }),
  confirmAppointment: transition("confirm", -300),
  checkInAppointment: transition("check-in", -30),
  startAppointment: transition("start", 5, [["check-in", -30]]),
  completeAppointment: transition("complete", 15, [
    ["check-in", -30],
    ["start", 5],
  ]),
  missAppointment: transition("no-show", 10),
  reopenAppointment: transition("reopen", -20, [["check-in", -30]]),

  bookSeries: creating(always("/series"), (world) => {
    const visits = [bookingBody(world), bookingBody(world)].map(({ patientId: _patientId, ...one }) => one);
    return { visits, patientId: world.owner };
  }),
  moveSeries: async (world) => {
    const wall = Date.parse(world.slots[0]?.start ?? "") + SERIES_MOVES_MS; // of the visit that is booked next
    const start = new Date(wall).toISOString();
    return { method: "PATCH", path: `/series/${await aSeries(world)}`, body: { start } };
  },
  cancelSeries: async (world) => ({ method: "DELETE", path: `/series/${await aSeries(world)}` }),

  listPatients: get(always("/patients")),
  createPatient: creating(always("/patients"), ({ here }) => patientBody(here)),
  searchPatients: post(always("/patients/search"), () => ({ birthDate: "1980-02-03" })),
  readPatient: get(patient),
  changePatient: changing(patient, "", ({ here }) => patientBody(here)),
  deactivatePatient: post(sub(patient, "/deactivate")),
  endPatientSessions: post(sub(patient, "/sign-out")),
  activatePatient: post(sub(patient, "/activate")),
  mergePatient: post(sub(patient, "/merge"), ({ twin }) => ({ into: twin })),
  exportPatient: get(sub(patient, "/export")),
  deletePatient: post(sub(patient, "/deletion"), () => ({})),
  listPatientAppointments: get(sub(patient, "/appointments")),
  listAudit: get(always("/audit")),
  readOwnAudit: get(sub(patient, "/audit")),
  sealAudit: post(always("/audit/checkpoints")),
  listCheckpoints: get(always("/audit/checkpoints?partition=0")),
  listProxies: get(sub(patient, "/proxies")),
  listRepresented: get(sub(patient, "/represents")),
  addProxy: async (world, identity) => {
    const other = await someoneElse(world);
    if (identity !== "patient")
      return { method: "POST", path: `${patient(world)}/proxies`, body: consentBody(other) };
    const shown = await made(`/patients/${other}/proxy-codes`, await patientToken(other), {});
    const body = { code: shown.body.code, relation: "other" };
    return { method: "POST", path: `${patient(world)}/proxies`, body };
  },
  removeProxy: async (world) => {
    const consent = await aConsent(world, await someoneElse(world));
    return { method: "DELETE", path: `${patient(world)}/proxies/${consent}` };
  },
  showProxyCode: post(sub(patient, "/proxy-codes")),
  createSignedLink: async (world) => ({
    method: "POST",
    path: `/appointments/${(await aVisit(world)).id}/links`,
    body: { action: "cancel" },
  }),
  shareCalendar: post(sub(patient, "/calendar-links")),
  readCalendarFeed: async (world) => {
    const own = { token: await patientToken(world.owner) };
    const { body } = await call("POST", `${patient(world)}/calendar-links`, own);
    return { method: "GET", path: `${patient(world)}/calendar.ics${new URL(body.url).search}` };
  },

  watchProvider: (world) => {
    const day = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    const query = new URLSearchParams({ visitTypeId: visitOf(world.provider), from: day, to: day });
    return {
      method: "GET",
      path: `/live${provider(world)}?${query}`,
      headers: { upgrade: "websocket" },
    };
  },
  watchPatient: (world) => ({
    method: "GET",
    path: `/live${patient(world)}`,
    headers: { upgrade: "websocket" },
  }),
  issueTicket: post(always("/live/tickets"), ({ owner }) => ({ patientId: owner })),

  watchLocation: (world) => ({
    method: "GET",
    path: `/live${location(world)}`,
    headers: { upgrade: "websocket" },
  }),

  startPairing: startingPairing,
  readPairing: async () => {
    const { id, secret } = await aScreen();
    return { method: "GET", path: `/devices/pairings/${id}`, headers: { "pairing-secret": secret } };
  },
  approvePairing: approvingPairing,
  issueDeviceToken: async ({ here }) => {
    const { secret } = await aDevice(here);
    return { method: "POST", path: "/devices/token", headers: { "device-secret": secret } };
  },
  listDevices: get(sub(location, "/devices")),
  renameDevice: async ({ here }) => {
    const { deviceId } = await aDevice(here);
    return { method: "PATCH", path: `/devices/${deviceId}`, body: { name: MARK } };
  },
  revokeDevice: async ({ here }) => ({
    method: "POST",
    path: `/devices/${(await aDevice(here)).deviceId}/revoke`,
  }),

  issuePartnerToken: askingForPartnerToken,
  listPartners: get(always("/partners")),
  createPartner: async () => ({
    method: "POST",
    path: "/partners",
    key: freshKey(),
    body: await partnerBody(),
  }),
  replacePartnerKeys: async () => ({
    method: "PUT",
    path: `/partners/${await aPartner()}/keys`,
    body: { jwks: await partnerJwks() },
  }),
  deactivatePartner: async () => ({ method: "POST", path: `/partners/${await aPartner()}/deactivate` }),

  importFile: (world) => ({
    method: "POST",
    path: "/imports/patients?system=matrix",
    headers: { "content-type": "text/csv" },
    body: `id,displayName,birthDate,homeLocationId\n1,${MARK} File,1980-02-03,${world.here}\n`,
  }),
  exportFile: get(always("/exports/locations")),
  rebuildRecord: post(always("/rebuild/postgres"), () => ({ limit: 1 })),
  replayHistory: post(always("/rebuild/history"), () => ({ partition: 0 })),
  tellCalendars: post(always("/rebuild/calendars")),
  resealTexts: post(always("/rebuild/texts"), () => ({ limit: 1 })),
  hashRecord: get(always("/rebuild/hash")),
};

const INVENTED: Readonly<Record<string, string>> = {
  pat: "pat_0z0000000000zz",
  prv: "prv_zzzzzzzzzz00",
  loc: "loc_zzzzzzzzzz00",
  vst: "vst_zzzzzzzzzz00",
  stf: "stf_zzzzzzzzzz00",
  apt: "apt_zzzzzzzzzz00zzzzzzzzzz00a0000000",
  hld: "hld_zzzzzzzzzz00zzzzzzzzzz00a0000000",
  blk: "blk_zzzzzzzzzz00zzzzzzzzzz00a0000000",
  ser: "ser_zzzzzzzzzz00zzzzzzzzzz00a0000000",
  dev: "dev_00zzzzzzzzzz00",
  prt: "prt_zzzzzzzzzzzzzzzzzz00",
  pai: "pai_zzzzzzzzzzzzzzzzzz00",
};
const invent = (text: string): string =>
  text.replace(
    /\b(pat|prv|loc|vst|stf|apt|hld|blk|ser|dev|prt|pai)_[0-9a-z]+/g,
    (_, prefix) => INVENTED[prefix] as string,
  );

/** The same request about things of which there is none. */
export const aboutNothing = (asked: Asked): Asked => ({
  ...asked,
  path: invent(asked.path),
  ...(asked.body === undefined || typeof asked.body === "string"
    ? {}
    : { body: JSON.parse(invent(JSON.stringify(asked.body))) as unknown }),
});
