/**
 * Clinics where rooms are scarcer than providers, and the starts at which everybody wants one. Starts lie two hours apart
 * on full hours, so that visits of every type fit onto each, and no two starts get into each other's way.
 */
import { sql } from "drizzle-orm";
import type { Provider, Resource } from "../../core/directory/directory.ts";
import type { LocationId, VisitTypeId } from "../../core/ids.ts";
import { type Directory, loadDirectory } from "../../db/queries/load-directory.ts";
import type { ApiClient } from "../../scripts/load/api-client.ts";
import type { BareSystem } from "../../scripts/load/bare-system.ts";
import { dateIn, type Slot } from "../../scripts/load/free-slots.ts";

/** Names in the sample network. A procedure needs a room; a first visit needs nothing until `needTwoKinds`. */
const PROCEDURE = "Procedure consultation";
const FIRST_VISIT = "New patient visit";
const FOLLOW_UP = "Follow-up visit";
const EVEN_HOUR = /T\d[02468]:00:00/;
const DAY_MS = 86_400_000;
/** Far enough away for every notice and every window. */
const FIRST_DAY = 3;
const WEEKS = 3;

export interface WardTypes {
  /** Needs a room. */
  readonly room: VisitTypeId;
  /** Needs a room and a device. */
  readonly two: VisitTypeId;
  /** Needs nothing but the provider. */
  readonly plain: VisitTypeId;
}
export interface WardStart {
  /** As availability spells it. */
  readonly start: string;
  /** Who is free then, before anybody has booked. */
  readonly providers: readonly Provider[];
}
export interface Ward {
  readonly locationId: LocationId;
  readonly providers: readonly Provider[];
  readonly resources: readonly Resource[];
  readonly types: WardTypes;
  readonly starts: readonly WardStart[];
  /** Those of the first week: a weekly series from there meets the others of `starts`. */
  readonly firstWeek: readonly WardStart[];
}

/** Makes a first visit need a room and a device, for a system whose calendars nobody has asked yet. */
export async function needTwoKinds(system: BareSystem): Promise<Directory> {
  await system.database.db.execute(
    sql`UPDATE visit_type SET requires = ARRAY['room', 'device'] WHERE name = ${FIRST_VISIT}`,
  );
  await system.workerd.kill(); // it has read the directory by now, and keeps it for a minute
  await system.workerd.start();
  return loadDirectory(system.database.db);
}

function typesOf({ visitTypes }: Directory): WardTypes {
  const idOf = (wanted: string): VisitTypeId =>
    visitTypes.find(({ name }) => name === wanted)?.id ?? ("" as VisitTypeId);
  return { room: idOf(PROCEDURE), two: idOf(FIRST_VISIT), plain: idOf(FOLLOW_UP) };
}

async function evenStarts(
  api: ApiClient,
  { id }: Provider,
  visitTypeId: string,
  locationId: string,
): Promise<string[]> {
  const [from, to] = [dateIn(FIRST_DAY), dateIn(FIRST_DAY + WEEKS * 7 - 1)];
  const query = new URLSearchParams({ visitTypeId, locationId, from, to });
  const answer = await api.call("GET", `/v1/providers/${id}/availability?${query}`);
  if (answer.status !== 200) throw new Error(`availability answered ${answer.status}`);
  const { days } = JSON.parse(answer.text) as { days: { slots: Slot[] }[] }; // API.md
  return days.flatMap(({ slots }) => slots.map(({ start }) => start)).filter((s) => EVEN_HOUR.test(s));
}

/** The first `count` clinics with `staff` providers who do procedures; of their starts those with somebody to race. */
export async function findWards(
  api: ApiClient,
  directory: Directory,
  { count, staff, starts: startsMax }: { count: number; staff: number; starts: number },
): Promise<Ward[]> {
  const types = typesOf(directory);
  const wards: Ward[] = [];
  for (const { id: locationId } of directory.clinics) {
    const providers = directory.providers
      .filter((p) => p.locationIds[0] === locationId && p.visitTypeIds.includes(types.room))
      .slice(0, staff);
    if (providers.length < staff) continue;
    const open = await Promise.all(providers.map((p) => evenStarts(api, p, types.room, locationId)));
    const starts = [...new Set(open.flat())]
      .toSorted((a, b) => Date.parse(a) - Date.parse(b))
      .map((start) => ({ start, providers: providers.filter((_, i) => open[i]?.includes(start)) }))
      .filter((found) => found.providers.length >= staff - 1);
    const until = Date.now() + (FIRST_DAY + 7) * DAY_MS;
    const firstWeek = starts.filter(({ start }) => Date.parse(start) < until).slice(0, startsMax / WEEKS);
    // The same hours of the weeks after it.
    const wanted = new Set(
      firstWeek.flatMap(({ start }) =>
        Array.from({ length: WEEKS }, (_, week) => Date.parse(start) + week * 7 * DAY_MS),
      ),
    );
    const kept = starts.filter(({ start }) => wanted.has(Date.parse(start)));
    if (kept.length < startsMax / 2) continue;
    const resources = directory.resources.filter((r) => r.locationId === locationId);
    wards.push({ locationId, providers, resources, types, starts: kept, firstWeek });
    if (wards.length === count) return wards;
  }
  throw new Error(`the sample network has only ${wards.length} clinics like that`);
}
