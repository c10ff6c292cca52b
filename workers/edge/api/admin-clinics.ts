/** Clinics: made, changed, closed for some dates, deactivated. For administrators, and desks at their own clinic. */
import type { Context } from "hono";
import type { AppointmentFacts } from "../../../core/booking/appointment.ts";
import type { Clinic, Provider } from "../../../core/directory/directory.ts";
import { LOCATION_ID, type LocationId, makeId, type ProviderId } from "../../../core/ids.ts";
import { dateAt } from "../../../core/schedule/clinic-time.ts";
import type { CalendarConfig, Closure, Site } from "../../../core/schedule/config.ts";
import { instant } from "../../../core/time.ts";
import { concerns } from "../audited.ts";
import { type Directory, followDirectory } from "../directory-cache.ts";
import type { EdgeEnv } from "../env.ts";
import { askPostgres } from "../postgres.ts";
import { applyNow, cancelThem, create, etagOf, freshBytes, previewOrApply } from "./admin-commands.ts";
import { clinicBody, closureBody, closureDate, deactivationBody, isClosureTooLong } from "./admin-schemas.ts";
import { clinicDto, directoryOf } from "./directory.ts";
import type { Handlers } from "./handlers.ts";
import { type Admitted, factsOutside, mayManage, outsideDto, published, write } from "./manage.ts";
import { invalid, NOT_FOUND, type Problem, sendProblem } from "./problem.ts";
import { parseBody, parseBodyIfAny } from "./schemas.ts";

/** Their hours are the clinic's wall clock: in another zone what was promised would lie at other hours. */
const ZONE_IN_USE: Problem = {
  status: 422,
  slug: "rule-violated",
  title: "The clinic has appointments to come; its time zone cannot change.",
  extra: { rule: "time-zone-in-use" },
};

/** What a write is decided by: the directory as it stands now. Asks nobody for callers who write nothing: they are refused. */
export async function freshDirectory(c: Context<EdgeEnv>): Promise<Directory> {
  const role = c.get("principal")?.role;
  if (role === "admin" || role === "staff") await followDirectory(c.get("settings"));
  return directoryOf(c);
}

const calendarsAt = (
  known: Directory,
  { id }: Clinic,
  providers: readonly { readonly id: ProviderId }[],
): ProviderId[] => [
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

const withoutSite = ({ calendar }: Provider, id: LocationId): CalendarConfig => ({
  ...calendar,
  sites: calendar.sites.filter(({ locationId }) => locationId !== id),
});

/** The clinic in the address, for whoever may change it, out of this isolate's copy or a fresh one. */
async function managed(
  c: Context<EdgeEnv>,
  source: (c: Context<EdgeEnv>) => Promise<Directory> = freshDirectory,
): Promise<
  | {
      readonly known: Directory;
      readonly clinic: Clinic | undefined;
      readonly admitted: Admitted & { ok: true };
    }
  | { readonly problem: Problem }
> {
  const known = await source(c);
  const clinic = known.clinics.get(c.req.param("id") ?? "");
  if (clinic) concerns(c, { locationId: clinic.id });
  const admitted = mayManage(c, clinic ? [clinic.id] : "network");
  return admitted.ok ? { known, clinic, admitted } : { problem: admitted.problem };
}

const findClinicRow = (c: Context<EdgeEnv>, id: string) =>
  LOCATION_ID.test(id)
    ? askPostgres(c.get("settings"), (db, { findClinic }) => findClinic(db, id as LocationId))
    : null;

export const clinicAdministration = {
  /** A new clinic. 201; known everywhere within seconds. */
  createLocation: (c) =>
    create(c, mayManage(c, "network"), {
      kind: "clinic",
      path: "locations",
      shape: clinicBody,
      freshId: () => makeId("loc", freshBytes()),
      insert: (db, { insertClinic }, { id, body, by }) =>
        insertClinic(db, { ...body, id: id as LocationId, regionId: body.regionId ?? null }, by),
      tell: () => [],
      show: async (id) => {
        const clinic = (await freshDirectory(c)).clinics.get(id);
        return clinic && { body: clinicDto(clinic) };
      },
    }),
  /** What `PUT` takes, as it stands, with its version. */
  readLocationSettings: async (c) => {
    const found = await managed(c, directoryOf);
    if ("problem" in found) return sendProblem(c, found.problem);
    const row = await findClinicRow(c, c.req.param("id"));
    if (!row) return sendProblem(c, NOT_FOUND);
    c.header("ETag", etagOf(row.version));
    return c.json(row);
  },
  /** [D21] Name, address, place, region, and the time zone of a clinic without appointments. */
  changeLocation: async (c) => {
    const found = await managed(c);
    if ("problem" in found) return sendProblem(c, found.problem);
    const { known, clinic } = found;
    if (!clinic) return sendProblem(c, NOT_FOUND);
    const parsed = await parseBody(c, clinicBody);
    if (!parsed.ok) return sendProblem(c, parsed.problem);
    const row = { ...parsed.value, id: clinic.id, regionId: parsed.value.regionId ?? null };
    const zoneChanges = row.timeZone !== (await findClinicRow(c, clinic.id))?.timeZone;
    const here = zoneChanges ? await everybodyAt(c, known, clinic) : [];
    // Who books between this question and the write keeps their moment, and is named by the next preview.
    if (zoneChanges && (await hasAppointments(c, here, clinic))) return sendProblem(c, ZONE_IN_USE);
    return applyNow(c, {
      version: 0, // Postgres knows the present one; it compares
      write: (db, { updateClinic }, version) => updateClinic(db, row, version, zoneChanges),
      tell: zoneChanges ? calendarsAt(known, clinic, here) : [],
      after: async () => ({ location: clinicDto({ ...clinic, ...row }) }),
    });
  },
  deactivateLocation: (c) => setActive(c, false),
  activateLocation: (c) => setActive(c, true),
  /** Its closures, newest first: at most 200, so there is one page. */
  listClosures: async (c) => {
    const found = await managed(c, directoryOf);
    if ("problem" in found) return sendProblem(c, found.problem);
    const { clinic } = found;
    if (!clinic) return sendProblem(c, NOT_FOUND);
    const data = await askPostgres(c.get("settings"), (db, { listClosures }) => listClosures(db, clinic.id));
    return c.json({ data, page: { next: null } });
  },
  /** [S8] Closes the clinic from this date on ("snow day"): first told what falls out, then with `?apply=true` done. */
  putClosure: async (c) => {
    const found = await managed(c);
    if ("problem" in found) return sendProblem(c, found.problem);
    const { known, clinic, admitted } = found;
    const from = closureDate.safeParse(c.req.param("from"));
    if (!clinic || !from.success) return sendProblem(c, NOT_FOUND);
    const parsed = await parseBody(c, closureBody);
    if (!parsed.ok) return sendProblem(c, parsed.problem);
    const { until, name, appointments } = parsed.value;
    if (until < from.data || isClosureTooLong(from.data, until))
      return sendProblem(
        c,
        invalid([{ pointer: "/until", message: "must be from the first date on, at most a year" }]),
      );
    const here = await everybodyAt(c, known, clinic);
    const closure = { from: from.data, until };
    const row = { ...closure, name: name ?? null };
    const changed = here.map((provider) => ({ provider, next: withClosure(provider, clinic.id, closure) }));
    const outside = async () =>
      (await atClinic(factsOutside(c.env, changed), clinic)).filter((one) => touches(closure, one));
    return previewOrApply(c, {
      version: null,
      preview: async () => ({
        locationId: clinic.id,
        ...row,
        outside: outsideDto(admitted.principal, await outside()),
      }),
      write: (db, { putClosure }) => putClosure(db, clinic.id, row),
      tell: calendarsAt(known, clinic, here),
      after: async () =>
        appointments === "cancel" ? cancelThem(c, admitted.principal, await outside(), "clinic-closed") : {},
    });
  },
  /** Opens it again. */
  removeClosure: async (c) => {
    const found = await managed(c);
    if ("problem" in found) return sendProblem(c, found.problem);
    const { known, clinic } = found;
    const from = closureDate.safeParse(c.req.param("from"));
    if (!clinic || !from.success) return sendProblem(c, NOT_FOUND);
    const written = await write(() =>
      askPostgres(c.get("settings"), (db, { removeClosure }) => removeClosure(db, clinic.id, from.data)),
    );
    if (!written.ok) return sendProblem(c, NOT_FOUND);
    await published(c, calendarsAt(known, clinic, await everybodyAt(c, known, clinic)));
    return c.body(null, 204);
  },
} satisfies Partial<Handlers>;

/** What somebody else's hours leave outside at another clinic is none of this clinic's business. */
const atClinic = async (facts: ReturnType<typeof factsOutside>, { id }: Clinic) =>
  (await facts).filter(({ locationId }) => locationId === id);

/** What falls out on other dates was outside before: a closure neither names nor cancels it. */
const touches = (
  { from, until }: Closure,
  { start, end, timeZone }: Pick<AppointmentFacts, "start" | "end" | "timeZone">,
): boolean => dateAt(start, timeZone) <= until && dateAt(instant(end - 1), timeZone) >= from;

/** Also who has a site at a deactivated clinic, or left and is still to see somebody: no copy of the directory says so. */
async function everybodyAt(c: Context<EdgeEnv>, known: Directory, { id }: Clinic): Promise<Provider[]> {
  const ids = await askPostgres(c.get("settings"), (db, { providersAtClinic }) => providersAtClinic(db, id));
  return ids.map((one) => known.providers.get(one)).filter((provider) => provider !== undefined);
}

const hasAppointments = async (
  c: Context<EdgeEnv>,
  here: readonly Provider[],
  clinic: Clinic,
): Promise<boolean> => {
  const changed = here.map((provider) => ({ provider, next: withoutSite(provider, clinic.id) }));
  return (await atClinic(factsOutside(c.env, changed), clinic)).length > 0;
};

/** [D10] [D24] Nobody is seen at a deactivated clinic; what was booked there stays and is named, or is cancelled. */
async function setActive(c: Context<EdgeEnv>, active: boolean): Promise<Response> {
  const admitted = mayManage(c, "network");
  if (!admitted.ok) return sendProblem(c, admitted.problem);
  const known = await freshDirectory(c);
  const clinic = known.clinics.get(c.req.param("id") ?? "");
  if (!clinic) return sendProblem(c, NOT_FOUND);
  const parsed = await parseBodyIfAny(c, deactivationBody);
  if (!parsed.ok) return sendProblem(c, parsed.problem);
  const here = await everybodyAt(c, known, clinic);
  const row = await findClinicRow(c, clinic.id);
  if (!row) return sendProblem(c, NOT_FOUND);
  const changed = here.map((provider) => ({ provider, next: withoutSite(provider, clinic.id) }));
  const outside = () => (active ? Promise.resolve([]) : atClinic(factsOutside(c.env, changed), clinic));
  return previewOrApply(c, {
    version: row.version,
    preview: async () => ({ active, outside: outsideDto(admitted.principal, await outside()) }),
    write: (db, { setClinicActive }, version) => setClinicActive(db, clinic.id, version, active),
    tell: calendarsAt(known, clinic, here),
    after: async () =>
      !active && parsed.value.appointments === "cancel"
        ? cancelThem(c, admitted.principal, await outside(), "clinic-closed")
        : {},
  });
}
