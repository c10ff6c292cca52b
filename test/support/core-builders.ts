/**
 * For tests of core/: small builders with plain defaults, and a calendar in memory that applies core's decisions in the
 * order in which the object does. Whatever goes into it is frozen, so that a decision that writes fails loudly.
 */
import fc from "fast-check";
import type {
  CommandRow,
  TakeRequest,
  WantedBooking,
  WantedMove,
  WantedSaga,
} from "../../core/agenda/command-row.ts";
import { type Appointment, type AppointmentFacts, occupiesTime } from "../../core/booking/appointment.ts";
import type { RecentCommand, StoredAppointment } from "../../core/booking/calendar-view.ts";
import type {
  BookCommand,
  CalendarReply,
  MoveCommand,
  Place,
  ResolveQuestion,
  ResolveReply,
  StatusCommand,
  StatusReply,
} from "../../core/booking/commands.ts";
import { decideBook } from "../../core/booking/decide-book.ts";
import { type CommitDecision, decideCommit } from "../../core/booking/decide-commit.ts";
import {
  decideExtendHold,
  decidePlaceHold,
  decideReleaseHold,
  type HoldDecision,
  type HoldView,
  type PlaceHoldCommand,
  type PlaceHoldDecision,
} from "../../core/booking/decide-hold.ts";
import { decideMove } from "../../core/booking/decide-move.ts";
import { decidePrepare, type PrepareDecision } from "../../core/booking/decide-prepare.ts";
import { decideResolve } from "../../core/booking/decide-resolve.ts";
import { decideStatus, statusAttempt } from "../../core/booking/decide-status.ts";
import {
  type HoldClaim,
  type HolderHash,
  isLive,
  RELAXED_ALLOWANCE,
  type StoredHold,
  type TokenHash,
} from "../../core/booking/hold.ts";
import type { Occupant } from "../../core/booking/occupancy.ts";
import { remember } from "../../core/booking/recent-commands.ts";
import type { BookingRefusal } from "../../core/booking/refusal.ts";
import type {
  CommitCommand,
  Forwarding,
  PrepareCommand,
  Prepared,
  Reservation,
} from "../../core/booking/saga.ts";
import { CHANGES } from "../../core/booking/status-rules.ts";
import type { AppointmentChange } from "../../core/events/event.ts";
import type {
  AppointmentId,
  AttemptId,
  CommandId,
  HoldId,
  LocationId,
  PatientId,
  ProviderId,
  VisitTypeId,
} from "../../core/ids.ts";
import type { CalendarConfig, Site, VisitTypeRules, WeeklyHours } from "../../core/schedule/config.ts";
import { type DayBits, emptyDay, markInterval, utcDay } from "../../core/schedule/day-bits.ts";
import { type BusyOf, findSite, nearestFreeStarts } from "../../core/schedule/free-starts.ts";
import { OpenDays } from "../../core/schedule/open-days.ts";
import { type Instant, type Interval, instant, MINUTE_MS, overlaps, plus } from "../../core/time.ts";

// ---- time and ids ----

/** An instant as a clinic spells it: `at("2026-11-24T09:20:00-06:00")`. */
export function at(spelled: string): Instant {
  const ms = Date.parse(spelled);
  if (!Number.isFinite(ms)) throw new Error(`not a time: ${spelled}`);
  return instant(ms);
}

const twelve = (n: number): string => String(n).padStart(12, "0");
export const providerId = (n = 1): ProviderId => `prv_${twelve(n)}` as ProviderId;
export const locationId = (n = 1): LocationId => `loc_${twelve(n)}` as LocationId;
export const visitTypeId = (n = 1): VisitTypeId => `vst_${twelve(n)}` as VisitTypeId;
export const patientId = (n = 1): PatientId => `pat_00${twelve(n)}` as PatientId;
export const appointmentId = (n = 1): AppointmentId =>
  `apt_${twelve(1)}${twelve(n)}00000000` as AppointmentId;
export const holdId = (n = 1): HoldId => `hld_${twelve(1)}${twelve(n)}00000000` as HoldId;
export const tokenHash = (n = 1): TokenHash => `token-hash-${n}` as TokenHash;
export const holder = (n = 1): HolderHash => `holder-${n}` as HolderHash;
export const commandId = (n = 1): CommandId => `command-${n}` as CommandId;
export const attemptId = (text: string): AttemptId => text as AttemptId;

/** Freezes all the way down and returns the same value. Typed arrays cannot be frozen and are left out. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !ArrayBuffer.isView(value)) {
    for (const inner of Object.values(value)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value;
}

// ---- configuration: one site in Chicago, open 09:00–17:00 every day, one visit type of 20 minutes ----

export const everyDay = (opensAt: number, closesAt: number): WeeklyHours[] =>
  [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, opensAt, closesAt }));

export const aSite = (more: Partial<Site> = {}): Site => ({
  locationId: locationId(1),
  timeZone: "America/Chicago",
  hours: everyDay(9 * 60, 17 * 60),
  ...more,
});

export const aVisit = (more: Partial<VisitTypeRules> = {}): VisitTypeRules => ({
  id: visitTypeId(1),
  minutes: 20,
  gridMinutes: 20,
  noticeMinutes: 60,
  horizonDays: 90,
  ...more,
});

export const aConfig = (more: Partial<CalendarConfig> = {}): CalendarConfig =>
  deepFreeze({ providerId: providerId(1), version: 1, sites: [aSite()], visitTypes: [aVisit()], ...more });

// ---- commands: booked on Monday 2026-11-23, 08:00, for Tuesday 2026-11-24, 09:20 ----

export const NOW = at("2026-11-23T08:00:00-06:00");
export const START = at("2026-11-24T09:20:00-06:00");

export const aPlace = (start: Instant = START, more: Partial<Place> = {}): Place => ({
  locationId: locationId(1),
  visitTypeId: visitTypeId(1),
  start,
  end: plus(start, 20 * MINUTE_MS),
  ...more,
});

export function aBooking(n = 1, more: Partial<BookCommand> = {}): BookCommand {
  return deepFreeze({
    kind: "book",
    attempt: attemptId(appointmentId(n)),
    appointmentId: appointmentId(n),
    patientId: patientId(n),
    place: aPlace(),
    issuedAt: NOW,
    deadline: plus(NOW, 10_000),
    again: false,
    configVersion: 1,
    reason: null,
    notes: null,
    source: "patient",
    ...more,
  });
}

export function aMove(n = 1, more: Partial<MoveCommand> = {}): MoveCommand {
  return deepFreeze({
    kind: "move",
    attempt: attemptId("move-1.1"),
    appointmentId: appointmentId(n),
    patientId: patientId(n),
    place: aPlace(at("2026-11-24T10:00:00-06:00")),
    issuedAt: NOW,
    deadline: plus(NOW, 10_000),
    again: false,
    configVersion: 1,
    ifMatch: 1,
    ...more,
  });
}

/** To the calendar that takes it: at ten o'clock. */
export function aPrepare(n = 1, more: Partial<PrepareCommand> = {}): PrepareCommand {
  return deepFreeze({
    attempt: attemptId("saga-1.1"),
    appointmentId: appointmentId(n),
    patientId: patientId(n),
    ifMatch: 1,
    take: aPlace(at("2026-11-24T10:00:00-06:00")),
    release: false,
    resource: false,
    deadline: plus(NOW, 10_000),
    configVersion: 1,
    ...more,
  });
}

export function aCancel(n = 1, more: Partial<StatusCommand> = {}): StatusCommand {
  return deepFreeze({
    command: commandId(1),
    fingerprint: "DELETE/1",
    appointmentId: appointmentId(n),
    action: "cancel",
    ifMatch: 1,
    reasonCode: "patient-request",
    repeatable: true,
    reach: { kind: "patients", patientIds: [patientId(n)] },
    ...more,
  });
}

/** By the clinic, on whatever version there is, without a key. */
export function aStatus(
  action: Exclude<StatusCommand["action"], "cancel">,
  n = 1,
  more: Partial<StatusCommand> = {},
): StatusCommand {
  return deepFreeze({
    command: commandId(2),
    fingerprint: `POST/${action}`,
    appointmentId: appointmentId(n),
    action,
    ifMatch: null,
    reasonCode: null,
    repeatable: false,
    reach: { kind: "clinics", locationIds: [locationId(1)] },
    ...more,
  });
}

/** Of an anonymous device of its own, under a key of its own. */
export function aHoldCommand(n = 1, more: Partial<PlaceHoldCommand> = {}): PlaceHoldCommand {
  return deepFreeze({
    holdId: holdId(n),
    command: commandId(n),
    holder: holder(n),
    fingerprint: "POST/holds/1",
    tokenHash: tokenHash(n),
    anonymous: true,
    allowance: RELAXED_ALLOWANCE,
    yesterday: null,
    place: aPlace(),
    configVersion: 1,
    ...more,
  });
}

export const aClaim = (n = 1): HoldClaim => ({ id: holdId(n), tokenHash: tokenHash(n) });

export function anAppointment(n = 1, more: Partial<Appointment> = {}): Appointment {
  return deepFreeze({
    id: appointmentId(n),
    providerId: providerId(1),
    patientId: patientId(n),
    locationId: locationId(1),
    visitTypeId: visitTypeId(1),
    timeZone: "America/Chicago",
    start: START,
    end: plus(START, 20 * MINUTE_MS),
    status: "booked",
    version: 1,
    source: "patient",
    createdAt: NOW,
    updatedAt: NOW,
    checkedInAt: null,
    cancelledAt: null,
    cancellationReason: null,
    override: null,
    reason: null,
    notes: null,
    ...more,
  });
}

// ---- what the agenda is asked for and remembers ----

export function wantedBooking(n = 1, more: Partial<WantedBooking> = {}): WantedBooking {
  return {
    kind: "book",
    appointmentId: appointmentId(n),
    providerId: providerId(1),
    place: aPlace(),
    timeZone: "America/Chicago",
    configVersion: 1,
    reason: null,
    notes: null,
    source: "patient",
    ...more,
  };
}

export function wantedMove(n = 1, more: Partial<WantedMove> = {}): WantedMove {
  return {
    kind: "move",
    appointmentId: appointmentId(n),
    providerId: providerId(1),
    place: aPlace(at("2026-11-24T10:00:00-06:00")),
    timeZone: "America/Chicago",
    configVersion: 1,
    ifMatch: 1,
    ...more,
  };
}

/** A move from calendar 1 to calendar 2. */
export function wantedSaga(n = 1, more: Partial<WantedSaga> = {}): WantedSaga {
  return {
    kind: "saga",
    what: "move",
    appointmentId: appointmentId(n),
    providerId: providerId(2),
    place: aPlace(at("2026-11-24T10:00:00-06:00")),
    timeZone: "America/Chicago",
    configVersion: 1,
    ifMatch: 1,
    source: providerId(1),
    home: providerId(1),
    needs: [],
    held: [],
    ...more,
  };
}

export function aRequest(wanted: TakeRequest["wanted"] = wantedBooking(), more: Partial<TakeRequest> = {}) {
  return deepFreeze<TakeRequest>({
    command: commandId(1),
    fingerprint: "POST/1",
    patientId: patientId(1),
    wanted,
    ...more,
  });
}

/** The pending row of the first attempt, written at NOW. */
export function aRow(request: TakeRequest = aRequest(), more: Partial<CommandRow> = {}): CommandRow {
  const { wanted, command } = request;
  return deepFreeze({
    request,
    attemptNumber: 1,
    attempt: attemptId(wanted.kind === "book" ? wanted.appointmentId : `${command}.1`),
    issuedAt: NOW,
    deadline: plus(NOW, 10_000),
    state: "pending",
    refused: null,
    askAt: plus(NOW, 12_000),
    asks: 0,
    ...more,
  });
}

// ---- the calendar in memory ----

/** What the outbox of a calendar would hold. */
export interface Emitted {
  readonly type: AppointmentChange;
  readonly appointment: Appointment;
  readonly cause: AttemptId;
}

/** Applies decisions as durable-objects/provider-calendar does, one command at a time. No outbox, no sockets. */
export class MemoryCalendar implements HoldView {
  readonly open: OpenDays;
  readonly emitted: Emitted[] = [];
  readonly #rows = new Map<AppointmentId, StoredAppointment>();
  readonly #holds = new Map<HoldId, StoredHold>();
  /** The same by command, and as a list until the next change: a day of attackers asks half a million times. */
  readonly #byCommand = new Map<CommandId, HoldId>();
  #holdList: readonly StoredHold[] | null = null;
  readonly #fences = new Set<AttemptId>();
  /** What appointments take with their buffers; without an entry, their own time. */
  readonly #takes = new Map<AppointmentId, Interval>();
  readonly #blocks = new Map<string, Occupant>();
  readonly #prepared = new Map<AppointmentId, Prepared>();
  readonly #forwardings = new Map<AppointmentId, Forwarding>();
  readonly #reservations = new Map<AppointmentId, Reservation>();

  constructor(config: CalendarConfig = aConfig()) {
    this.open = new OpenDays(config);
  }

  // CalendarView

  find(id: AppointmentId): StoredAppointment | null {
    return this.#rows.get(id) ?? null;
  }

  isFenced(attempt: AttemptId): boolean {
    return this.#fences.has(attempt);
  }

  preparedOn(id: AppointmentId): Prepared | null {
    return this.#prepared.get(id) ?? null;
  }

  forwardingOf(id: AppointmentId): Forwarding | null {
    return this.#forwardings.get(id) ?? null;
  }

  reservationOf(id: AppointmentId): Reservation | null {
    return this.#reservations.get(id) ?? null;
  }

  occupantsIn(interval: Interval, now: Instant): Occupant[] {
    const holds = this.holds()
      .filter((hold) => isLive(hold, now))
      .map(
        ({ id, place, takes }): Occupant => ({
          kind: "hold",
          id,
          ...place,
          ...takes,
          visitStart: place.start,
        }),
      );
    const prepared = [...this.#prepared.values()].flatMap(({ attempt, take, takes }): Occupant[] =>
      take && takes ? [{ kind: "hold", id: attempt, ...take, ...takes, visitStart: take.start }] : [],
    );
    return [...this.occupants(), ...holds, ...prepared].filter((other) => overlaps(other, interval));
  }

  findHold(id: HoldId): StoredHold | null {
    return this.#holds.get(id) ?? null;
  }

  // HoldView

  holdUnder(command: CommandId): StoredHold | null {
    const id = this.#byCommand.get(command);
    return id === undefined ? null : this.findHold(id);
  }

  countLiveHoldsOf(holder: HolderHash, now: Instant): number {
    return this.holds().filter((hold) => hold.holder === holder && isLive(hold, now)).length;
  }

  countHoldsOf(holder: HolderHash): number {
    return this.holds().filter((hold) => hold.holder === holder).length;
  }

  countAnonymousHoldsIn({ start, end }: Interval, now: Instant): number {
    return this.holds().filter(
      (hold) => hold.anonymous && hold.place.start >= start && hold.place.start < end && isLive(hold, now),
    ).length;
  }

  countAnonymousHolds(now: Instant): number {
    return this.holds().filter((hold) => hold.anonymous && isLive(hold, now)).length;
  }

  countLiveHoldsFrom(network: HolderHash, now: Instant): number {
    return this.holds().filter((hold) => hold.network === network && isLive(hold, now)).length;
  }

  countHoldsFrom(network: HolderHash): number {
    return this.holds().filter((hold) => hold.network === network).length;
  }

  countEndedHoldsIn(interval: Interval, now: Instant): number {
    return this.holds().filter(
      (hold) => hold.state !== "converted" && !isLive(hold, now) && overlaps(hold.takes, interval),
    ).length;
  }

  // commands

  book(command: BookCommand, now: Instant): CalendarReply {
    const decision = decideBook(this, command, now);
    if (decision.kind === "refused") {
      if (decision.fence) this.#fences.add(command.attempt);
      return this.#refused(decision.refusal, command.place, now);
    }
    if (decision.kind !== "commit") return decision;
    this.#save("booked", decision.appointment, [], command.attempt);
    const hold = decision.converts && this.findHold(decision.converts);
    if (hold) this.putHold({ ...hold, state: "converted" });
    this.#takes.set(decision.appointment.id, decision.takes);
    return { kind: "done", appointment: decision.appointment };
  }

  placeHold(command: PlaceHoldCommand, now: Instant): PlaceHoldDecision {
    const decision = decidePlaceHold(this, command, now);
    if (decision.kind === "commit") this.putHold(decision.hold);
    return decision;
  }

  extendHold(claim: HoldClaim, now: Instant): HoldDecision {
    const decision = decideExtendHold(this, claim, now);
    if (decision.kind === "commit") this.putHold(decision.hold);
    return decision;
  }

  releaseHold(claim: HoldClaim): HoldDecision {
    const decision = decideReleaseHold(this, claim);
    if (decision.kind === "commit") this.putHold(decision.hold);
    return decision;
  }

  move(command: MoveCommand, now: Instant): CalendarReply {
    const decision = decideMove(this, command, now);
    if (decision.kind === "refused") {
      if (decision.fence) this.#remember(command.appointmentId, fenceOf(command.attempt, now), now);
      return this.#refused(decision.refusal, command.place, now);
    }
    if (decision.kind !== "commit") return decision;
    const entry = { attempt: command.attempt, at: now, answer: decision.appointment, fingerprint: null };
    const recent = remember(this.#recentOf(command.appointmentId), entry, now);
    this.#save("moved", decision.appointment, recent, command.attempt);
    if (decision.takes) this.#takes.set(decision.appointment.id, decision.takes);
    return { kind: "done", appointment: decision.appointment };
  }

  cancel(command: StatusCommand, now: Instant): StatusReply {
    return this.status(command, now);
  }

  status(command: StatusCommand, now: Instant): StatusReply {
    const decision = decideStatus(this, command, now);
    const attempt = statusAttempt(command);
    if (decision.kind === "refused" || decision.kind === "busy" || decision.kind === "moved") return decision;
    if (decision.kind === "done") return { ...decision, replayed: true, attempt };
    const { appointment } = decision;
    const entry = { attempt, at: now, answer: appointment, fingerprint: command.fingerprint };
    if (decision.kind === "commit") {
      const recent = remember(this.#recentOf(command.appointmentId), entry, now);
      this.#save(CHANGES[command.action], appointment, recent, attempt);
    } else if (decision.remember) this.#remember(appointment.id, entry, now);
    return { kind: "done", appointment, replayed: false, attempt };
  }

  resolve(question: ResolveQuestion, now: Instant): ResolveReply {
    const decision = decideResolve(this, question);
    if (decision.kind !== "fence") return decision;
    if (decision.where === "fences") this.#fences.add(question.attempt);
    else this.#remember(question.appointmentId, fenceOf(question.attempt, now), now);
    return { kind: "fenced" };
  }

  prepare(command: PrepareCommand, now: Instant): PrepareDecision {
    const decision = decidePrepare(this, command, now);
    if (decision.kind === "yes" && decision.write) this.putPrepared(decision.write);
    return decision;
  }

  commit(command: CommitCommand): CommitDecision {
    const decision = decideCommit(this, command);
    const { id } = command.appointment;
    if (this.preparedOn(id)?.attempt === command.attempt) this.#prepared.delete(id);
    switch (decision.kind) {
      case "nothing":
        break;
      case "arrive": {
        const type = decision.appointment.version === 1 ? "booked" : "moved";
        this.#forwardings.delete(id);
        this.#save(type, decision.appointment, decision.recent, command.attempt);
        if (decision.takes) this.#takes.set(id, decision.takes);
        break;
      }
      case "leave":
        this.#rows.delete(id);
        this.#takes.delete(id);
        this.putForwarding(decision.forwarding);
        break;
      case "reserve":
        this.putReservation(decision.reservation);
        break;
      case "release":
        this.#reservations.delete(id);
    }
    return decision;
  }

  // for tests

  putPrepared(row: Prepared): this {
    this.#prepared.set(row.appointmentId, deepFreeze(row));
    return this;
  }

  putForwarding(facts: AppointmentFacts): this {
    this.#forwardings.set(facts.id, deepFreeze({ facts }));
    return this;
  }

  putReservation(row: Reservation): this {
    this.#reservations.set(row.appointmentId, deepFreeze(row));
    return this;
  }

  /** Puts a row there as if it had always been there. */
  put(appointment: Appointment, recent: readonly RecentCommand[] = []): this {
    this.#rows.set(appointment.id, deepFreeze({ appointment, recent }));
    return this;
  }

  putHold(hold: StoredHold): this {
    this.#holds.set(hold.id, deepFreeze(hold));
    this.#byCommand.set(hold.command, hold.id);
    this.#holdList = null;
    return this;
  }

  holds(): readonly StoredHold[] {
    this.#holdList ??= [...this.#holds.values()];
    return this.#holdList;
  }

  appointments(): Appointment[] {
    return [...this.#rows.values()].map((row) => row.appointment);
  }

  occupying(): Appointment[] {
    return this.appointments().filter((appointment) => occupiesTime(appointment.status));
  }

  /** What takes time, with buffers, as the object's query has it. */
  occupants(): Occupant[] {
    const appointments = this.occupying().map(
      ({ id, start, end, visitTypeId, locationId }): Occupant => ({
        kind: "appointment",
        id,
        visitTypeId,
        locationId,
        visitStart: start,
        ...(this.#takes.get(id) ?? { start, end }),
      }),
    );
    const reserved = [...this.#reservations.values()].map(
      ({ appointmentId: id, start, end, visitTypeId, locationId }): Occupant => ({
        kind: "appointment",
        id,
        visitTypeId,
        locationId,
        visitStart: start,
        start,
        end,
      }),
    );
    return [...appointments, ...reserved, ...this.#blocks.values()];
  }

  block(id: string, interval: Interval, at: LocationId | null = null): void {
    const { start, end } = interval;
    this.#blocks.set(id, {
      kind: "block",
      id,
      start,
      end,
      visitTypeId: null,
      locationId: at,
      visitStart: null,
    });
  }

  unblock(id: string): void {
    this.#blocks.delete(id);
  }

  /** Busy time as of now; a later command does not change what was returned. */
  busy(): BusyOf {
    return busyFor(this.occupants());
  }

  #recentOf(id: AppointmentId): readonly RecentCommand[] {
    return this.#rows.get(id)?.recent ?? [];
  }

  #save(
    type: Emitted["type"],
    appointment: Appointment,
    recent: readonly RecentCommand[],
    cause: AttemptId,
  ): void {
    this.put(appointment, recent);
    this.emitted.push(deepFreeze({ type, appointment, cause }));
  }

  #remember(id: AppointmentId, entry: RecentCommand, now: Instant): void {
    const row = this.#rows.get(id);
    if (row) this.put(row.appointment, remember(row.recent, entry, now));
  }

  #refused(refusal: BookingRefusal, place: Place, now: Instant): CalendarReply {
    const visit = this.open.rules(place.visitTypeId, place.locationId);
    const site = findSite(this.open, place.locationId);
    const alternatives =
      refusal.reason === "slot-taken" && visit && site
        ? nearestFreeStarts(this.open, this.busy(), visit, [site], place.start, now)
        : [];
    return { kind: "refused", refusal, alternatives };
  }
}

const fenceOf = (attempt: AttemptId, now: Instant): RecentCommand => ({
  attempt,
  at: now,
  answer: null,
  fingerprint: null,
});

/** Busy time of some intervals that are nobody's visit. */
export const busyBy = (intervals: readonly Interval[]): BusyOf =>
  busyFor(
    intervals.map(({ start, end }, index) => ({
      kind: "appointment",
      id: `interval-${index}`,
      start,
      end,
      visitTypeId: null,
      locationId: null,
      visitStart: null,
    })),
  );

/** Busy time of these occupants, each day computed when it is asked for. */
export function busyFor(occupants: readonly Occupant[]): BusyOf {
  const days = new Map<number, DayBits>();
  const bitsOf = (day: number): DayBits => {
    let bits = days.get(day);
    if (!bits) {
      bits = emptyDay();
      for (const interval of occupants) markInterval(bits, day, interval);
      days.set(day, bits);
    }
    return bits;
  };
  return Object.assign(bitsOf, {
    occupants: (day: number) => occupants.filter((other) => overlaps(other, utcDay(day))),
  });
}

// ---- random configurations ----

/** One of each kind: half an hour, at midnight, two hours, backwards, with a quarter, without any change. */
export const ZONES_TO_FEAR = [
  "America/Chicago",
  "America/Phoenix",
  "America/St_Johns",
  "America/Havana",
  "America/Santiago",
  "Africa/Cairo",
  "Africa/Casablanca",
  "Antarctica/Troll",
  "Asia/Beirut",
  "Asia/Kathmandu",
  "Atlantic/Azores",
  "Australia/Lord_Howe",
  "Europe/Dublin",
  "Pacific/Apia",
  "Pacific/Chatham",
  "UTC",
] as const;

/** On a five-minute step of the day, 0–1440. */
export const anyMinute = fc.integer({ min: 0, max: 288 }).map((step) => step * 5);

const anyHours: fc.Arbitrary<WeeklyHours> = fc
  .record({ weekday: fc.integer({ min: 1, max: 7 }), a: anyMinute, b: anyMinute })
  .map(({ weekday, a, b }) => ({ weekday, opensAt: Math.min(a, b), closesAt: Math.max(a, b) }));

/** Hours of any kind: closed days, several spans a day that may touch or overlap, until midnight. */
export const anyWeek: fc.Arbitrary<WeeklyHours[]> = fc.oneof(
  fc.array(anyHours, { maxLength: 12 }),
  fc.tuple(anyMinute, anyMinute).map(([a, b]) => everyDay(Math.min(a, b), Math.max(a, b))),
  fc.constant(everyDay(0, 1440)),
);

/** Grids that divide a day, as every clinic's does. */
export const GRIDS = [5, 10, 15, 20, 30, 40, 45, 60, 90, 120] as const;

/** One or two sites, one or two visit types. */
export const anyConfig: fc.Arbitrary<CalendarConfig> = fc
  .record({
    sites: fc.array(fc.record({ timeZone: fc.constantFrom(...ZONES_TO_FEAR), hours: anyWeek }), {
      minLength: 1,
      maxLength: 2,
    }),
    visits: fc.array(
      fc.record({
        steps: fc.integer({ min: 1, max: 96 }),
        gridMinutes: fc.constantFrom(...GRIDS),
        noticeMinutes: fc.constantFrom(0, 1, 60, 240, 1440),
        horizonDays: fc.constantFrom(1, 2, 7, 90),
      }),
      { minLength: 1, maxLength: 2 },
    ),
  })
  .map(({ sites, visits }) =>
    aConfig({
      sites: sites.map((site, index) => ({ ...site, locationId: locationId(index + 1) })),
      visitTypes: visits.map(({ steps, ...visit }, index) => ({
        ...visit,
        id: visitTypeId(index + 1),
        minutes: steps * 5,
      })),
    }),
  );
