/** The network changes itself: clinics and their closures, providers and their schedules. For administrators and desks. */
import { type Context, Hono } from "hono";
import type { Clinic, Provider } from "../../../core/directory/directory.ts";
import { type LocationId, makeId, type ProviderId } from "../../../core/ids.ts";
import { spellInZone } from "../../../core/schedule/clinic-time.ts";
import type { CalendarConfig, Closure, Site } from "../../../core/schedule/config.ts";
import { type ChangedTime, scheduleChange } from "../../../core/schedule/schedule-change.ts";
import { instant } from "../../../core/time.ts";
import { type Directory, followDirectory } from "../directory-cache.ts";
import type { EdgeEnv } from "../env.ts";
import { commandId, fingerprintOf } from "../idempotency.ts";
import { askPostgres } from "../postgres.ts";
import {
  applyQuery,
  clinicBody,
  closureBody,
  closureDate,
  isClosureTooLong,
  providerBody,
  scheduleBody,
} from "./admin-schemas.ts";
import { clinicDto, directoryForProvider, directoryOf, providerDto } from "./directory.ts";
import { idempotencyKey, ifMatchVersion } from "./headers.ts";
import { fallingOutside, mayManage, published, write } from "./manage.ts";
import { invalid, KEY_REUSE, NOT_FOUND, sendProblem } from "./problem.ts";
import { parseBody, parseQuery } from "./schemas.ts";

const freshBytes = (): Uint8Array => crypto.getRandomValues(new Uint8Array(12));

/** What the same key made before: its id, the problem that it was another request, or null. */
async function madeBefore(
  c: Context<EdgeEnv>,
  kind: "clinic" | "provider",
  by: { readonly command: string; readonly fingerprint: string },
): Promise<string | "reused" | null> {
  const made = await askPostgres(c.get("settings"), (db, { findMade }) => findMade(db, kind, by.command));
  if (!made) return null;
  return made.fingerprint === by.fingerprint ? made.id : "reused";
}

type SiteBody = Pick<Site, "locationId" | "hours"> & Partial<Pick<Site, "breaks" | "exceptions">>;

/** The calendar's copy if `sites` were its schedule. A clinic keeps its zone and closures. */
function withSites(known: Directory, provider: Provider, sites: readonly SiteBody[]): CalendarConfig {
  const closures = new Map(
    [...known.providers.values()].flatMap(({ calendar }) =>
      calendar.sites.map((site) => [site.locationId, site.closures] as const),
    ),
  );
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

const etagOf = ({ calendar }: Provider): string => `"v${calendar.version}"`;

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

export const clinicAdministration = new Hono<EdgeEnv>()
  /** A new clinic. 201; known everywhere within seconds. */
  .post("/", async (c) => {
    const admitted = mayManage(c, "network");
    if (!admitted.ok) return sendProblem(c, admitted.problem);
    const key = idempotencyKey(c, "required");
    if (!key.ok) return sendProblem(c, key.problem);
    const parsed = await parseBody(c, clinicBody);
    if (!parsed.ok) return sendProblem(c, parsed.problem);
    const by = {
      command: commandId(admitted.principal.subject, "locations", key.value),
      fingerprint: fingerprintOf("POST", "/v1/locations", parsed.value),
    };
    const before = await madeBefore(c, "clinic", by);
    if (before === "reused") return sendProblem(c, KEY_REUSE);
    const id = (before ?? makeId("loc", freshBytes())) as LocationId;
    if (before === null) {
      const row = { ...parsed.value, id, regionId: parsed.value.regionId ?? null };
      const written = await write(() =>
        askPostgres(c.get("settings"), (db, { insertClinic }) => insertClinic(db, row, by)),
      );
      if (!written.ok) return sendProblem(c, written.problem);
      await published(c, []);
    } else c.header("Idempotency-Replayed", "true");
    const clinic = (await freshDirectory(c)).clinics.get(id);
    if (!clinic) return sendProblem(c, NOT_FOUND);
    c.header("Location", `/v1/locations/${id}`);
    return c.json(clinicDto(clinic), 201);
  })
  /** [S8] Closes the clinic from this date on ("snow day"): first told what falls out, then with `?apply=true` done. */
  .put("/:id/closures/:from", async (c) => {
    const known = await directoryOf(c);
    const clinic = known.clinics.get(c.req.param("id"));
    const admitted = mayManage(c, clinic ? [clinic.id] : "network");
    if (!admitted.ok) return sendProblem(c, admitted.problem);
    const from = closureDate.safeParse(c.req.param("from"));
    if (!clinic || !from.success) return sendProblem(c, NOT_FOUND);
    const query = parseQuery(c, applyQuery);
    if (!query.ok) return sendProblem(c, query.problem);
    const parsed = await parseBody(c, closureBody);
    if (!parsed.ok) return sendProblem(c, parsed.problem);
    const { until, name } = parsed.value;
    if (until < from.data || isClosureTooLong(from.data, until))
      return sendProblem(
        c,
        invalid([{ pointer: "/until", message: "must be from the first date on, at most a year" }]),
      );
    const here = providersAt(known, clinic);
    const closure = { from: from.data, until };
    const outside = await fallingOutside(
      c.env,
      here.map((provider) => ({ provider, next: withClosure(provider, clinic.id, closure) })),
    );
    if (query.value.apply) {
      const row = { ...closure, name: name ?? null };
      const written = await write(() =>
        askPostgres(c.get("settings"), (db, { putClosure }) => putClosure(db, clinic.id, row)),
      );
      if (!written.ok) return sendProblem(c, written.problem);
      await published(c, calendarsAt(known, clinic, here));
    }
    return c.json({
      applied: query.value.apply,
      locationId: clinic.id,
      ...closure,
      name: name ?? null,
      outside,
    });
  })
  /** Opens it again. */
  .delete("/:id/closures/:from", async (c) => {
    const known = await directoryOf(c);
    const clinic = known.clinics.get(c.req.param("id"));
    const admitted = mayManage(c, clinic ? [clinic.id] : "network");
    if (!admitted.ok) return sendProblem(c, admitted.problem);
    const from = closureDate.safeParse(c.req.param("from"));
    if (!clinic || !from.success) return sendProblem(c, NOT_FOUND);
    const written = await write(() =>
      askPostgres(c.get("settings"), (db, { removeClosure }) => removeClosure(db, clinic.id, from.data)),
    );
    if (!written.ok) return sendProblem(c, NOT_FOUND);
    await published(c, calendarsAt(known, clinic, providersAt(known, clinic)));
    return c.body(null, 204);
  });

/** The whole network is walked: 2,000 providers and their sites, some ten thousand steps, for a rare command. */
const providersAt = (known: Directory, { id }: Clinic): Provider[] =>
  [...known.providers.values()].filter(({ locationIds }) => locationIds.includes(id));

const calendarsAt = (known: Directory, { id }: Clinic, providers: readonly Provider[]): ProviderId[] => [
  ...providers.map((provider) => provider.id),
  ...(known.resources.get(id) ?? []).map((resource) => resource.id),
];

function withClosure({ calendar }: Provider, id: LocationId, closure: Closure): CalendarConfig {
  const closed = (site: Site): Site => ({
    ...site,
    closures: [...(site.closures ?? []).filter(({ from }) => from !== closure.from), closure],
  });
  return { ...calendar, sites: calendar.sites.map((site) => (site.locationId === id ? closed(site) : site)) };
}

async function freshDirectory(c: Context<EdgeEnv>): Promise<Directory> {
  await followDirectory(c.get("settings"));
  return directoryOf(c);
}

export const providerAdministration = new Hono<EdgeEnv>()
  /** A new provider, with a calendar that takes bookings when this answers. */
  .post("/", async (c) => {
    const admitted = mayManage(c, "network");
    if (!admitted.ok) return sendProblem(c, admitted.problem);
    const key = idempotencyKey(c, "required");
    if (!key.ok) return sendProblem(c, key.problem);
    const parsed = await parseBody(c, providerBody);
    if (!parsed.ok) return sendProblem(c, parsed.problem);
    const by = {
      command: commandId(admitted.principal.subject, "providers", key.value),
      fingerprint: fingerprintOf("POST", "/v1/providers", parsed.value),
    };
    const before = await madeBefore(c, "provider", by);
    if (before === "reused") return sendProblem(c, KEY_REUSE);
    const id = (before ?? makeId("prv", freshBytes())) as ProviderId;
    if (before === null) {
      const written = await write(() =>
        askPostgres(c.get("settings"), (db, { insertProvider }) =>
          insertProvider(db, { ...parsed.value, id }, by),
        ),
      );
      if (!written.ok) return sendProblem(c, written.problem);
      await published(c, [id]);
    } else c.header("Idempotency-Replayed", "true");
    const known = await freshDirectory(c);
    const provider = known.providers.get(id);
    if (!provider) return sendProblem(c, NOT_FOUND);
    c.header("Location", `/v1/providers/${id}`);
    c.header("ETag", etagOf(provider));
    return c.json(providerDto(known, provider), 201);
  })
  /** Weekly hours, breaks and exceptions as they stand; the ETag is what `PUT` wants back. */
  .get("/:id/schedule", async (c) => {
    const provider = (await directoryForProvider(c, c.req.param("id"))).providers.get(c.req.param("id"));
    const admitted = mayManage(c, provider?.locationIds ?? "network");
    if (!admitted.ok) return sendProblem(c, admitted.problem);
    if (!provider) return sendProblem(c, NOT_FOUND);
    c.header("ETag", etagOf(provider));
    return c.json(scheduleDto(provider));
  })
  /** [D13] [D14] The whole schedule anew: first told what opens, closes and falls out, then with `?apply=true` done. */
  .put("/:id/schedule", async (c) => {
    const known = await directoryOf(c);
    const provider = known.providers.get(c.req.param("id"));
    const admitted = mayManage(c, provider?.locationIds ?? "network");
    if (!admitted.ok) return sendProblem(c, admitted.problem);
    if (!provider) return sendProblem(c, NOT_FOUND);
    const query = parseQuery(c, applyQuery);
    if (!query.ok) return sendProblem(c, query.problem);
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
    const next = withSites(known, provider, sites);
    const { opens, closes } = scheduleChange(provider.calendar.sites, next.sites, instant(Date.now()));
    const outside = await fallingOutside(c.env, [{ provider, next }]);
    let version = provider.calendar.version;
    if (query.value.apply) {
      const seen = ifMatchVersion(c);
      if (!seen.ok) return sendProblem(c, seen.problem);
      const written = await write(() =>
        askPostgres(c.get("settings"), (db, { replaceSchedule }) =>
          replaceSchedule(db, provider.id, seen.value, sites),
        ),
      );
      if (!written.ok) return sendProblem(c, written.problem);
      await published(c, [provider.id]);
      version = seen.value + 1;
    }
    c.header("ETag", `"v${version}"`);
    return c.json({
      applied: query.value.apply,
      version,
      opens: changedTimes(known, opens),
      closes: changedTimes(known, closes),
      outside,
    });
  })
  .post("/:id/deactivate", (c) => setActive(c, c.req.param("id"), false))
  .post("/:id/activate", (c) => setActive(c, c.req.param("id"), true));

/** [D10] Nobody finds or books a deactivated provider; what was booked stays, is named here, and can be moved or cancelled. */
async function setActive(c: Context<EdgeEnv>, id: string, active: boolean): Promise<Response> {
  const admitted = mayManage(c, "network");
  if (!admitted.ok) return sendProblem(c, admitted.problem);
  const provider = (await directoryOf(c)).providers.get(id);
  if (!provider) return sendProblem(c, NOT_FOUND);
  const query = parseQuery(c, applyQuery);
  if (!query.ok) return sendProblem(c, query.problem);
  const next = active ? provider.calendar : { ...provider.calendar, visitTypes: [] };
  const outside = await fallingOutside(c.env, [{ provider, next }]);
  let { version } = provider.calendar;
  if (query.value.apply) {
    const seen = ifMatchVersion(c);
    if (!seen.ok) return sendProblem(c, seen.problem);
    const written = await write(() =>
      askPostgres(c.get("settings"), (db, { setProviderActive }) =>
        setProviderActive(db, provider.id, seen.value, active),
      ),
    );
    if (!written.ok) return sendProblem(c, written.problem);
    await published(c, [provider.id]);
    version = seen.value + 1;
  }
  c.header("ETag", `"v${version}"`);
  return c.json({ applied: query.value.apply, version, active, outside });
}
