/**
 * Patients book, move and cancel at random, desks change statuses, everybody repeats themselves under the same key, and
 * the network and the objects fail. Every answer is checked against every other answer under its key; at the end
 * everything must be settled.
 */
import {
  type Candidate,
  type TakeAnswer,
  type TakeRequest,
  visitsOf,
  type WantedBooking,
  type WantedSaga,
} from "../../core/agenda/command-row.ts";
import { type AppointmentFacts, occupiesTime } from "../../core/booking/appointment.ts";
import { FENCE_LIFE_MS, type Place, type StatusCommand, type Visit } from "../../core/booking/commands.ts";
import {
  type HoldClaim,
  type HolderHash,
  RELAXED_ALLOWANCE,
  type TokenHash,
} from "../../core/booking/hold.ts";
import { STATUS_ACTIONS } from "../../core/booking/status-rules.ts";
import {
  AGENDA_SHARDS,
  type AppointmentId,
  type CommandId,
  encodeBytes,
  type HoldId,
  homeCalendarOf,
  type LocationId,
  makeId,
  makePatientId,
  type PatientId,
  type ProviderId,
  type VisitTypeId,
} from "../../core/ids.ts";
import { dayInterval } from "../../core/schedule/clinic-time.ts";
import type { CalendarConfig } from "../../core/schedule/config.ts";
import { freeStarts } from "../../core/schedule/free-starts.ts";
import { OpenDays } from "../../core/schedule/open-days.ts";
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, overlaps, plus, SECOND_MS } from "../../core/time.ts";
import type { HoldReply } from "../../durable-objects/provider-calendar/hold-commands.ts";
import { Random } from "./random.ts";
import { type Faults, InvariantBroken, startOfSimulation, World } from "./world.ts";

export interface Walk {
  readonly seed: number;
  readonly commands: number;
  readonly calendars: number;
  readonly patients: number;
  readonly faults: Faults;
}

export interface Outcome {
  readonly commits: number;
  readonly accepted: number;
  readonly held: number;
  readonly converted: number;
  readonly refused: number;
  readonly unknown: number;
  /** Changes of status that happened, other than cancellations. */
  readonly changed: number;
  /** Series that were booked whole. */
  readonly series: number;
  /** Series at several calendars. */
  readonly together: number;
  /** Series that were moved whole. */
  readonly seriesMoved: number;
  /** Times that rooms keep at the end. */
  readonly reserved: number;
  readonly trace: string;
}

export const HARSH: Faults = { requestLost: 0.04, replyLost: 0.04, late: 0.12, crash: 0.02, replay: 0.2 };

const DESK_ACTIONS = STATUS_ACTIONS.filter((action) => action !== "cancel");

const ZONE = "America/Chicago";
/** Younger than this, a command is still in the memory of its appointments. */
const SURELY_REMEMBERED_MS = FENCE_LIFE_MS - HOUR_MS;
/** Patients press again when they get no answer: this often at most. */
const TRIES_MAX = 4;

function configOf(random: Random): CalendarConfig {
  const locationId = makeId("loc", random.bytes(12)) as LocationId;
  return {
    providerId: makeId("prv", random.bytes(12)) as ProviderId,
    version: 1,
    sites: [
      {
        locationId,
        timeZone: ZONE,
        hours: [1, 2, 3, 4, 5].map((weekday) => ({ weekday, opensAt: 8 * 60, closesAt: 12 * 60 })),
      },
    ],
    visitTypes: [
      {
        id: makeId("vst", random.bytes(12)) as VisitTypeId,
        minutes: 20,
        gridMinutes: 10,
        noticeMinutes: 0,
        horizonDays: 90,
      },
      {
        id: makeId("vst", random.bytes(12)) as VisitTypeId,
        minutes: 45,
        gridMinutes: 15,
        noticeMinutes: 60,
        horizonDays: 90,
      },
    ],
  };
}

/** Few, so that sets meet at them. */
const ROOMS = 2;

/** A room that every provider can use, open when they are. */
const roomOf = (configs: readonly CalendarConfig[], random: Random): CalendarConfig => ({
  providerId: makeId("prv", random.bytes(12)) as ProviderId,
  version: 1,
  sites: configs.flatMap(({ sites }) => sites),
  visitTypes: [],
});

/** A definitive answer, in the words in which two of them can be compared. */
function definitive(answer: TakeAnswer): string | null {
  if (answer.kind === "accepted")
    return [answer.appointment, ...(answer.more ?? [])]
      .map(({ id, version, start }) => `accepted ${id} v${version} ${start}`)
      .join();
  if (answer.kind === "refused") return `refused ${JSON.stringify(answer.refused.refusal)}`;
  return null;
}

/** A place that somebody holds, and what opens the hold. */
interface Holding {
  readonly config: CalendarConfig;
  readonly place: Place;
  readonly hold: HoldClaim;
}

class Walker {
  readonly #world: World;
  readonly #random: Random;
  readonly #configs: readonly CalendarConfig[];
  /** Calendars without visit types. */
  readonly #rooms: readonly ProviderId[];
  readonly #patients: readonly PatientId[];
  readonly #answers = new Map<CommandId, string>();
  readonly #mine = new Map<PatientId, AppointmentFacts[]>();
  /** Every appointment id that was ever minted under a key. */
  readonly #minted = new Map<CommandId, { readonly calendar: ProviderId; readonly ids: AppointmentId[] }>();
  /** Every series that was ever attempted. */
  readonly #series: (readonly AppointmentId[])[] = [];
  /** Every move of a series that was ever attempted. */
  readonly #seriesMoves: {
    readonly command: CommandId;
    readonly ids: readonly AppointmentId[];
    readonly at: Instant;
  }[] = [];
  #keys = 0;
  accepted = 0;
  held = 0;
  converted = 0;
  refused = 0;
  unknown = 0;
  changed = 0;
  seriesBooked = 0;
  togetherBooked = 0;
  seriesMoved = 0;
  reserved = 0;

  constructor(
    world: World,
    random: Random,
    configs: readonly CalendarConfig[],
    rooms: readonly ProviderId[],
    patients: readonly PatientId[],
  ) {
    this.#world = world;
    this.#random = random;
    this.#configs = configs;
    this.#rooms = rooms;
    this.#patients = patients;
  }

  async step(): Promise<void> {
    const patient = this.#random.pick(this.#patients);
    const own = this.#mine.get(patient) ?? [];
    const dice = this.#random.next();
    const series = this.#someSeries(patient);
    if (series.length > 0 && this.#random.chance(0.15)) await this.#moveSeries(patient, series);
    else if (this.#random.chance(0.3)) await this.#hold(patient);
    else if (this.#random.chance(0.15)) await this.#bookSet(patient);
    else if (own.length === 0 || dice < 0.2) await this.#book(patient);
    else if (dice < 0.25) await Promise.all([this.#book(patient), this.#book(patient), this.#book(patient)]);
    else if (dice < 0.4) await this.#move(patient, this.#random.pick(own));
    else if (dice < 0.6) await this.#moveAway(patient, this.#random.pick(own));
    else if (dice < 0.8) this.#cancel(patient, this.#random.pick(own));
    else this.#status(patient, this.#random.pick(own));
  }

  async #book(patient: PatientId, holding: Holding | null = null): Promise<void> {
    const config = holding?.config ?? this.#random.pick(this.#configs);
    const place = holding?.place ?? this.#somePlace(config);
    if (!place) return;
    const isSeries = holding === null && this.#random.chance(0.15);
    await this.#repeatedly(patient, () => ({
      kind: "book",
      ...(isSeries ? { more: this.#further(config, place) } : {}),
      appointmentId:
        `apt_${config.providerId.slice(4)}${encodeBytes(this.#random.bytes(12))}a0000000` as AppointmentId,
      providerId: config.providerId,
      place,
      timeZone: ZONE,
      configVersion: 1,
      reason: null,
      notes: null,
      source: "patient",
      ...(holding ? { hold: holding.hold } : {}),
    }));
    if (!holding) return;
    const calendar = this.#world.calendar(config.providerId);
    if (calendar.holdStore.find(holding.hold.id)?.state === "converted") this.converted += 1;
    this.#world.checkAlone(config.providerId, place);
  }

  /** Holds a start under a key, perhaps twice, then books it, gives it back, keeps it longer or forgets it. */
  async #hold(patient: PatientId): Promise<void> {
    const config = this.#random.pick(this.#configs);
    const place = this.#somePlace(config);
    if (!place) return;
    const { providerId } = config;
    const calendar = this.#world.calendar(providerId);
    const command = `key-${this.#keys++}`;
    const press = (): HoldReply => {
      const own = encodeBytes(this.#random.bytes(12));
      return calendar.holds.place({
        holdId: `hld_${providerId.slice(4)}${own}a0000000` as HoldId,
        tokenHash: command as TokenHash, // made from the id by the edge: the same in a repetition
        command: command as CommandId,
        fingerprint: "same",
        holder: patient as string as HolderHash,
        anonymous: this.#random.chance(0.5),
        allowance: RELAXED_ALLOWANCE,
        yesterday: null,
        place,
        configVersion: 1,
      });
    };
    const placed = press();
    if (placed.kind !== "done") return;
    this.held += 1;
    this.#world.checkAlone(providerId, place);
    if (this.#random.chance(0.3)) {
      calendar.crash();
      const again = press();
      if (again.kind !== "done" || again.hold.id !== placed.hold.id)
        throw new InvariantBroken("[W4] one key held twice");
    }
    const claim = { id: placed.hold.id, tokenHash: placed.hold.tokenHash };
    if (this.#random.chance(0.5)) await this.#world.tick(this.#random.below(8 * MINUTE_MS));
    const fate = this.#random.next();
    if (fate < 0.5) await this.#book(patient, { config, place, hold: claim });
    else if (fate < 0.7) calendar.holds.release(claim);
    else if (fate < 0.9 && calendar.holds.extend(claim).kind === "done")
      this.#world.checkAlone(providerId, place);
  }

  /** The rooms in the order of this patient's liking. */
  #anyRoom(): Candidate[] {
    const first = this.#random.below(this.#rooms.length);
    return [...this.#rooms.slice(first), ...this.#rooms.slice(0, first)].map((calendar) => ({
      calendar,
      configVersion: 1,
    }));
  }

  /** As whoever reads the appointment before they change it. */
  #roomsOf({ id }: AppointmentFacts): readonly ProviderId[] {
    return this.#holderOf(id).store.find(id)?.appointment.resources ?? [];
  }

  /** A provider and a room, sometimes with further visits at whatever calendars, or nothing. */
  async #bookSet(patient: PatientId): Promise<void> {
    const config = this.#random.pick(this.#configs);
    const { providerId } = config;
    const place = this.#somePlace(config);
    if (!place) return;
    const others = this.#random.chance(0.6) ? this.#visitsBeside(place) : [];
    const needs = others.length === 0 || this.#random.chance(0.4) ? [this.#anyRoom()] : []; // rooms are scarce
    await this.#repeatedly(patient, () => {
      const appointmentId = this.#freshId(config);
      const visits = others.map((other) => ({
        appointmentId: this.#freshId(other.config),
        providerId: other.config.providerId,
        place: other.place,
        configVersion: 1,
        needs: other.needs,
        timeZone: ZONE,
      }));
      return {
        kind: "saga",
        what: "book",
        appointmentId,
        providerId,
        source: null,
        home: providerId,
        needs,
        held: [],
        place,
        timeZone: ZONE,
        configVersion: 1,
        ifMatch: 0,
        ...(visits.length > 0 ? { visits } : {}),
        book: {
          reason: null,
          notes: null,
          source: "patient",
          appointmentId,
          place,
          ...(visits.length > 0 ? { seriesOf: appointmentId } : {}),
        },
      };
    });
  }

  /** [Z11] One or two visits at other times than this one, each with a room or without. */
  #visitsBeside(place: Place) {
    const found = [{ place }];
    const visits = [];
    for (let wanted = 1 + this.#random.below(2); wanted > 0; wanted--) {
      const config = this.#random.pick(this.#configs);
      const other = this.#somePlace(config);
      if (!other || found.some((earlier) => overlaps(earlier.place, other))) continue;
      found.push({ place: other });
      visits.push({ config, place: other, needs: this.#random.chance(0.2) ? [this.#anyRoom()] : [] });
    }
    return visits;
  }

  async #move(patient: PatientId, own: AppointmentFacts): Promise<void> {
    const config = this.#configs.find(({ providerId }) => providerId === own.providerId);
    if (config && this.#roomsOf(own).length > 0) return this.#saga(patient, own, config, true);
    const place = config && this.#somePlace(config);
    if (!place) return;
    const { id: appointmentId, providerId, version: ifMatch } = own;
    await this.#repeatedly(patient, () => ({
      kind: "move",
      appointmentId,
      providerId,
      place,
      timeZone: ZONE,
      configVersion: 1,
      ifMatch,
    }));
  }

  /** What the edge would list of one of this patient's series: to come, movable, on one calendar. */
  #someSeries(patient: PatientId): AppointmentFacts[] {
    const window = { start: this.#world.now, end: plus(this.#world.now, 30 * DAY_MS) };
    const coming = this.#world
      .agendaOf(patient)
      .store.claimsOf(patient, window, null, null, 100)
      .filter(({ seriesId, status }) => seriesId && (status === "booked" || status === "confirmed"));
    const one = coming.length > 0 ? this.#random.pick(coming) : null;
    return coming.filter(
      ({ seriesId, providerId }) => seriesId === one?.seriesId && providerId === one?.providerId,
    );
  }

  /** Over its own old times, onto each other's, or somewhere else; sometimes two of them, and a cancellation, at once. */
  async #moveSeries(patient: PatientId, series: readonly AppointmentFacts[]): Promise<void> {
    const once = (): Promise<void> => {
      const by = this.#random.pick([-30 * MINUTE_MS, 30 * MINUTE_MS, 90 * MINUTE_MS, DAY_MS]);
      const [first, ...more] = series.map((before) => {
        const { visitTypeId, locationId, start, end } = before;
        const place = { visitTypeId, locationId, start: plus(start, by), end: plus(end, by) };
        return { appointmentId: before.id, place, before };
      });
      if (!first) return Promise.resolve();
      const { appointmentId, place, before } = first;
      const ids = series.map(({ id }) => id);
      this.#seriesMoves.push({ command: `key-${this.#keys}` as CommandId, ids, at: this.#world.now });
      return this.#repeatedly(patient, () => ({
        kind: "move",
        appointmentId,
        providerId: before.providerId,
        place,
        timeZone: ZONE,
        configVersion: 1,
        ifMatch: before.version,
        more,
      }));
    };
    const rivals = [once()];
    if (this.#random.chance(0.2)) rivals.push(once());
    const visit = this.#random.pick(series);
    const dice = this.#random.next();
    if (dice < 0.2) rivals.push(this.#world.aMoment().then(() => this.#cancel(patient, visit)));
    else if (dice < 0.4) rivals.push(this.#moveAway(patient, visit));
    await Promise.all(rivals);
  }

  /** To another provider, by a saga; sometimes two of them and a cancellation at once. */
  async #moveAway(patient: PatientId, own: AppointmentFacts): Promise<void> {
    const others = this.#configs.filter(({ providerId }) => providerId !== own.providerId);
    if (others.length === 0) return;
    const once = (): Promise<void> => this.#saga(patient, own, this.#random.pick(others));
    if (this.#random.chance(0.5)) return once();
    const stranger = this.#random.pick(this.#patients);
    const rivals = [once(), this.#random.chance(0.5) ? once() : this.#book(stranger)];
    if (this.#random.chance(0.5)) rivals.push(this.#world.aMoment().then(() => this.#cancel(patient, own)));
    await Promise.all(rivals);
  }

  /** With or without a room, whatever it had before. */
  async #saga(
    patient: PatientId,
    own: AppointmentFacts,
    config: CalendarConfig,
    staysHere = false,
  ): Promise<void> {
    const place = this.#somePlace(config);
    if (!place) return;
    const needs = this.#random.chance(0.3) ? [this.#anyRoom()] : [];
    await this.#repeatedly(patient, () => ({
      kind: "saga",
      what: "move",
      appointmentId: own.id,
      providerId: config.providerId,
      source: staysHere ? null : own.providerId,
      home: homeCalendarOf(own.id),
      needs,
      held: this.#roomsOf(own),
      place,
      timeZone: ZONE,
      configVersion: 1,
      ifMatch: own.version,
    }));
  }

  /** Presses until there is an answer, and sometimes once more. */
  async #repeatedly(patientId: PatientId, wanted: () => TakeRequest["wanted"]): Promise<void> {
    const command = `key-${this.#keys++}` as CommandId;
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const request: TakeRequest = { command, fingerprint: "same", patientId, wanted: wanted() };
      if (
        request.wanted.kind === "book" ||
        (request.wanted.kind === "saga" && request.wanted.what === "book")
      )
        this.#mint(command, request.wanted);
      const answer = await this.#world.take(request);
      const said = definitive(answer);
      if (said === null) {
        this.unknown += 1;
        await this.#world.tick(1 + this.#random.below(14 * SECOND_MS));
        continue;
      }
      const before = this.#answers.get(command);
      if (before !== undefined && before !== said)
        throw new InvariantBroken(`[G1] two answers under one key: ${before} / ${said}`);
      this.#answers.set(command, said);
      this.#note(patientId, answer);
      if (!this.#random.chance(0.15)) return;
    }
  }

  /** The same time on the next two days, rivals or not. */
  #further(config: CalendarConfig, place: Place): Visit[] {
    return [1, 2].map((days) => ({
      appointmentId: this.#freshId(config),
      place: { ...place, start: plus(place.start, days * DAY_MS), end: plus(place.end, days * DAY_MS) },
    }));
  }

  #freshId({ providerId }: CalendarConfig): AppointmentId {
    return `apt_${providerId.slice(4)}${encodeBytes(this.#random.bytes(12))}a0000000` as AppointmentId;
  }

  #mint(command: CommandId, wanted: WantedBooking | WantedSaga): void {
    const { providerId, appointmentId } = wanted;
    const ids = visitsOf(wanted).map((visit) => visit.appointmentId);
    if (ids.length > 1) this.#series.push(ids);
    const minted = this.#minted.get(command) ?? { calendar: providerId, ids: [] };
    minted.ids.push(appointmentId);
    this.#minted.set(command, minted);
  }

  #note(patient: PatientId, answer: TakeAnswer): void {
    if (answer.kind === "refused") this.refused += 1;
    if (answer.kind !== "accepted") return;
    this.accepted += 1;
    const told = [answer.appointment, ...(answer.more ?? [])];
    const others = (this.#mine.get(patient) ?? []).filter(({ id }) => !told.some((one) => one.id === id));
    this.#mine.set(patient, [...others, ...told]);
  }

  #cancel(patient: PatientId, own: AppointmentFacts): void {
    this.#change(patient, own, {
      ...this.#statusCommand(own, "cancel"),
      reasonCode: "patient-request",
      reach: { kind: "patients", patientIds: [patient] },
    });
  }

  /** The desk says how the visit goes. Mostly too early, which must change nothing. */
  #status(patient: PatientId, own: AppointmentFacts): void {
    // Undoing a no-show is left out: the edge asks the agenda before it, and there is no edge here.
    const actions = DESK_ACTIONS.filter((action) => action !== "reopen" || own.status !== "no-show");
    this.#change(patient, own, this.#statusCommand(own, this.#random.pick(actions)));
  }

  #statusCommand(own: AppointmentFacts, action: StatusCommand["action"]): StatusCommand {
    return {
      command: `key-${this.#keys++}` as CommandId,
      fingerprint: "same",
      appointmentId: own.id,
      action,
      ifMatch: own.version,
      reasonCode: null,
      repeatable: true,
      reach: { kind: "everything" },
    };
  }

  /** Sends a command twice, with a crash between now and then; both must be told the same. */
  #change(patient: PatientId, own: AppointmentFacts, command: StatusCommand): void {
    const calendar = this.#holderOf(own.id);
    const first = calendar.commands.status(command);
    if (this.#random.chance(0.3)) calendar.crash();
    const again = calendar.commands.status(command);
    if (first.kind === "done") {
      if (again.kind !== "done" || again.appointment.version !== first.appointment.version)
        throw new InvariantBroken("[C2] [H2] a change of status was answered twice");
      const changed = command.action !== "cancel" && first.appointment.version > own.version;
      this.changed += changed ? 1 : 0;
      // The edge tells the agenda, or dies before it can: the log will.
      if (this.#random.chance(0.7))
        this.#world.agendaOf(patient).commands.observe([{ facts: first.appointment, cause: first.attempt }]);
      const others = (this.#mine.get(patient) ?? []).filter(({ id }) => id !== own.id);
      const gone = first.appointment.status === "cancelled";
      this.#mine.set(patient, gone ? others : [...others, first.appointment]);
    }
  }

  /** The calendar that the id leads to. */
  #holderOf(id: AppointmentId): ReturnType<World["calendar"]> {
    let calendar = this.#world.calendar(homeCalendarOf(id));
    for (let hop = 0; hop < 3; hop++) {
      const gone = calendar.store.find(id) ? null : calendar.store.sagas.forwardingOf(id);
      if (!gone) break;
      calendar = this.#world.calendar(gone.facts.providerId);
    }
    return calendar;
  }

  /** Mostly a free start of the next days, sometimes any time at all. */
  #somePlace(config: CalendarConfig): Place | null {
    const visit = this.#random.pick(config.visitTypes);
    const site = config.sites[0];
    if (!site) return null;
    const date = new Date(this.#world.now + this.#random.below(3) * 86_400_000).toISOString().slice(0, 10);
    // Open time without regard to who is there: rivals meet on purpose.
    const open = freeStarts(
      new OpenDays(config),
      Object.assign(() => new Uint32Array(9), { occupants: () => [] }),
      visit,
      [site],
      dayInterval(date, ZONE),
      this.#world.now,
    );
    const start =
      this.#random.chance(0.95) && open.length > 0
        ? this.#random.pick(open).start
        : plus(this.#world.now, this.#random.below(7) * 7 * MINUTE_MS);
    return {
      visitTypeId: visit.id,
      locationId: site.locationId,
      start,
      end: plus(start, visit.minutes * MINUTE_MS),
    };
  }

  /** What must hold when all is quiet. */
  verify(): void {
    for (const [shard, agenda] of this.#world.agendas) {
      if (agenda.store.nextDue() !== null)
        throw new InvariantBroken(`[G8] shard ${shard} still has a pending command`);
    }
    for (const [id, calendar] of this.#world.calendars) {
      if (calendar.store.sagas.nextDue() !== null)
        throw new InvariantBroken(`[J6] ${id} still waits for a decision`);
    }
    for (const facts of this.#world.projection.values()) {
      const holders = [...this.#world.calendars.values()].filter(({ store }) => store.find(facts.id));
      if (holders.length !== 1)
        throw new InvariantBroken(`[J7] ${facts.id} is at ${holders.length} calendars`);
      const home = this.#world.calendar(homeCalendarOf(facts.id));
      const at = home.store.find(facts.id)
        ? home.id
        : home.store.sagas.forwardingOf(facts.id)?.facts.providerId;
      if (at !== holders[0]?.id) throw new InvariantBroken(`[J8] the id ${facts.id} leads to ${at}`);
      const stored = this.#world.calendar(facts.providerId).store.find(facts.id)?.appointment;
      if (
        !stored ||
        stored.version !== facts.version ||
        stored.status !== facts.status ||
        stored.checkedInAt !== facts.checkedInAt ||
        stored.start !== facts.start
      )
        throw new InvariantBroken(`[E6] the projection of ${facts.id} is not what its calendar holds`);
      const claim = this.#world.agendaOf(facts.patientId).store.claim(facts.id);
      if (claim?.version !== facts.version || claim.start !== facts.start || claim.status !== facts.status)
        throw new InvariantBroken(`[G9] the claim of ${facts.id} is not what its calendar holds`);
    }
    this.#verifyRooms();
    this.#verifyAnswers();
    this.#verifyKeys();
    this.#verifyPatients();
    this.#verifySeries();
    this.#verifySeriesMoves();
  }

  /** [Z7] All of it or none, as its answer says. What a visit did travels with it, also to another calendar. */
  #verifySeriesMoves(): void {
    for (const { command, ids, at } of this.#seriesMoves) {
      if (at < this.#world.now - SURELY_REMEMBERED_MS) continue;
      const moved = ids.filter((id) =>
        this.#holderOf(id)
          .store.find(id)
          ?.recent.some(({ attempt, answer }) => answer !== null && attempt.startsWith(`${command}.`)),
      );
      const said = this.#answers.get(command);
      if (moved.length > 0) this.seriesMoved += 1;
      if (moved.length > 0 && (moved.length < ids.length || said?.startsWith("refused")))
        throw new InvariantBroken(`[Z7] ${moved.length} of ${ids.length} visits moved, and it was ${said}`);
      if (moved.length === 0 && said?.startsWith("accepted"))
        throw new InvariantBroken(`[Z7] ${command} was accepted and moved nothing`);
    }
  }

  /** [Z1] [Z11] All of it or none. */
  #verifySeries(): void {
    for (const ids of this.#series) {
      const there = ids.filter((id) => {
        const { store } = this.#world.calendar(homeCalendarOf(id));
        return store.find(id) !== null || store.sagas.forwardingOf(id) !== null;
      });
      const together = new Set(ids.map(homeCalendarOf)).size > 1;
      if (there.length > 0) this[together ? "togetherBooked" : "seriesBooked"] += 1;
      if (there.length > 0 && there.length < ids.length)
        throw new InvariantBroken(`[Z1] ${there.length} of ${ids.length} visits of a series`);
    }
  }

  /** [J9] Every room keeps the time of the appointments that name it, and nobody else's. */
  #verifyRooms(): void {
    for (const room of this.#rooms) {
      const wanted = [...this.#world.projection.values()]
        .map(({ id, providerId }) => this.#world.calendar(providerId).store.find(id)?.appointment)
        .filter((found) => found?.resources?.includes(room) && found.status !== "cancelled")
        .map((found) => `${found?.id} ${found?.start} ${found?.end}`);
      const kept = this.#world.reservationsOf(room).sort((a, b) => a.start - b.start);
      if (kept.some((one, index) => one.end > (kept[index + 1]?.start ?? Number.POSITIVE_INFINITY)))
        throw new InvariantBroken(`[J5] ${room} is given twice`);
      const names = kept.map(({ appointmentId, start, end }) => `${appointmentId} ${start} ${end}`);
      if (names.sort().join() !== wanted.sort().join())
        throw new InvariantBroken(`[J9] ${room} keeps ${names} and should keep ${wanted}`);
      this.reserved += kept.length;
    }
  }

  /** Nothing acknowledged was lost. */
  #verifyAnswers(): void {
    for (const [, own] of this.#mine) {
      for (const { id, version } of own) {
        const stored = this.#holderOf(id).store.find(id)?.appointment;
        if (!stored || stored.version < version)
          throw new InvariantBroken(`an acknowledged command on ${id} was lost`);
      }
    }
  }

  /** [B14] [B16] At most one appointment per key, and none under a key that was refused. */
  #verifyKeys(): void {
    for (const [command, { calendar, ids }] of this.#minted) {
      const { store } = this.#world.calendar(calendar);
      const booked = ids.filter((id) => store.find(id) !== null || store.sagas.forwardingOf(id) !== null);
      const said = this.#answers.get(command);
      if (booked.length > 1) throw new InvariantBroken(`[B14] ${command} booked ${booked.length} times`);
      if (booked.length === 1 && said?.startsWith("refused"))
        throw new InvariantBroken(`[B16] ${command} was refused and booked`);
      if (booked.length === 0 && said?.startsWith("accepted"))
        throw new InvariantBroken(`[B3] ${command} was accepted and is gone`);
    }
  }

  /** [G4] Nobody is in two places at once. */
  #verifyPatients(): void {
    const byPatient = Map.groupBy(
      [...this.#world.projection.values()].filter(({ status }) => occupiesTime(status)),
      ({ patientId }) => patientId,
    );
    for (const [, own] of byPatient) {
      const inOrder = own.sort((a, b) => a.start - b.start);
      inOrder.forEach((facts, index) => {
        const next = inOrder[index + 1];
        if (next && next.start < facts.end)
          throw new InvariantBroken(`[G4] a patient is in two places at ${next.start}`);
      });
    }
  }
}

/** Runs one walk to its end; throws InvariantBroken with the rule that did not hold. */
export async function walk(
  { seed, commands, calendars, patients, faults }: Walk,
  progress: (done: number) => void = () => undefined,
): Promise<Outcome> {
  const random = new Random(seed);
  const configs = Array.from({ length: calendars }, () => configOf(random));
  const people = Array.from({ length: patients }, () =>
    makePatientId(random.below(AGENDA_SHARDS), random.bytes(12)),
  );
  const rooms = Array.from({ length: ROOMS }, () => roomOf(configs, random));
  const world = new World([...configs, ...rooms], startOfSimulation, random, faults);
  const walker = new Walker(
    world,
    random,
    configs,
    rooms.map(({ providerId }) => providerId),
    people,
  );
  for (let done = 0; done < commands; done++) {
    await walker.step();
    await world.tick(random.below(3) * SECOND_MS);
    progress(done + 1);
  }
  await world.settle();
  walker.verify();
  world.close();
  return {
    commits: world.commits,
    accepted: walker.accepted,
    held: walker.held,
    converted: walker.converted,
    refused: walker.refused,
    unknown: walker.unknown,
    changed: walker.changed,
    series: walker.seriesBooked,
    together: walker.togetherBooked,
    seriesMoved: walker.seriesMoved,
    reserved: walker.reserved,
    trace: world.trace.toString(16).padStart(8, "0"),
  };
}
