/** A clinic of the seed with rooms, for tests of whatever needs several calendars. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect } from "vitest";
import type { Provider, Resource } from "../../core/directory/directory.ts";
import type { LocationId, ProviderId, VisitTypeId } from "../../core/ids.ts";
import { makeDb } from "../../db/client.ts";
import { type Directory, loadDirectory } from "../../db/queries/load-directory.ts";
import { type Answer, calendarOf, call, freshKey, patientToken, type Slot, somePatient } from "./edge.ts";

const database = () => makeDb(env as unknown as { DATABASE_URL: string; NEON_FETCH_ENDPOINT: string });
let directory: Directory | undefined;
let clinicsUsed = 0;

/** A clinic where at least three providers do what needs a room. No other test of the same file gets it. */
export interface Ward {
  readonly locationId: LocationId;
  readonly visitTypeId: VisitTypeId;
  readonly providers: readonly Provider[];
  readonly rooms: readonly Resource[];
}

export async function aWard(): Promise<Ward> {
  directory ??= await loadDirectory(database());
  const { clinics, providers, resources } = directory;
  const needing = providers.flatMap(({ calendar }) => calendar.visitTypes).find(({ requires }) => requires);
  const visitTypeId = needing?.id as VisitTypeId;
  for (;;) {
    const locationId = clinics[clinicsUsed++]?.id as LocationId;
    const here = providers.filter(
      (p) => p.locationIds[0] === locationId && p.visitTypeIds.includes(visitTypeId),
    );
    if (here.length < 3) continue;
    const rooms = resources.filter((r) => r.locationId === locationId && r.kind === "room");
    return { locationId, visitTypeId, providers: here, rooms };
  }
}

export async function startsOf(provider: Provider, { visitTypeId, locationId }: Ward): Promise<Slot[]> {
  const from = new Date().toISOString().slice(0, 10);
  const to = new Date(Date.now() + 21 * 86_400_000).toISOString().slice(0, 10);
  const query = new URLSearchParams({ visitTypeId, locationId, from, to });
  const answer = await call("GET", `/providers/${provider.id}/availability?${query}`);
  return answer.body.days.flatMap((day: { slots: Slot[] }) => day.slots);
}

/** Starts that all of these providers have free, in order. */
export async function commonStarts(ward: Ward, providers: readonly Provider[]): Promise<string[]> {
  const all = await Promise.all(providers.map((provider) => startsOf(provider, ward)));
  const [first = [], ...others] = all.map((slots) => slots.map(({ start }) => start));
  return first.filter((start) => others.every((starts) => starts.includes(start)));
}

export interface BookOptions {
  readonly patient?: string;
  readonly key?: string;
  readonly more?: Record<string, unknown>;
  readonly headers?: Record<string, string>;
}

export const book = async (
  { locationId, visitTypeId }: Ward,
  provider: Pick<Provider, "id">,
  start: string | undefined,
  { patient = somePatient(), key = freshKey(), more = {}, headers = {} }: BookOptions = {},
): Promise<Answer> =>
  call("POST", "/appointments", {
    token: await patientToken(patient),
    key,
    body: { providerId: provider.id, visitTypeId, locationId, start, ...more },
    headers,
  });

export const rows = <T>(id: ProviderId, query: string): Promise<T[]> =>
  runInDurableObject(calendarOf(id), (_, state) => state.storage.sql.exec(query).toArray()) as Promise<T[]>;

export interface Taken {
  readonly id: string;
  readonly start: number;
  readonly version: number;
}
/** What a room keeps. */
export async function reservedIn(room: Pick<Resource, "id">): Promise<Taken[]> {
  const stored = await rows<{ row: string }>(room.id, "SELECT row FROM reservation ORDER BY start_at");
  return stored
    .map(({ row }) => JSON.parse(row))
    .map((r) => ({ id: r.appointmentId, start: r.start, version: r.version }));
}
const preparedIn = ({ id }: { readonly id: ProviderId }) => rows(id, "SELECT * FROM prepared");

/** Commits and aborts may be a call behind the answer: nothing may be prepared when they are through. */
export async function settled(calendars: readonly { readonly id: ProviderId }[]): Promise<void> {
  await expect
    .poll(async () => (await Promise.all(calendars.map(preparedIn))).flat().length, { timeout: 5_000 })
    .toBe(0);
}
