/** The providers of the sample network: who they are, where and when they work, what they offer. */
import type { Clinic, Provider } from "../../core/directory/directory.ts";
import { makeId, type ProviderId } from "../../core/ids.ts";
import type { Site } from "../../core/schedule/config.ts";
import { HOLIDAYS } from "./clinics.ts";
import { makeWeek } from "./hours.ts";
import { makePerson } from "./names.ts";
import type { Random } from "./random.ts";
import { pickVisitTypes, type VisitTypeCatalogue } from "./visit-types.ts";

export const SPECIALTIES = [
  "primary-care",
  "cardiology",
  "dermatology",
  "orthopedics",
  "pediatrics",
  "neurology",
  "psychiatry",
  "oncology",
  "gastroenterology",
  "endocrinology",
  "pulmonology",
  "rheumatology",
  "urology",
  "ophthalmology",
  "ent",
] as const;
export type Specialty = (typeof SPECIALTIES)[number];

/** What a specialist may also do; the others keep to one. */
const SECOND: Partial<Record<Specialty, Specialty>> = {
  cardiology: "primary-care",
  endocrinology: "primary-care",
  pulmonology: "primary-care",
  rheumatology: "primary-care",
  pediatrics: "primary-care",
};

/** The first providers of every clinic, so that each has general care; the rest is drawn. */
const BASIC_STAFF: readonly Specialty[] = ["primary-care", "primary-care", "pediatrics"];
const GENERAL_TITLES = ["MD", "MD", "MD", "DO", "DO", "NP", "NP", "PA"] as const;
const SPECIALIST_TITLES = ["MD", "MD", "MD", "MD", "DO", "NP", "PA"] as const;
const EXTRA_LANGUAGES = ["es", "es", "es", "zh", "ar", "fr", "ru", "vi", "ase"] as const;

/** Without what is drawn later (`plans.ts`). */
export type SeedProvider = Omit<Provider, "gender" | "insurances">;

const SECOND_SITE_PERCENT = 30;

function pickSpecialties(random: Random, rank: number): Specialty[] {
  const main = BASIC_STAFF[rank] ?? random.pick(SPECIALTIES);
  const second = SECOND[main];
  return second && random.chance(20) ? [main, second] : [main];
}

function pickLanguages(random: Random, own: string): string[] {
  const languages = ["en"];
  if (own !== "en" && random.chance(85)) languages.push(own);
  if (random.chance(15)) languages.push(random.pick(EXTRA_LANGUAGES));
  return [...new Set(languages)];
}

/** A second site is another clinic of the same city, so of the same zone. */
function pickSites(random: Random, main: Clinic, clinics: readonly Clinic[]): Site[] {
  const others = clinics.filter((c) => c.city === main.city && c.state === main.state && c.id !== main.id);
  const hasSecond = others.length > 0 && random.chance(SECOND_SITE_PERCENT);
  const sites = hasSecond ? [main, random.pick(others)] : [main];
  return makeWeek(random, hasSecond ? 2 : 1).map((week, index) => {
    const { id: locationId, timeZone } = sites[index] as Clinic; // makeWeek gives one entry per site
    return { locationId, timeZone, ...week, closures: HOLIDAYS };
  });
}

function makeProvider(
  random: Random,
  rank: number,
  clinics: readonly Clinic[],
  main: Clinic,
  types: VisitTypeCatalogue,
): SeedProvider {
  const id = makeId("prv", random.bytes(12)) as ProviderId;
  const person = makePerson(random);
  const specialties = pickSpecialties(random, rank);
  const specialty = specialties[0] as Specialty; // pickSpecialties gives at least one
  const sites = pickSites(random, main, clinics);
  const offered = new Set(pickVisitTypes(random, specialty));
  const visitTypes = [...types]
    .flatMap(([key, type]) => (offered.has(key) ? [type] : []))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return {
    id,
    displayName: `${person.first} ${person.last}`,
    title: random.pick(BASIC_STAFF.includes(specialty) ? GENERAL_TITLES : SPECIALIST_TITLES),
    specialties,
    languages: pickLanguages(random, person.language),
    acceptingNewPatients: random.chance(80),
    active: true,
    locationIds: sites.map((site) => site.locationId),
    visitTypeIds: visitTypes.map((type) => type.id),
    calendar: {
      providerId: id,
      version: 1,
      sites,
      visitTypes: visitTypes.map(({ name: _name, modality: _modality, active: _active, ...rules }) => rules),
    },
  };
}

/** Dealt out to the clinics in turn: with 2,000 providers and 200 clinics, ten have their main site at each. */
export function makeProviders(
  random: Random,
  count: number,
  clinics: readonly Clinic[],
  types: VisitTypeCatalogue,
): SeedProvider[] {
  return Array.from({ length: count }, (_, index) => {
    const main = clinics[index % clinics.length] as Clinic; // inside, as long as there is a clinic
    return makeProvider(random, Math.floor(index / clinics.length), clinics, main, types);
  });
}
