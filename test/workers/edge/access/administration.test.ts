import { DAY_MS } from "../../../../core/time.ts";
import { accessMatrix } from "../../../support/access/matrix.ts";
import {
  always,
  changing,
  creating,
  get,
  location,
  once,
  post,
  provider,
  settingsWithout,
  sub,
} from "../../../support/access/requests.ts";
import { MARK, made, type World } from "../../../support/access/world.ts";
import { call, freshKey, token, visitOf } from "../../../support/edge.ts";
import declared from "./administration.json";

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
let members = 0;
const staffBody = (here: string) => ({
  displayName: `${MARK} Desk`,
  email: `matrix-${Date.now()}-${members++}@example.org`,
  role: "staff",
  clinics: [here],
});
const providerBody = ({ here, provider }: World) => ({
  displayName: `${MARK} Doctor`,
  title: "Made by a test",
  specialties: ["primary-care"],
  languages: ["en"],
  sites: [{ locationId: here, hours: [] }],
  visitTypeIds: [visitOf(provider)],
});

const BLOCK_DAYS_AHEAD = 200;
let blocks = 0;
function blockBody(world: World, identity: string) {
  const day = new Date(Date.now() + (BLOCK_DAYS_AHEAD + blocks++) * DAY_MS).toISOString().slice(0, 10);
  const times = { start: `${day}T15:00:00Z`, end: `${day}T16:00:00Z` };
  return identity === "service"
    ? { ...times, reasonCode: "external-busy", source: "external", externalId: `${world.owner}-${blocks}` }
    : { ...times, reasonCode: "meeting" };
}

const CLOSED_FROM = "2098-12-24";
const closureBody = { until: "2098-12-26", name: MARK };

const aNew = (path: (world: World) => string, body: (world: World) => unknown) =>
  once(async (world) => {
    const { id } = (await made(path(world), world.admin, body(world))).body;
    return `${path(world)}/${id}`;
  });
const visitType = aNew(always("/visit-types"), () => visitTypeBody);
const member = aNew(always("/staff"), ({ here }) => staffBody(here));
const resource = aNew(
  (world) => `${location(world)}/resources`,
  () => ({ kind: "room", ...resourceBody }),
);

accessMatrix(
  "administration",
  declared,
  {
    createLocation: creating(always("/locations"), () => clinicBody),
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
    createVisitType: creating(always("/visit-types"), () => visitTypeBody),
    readVisitTypeSettings: get(sub(visitType, "/settings")),
    changeVisitType: changing(visitType, "/settings", () => visitTypeBody),
    deactivateVisitType: post(sub(visitType, "/deactivate")),
    activateVisitType: post(sub(visitType, "/activate")),
    createProvider: creating(always("/providers"), providerBody),
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
    listStaff: get(always("/staff")),
    createStaff: creating(always("/staff"), ({ here }) => staffBody(here)),
    readStaff: get(member),
    changeStaff: changing(member, "", ({ here }) => staffBody(here)),
    deactivateStaff: post(sub(member, "/deactivate")),
    activateStaff: post(sub(member, "/activate")),
    inviteStaff: post(sub(member, "/invitation")),
    endStaffSessions: post(sub(member, "/sign-out")),
  },
  { onePatient: true },
);
