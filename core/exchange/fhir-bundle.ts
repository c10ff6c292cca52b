/**
 * [IE11] A FHIR R4 Bundle as the records of a file: each resource becomes the cells that a line of CSV would have had, so that one
 * validation reads both. What we have no column for is passed over. A record's line is the number of its entry.
 */
import type { ImportKind } from "./kinds.ts";
import { type FileRecord, IMPORT_ROWS_MAX } from "./read-rows.ts";

type Json = Readonly<Record<string, unknown>>;

export interface BundleRecords {
  readonly header: readonly string[];
  readonly records: readonly FileRecord[];
}

interface Entry {
  readonly line: number;
  readonly resource: Json;
}

const object = (value: unknown): Json =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.map(object) : []);
const string = (value: unknown): string => (typeof value === "string" ? value : "");
const strings = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];

/** The entries with what others call them, to follow `urn:uuid:` references. */
class Bundle {
  readonly #entries: readonly Entry[];
  readonly #byUrl = new Map<string, string>();

  constructor(entries: readonly Json[]) {
    this.#entries = entries.map((entry, index) => ({ line: index + 1, resource: object(entry.resource) }));
    for (const entry of entries) {
      const url = string(entry.fullUrl);
      if (url !== "") this.#byUrl.set(url, string(object(entry.resource).id));
    }
  }

  of(type: string): readonly Entry[] {
    return this.#entries.filter(({ resource }) => resource.resourceType === type);
  }

  /** The id of the resource that is meant: `Patient/12`, an address, or the `fullUrl` of an entry. */
  idIn(reference: unknown): string {
    const { reference: text, identifier } = object(reference);
    const url = string(text);
    if (url === "") return string(object(identifier).value);
    return this.#byUrl.get(url) ?? url.slice(url.lastIndexOf("/") + 1);
  }
}

/** The name in use; given names first, as it is read out. */
function nameOf(resource: Json): string {
  const names = list(resource.name);
  const name = names.find(({ use }) => use === "official" || use === "usual") ?? names[0] ?? {};
  return string(name.text) || [...strings(name.given), string(name.family)].filter(Boolean).join(" ");
}

function telecomOf(resource: Json, system: string): string {
  const all = list(resource.telecom).filter((one) => one.system === system && one.use !== "old");
  return string((all.find(({ use }) => use === "mobile") ?? all[0])?.value);
}

const codeIn = (concept: unknown): string =>
  string(list(object(concept).coding)[0]?.code) || string(object(concept).text);
const wordsIn = (concept: unknown): string =>
  string(object(concept).text) ||
  string(list(object(concept).coding)[0]?.display) ||
  string(list(object(concept).coding)[0]?.code);
/** `Family Medicine` → `family-medicine`, as specialties are written here. */
const slug = (words: string): string =>
  words
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
const activeIn = ({ active }: Json): string => (active === false ? "false" : "true");

type Cells = Readonly<Record<string, string>>;
interface Line {
  readonly line: number;
  readonly cells: Cells;
}

function patients(bundle: Bundle): Line[] {
  return bundle.of("Patient").map(({ line, resource }) => {
    const spoken = list(resource.communication);
    const preferred = spoken.find((one) => one.preferred === true) ?? spoken[0];
    return {
      line,
      cells: {
        id: string(resource.id),
        displayName: nameOf(resource),
        birthDate: string(resource.birthDate),
        email: telecomOf(resource, "email"),
        phone: telecomOf(resource, "phone"),
        homeLocationId: bundle.idIn(resource.managingOrganization),
        preferredLanguage: codeIn(preferred?.language),
        active: activeIn(resource),
      },
    };
  });
}

function providers(bundle: Bundle): Line[] {
  const roles = Map.groupBy(bundle.of("PractitionerRole"), ({ resource }) =>
    bundle.idIn(resource.practitioner),
  );
  const saysServices = [...roles.values()]
    .flat()
    .some(({ resource }) => list(resource.healthcareService).length > 0);
  return bundle.of("Practitioner").map(({ line, resource }) => {
    const id = string(resource.id);
    const own = (roles.get(id) ?? []).map((role) => role.resource);
    const specialties = own.flatMap((role) => list(role.specialty).map((one) => slug(wordsIn(one))));
    const services = own.flatMap((role) => list(role.healthcareService).map((one) => bundle.idIn(one)));
    const gender = string(resource.gender);
    return {
      line,
      cells: {
        id,
        displayName: nameOf(resource),
        title:
          codeIn(object(list(resource.qualification)[0]).code) ||
          (strings(list(resource.name)[0]?.suffix)[0] ?? ""),
        specialties: specialties.filter(Boolean).join("|"),
        languages: list(resource.communication).map(codeIn).join("|"),
        gender: gender === "female" || gender === "male" ? gender : "",
        active: activeIn(resource),
        ...(saysServices ? { visitTypeIds: services.join("|") } : {}),
      },
    };
  });
}

const clock = (time: unknown): string => string(time).slice(0, 5);

/** A week as a cell has it. */
const weekOf = (role: Json): string =>
  list(role.availableTime)
    .flatMap((time) => {
      const hours =
        time.allDay === true
          ? "00:00-24:00"
          : `${clock(time.availableStartTime)}-${clock(time.availableEndTime)}`;
      return strings(time.daysOfWeek).map((day) => `${day} ${hours}`);
    })
    .join(" | ");

/** Days of one absence: as many as there may be exceptions; a longer one is an absence of somebody who has left. */
const ABSENT_DAYS_MAX = 366;
const DAY_MS = 86_400_000;

/** Every date of an absence, both included, as closed. */
function absencesOf(role: Json): string {
  const dates = list(role.notAvailable).flatMap(({ during }) => {
    const [from, until] = [
      string(object(during).start).slice(0, 10),
      string(object(during).end).slice(0, 10),
    ];
    const first = Date.parse(`${from}T00:00:00Z`);
    const last = until === "" ? first : Date.parse(`${until}T00:00:00Z`);
    const days = (last - first) / DAY_MS + 1;
    if (!(days >= 1 && days <= ABSENT_DAYS_MAX)) return ["no-date"]; // the cell then says what is expected
    return Array.from({ length: days }, (_, n) => new Date(first + n * DAY_MS).toISOString().slice(0, 10));
  });
  return [...new Set(dates)]
    .toSorted()
    .map((date) => `${date} closed`)
    .join(" | ");
}

function schedules(bundle: Bundle): Line[] {
  return bundle.of("PractitionerRole").flatMap(({ line, resource }) => {
    const places = list(resource.location);
    return places.map((place, index) => ({
      line,
      cells: {
        // One role at several places has several schedules here.
        id: places.length === 1 ? string(resource.id) : `${string(resource.id)}.${index + 1}`,
        providerId: bundle.idIn(resource.practitioner),
        locationId: bundle.idIn(place),
        hours: weekOf(resource),
        exceptions: absencesOf(resource),
      },
    }));
  });
}

/** What is not here is no appointment yet, or was none: it is refused as any other status that we do not have. */
const STATUS: Readonly<Record<string, string>> = {
  booked: "booked",
  arrived: "checked-in",
  "checked-in": "checked-in",
  fulfilled: "completed",
  cancelled: "cancelled",
  noshow: "no-show",
};

function appointments(bundle: Bundle): Line[] {
  return bundle.of("Appointment").map(({ line, resource }) => {
    const actors = list(resource.participant).map(({ actor }) => object(actor));
    const isOf = (actor: Json, type: string): boolean =>
      actor.type === type || string(actor.reference).includes(`${type}/`);
    const who = (type: string): string => {
      const found = actors.find((actor) => isOf(actor, type));
      return found ? bundle.idIn(found) : "";
    };
    const status = string(resource.status);
    const created = string(resource.created);
    return {
      line,
      cells: {
        id: string(resource.id),
        providerId: who("Practitioner"),
        patientId: who("Patient"),
        locationId: who("Location"),
        visitTypeId: codeIn(list(resource.serviceType)[0]) || codeIn(resource.appointmentType),
        start: string(resource.start),
        end: string(resource.end),
        status: STATUS[status] ?? (status || "none"),
        createdAt: created.includes("T") ? created : "",
        reason: string(object(list(resource.reasonCode)[0]).text) || string(resource.description),
      },
    };
  });
}

const READERS: Readonly<Record<ImportKind, (bundle: Bundle) => Line[]>> = {
  patients,
  providers,
  schedules,
  appointments,
};
const RESOURCES: Readonly<Record<ImportKind, string>> = {
  patients: "Patient",
  providers: "Practitioner",
  schedules: "PractitionerRole with a location",
  appointments: "Appointment",
};

/** A sentence when it is no such Bundle. */
export function readBundle(kind: ImportKind, value: unknown): BundleRecords | { readonly error: string } {
  const { resourceType, entry } = object(value);
  if (resourceType !== "Bundle" || !Array.isArray(entry)) return { error: "must be a Bundle with entries" };
  const lines = READERS[kind](new Bundle(entry.map(object)));
  const [first] = lines;
  if (!first) return { error: `must have at least one ${RESOURCES[kind]}` };
  if (lines.length > IMPORT_ROWS_MAX) return { error: `must have at most ${IMPORT_ROWS_MAX} resources` };
  const header = Object.keys(first.cells);
  return {
    header,
    records: lines.map(({ line, cells }) => ({ line, cells: header.map((name) => cells[name] ?? "") })),
  };
}
