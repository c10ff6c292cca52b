/** Providers: made, changed, their schedules, deactivated. For administrators, and desks of all their clinics. */
import type { Context } from "hono";
import type { Provider } from "../../../core/directory/directory.ts";
import { type LocationId, makeId, type ProviderId, type VisitTypeId } from "../../../core/ids.ts";
import { spellInZone } from "../../../core/schedule/clinic-time.ts";
import type { CalendarConfig, Closure, Site } from "../../../core/schedule/config.ts";
import { type ChangedTime, scheduleChange } from "../../../core/schedule/schedule-change.ts";
import { instant } from "../../../core/time.ts";
import { concerns } from "../audited.ts";
import type { Directory } from "../directory-cache.ts";
import type { EdgeEnv } from "../env.ts";
import { askPostgres } from "../postgres.ts";
import { providerChanged } from "../tell-issuer.ts";
import { freshDirectory } from "./admin-clinics.ts";
import { cancelThem, create, etagOf, freshBytes, previewOrApply } from "./admin-commands.ts";
import { deactivationBody, profileBody, providerBody, scheduleBody } from "./admin-schemas.ts";
import { directoryForProvider, providerDto } from "./directory.ts";
import type { Handlers } from "./handlers.ts";
import { factsOutside, mayManage, outsideDto } from "./manage.ts";
import { invalid, NOT_FOUND, sendProblem } from "./problem.ts";
import { parseBody, parseBodyIfAny } from "./schemas.ts";

type SiteBody = Pick<Site, "locationId" | "hours"> & Partial<Pick<Site, "breaks" | "exceptions">>;
type Closures = ReadonlyMap<LocationId, readonly Closure[] | undefined>;

/** A clinic's closures stand in the copies of whoever works there; those of a clinic where nobody does yet are asked for. */
async function closuresOf(
  c: Context<EdgeEnv>,
  known: Directory,
  sites: readonly SiteBody[],
): Promise<Closures> {
  const copies = new Map(
    [...known.providers.values()].flatMap(({ calendar }) =>
      calendar.sites.map((site) => [site.locationId, site.closures] as const),
    ),
  );
  const rest = sites.map(({ locationId }) => locationId).filter((id) => !copies.has(id));
  if (rest.length === 0) return copies;
  const asked = await askPostgres(c.get("settings"), (db, { closuresAt }) => closuresAt(db, rest));
  return new Map([...copies, ...asked]);
}

/** The calendar's copy if `sites` were its schedule. A clinic keeps its zone and closures. */
function withSites(
  known: Directory,
  provider: Provider,
  sites: readonly SiteBody[],
  closures: Closures,
): CalendarConfig {
  return {
    ...provider.calendar,
    sites: sites.map(({ locationId, hours, breaks, exceptions }) => {
      const closed = closures.get(locationId);
      return {
        locationId,
        timeZone: known.clinics.get(locationId)?.timeZone ?? "UTC",
        hours,
        ...(breaks && { breaks }),
        ...(exceptions && { exceptions }),
        ...(closed && { closures: closed }),
      };
    }),
  };
}

const changedTimes = (known: Directory, times: readonly ChangedTime[]) =>
  times.map(({ start, end, locationId }) => {
    const zone = known.clinics.get(locationId)?.timeZone ?? "UTC";
    return { locationId, start: spellInZone(start, zone), end: spellInZone(end, zone) };
  });

/** Hours as they were written, site by site; a clinic's closures are not a provider's. */
const scheduleDto = ({ id, calendar }: Provider) => ({
  providerId: id,
  version: calendar.version,
  sites: calendar.sites.map(({ locationId, hours, breaks, exceptions }) => ({
    locationId,
    hours,
    breaks: breaks ?? [],
    exceptions: exceptions ?? [],
  })),
});

/**
 * The calendar's visit types if these were offered. Rules of one that is new here are copied from a colleague: only whether it is
 * there says who falls out. One that nobody offers has nobody's appointments, or those of somebody who took it out before.
 */
function offersOf(
  known: Directory,
  provider: Provider,
  ids: readonly VisitTypeId[],
): CalendarConfig["visitTypes"] {
  if (!provider.active) return [];
  const own = provider.calendar.visitTypes.filter(({ id }) => ids.includes(id));
  const fresh = ids.filter((id) => !own.some((rules) => rules.id === id));
  if (fresh.length === 0) return own;
  const all = [...known.providers.values()].flatMap(({ calendar }) => calendar.visitTypes);
  return [...own, ...fresh.flatMap((id) => all.find((rules) => rules.id === id) ?? [])];
}

/** What `PUT` takes, as it stands. */
const settingsDto = (provider: Provider) => ({
  id: provider.id,
  version: provider.calendar.version,
  active: provider.active,
  displayName: provider.displayName,
  title: provider.title,
  specialties: provider.specialties,
  languages: provider.languages,
  acceptingNewPatients: provider.acceptingNewPatients,
  gender: provider.gender,
  insurances: provider.insurances,
  visitTypeIds: provider.visitTypeIds,
  overrides: provider.calendar.overrides ?? [],
  travelMinutes: provider.calendar.travelMinutes ?? null,
});

export const providerAdministration = {
  /** A new provider, with a calendar that takes bookings when this answers. */
  createProvider: (c) =>
    create(c, mayManage(c, "network"), {
      kind: "provider",
      path: "providers",
      shape: providerBody,
      freshId: () => makeId("prv", freshBytes()),
      insert: (db, { insertProvider }, { id, body, by }) =>
        insertProvider(db, { ...body, id: id as ProviderId }, by),
      tell: (id) => [id as ProviderId],
      show: async (id) => {
        const known = await freshDirectory(c);
        const provider = known.providers.get(id);
        return provider && { body: providerDto(known, provider), version: provider.calendar.version };
      },
    }),
  readProviderSettings: async (c) => {
    const provider = (await directoryForProvider(c, c.req.param("id"))).providers.get(c.req.param("id"));
    const admitted = mayManage(c, provider?.locationIds ?? "network");
    if (!admitted.ok) return sendProblem(c, admitted.problem);
    if (!provider) return sendProblem(c, NOT_FOUND);
    c.header("ETag", etagOf(provider.calendar.version));
    return c.json(settingsDto(provider));
  },
  /** [D19] Who they are and what they offer: first told which appointments fall out, then with `?apply=true` done. */
  changeProvider: async (c) => {
    const known = await freshDirectory(c);
    const provider = known.providers.get(c.req.param("id"));
    const admitted = mayManage(c, provider?.locationIds ?? "network");
    if (!admitted.ok) return sendProblem(c, admitted.problem);
    if (!provider) return sendProblem(c, NOT_FOUND);
    const parsed = await parseBody(c, profileBody);
    if (!parsed.ok) return sendProblem(c, parsed.problem);
    const { value } = parsed;
    const isOffered = (id: string) => known.visitTypes.get(id)?.active === true;
    const errors = [
      ...value.visitTypeIds.flatMap((id, at) =>
        isOffered(id) ? [] : [{ pointer: `/visitTypeIds/${at}`, message: "must exist" }],
      ),
      ...value.overrides.flatMap(({ visitTypeId, locationId }, at) => [
        ...(value.visitTypeIds.includes(visitTypeId)
          ? []
          : [{ pointer: `/overrides/${at}/visitTypeId`, message: "must be offered" }]),
        ...(provider.locationIds.includes(locationId)
          ? []
          : [{ pointer: `/overrides/${at}/locationId`, message: "must be a location of this provider" }]),
      ]),
    ];
    if (errors.length > 0) return sendProblem(c, invalid(errors));
    const next = { ...provider.calendar, visitTypes: offersOf(known, provider, value.visitTypeIds) };
    return previewOrApply(c, {
      version: provider.calendar.version,
      preview: async () => ({
        outside: outsideDto(admitted.principal, await factsOutside(c.env, [{ provider, next }])),
      }),
      write: (db, { updateProvider }, version) => updateProvider(db, { ...value, id: provider.id }, version),
      tell: [provider.id],
    });
  },
  /** Weekly hours, breaks and exceptions as they stand; the ETag is what `PUT` wants back. */
  readSchedule: async (c) => {
    const provider = (await directoryForProvider(c, c.req.param("id"))).providers.get(c.req.param("id"));
    const admitted = mayManage(c, provider?.locationIds ?? "network");
    if (!admitted.ok) return sendProblem(c, admitted.problem);
    if (!provider) return sendProblem(c, NOT_FOUND);
    c.header("ETag", etagOf(provider.calendar.version));
    return c.json(scheduleDto(provider));
  },
  /** [D13] [D14] The whole schedule anew: first told what opens, closes and falls out, then with `?apply=true` done. */
  changeSchedule: async (c) => {
    const known = await freshDirectory(c);
    const provider = known.providers.get(c.req.param("id"));
    const admitted = mayManage(c, provider?.locationIds ?? "network");
    if (!admitted.ok) return sendProblem(c, admitted.problem);
    if (!provider) return sendProblem(c, NOT_FOUND);
    const parsed = await parseBody(c, scheduleBody);
    if (!parsed.ok) return sendProblem(c, parsed.problem);
    const { sites } = parsed.value;
    const unknown = sites.findIndex(({ locationId }) => !known.clinics.get(locationId)?.active);
    if (unknown !== -1)
      return sendProblem(c, invalid([{ pointer: `/sites/${unknown}/locationId`, message: "must exist" }]));
    const there = mayManage(
      c,
      sites.map(({ locationId }) => locationId),
    );
    if (!there.ok) return sendProblem(c, there.problem);
    return previewOrApply(c, {
      version: provider.calendar.version,
      preview: async () => {
        const next = withSites(known, provider, sites, await closuresOf(c, known, sites));
        const { opens, closes } = scheduleChange(provider.calendar.sites, next.sites, instant(Date.now()));
        return {
          opens: changedTimes(known, opens),
          closes: changedTimes(known, closes),
          outside: outsideDto(admitted.principal, await factsOutside(c.env, [{ provider, next }])),
        };
      },
      write: (db, { replaceSchedule }, version) => replaceSchedule(db, provider.id, version, sites),
      tell: [provider.id],
    });
  },
  deactivateProvider: (c) => setActive(c, c.req.param("id"), false),
  activateProvider: (c) => setActive(c, c.req.param("id"), true),
} satisfies Partial<Handlers>;

/** [D10] [D24] Nobody finds or books a deactivated provider; what was booked stays and is named here, or is cancelled. */
async function setActive(c: Context<EdgeEnv>, id: string, active: boolean): Promise<Response> {
  const admitted = mayManage(c, "network");
  if (!admitted.ok) return sendProblem(c, admitted.problem);
  const provider = (await freshDirectory(c)).providers.get(id);
  if (!provider) return sendProblem(c, NOT_FOUND);
  concerns(c, { of: provider.id }); // [AU12]
  const parsed = await parseBodyIfAny(c, deactivationBody);
  if (!parsed.ok) return sendProblem(c, parsed.problem);
  const next = active ? provider.calendar : { ...provider.calendar, visitTypes: [] };
  const outside = () => factsOutside(c.env, [{ provider, next }]);
  return previewOrApply(c, {
    version: provider.calendar.version,
    preview: async () => ({ active, outside: outsideDto(admitted.principal, await outside()) }),
    write: (db, { setProviderActive }, version) => setProviderActive(db, provider.id, version, active),
    tell: [provider.id],
    after: async () => {
      await providerChanged(c.env, provider.id); // [ID22] whoever signs in as them
      return !active && parsed.value.appointments === "cancel"
        ? cancelThem(c, admitted.principal, await outside(), "provider-unavailable")
        : {};
    },
  });
}
