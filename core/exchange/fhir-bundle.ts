/**
 * [IE11] A FHIR R4 Bundle as the records of a file: each resource becomes the cells that a line of CSV would have had, so that one
 * validation reads both. What we have no column for is passed over. A record's line is the number of its entry.
 */
import { EXCEPTIONS_MAX, WEEKLY_RULES_MAX } from "../schedule/config.ts";
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

/** Whom a reference means. */
interface Meant {
  readonly type: string;
  readonly id: string;
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
  readonly #byUrl = new Map<string, Meant>();

  constructor(entries: readonly Json[]) {
    this.#entries = entries.map((entry, index) => ({ line: index + 1, resource: object(entry.resource) }));
    for (const entry of entries) {
      const url = string(entry.fullUrl);
      const { resourceType, id } = object(entry.resource);
      if (url !== "") this.#byUrl.set(url, { type: string(resourceType), id: string(id) });
    }
  }

  of(type: string): readonly Entry[] {
    return this.#entries.filter(({ resource }) => resource.resourceType === type);
  }

  /** The `fullUrl` of an entry, `Patient/12` or an address, of a version (`…/_history/7`) or not; else an identifier. */
  meant(reference: unknown): Meant {
    const { reference: text, type, identifier } = object(reference);
    const [url = ""] = string(text).split("/_history/", 1);
    if (url === "") return { type: string(type), id: string(object(identifier).value) };
    const [id = "", before] = url.split("/").toReversed();
    return this.#byUrl.get(url) ?? { type: before ?? string(type), id };
  }

  idIn(reference: unknown): string {
    return this.meant(reference).id;
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
const activeIn = ({ active }: Json): string | null => (typeof active === "boolean" ? String(active) : null);

/** null = the resource does not say, which is not that there is none. */
type Cells = Readonly<Record<string, string | null>>;
interface Line {
  readonly line: number;
  readonly cells: Cells;
}

function patients(bundle: Bundle): Line[] {
  return bundle.of("Patient").map(({ line, resource }) => {
    const spoken = list(resource.communication);
    const preferred = spoken.find((one) => one.preferred === true) ?? spoken[0];
    const saysTelecom = resource.telecom !== undefined;
    return {
      line,
      cells: {
        id: string(resource.id),
        displayName: nameOf(resource),
        birthDate: string(resource.birthDate),
        email: saysTelecom ? telecomOf(resource, "email") : null,
        phone: saysTelecom ? telecomOf(resource, "phone") : null,
        homeLocationId: bundle.idIn(resource.managingOrganization),
        preferredLanguage: resource.communication === undefined ? null : codeIn(preferred?.language),
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
    roles.delete(id); // a second one of this id is refused, and need not be worked out
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
        gender: gender === "" ? null : gender === "female" || gender === "male" ? gender : "",
        active: activeIn(resource),
        visitTypeIds: saysServices ? services.join("|") : null,
      },
    };
  });
}

const clock = (time: unknown): string => string(time).slice(0, 5);

/** A week as a cell has it; of too many rules as many as the cell refuses. */
function weekOf(role: Json): string {
  const rules: string[] = [];
  for (const time of list(role.availableTime)) {
    const hours =
      time.allDay === true
        ? "00:00-24:00"
        : `${clock(time.availableStartTime)}-${clock(time.availableEndTime)}`;
    for (const day of strings(time.daysOfWeek)) {
      if (rules.length > WEEKLY_RULES_MAX) return rules.join(" | ");
      rules.push(`${day} ${hours}`);
    }
  }
  return rules.join(" | ");
}

const DAY_MS = 86_400_000;
/** The cell then says what is expected. */
const NO_DATE = "no-date";

/** Every date of an absence, both included; a longer one than there may be exceptions is of somebody who has left. */
function datesOf({ during }: Json): string[] {
  const [from, until] = [string(object(during).start).slice(0, 10), string(object(during).end).slice(0, 10)];
  const first = Date.parse(`${from}T00:00:00Z`);
  const last = until === "" ? first : Date.parse(`${until}T00:00:00Z`);
  const days = (last - first) / DAY_MS + 1;
  if (!(days >= 1 && days <= EXCEPTIONS_MAX)) return [NO_DATE];
  return Array.from({ length: days }, (_, n) => new Date(first + n * DAY_MS).toISOString().slice(0, 10));
}

/** Closed on each of them; of too many as many as the cell refuses. */
function absencesOf(role: Json): string {
  const dates = new Set<string>();
  for (const absence of list(role.notAvailable)) {
    for (const date of datesOf(absence)) dates.add(date);
    if (dates.size > EXCEPTIONS_MAX || dates.has(NO_DATE)) break;
  }
  return [...dates]
    .toSorted()
    .map((date) => `${date} closed`)
    .join(" | ");
}

/** null = more than a file may have: a role has any number of places. */
function schedules(bundle: Bundle): Line[] | null {
  const lines: Line[] = [];
  for (const { line, resource } of bundle.of("PractitionerRole")) {
    const places = list(resource.location);
    if (lines.length + places.length > IMPORT_ROWS_MAX) return null;
    const said = {
      providerId: bundle.idIn(resource.practitioner),
      hours: resource.availableTime === undefined ? null : weekOf(resource),
      exceptions: resource.notAvailable === undefined ? null : absencesOf(resource),
    };
    places.forEach((place, index) => {
      // One role at several places has several schedules here.
      const id = places.length === 1 ? string(resource.id) : `${string(resource.id)}.${index + 1}`;
      lines.push({ line, cells: { id, locationId: bundle.idIn(place), ...said } });
    });
  }
  return lines;
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
    const actors = list(resource.participant).map(({ actor }) => bundle.meant(actor));
    const who = (wanted: string): string => actors.find(({ type }) => type === wanted)?.id ?? "";
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

const READERS: Readonly<Record<ImportKind, (bundle: Bundle) => Line[] | null>> = {
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
  if (entry.length > IMPORT_ROWS_MAX) return { error: `must have at most ${IMPORT_ROWS_MAX} entries` };
  const lines = READERS[kind](new Bundle(entry.map(object)));
  if (!lines) return { error: `must have at most ${IMPORT_ROWS_MAX} schedules` };
  const [first] = lines;
  if (!first) return { error: `must have at least one ${RESOURCES[kind]}` };
  // Of what no resource says there is no column: it stays as it stands.
  const header = Object.keys(first.cells).filter((name) => lines.some(({ cells }) => cells[name] !== null));
  return {
    header,
    records: lines.map(({ line, cells }) => ({ line, cells: header.map((name) => cells[name] ?? null) })),
  };
}
