/** Clinics, visit types, specialties and providers: public, answered from the isolate's copy of the directory. */

import type { Context } from "hono";
import type * as z from "zod";
import type { Clinic, Provider, VisitType } from "../../../core/directory/directory.ts";
import { distanceKm, type Point } from "../../../core/directory/distance.ts";
import { type LocationId, PROVIDER_ID, type ProviderId } from "../../../core/ids.ts";
import { dateAt, spellInZone } from "../../../core/schedule/clinic-time.ts";
import { DAY_MS, instant } from "../../../core/time.ts";
import type { NextOpening } from "../../../db/queries/search-conditions.ts";
import { logFailure } from "../../../durable-objects/shared/log.ts";
import { availability } from "../availability-cache.ts";
import { type Directory, directory, directoryFor } from "../directory-cache.ts";
import type { EdgeEnv } from "../env.ts";
import { findProviders, nextOpeningOf } from "../find-providers.ts";
import { PostgresUnavailable } from "../postgres.ts";
import { repairOpenings } from "../refresh-openings.ts";
import type { Handlers } from "./handlers.ts";
import { BAD_CURSOR, decodeCursor, isText, markStale, pageOf, sendPage } from "./paging.ts";
import { CALENDAR_AWAY, invalid, NOT_FOUND, sendProblem } from "./problem.ts";
import { availabilityQuery, listQuery, locationsQuery, type Parsed, parseQuery } from "./schemas.ts";
import { providersQuery } from "./search-schemas.ts";

/** Without dates, a week is shown. */
const DEFAULT_DAYS = 7;

export const directoryOf = (c: Context<EdgeEnv>): Promise<Directory> =>
  directory(c.get("settings"), (work) => c.executionCtx.waitUntil(work));

/** What one provider needs; see directory-cache.ts. An id that is none asks nobody. */
export const directoryForProvider = (c: Context<EdgeEnv>, id: string): Promise<Directory> =>
  PROVIDER_ID.test(id)
    ? directoryFor(c.get("settings"), (work) => c.executionCtx.waitUntil(work), id as ProviderId)
    : directoryOf(c);

/** A clinic by id; one that `known` lacks because it is a part may be in the whole. */
export const clinicIn = async (
  c: Context<EdgeEnv>,
  known: Directory,
  id: LocationId,
): Promise<Clinic | undefined> => known.clinics.get(id) ?? (await directoryOf(c)).clinics.get(id);

export function clinicDto(clinic: Clinic) {
  const { id, name, address, city, state, postalCode, phone, timeZone, latitude, longitude } = clinic;
  return { id, name, address, city, state, postalCode, phone, timeZone, latitude, longitude };
}

const visitTypeDto = ({ id, name, minutes, modality }: VisitType) => ({ id, name, minutes, modality });

/** What only a search knows about a provider. */
interface Found {
  readonly next?: NextOpening | null;
  /** Distances are counted from here. */
  readonly point?: Point | null;
}

/** `nextOpenAt` is null when no open start is known. */
export function providerDto(known: Directory, provider: Provider, { next, point }: Found = {}) {
  const zone = next && known.clinics.get(next.locationId)?.timeZone;
  return {
    id: provider.id,
    displayName: provider.displayName,
    title: provider.title,
    specialties: provider.specialties,
    languages: provider.languages,
    gender: provider.gender,
    insurances: provider.insurances,
    locations: provider.locationIds
      .map((id) => known.clinics.get(id))
      .filter((clinic) => clinic !== undefined)
      .map((clinic) => {
        const { id, name, city, timeZone } = clinic;
        // Tenths: more would say that we know where somebody stands.
        const distance = point && { distanceKm: Number(distanceKm(point, clinic).toFixed(1)) };
        return { id, name, city, timeZone, ...distance };
      }),
    visitTypes: provider.visitTypeIds
      .map((id) => known.visitTypes.get(id))
      .filter((visit) => visit !== undefined)
      .map(visitTypeDto),
    acceptingNewPatients: provider.acceptingNewPatients,
    nextOpenAt: next && zone ? spellInZone(next.start, zone) : null,
  };
}

/** Sends a page of something the directory holds whole, ordered by id. */
function sendSlice<T extends { readonly id: string }>(
  c: Context<EdgeEnv>,
  items: Iterable<T>,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
  dto: (item: T) => unknown,
): Response {
  const after = cursor === undefined ? null : decodeCursor(cursor, isText);
  if (cursor !== undefined && !after) return sendProblem(c, BAD_CURSOR);
  const ordered = [...items].sort((a, b) => (a.id < b.id ? -1 : 1));
  const { page, next } = pageOf(ordered, (item) => item.id, after?.[0] ?? null, limit);
  return sendPage(c, page.map(dto), next);
}

export const locations = {
  listLocations: async (c) => {
    const query = parseQuery(c, locationsQuery);
    if (!query.ok) return sendProblem(c, query.problem);
    const { state } = query.value;
    const clinics = [...(await directoryOf(c)).clinics.values()].filter(
      (clinic) => clinic.active && (state === undefined || clinic.state === state),
    );
    return sendSlice(c, clinics, query.value, clinicDto);
  },
  readLocation: async (c) => {
    const clinic = (await directoryOf(c)).clinics.get(c.req.param("id"));
    return clinic ? c.json(clinicDto(clinic)) : sendProblem(c, NOT_FOUND);
  },
} satisfies Partial<Handlers>;

export const visitTypes = {
  listVisitTypes: async (c) => {
    const query = parseQuery(c, listQuery);
    return query.ok
      ? sendSlice(
          c,
          [...(await directoryOf(c)).visitTypes.values()].filter(({ active }) => active),
          query.value,
          visitTypeDto,
        )
      : sendProblem(c, query.problem);
  },
} satisfies Partial<Handlers>;

export const specialties = {
  listSpecialties: async (c) => {
    const query = parseQuery(c, listQuery);
    if (!query.ok) return sendProblem(c, query.problem);
    const named = (await directoryOf(c)).specialties.map((id) => ({ id }));
    return sendSlice(c, named, query.value, (item) => item);
  },
} satisfies Partial<Handlers>;

/** Postgres is away, and the rest of the answer does not need it; logged in askPostgres. */
const nothingKnown = (error: unknown): Awaited<ReturnType<typeof nextOpeningOf>> => {
  if (error instanceof PostgresUnavailable) return { next: null, repairs: { stale: [] } };
  throw error;
};

const UNKNOWN_PLACE = invalid([{ pointer: "/query/near", message: "is a ZIP code that we do not know" }]);

export const providers = {
  listProviders: async (c) => {
    const query = parseQuery(c, providersQuery);
    if (!query.ok) return sendProblem(c, query.problem);
    const known = await directoryOf(c);
    const page = await findProviders(c.get("settings"), known, query.value);
    if (page === "bad-cursor") return sendProblem(c, BAD_CURSOR);
    if (page === "unknown-place") return sendProblem(c, UNKNOWN_PLACE);
    const { found, point, correctedQuery, isStale, asOf, repairs } = page;
    repairOpenings(c, known, repairs);
    if (isStale) markStale(c);
    const data = found.map(({ provider, next }) => providerDto(known, provider, { next, point }));
    return sendPage(c, data, page.next, {
      ...(correctedQuery !== null && { correctedQuery }),
      ...(isStale && { asOf: new Date(asOf).toISOString() }),
    });
  },
  readProvider: async (c) => {
    const known = await directoryOf(c);
    const provider = known.providers.get(c.req.param("id"));
    if (!provider) return sendProblem(c, NOT_FOUND);
    const { next, repairs } = await nextOpeningOf(c.get("settings"), provider).catch(nothingKnown);
    repairOpenings(c, known, repairs);
    return c.json(providerDto(known, provider, { next }));
  },
  readAvailability: async (c) => {
    const query = parseAvailability(c);
    if (!query.ok) return sendProblem(c, query.problem);
    const provider = (await directoryForProvider(c, c.req.param("id"))).providers.get(c.req.param("id"));
    if (!provider) return sendProblem(c, NOT_FOUND);
    const asked = { ...query.value, visitTypeId: query.value.visitTypeId ?? provider.visitTypeIds[0] };
    if (!asked.visitTypeId || !provider.visitTypeIds.includes(asked.visitTypeId)) {
      return sendProblem(
        c,
        invalid([{ pointer: "/query/visitTypeId", message: "must be a visit type of this provider" }]),
      );
    }
    if (asked.locationId && !provider.locationIds.includes(asked.locationId)) {
      return sendProblem(
        c,
        invalid([{ pointer: "/query/locationId", message: "must be a location of this provider" }]),
      );
    }
    const { from, to } = datesOf(provider, asked);
    const answer = await availability(c.env, provider, {
      visitTypeId: asked.visitTypeId,
      locationId: asked.locationId ?? null,
      from,
      to,
    }).catch((error: unknown) => {
      logFailure("edge.availability_failed", error, { provider: provider.id });
      return "away" as const;
    });
    if (answer === "away" || answer === null) return sendProblem(c, CALENDAR_AWAY);
    c.header("ETag", answer.etag);
    c.header("Cache-Control", "no-cache");
    if (c.req.header("if-none-match") === answer.etag) return c.body(null, 304);
    return c.body(answer.body, 200, { "content-type": "application/json" });
  },
} satisfies Partial<Handlers>;

type ParsedAvailability = Extract<Parsed<z.output<typeof availabilityQuery>>, { ok: true }>;

/** Good queries by their text. A crowd asks the same, and reading it costs a tenth of a cached answer. */
const parsedQueries = new Map<string, ParsedAvailability>();
/** Bounds memory: about 300 bytes each. What a text means never changes, so forgetting all of them is harmless. */
const PARSED_QUERIES_MAX = 2_000;
/** All four parameters have about 110 characters; longer ones are refused or odd, and not worth keeping. */
const QUERY_CHARS_MAX = 200;

function parseAvailability(c: Context<EdgeEnv>): Parsed<z.output<typeof availabilityQuery>> {
  const { url } = c.req;
  const mark = url.indexOf("?");
  const text = mark === -1 ? "" : url.slice(mark + 1);
  const known = parsedQueries.get(text);
  if (known) return known;
  const parsed = parseQuery(c, availabilityQuery);
  if (!parsed.ok || text.length > QUERY_CHARS_MAX) return parsed;
  if (parsedQueries.size >= PARSED_QUERIES_MAX) parsedQueries.clear();
  parsedQueries.set(text, parsed);
  return parsed;
}

/** Dates that were left out: from today at the clinic, for a week. */
export function datesOf(
  provider: Provider,
  asked: { from?: string | undefined; to?: string | undefined },
): { from: string; to: string } {
  const zone = provider.calendar.sites[0]?.timeZone ?? "UTC";
  const from =
    asked.from ??
    (asked.to && asked.to < dateAt(instant(Date.now()), zone) ? asked.to : dateAt(instant(Date.now()), zone));
  const to =
    asked.to ??
    new Date(Date.parse(`${from}T00:00:00Z`) + (DEFAULT_DAYS - 1) * DAY_MS).toISOString().slice(0, 10);
  return { from, to };
}
