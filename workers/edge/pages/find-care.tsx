/** Find care: a form that is a link, and who matches it. */
import { Hono } from "hono";
import type { Clinic, Provider } from "../../../core/directory/directory.ts";
import { logFailure } from "../../../durable-objects/shared/log.ts";
import { directoryOf } from "../api/directory.ts";
import { providersQuery } from "../api/schemas.ts";
import type { Directory } from "../directory-cache.ts";
import type { EdgeEnv } from "../env.ts";
import { findProviders, type ProviderPage } from "../find-providers.ts";
import { sendPage } from "./layout.tsx";
import { addressText, languagesText, providerText, specialtyText } from "./words.ts";

/** As many as a thumb scrolls through before it would rather search. */
const PROVIDERS_SHOWN = 20;
const SEARCH_CHARS_MAX = 100;

interface Search {
  readonly q?: string | undefined;
  readonly specialty?: string | undefined;
  readonly locationId?: string | undefined;
  readonly cursor?: string | undefined;
}

const FIELDS = ["q", "specialty", "locationId", "cursor"] as const;

/** Only what the form knows; an empty field is one that was left alone. */
function readSearch(query: Readonly<Record<string, string>>): Search {
  return Object.fromEntries(
    FIELDS.map((name) => [name, query[name]?.trim()] as const).filter(([, value]) => value),
  );
}

const searchUrl = (search: Search): string => {
  const query = new URLSearchParams(Object.entries(search).filter((entry) => entry[1] !== undefined));
  return query.size > 0 ? `/?${query}` : "/";
};

function ClinicOptions({ clinics, chosen }: { clinics: readonly Clinic[]; chosen: string | undefined }) {
  const states = Map.groupBy(clinics, ({ state }) => state);
  return (
    <>
      {[...states.keys()].sort().map((state) => (
        <optgroup key={state} label={state}>
          {(states.get(state) ?? [])
            .map(({ id, city, name }) => ({ id, text: `${city}: ${name}` }))
            .sort((a, b) => a.text.localeCompare(b.text))
            .map(({ id, text }) => (
              <option key={id} value={id} selected={id === chosen}>
                {text}
              </option>
            ))}
        </optgroup>
      ))}
    </>
  );
}

function SearchForm({ known, search }: { known: Directory; search: Search }) {
  return (
    <search>
      <form method="get" action="/" class="search">
        <label for="q">Name or keyword</label>
        <input
          id="q"
          name="q"
          type="search"
          value={search.q}
          maxLength={SEARCH_CHARS_MAX}
          autocomplete="off"
        />
        <label for="specialty">Specialty</label>
        <select id="specialty" name="specialty">
          <option value="">Any specialty</option>
          {known.specialties.map((code) => (
            <option key={code} value={code} selected={code === search.specialty}>
              {specialtyText(code)}
            </option>
          ))}
        </select>
        <label for="locationId">Clinic</label>
        <select id="locationId" name="locationId">
          <option value="">Any clinic</option>
          <ClinicOptions clinics={[...known.clinics.values()]} chosen={search.locationId} />
        </select>
        <p class="actions">
          <button type="submit" class="button">
            Show providers
          </button>
          {Object.keys(search).length > 0 ? <a href="/">Clear search</a> : null}
        </p>
      </form>
    </search>
  );
}

function ProviderCard({ known, provider }: { known: Directory; provider: Provider }) {
  const clinics = provider.locationIds
    .map((id) => known.clinics.get(id))
    .filter((clinic) => clinic !== undefined);
  return (
    <li class="card provider">
      <h3>
        <a href={`/providers/${provider.id}`}>{providerText(provider)}</a>
      </h3>
      <p>{provider.specialties.map(specialtyText).join(", ")}</p>
      {clinics.map((clinic) => (
        <p key={clinic.id} class="muted">
          {clinic.name}, {addressText(clinic)}
        </p>
      ))}
      <p class="muted">Speaks {languagesText(provider.languages)}</p>
      {provider.acceptingNewPatients ? null : <p class="tag warn">Not taking new patients</p>}
    </li>
  );
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

function Results({ known, search, found }: { known: Directory; search: Search; found: ProviderPage | null }) {
  const next = found?.next;
  return (
    <section aria-labelledby="providers">
      <h2 id="providers">Providers</h2>
      {found?.correctedQuery ? (
        <p class="notice">
          Showing results for <strong>{found.correctedQuery}</strong>.
        </p>
      ) : null}
      {found && found.providers.length > 0 ? (
        <ul class="cards">
          {found.providers.map(({ provider }) => (
            <ProviderCard key={provider.id} known={known} provider={provider} />
          ))}
        </ul>
      ) : (
        <NoMatch />
      )}
      <nav class="pager" aria-label="More providers">
        {search.cursor ? (
          <a href={searchUrl({ ...search, cursor: undefined })}>Back to the first page</a>
        ) : null}
        {next ? (
          <a rel="next" href={searchUrl({ ...search, cursor: next })}>
            Next {PROVIDERS_SHOWN} providers
          </a>
        ) : null}
      </nav>
    </section>
  );
}

export const findCare = new Hono<EdgeEnv>().get("/", async (c) => {
  const known = await directoryOf(c);
  const search = readSearch(c.req.query());
  const query = providersQuery.safeParse({ ...search, limit: String(PROVIDERS_SHOWN) });
  let found: ProviderPage | null | "away" = null; // a search that cannot be read finds nobody
  if (query.success) {
    const answer = await findProviders(c.get("settings"), known, query.data).catch((error: unknown) => {
      logFailure("pages.search_failed", error);
      return "away" as const;
    });
    found = answer === "cursor" || answer === "near" ? null : answer;
  }
  return sendPage(c, {
    title: "Find care",
    status: found === "away" ? 503 : 200,
    children: (
      <>
        <h1>Find care</h1>
        <p class="lead">See times that are really free, and book one.</p>
        <p class="emergency muted">
          In an emergency, call <a href="tel:911">911</a>.
        </p>
        <SearchForm known={known} search={search} />
        {found === "away" ? (
          <p class="notice">We can't search just now. Load this page again in a minute.</p>
        ) : (
          <Results known={known} search={search} found={found} />
        )}
      </>
    ),
  });
});
