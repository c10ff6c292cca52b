/** The form of a search: plain fields and a link as its answer, so that it works without JavaScript. */
import type { ComponentChildren } from "preact";
import type { Clinic, Gender } from "../../../core/directory/directory.ts";
import type { DayPart } from "../../../core/schedule/day-part.ts";
import type { Directory } from "../directory-cache.ts";
import { insuranceText, languagesText, specialtyText } from "./words.ts";

const SEARCH_CHARS_MAX = 100;

const FIELDS = [
  ...(["q", "specialty", "locationId", "near", "radiusKm", "language", "insurance", "gender"] as const),
  ...(["availableFrom", "timeOfDay", "acceptingNew", "sort", "exact", "cursor"] as const),
];
export type SearchFields = Partial<Record<(typeof FIELDS)[number], string | undefined>>;

/** Those that the form hides until somebody wants them. */
const MORE = [
  ...(["language", "insurance", "gender"] as const),
  ...(["availableFrom", "timeOfDay", "acceptingNew", "sort"] as const),
];

/** Round figures in miles, as people say them; what is asked for is kilometres. */
const RADII: readonly (readonly [km: string, text: string])[] = [
  ["8", "5 miles"],
  ["16", "10 miles"],
  ["40", "25 miles"],
  ["80", "50 miles"],
  ["160", "100 miles"],
];
const RADIUS_SHOWN = "40";

/** Only what the form knows; an empty field is one that was left alone, a middle has the radius that the form shows, and soonest goes without saying. */
export function readSearch(query: Readonly<Record<string, string>>): SearchFields {
  const given = FIELDS.map((name) => [name, query[name]?.trim()] as const).filter(([, value]) => value);
  const { radiusKm, sort, ...search }: SearchFields = Object.fromEntries(given);
  return {
    ...search,
    ...(search.near ? { radiusKm: radiusKm ?? RADIUS_SHOWN } : {}),
    ...(sort && sort !== "soonest" ? { sort } : {}),
  };
}

export function searchUrl(search: SearchFields): string {
  const query = new URLSearchParams(
    Object.entries(search).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  return query.size > 0 ? `/?${query}` : "/";
}

const GENDERS: readonly (readonly [Gender, string])[] = [
  ["female", "Woman"],
  ["male", "Man"],
  ["non-binary", "Non-binary"],
];
const DAY_PARTS: readonly (readonly [DayPart, string])[] = [
  ["morning", "Morning (before noon)"],
  ["afternoon", "Afternoon (noon to 5 PM)"],
  ["evening", "Evening (from 5 PM)"],
];
const ORDERS = [
  ["soonest", "Soonest open time"],
  ["distance", "Nearest (needs a ZIP code)"],
  ["name", "Name"],
] as const;

interface Choices {
  readonly languages: readonly (readonly [string, string])[];
  readonly insurances: readonly (readonly [string, string])[];
}

const byText = (a: readonly [string, string], b: readonly [string, string]): number =>
  a[1].localeCompare(b[1]);
/** Of one copy of the directory; counting 2,000 providers for each page would be most of its time. */
const choicesOf = new WeakMap<Directory, Choices>();

function choices(known: Directory): Choices {
  let made = choicesOf.get(known);
  if (!made) {
    const providers = [...known.providers.values()].filter(({ active }) => active);
    const codes = (of: "languages" | "insurances") => [...new Set(providers.flatMap((one) => one[of]))];
    made = {
      languages: codes("languages")
        .map((code) => [code, languagesText([code])] as const)
        .sort(byText),
      insurances: codes("insurances")
        .map((code) => [code, insuranceText(code)] as const)
        .sort(byText),
    };
    choicesOf.set(known, made);
  }
  return made;
}

interface SelectProps {
  readonly name: keyof SearchFields;
  readonly label: string;
  readonly any?: string;
  readonly chosen: string | undefined;
  readonly options?: readonly (readonly [value: string, text: string])[];
  readonly children?: ComponentChildren;
}

function Select({ name, label, any, chosen, options = [], children }: SelectProps) {
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <select id={name} name={name}>
        {any === undefined ? null : <option value="">{any}</option>}
        {options.map(([value, text]) => (
          <option key={value} value={value} selected={value === chosen}>
            {text}
          </option>
        ))}
        {children}
      </select>
    </div>
  );
}

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

function MoreFilters({ known, search }: { known: Directory; search: SearchFields }) {
  const { languages, insurances } = choices(known);
  return (
    <details class="more-filters" open={MORE.some((name) => search[name] !== undefined)}>
      <summary>More filters</summary>
      <div class="fields">
        <Select name="radiusKm" label="Within" chosen={search.radiusKm ?? RADIUS_SHOWN} options={RADII} />
        <Select
          name="language"
          label="Speaks"
          any="Any language"
          chosen={search.language}
          options={languages}
        />
        <Select
          name="insurance"
          label="Insurance"
          any="Any insurance"
          chosen={search.insurance}
          options={insurances}
        />
        <Select name="gender" label="Provider is" any="Anybody" chosen={search.gender} options={GENDERS} />
        <div class="field">
          <label for="availableFrom">On this day or later</label>
          <input id="availableFrom" name="availableFrom" type="date" value={search.availableFrom} />
        </div>
        <Select
          name="timeOfDay"
          label="Time of day"
          any="Any time"
          chosen={search.timeOfDay}
          options={DAY_PARTS}
        />
        <Select name="sort" label="Sort by" chosen={search.sort} options={ORDERS} />
        <label class="check">
          <input type="checkbox" name="acceptingNew" value="true" checked={search.acceptingNew === "true"} />
          Taking new patients
        </label>
      </div>
    </details>
  );
}

export function SearchForm({ known, search }: { known: Directory; search: SearchFields }) {
  const clinics = [...known.clinics.values()].filter(({ active }) => active);
  return (
    <search>
      <form method="get" action="/" class="search">
        <div class="fields">
          <div class="field">
            <label for="q">Name or keyword</label>
            <input
              id="q"
              name="q"
              type="search"
              value={search.q}
              maxLength={SEARCH_CHARS_MAX}
              autocomplete="off"
            />
          </div>
          <Select
            name="specialty"
            label="Specialty"
            any="Any specialty"
            chosen={search.specialty}
            options={known.specialties.map((code) => [code, specialtyText(code)] as const)}
          />
          <div class="field">
            <label for="near">Near ZIP code</label>
            <input
              id="near"
              name="near"
              value={search.near}
              inputMode="numeric"
              pattern="[0-9]{5}"
              maxLength={5}
              autocomplete="postal-code"
              title="Five digits"
            />
          </div>
          <Select name="locationId" label="Clinic" any="Any clinic" chosen={search.locationId}>
            <ClinicOptions clinics={clinics} chosen={search.locationId} />
          </Select>
        </div>
        <MoreFilters known={known} search={search} />
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
