/** Find care: a form that is a link, and who matches it, soonest first. */
import { Hono } from "hono";
import { distanceKm, type Point } from "../../../core/directory/distance.ts";
import { dateAt } from "../../../core/schedule/clinic-time.ts";
import { shortMomentText, zoneText } from "../../../web/shared/time-text.ts";
import type { EdgeSettings } from "../../config.ts";
import { directoryOf } from "../api/directory.ts";
import { markStale } from "../api/paging.ts";
import { providersQuery } from "../api/search-schemas.ts";
import type { Directory } from "../directory-cache.ts";
import type { EdgeEnv } from "../env.ts";
import {
  type FoundProvider,
  findProviders,
  type ProviderPage,
  type ProviderSearch,
  type SortOrder,
} from "../find-providers.ts";
import { PostgresUnavailable } from "../postgres.ts";
import { repairOpenings } from "../refresh-openings.ts";
import { sendPage } from "./layout.tsx";
import { providerUrl } from "./provider-view.tsx";
import { readSearch, type SearchFields, SearchForm, searchUrl } from "./search-form.tsx";
import { addressText, languagesText, milesText, providerText, specialtyText } from "./words.ts";

/** As many as a thumb scrolls through before it would rather search. */
const PROVIDERS_SHOWN = 20;

type Found =
  | {
      readonly kind: "page";
      readonly page: ProviderPage;
      readonly sort: SortOrder;
      /** Who matches and has no open time that we know of; only beside the last page of the soonest. */
      readonly others: readonly FoundProvider[];
    }
  /** Postgres does not answer, a ZIP code that nobody knows, a search that cannot be read. */
  | { readonly kind: "away" | "unknown-place" | "unreadable" };

/** The time is a link to the week that it is in, for this kind of visit. */
function NextOpen({ known, found: { provider, next } }: { known: Directory; found: FoundProvider }) {
  const zone = next && known.clinics.get(next.locationId)?.timeZone;
  if (!next || !zone) return null;
  const { visitTypeId, start } = next;
  return (
    <p class="next-open">
      Next open:{" "}
      <a href={providerUrl(provider.id, { visitTypeId, from: dateAt(start, zone) })}>
        <time dateTime={new Date(start).toISOString()}>{shortMomentText(start, zone)}</time>
        <span class="sr-only"> with {providerText(provider)}</span>
      </a>{" "}
      <span class="muted">
        {zoneText(zone)} · {known.visitTypes.get(visitTypeId)?.name}
      </span>
    </p>
  );
}

interface CardProps {
  readonly known: Directory;
  readonly found: FoundProvider;
  readonly point: Point | null;
}

function ProviderCard({ known, found, point }: CardProps) {
  const { provider } = found;
  const clinics = provider.locationIds
    .map((id) => known.clinics.get(id))
    .filter((clinic) => clinic !== undefined);
  return (
    <li class="card provider">
      <h3>
        <a href={`/providers/${provider.id}`}>{providerText(provider)}</a>
      </h3>
      <p>{provider.specialties.map(specialtyText).join(", ")}</p>
      <NextOpen known={known} found={found} />
      {clinics.map((clinic) => (
        <p key={clinic.id} class="muted">
          {clinic.name}, {addressText(clinic)}
          {point ? ` (${milesText(distanceKm(point, clinic))})` : null}
        </p>
      ))}
      <p class="muted">Speaks {languagesText(provider.languages)}</p>
      {provider.acceptingNewPatients ? null : <p class="tag warn">Not taking new patients</p>}
    </li>
  );
}

function Cards({
  known,
  found,
  point,
}: Omit<CardProps, "found"> & { readonly found: readonly FoundProvider[] }) {
  return found.length > 0 ? (
    <ul class="cards">
      {found.map((one) => (
        <ProviderCard key={one.provider.id} known={known} found={one} point={point} />
      ))}
    </ul>
  ) : null;
}

const NoMatch = () => (
  <div class="notice">
    <p>
      <strong>Nobody matches this search.</strong>
    </p>
    <p>
      Check the spelling, use fewer words, or choose “Any specialty” and “Any clinic”. You can also{" "}
      <a href="/">see every provider</a>.
    </p>
  </div>
);

/** The list of open times reaches two weeks; a search for a later date finds nobody. */
const NoOpenTime = ({ search }: { search: SearchFields }) => (
  <div class="notice">
    <p>
      <strong>Nobody has an open time that fits.</strong>
    </p>
    <p>
      This list knows about the next two weeks; a provider's own page shows later times.{" "}
      <a href={searchUrl({ ...search, availableFrom: undefined, timeOfDay: undefined, cursor: undefined })}>
        Show open times on any day
      </a>
    </p>
  </div>
);

function Corrected({ search, query }: { search: SearchFields; query: string }) {
  return (
    <p>
      Showing results for <strong>{query}</strong>.{" "}
      <a href={searchUrl({ ...search, exact: "true", cursor: undefined })}>Search instead for “{search.q}”</a>
    </p>
  );
}

const UnknownPlace = () => (
  <p class="notice">We don't know that ZIP code. Try one nearby, or leave the field empty.</p>
);

interface ResultsProps {
  readonly known: Directory;
  readonly search: SearchFields;
  readonly page: ProviderPage;
  readonly sort: SortOrder;
  readonly others: readonly FoundProvider[];
}

function Results({ known, search, page, sort, others }: ResultsProps) {
  const { found, next, point, correctedQuery, isStale } = page;
  return (
    <section aria-labelledby="providers">
      <h2 id="providers">Providers</h2>
      {correctedQuery === null ? null : <Corrected search={search} query={correctedQuery} />}
      {isStale ? <p class="notice">These results are a few minutes old.</p> : null}
      <Cards known={known} found={found} point={point} />
      {found.length + others.length === 0 && !search.cursor && !next ? (
        asksWhen(search) ? (
          <NoOpenTime search={search} />
        ) : (
          <NoMatch />
        )
      ) : null}
      {others.length > 0 ? (
        <>
          <p class="notice">
            {found.length > 0 ? "These match too. Their" : "No open times are known yet. Each provider's"} own
            page shows when they are free.
          </p>
          <Cards known={known} found={others} point={point} />
        </>
      ) : null}
      <nav class="pager" aria-label="More providers">
        {search.cursor ? (
          <a href={searchUrl({ ...search, cursor: undefined })}>Back to the first page</a>
        ) : null}
        {next ? (
          <a rel="next" href={searchUrl({ ...search, sort, cursor: next })}>
            Next {PROVIDERS_SHOWN} providers
          </a>
        ) : null}
        {!next && sort === "soonest" && found.length + others.length > 0 && !asksWhen(search) ? (
          <a href={searchUrl({ ...search, sort: "name", cursor: undefined })}>Show all of them by name</a>
        ) : null}
      </nav>
    </section>
  );
}

const asksWhen = ({ timeOfDay, availableFrom }: SearchFields): boolean =>
  timeOfDay !== undefined || availableFrom !== undefined;

/** Soonest first unless somebody wants it otherwise; at its end whoever else matches, unless a time was asked for. */
async function find(settings: EdgeSettings, known: Directory, search: SearchFields): Promise<Found> {
  const wanted = search.sort === "distance" && !search.near ? "soonest" : (search.sort ?? "soonest");
  const query = providersQuery.safeParse({ ...search, sort: wanted, limit: String(PROVIDERS_SHOWN) });
  if (!query.success) {
    const isPlace = query.error.issues.some(({ path }) => path[0] === "near");
    return { kind: isPlace ? "unknown-place" : "unreadable" };
  }
  const ask = async (asked: ProviderSearch): Promise<Found> => {
    const page = await findProviders(settings, known, asked);
    if (page === "bad-cursor") return ask({ ...asked, cursor: undefined }); // an old link: from the beginning
    if (page === "unknown-place") return { kind: page };
    const isWhole = asked.sort !== "soonest" || asksWhen(search) || page.next !== null;
    const others = isWhole ? [] : await othersThan(page, settings, known, asked);
    return { kind: "page", page, sort: asked.sort, others };
  };
  try {
    return await ask(query.data);
  } catch (error) {
    if (!(error instanceof PostgresUnavailable)) throw error;
    return { kind: "away" }; // logged in askPostgres
  }
}

/** A page by name of those who match and are not on this one. Who was on an earlier page has a time, and is left out for it. */
async function othersThan(
  { found }: ProviderPage,
  settings: EdgeSettings,
  known: Directory,
  asked: ProviderSearch,
): Promise<readonly FoundProvider[]> {
  const all = await findProviders(settings, known, { ...asked, sort: "name", cursor: undefined });
  if (typeof all === "string") return []; // it was neither a moment ago
  const shown = new Set(found.map(({ provider }) => provider.id));
  return all.found.filter(({ provider, next }) => next === null && !shown.has(provider.id));
}

export const findCare = new Hono<EdgeEnv>().get("/", async (c) => {
  const known = await directoryOf(c);
  const search = readSearch(c.req.query());
  const found = await find(c.get("settings"), known, search);
  if (found.kind === "page") {
    repairOpenings(c, known, found.page.repairs);
    if (found.page.isStale) markStale(c);
  }
  return sendPage(c, {
    title: "Find care",
    status: found.kind === "away" ? 503 : 200,
    children: (
      <>
        <h1>Find care</h1>
        <p class="lead">See times that are really free, and book one.</p>
        <p class="emergency muted">
          In an emergency, call <a href="tel:911">911</a>.
        </p>
        <SearchForm known={known} search={search} />
        {found.kind === "page" ? <Results known={known} search={search} {...found} /> : null}
        {found.kind === "away" ? (
          <p class="notice">We can't search just now. Load this page again in a minute.</p>
        ) : null}
        {found.kind === "unknown-place" ? <UnknownPlace /> : null}
        {found.kind === "unreadable" ? <NoMatch /> : null}
      </>
    ),
  });
});
