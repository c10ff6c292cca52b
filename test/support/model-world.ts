/**
 * The real edge and the real objects, as a model test needs them: a clinic that nobody else uses, patients that nobody
 * knows, requests that are repeated until they have an answer, faults to plant, and ways to look at everything.
 */
import { reset, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, vi } from "vitest";
import type { AppointmentFacts } from "../../core/booking/appointment.ts";
import type { Provider, Resource } from "../../core/directory/directory.ts";
import {
  type AppointmentId,
  agendaShardOf,
  type LocationId,
  type PatientId,
  type ProviderId,
  type VisitTypeId,
} from "../../core/ids.ts";
import type { VisitTypeRules } from "../../core/schedule/config.ts";
import { seriesStarts } from "../../core/schedule/series-starts.ts";
import { DAY_MS, HOUR_MS, type Instant, instant, MINUTE_MS, plus } from "../../core/time.ts";
import { makeDb } from "../../db/client.ts";
import { loadDirectory } from "../../db/queries/load-directory.ts";
import { PatientAgenda } from "../../durable-objects/patient-agenda/patient-agenda.ts";
import { ProviderCalendar } from "../../durable-objects/provider-calendar/provider-calendar.ts";
import { forgetAvailability } from "../../workers/edge/availability-cache.ts";
import type { BookingModel, Kind, Shape } from "./booking-model.ts";
import {
  type Answer,
  adminToken,
  type CallOptions,
  calendarOf,
  call,
  patientToken,
  somePatient,
} from "./edge.ts";
import { evict } from "./evict.ts";

export const KINDS = ["plain", "room"] as const;
/** Three starts on one day of three weeks: few enough to collide, far enough apart for a series. */
const WEEKS = 3;
const PROVIDERS = 3;
/** Looked at to find those: some work on other days. */
const CANDIDATES = 5;
/** Open appointments of each patient somewhere else: of 20, one and three more are possible. */
const ELSEWHERE = [0, 17, 19];
const WINDOW_DAYS = 17;
/** Between tries of a request whose outcome is not known; and how many of them. */
const TRY_PAUSE_MS = 20;
const TRIES_MAX = 12;
const SETTLE_ROUNDS_MAX = 40;

/** A clinic where three providers share the starts of the test, and everything about it that does not change. */
interface Ward {
  readonly locationId: LocationId;
  readonly types: Readonly<Record<Kind, VisitTypeRules>>;
  readonly providers: readonly Provider[];
  readonly rooms: readonly Resource[];
  readonly offered: Shape["offered"];
  readonly from: Instant;
  readonly starts: readonly Instant[];
}

/** A call that dies: the `nth` one of that method from now on, before it does anything or after it did everything. */
export interface Fault {
  readonly method: "book" | "move" | "status" | "prepare" | "commit" | "release" | "observe";
  readonly nth: number;
  readonly when: "before" | "after";
}

export interface Request extends CallOptions {
  readonly method: string;
  readonly path: string;
  readonly patient: number;
}

/** The class of an answer, as the model names it. */
export function outcomeOf({ status, body }: Answer): string {
  if (status < 300) return "accepted";
  const slug = String(body?.type ?? status).replace("/problems/", "");
  return slug === "rule-violated" ? `rule:${body.rule}` : slug;
}

export function plant({ method, nth, when }: Fault): void {
  const owner = (method === "observe" ? PatientAgenda : ProviderCalendar).prototype as unknown as Record<
    string,
    (...given: unknown[]) => unknown
  >;
  const original = owner[method] as (...given: unknown[]) => unknown;
  let calls = 0;
  vi.spyOn(owner, method).mockImplementation(async function (this: unknown, ...given: unknown[]) {
    if (calls++ !== nth) return original.apply(this, given);
    if (when === "after") await original.apply(this, given);
    throw new Error("planted: the call died");
  });
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const dateOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

export class ModelWorld {
  readonly ward: Ward;
  readonly patients: readonly PatientId[];
  readonly #elsewhere: readonly AppointmentFacts[];
  readonly #tokens: readonly string[];
  readonly #admin: string;

  private constructor(
    ward: Ward,
    patients: readonly PatientId[],
    elsewhere: readonly AppointmentFacts[],
    tokens: readonly string[],
    admin: string,
  ) {
    this.ward = ward;
    this.patients = patients;
    this.#elsewhere = elsewhere;
    this.#tokens = tokens;
    this.#admin = admin;
  }

  static async create(): Promise<ModelWorld> {
    const ward = await nextWard();
    const patients = ELSEWHERE.map(somePatient);
    const elsewhere = patients.flatMap((patient, number) =>
      visitsElsewhere(ward, patient, ELSEWHERE[number]),
    );
    for (const patient of patients) {
      const own = elsewhere.filter(({ patientId }) => patientId === patient);
      await agendaOf(patient).observe(own.map((facts) => ({ facts, cause: null })));
    }
    const tokens = await Promise.all(patients.map(patientToken));
    return new ModelWorld(ward, patients, elsewhere, tokens, await adminToken());
  }

  get shape(): Shape {
    const { types, rooms, offered } = this.ward;
    const lengthOf = ({ minutes, bufferAfterMinutes = 0 }: VisitTypeRules) => ({
      minutes,
      after: bufferAfterMinutes,
    });
    return {
      lengths: { plain: lengthOf(types.plain), room: lengthOf(types.room) },
      rooms: rooms.map(({ id }) => id),
      offered,
      elsewhere: ELSEWHERE,
    };
  }

  /** One that no command of the test asks for. */
  get otherStart(): number {
    return (this.ward.starts[0] as number) + DAY_MS;
  }

  /** Every object that a run uses: calendars of providers and rooms, agendas of patients. */
  get stubs() {
    const { providers, rooms } = this.ward;
    return [...[...providers, ...rooms].map(({ id }) => calendarOf(id)), ...this.patients.map(agendaOf)];
  }

  /** As a client does: until there is an answer, under the same key. */
  async send({ method, path, patient, ...options }: Request): Promise<Answer> {
    const token = this.#tokens[patient] as string;
    for (let tries = 1; ; tries++) {
      const answer = await call(method, path, { token, ...options, unchecked: true }); // ids are of the model
      vi.restoreAllMocks(); // the fault, if there was one, is over
      if (answer.status !== 503 || tries === TRIES_MAX) return answer;
      await sleep(TRY_PAUSE_MS);
    }
  }

  /** [R8] Which room a visit has, as the clinic sees it. */
  async roomOf(id: string): Promise<string | null> {
    const answer = await call("GET", `/appointments/${id}`, { token: this.#admin });
    expect(answer.status).toBe(200);
    return answer.body.resourceIds?.[0] ?? null;
  }

  /** Takes the memory of an object away. */
  evict(stub: ModelWorld["stubs"][number]): Promise<void> {
    return evict(stub as never);
  }

  /** Rings the alarm of an object, whether or not it is due. */
  async alarm(stub: ModelWorld["stubs"][number]): Promise<void> {
    await ring(stub);
  }

  /** What takes seconds by the clock: everybody in doubt asks, everybody who is owed something hears of it. */
  async settle(): Promise<void> {
    const { providers, rooms } = this.ward;
    const calendars = [...providers, ...rooms].map(({ id }) => calendarOf(id));
    const agendas = this.patients.map(agendaOf);
    for (let round = 0; round < SETTLE_ROUNDS_MAX; round++) {
      const unsettled = [
        ...(await Promise.all(calendars.map((stub) => hurry(stub, ["prepared", "release_due"], "1")))),
        ...(await Promise.all(
          agendas.map((stub) => hurry(stub, ["command"], "state IN ('trying', 'decided')")),
        )),
      ];
      if (!unsettled.includes(true)) return;
    }
    throw new Error("something stays prepared, undecided or owed");
  }

  /** GET availability of a provider, and the starts that the model has free. */
  async availabilityAgrees(model: BookingModel, provider: number): Promise<void> {
    for (const kind of KINDS) {
      const shown = await freeOf(this.ward, this.ward.providers[provider] as Provider, kind);
      expect({ provider, kind, shown }).toEqual({ provider, kind, shown: model.free(provider, kind) });
    }
  }

  async listAgrees(model: BookingModel, patient: number): Promise<void> {
    const path = `/patients/${this.patients[patient]}/appointments?limit=100`;
    const answer = await this.send({ method: "GET", path, patient });
    expect(answer.status).toBe(200);
    const shown = (answer.body.data as ListedVisit[]).map((visit) => ({
      ...visit,
      start: Date.parse(visit.start),
    }));
    const mine = model.visits.filter((visit) => visit.patient === patient);
    const own = mine.map((visit) => ({
      id: visit.id,
      status: visit.cancelled ? "cancelled" : "booked",
      version: visit.version,
      providerId: this.ward.providers[visit.provider]?.id as string,
      start: visit.start,
      seriesId: visit.series ?? undefined,
    }));
    const others = this.#elsewhere.filter(({ patientId }) => patientId === this.patients[patient]);
    expect(shown.map(listed).toSorted()).toEqual([...own, ...others].map(listed).toSorted());
  }

  /** After `settle`: every active visit with a room has exactly one, and nobody else has any. */
  async roomsAgree(model: BookingModel): Promise<void> {
    const kept = await Promise.all(
      this.ward.rooms.map(async ({ id }) => {
        const query = "SELECT appointment, start_at FROM reservation";
        const rows = await rowsOf<{ appointment: string; start_at: number }>(calendarOf(id), query);
        return rows.map((row) => `${id} ${row.appointment} ${row.start_at}`);
      }),
    );
    const wanted = model.active().filter(({ room }) => room !== null);
    const lines = wanted.map(({ room, id, start }) => `${room} ${id} ${start}`);
    expect(kept.flat().toSorted()).toEqual(lines.toSorted());
  }

  /** The holds' time is over, and no alarm has run yet. */
  async runOut(provider: number, hold: string): Promise<void> {
    await rowsOf(
      calendarOf((this.ward.providers[provider] as Provider).id),
      `UPDATE hold SET expires_at = ${Date.now() - 1} WHERE id = '${hold}' AND state = 'held'`,
    );
  }
}

interface ListedVisit {
  readonly id: string;
  readonly status: string;
  readonly version: number;
  readonly providerId: string;
  readonly start: string;
  readonly seriesId?: string;
}
const listed = ({
  id,
  status,
  version,
  providerId,
  start,
  seriesId,
}: Omit<ListedVisit, "start" | "seriesId"> & { start: number; seriesId?: string | undefined }): string =>
  JSON.stringify([id, status, version, providerId, start, seriesId ?? null]);

type Stub = ModelWorld["stubs"][number];
const agendaOf = (patient: PatientId) => env.PATIENT_AGENDA.getByName(`shard-${agendaShardOf(patient)}`);

const rowsOf = <T>(stub: Stub, query: string): Promise<T[]> =>
  runInDurableObject(stub as never, (_, state) => state.storage.sql.exec(query).toArray()) as Promise<T[]>;

async function ring(stub: Stub): Promise<void> {
  await runInDurableObject(stub as never, (_, state) => state.storage.setAlarm(Date.now()));
  await runDurableObjectAlarm(stub as never);
}

/** Makes due what is open in these tables and rings. Returns whether anything was. */
async function hurry(stub: Stub, tables: readonly string[], which: string): Promise<boolean> {
  let open = 0;
  for (const table of tables)
    open += (await rowsOf(stub, `UPDATE ${table} SET ask_at = 0 WHERE ${which} RETURNING 1`)).length;
  if (open > 0) await ring(stub);
  return open > 0;
}

/** Free starts of the window in order, without what the isolate remembers. */
async function freeOf(
  { locationId, types, from }: Pick<Ward, "locationId" | "types" | "from">,
  provider: Provider,
  kind: Kind,
) {
  forgetAvailability(provider.id);
  const query = new URLSearchParams({
    visitTypeId: types[kind].id,
    locationId,
    from: dateOf(from),
    to: dateOf(from + WINDOW_DAYS * DAY_MS),
  });
  const answer = await call("GET", `/providers/${provider.id}/availability?${query}`);
  expect(answer.status).toBe(200);
  const days = answer.body.days as { slots: { start: string }[] }[];
  return days.flatMap(({ slots }) => slots.map(({ start }) => Date.parse(start)));
}

// ---- wards ----

type Clinic = Pick<Ward, "locationId" | "types" | "rooms"> & {
  readonly timeZone: string;
  readonly candidates: readonly Provider[];
};
let clinics: readonly Clinic[] | undefined;
let nextClinic = 0;

/** Clinics where at least three providers do both kinds of visit. */
async function suitableClinics(): Promise<readonly Clinic[]> {
  const {
    providers,
    resources,
    clinics: all,
  } = await loadDirectory(makeDb(env as unknown as { DATABASE_URL: string; NEON_FETCH_ENDPOINT: string }));
  const rules = new Map(
    providers.flatMap(({ calendar }) => calendar.visitTypes).map((type) => [type.id, type]),
  );
  const room = [...rules.values()].find(({ requires }) => requires?.includes("room"));
  const plain = [...rules.values()].find(({ minutes, requires }) => minutes === 40 && !requires);
  if (!room || !plain) throw new Error("the seed has other visit types");
  const does = ({ visitTypeIds }: Provider, id: VisitTypeId): boolean => visitTypeIds.includes(id);
  return all
    .map(({ id: locationId, timeZone }) => ({
      locationId,
      timeZone,
      types: { plain, room },
      rooms: resources.filter((r) => r.locationId === locationId && r.kind === "room"),
      candidates: providers.filter(
        (p) => p.locationIds[0] === locationId && does(p, room.id) && does(p, plain.id),
      ),
    }))
    .filter(({ rooms, candidates }) => rooms.length === 2 && candidates.length >= PROVIDERS);
}

/** One that no run has used; when all were, everything is forgotten. */
async function nextWard(): Promise<Ward> {
  clinics ??= await suitableClinics();
  for (let tried = 0; tried <= clinics.length; tried++) {
    if (nextClinic > 0 && nextClinic % clinics.length === 0) await reset();
    const clinic = clinics[nextClinic++ % clinics.length] as Clinic;
    const ward = await wardIn(clinic);
    if (ward) return ward;
  }
  throw new Error("the seed has no clinic where three providers share enough starts");
}

async function wardIn({ candidates, ...clinic }: Clinic): Promise<Ward | null> {
  const from = instant(Math.ceil(Date.now() / DAY_MS + 1) * DAY_MS); // a whole day from now at least
  const place = { ...clinic, from };
  const free = await Promise.all(
    candidates.slice(0, CANDIDATES).map(async (provider) => ({
      provider,
      plain: new Set(await freeOf(place, provider, "plain")),
      room: new Set(await freeOf(place, provider, "room")),
    })),
  );
  const bases = free.flatMap(({ room }) => [...room]).toSorted((a, b) => a - b);
  for (const base of bases) {
    const starts = startsFrom(base, clinic.timeZone);
    const chosen = free.filter((one) => fits(one, starts)).slice(0, PROVIDERS);
    if (chosen.length === PROVIDERS)
      return { ...place, starts, providers: chosen.map(({ provider }) => provider), offered: chosen };
  }
  return null;
}

/** The second one is off the grid of visits with a room, and overlaps its neighbours. */
const OFFSETS = [0, 40 * MINUTE_MS, HOUR_MS];

/** Week after week at the same time of the clinic's wall, as a series has them: three, then three a week later. */
function startsFrom(base: number, timeZone: string): Instant[] {
  const weekly = { every: "week", interval: 1, count: WEEKS, weekdays: [] } as const;
  const columns = OFFSETS.map((offset) => seriesStarts(instant(base + offset), timeZone, weekly) ?? []);
  return Array.from({ length: WEEKS }, (_, week) => columns.map((column) => column[week] as Instant)).flat();
}

const fits = ({ plain, room }: Record<Kind, ReadonlySet<number>>, starts: readonly Instant[]): boolean =>
  starts.every((start, index) => plain.has(start) && (index % OFFSETS.length === 1 || room.has(start)));

/** Open appointments long after the window, as the agenda heard of them. */
function visitsElsewhere(
  { providers, locationId, types, from }: Ward,
  patientId: PatientId,
  count = 0,
): AppointmentFacts[] {
  const [provider] = providers as [Provider];
  return Array.from({ length: count }, (_, n) => {
    const start = plus(from, (40 + n) * DAY_MS);
    return {
      id: `apt_${patientId}${n}` as AppointmentId,
      providerId: provider.id as ProviderId,
      patientId,
      locationId,
      visitTypeId: types.plain.id,
      timeZone: "UTC",
      start,
      end: plus(start, types.plain.minutes * MINUTE_MS),
      status: "booked",
      version: 1,
      source: "patient",
      createdAt: from,
      updatedAt: from,
      checkedInAt: null,
      cancelledAt: null,
      cancellationReason: null,
      override: null,
    };
  });
}
