/**
 * A small network of calendars and agenda shards in virtual time: the real command classes over real SQLite, with a
 * network between them that loses requests, loses replies and delivers late, and objects that lose their memory.
 */
import type { TakeAnswer, TakeRequest } from "../../core/agenda/command-row.ts";
import { type Appointment, type AppointmentFacts, occupiesTime } from "../../core/booking/appointment.ts";
import type { BookCommand, MoveCommand } from "../../core/booking/commands.ts";
import type { MovedTo, Reservation } from "../../core/booking/saga.ts";
import { type AppointmentEvent, isAppointmentEvent } from "../../core/events/event.ts";
import { type AppointmentId, agendaShardOf, type PatientId, type ProviderId } from "../../core/ids.ts";
import type { CalendarConfig } from "../../core/schedule/config.ts";
import { type Instant, type Interval, instant, overlaps, plus, SECOND_MS } from "../../core/time.ts";
import { AgendaCommands } from "../../durable-objects/patient-agenda/agenda-commands.ts";
import { AgendaStore } from "../../durable-objects/patient-agenda/agenda-store.ts";
import { patientAgendaMigrations } from "../../durable-objects/patient-agenda/schema.ts";
import { CalendarCommands } from "../../durable-objects/provider-calendar/calendar-commands.ts";
import { CalendarMemory } from "../../durable-objects/provider-calendar/calendar-memory.ts";
import { CalendarSagas, type SagaParts } from "../../durable-objects/provider-calendar/calendar-sagas.ts";
import { CalendarStore } from "../../durable-objects/provider-calendar/calendar-store.ts";
import { CalendarWriter } from "../../durable-objects/provider-calendar/calendar-writer.ts";
import { HoldCommands } from "../../durable-objects/provider-calendar/hold-commands.ts";
import { HoldStore } from "../../durable-objects/provider-calendar/hold-store.ts";
import { providerCalendarMigrations } from "../../durable-objects/provider-calendar/schema.ts";
import { WakeUp } from "../../durable-objects/shared/wake.ts";
import type { Random } from "./random.ts";
import { InstanceGone, storageWith } from "./sqlite-storage.ts";

export interface Faults {
  /** The call never reaches the calendar. */
  readonly requestLost: number;
  /** The calendar does it, and nobody hears of it. */
  readonly replyLost: number;
  /** The caller gives up, and the call arrives later all the same. */
  readonly late: number;
  /** An object loses its memory between two events. */
  readonly crash: number;
  /** The log repeats a batch to the agenda. */
  readonly replay: number;
}

/** What a chosen call meets, in tests that try every one of them. `late` calls arrive after the caller has given up. */
export const FATES = [
  "request lost",
  "reply lost",
  "late by a second",
  "late by thirteen",
  "coordinator crashes before",
  "coordinator crashes after",
  "participant forgets before",
  "participant forgets after",
] as const;
export type Fate = (typeof FATES)[number];
/** The second one is past every deadline; a calendar whose clock is behind takes it all the same. */
const LATE_MS = { "late by a second": SECOND_MS, "late by thirteen": 13 * SECOND_MS } as const;

interface Crashable {
  crash(): void;
}

/** Two objects of a call. */
interface Ends {
  readonly coordinator: Crashable | undefined;
  readonly participant: Crashable;
}

/** No screens in the simulation; the real feeds are tested on the real runtime. */
const NO_FEED = { capture: () => null, broadcast: () => undefined, changed: () => undefined } as never;

class SimulatedCalendar {
  readonly storage = storageWith(providerCalendarMigrations);
  readonly store: CalendarStore;
  commands!: CalendarCommands;
  sagas!: CalendarSagas;
  wake!: WakeUp;
  readonly holdStore: HoldStore;
  holds!: HoldCommands;
  readonly id: ProviderId;
  /** Its own clock, which may be behind. */
  readonly now: () => Instant;
  readonly #doors: Pick<SagaParts, "ask" | "release">;

  constructor(id: ProviderId, now: () => Instant, doors: Pick<SagaParts, "ask" | "release">) {
    this.id = id;
    this.now = now;
    this.#doors = doors;
    this.store = new CalendarStore(this.storage.sql as never, id);
    this.holdStore = new HoldStore(this.storage.sql as never);
    this.crash();
  }

  /** Memory is gone; rows stay. */
  crash(): void {
    const memory = new CalendarMemory(this.store, this.holdStore);
    this.wake = new WakeUp(this.storage);
    const parts = {
      storage: this.storage as never,
      store: this.store,
      holds: this.holdStore,
      memory,
      writer: new CalendarWriter({ store: this.store, memory, feed: NO_FEED, wake: this.wake }),
      wake: this.wake,
      now: this.now,
    };
    this.sagas = new CalendarSagas({ ...parts, ...this.#doors, calendar: this.id });
    this.holds = new HoldCommands(parts);
    this.commands = new CalendarCommands({ ...parts, locked: (id) => this.sagas.askNow(id) });
  }
}

class SimulatedAgenda {
  readonly storage = storageWith(patientAgendaMigrations);
  store!: AgendaStore;
  commands!: AgendaCommands;
  wake!: WakeUp;
  readonly #now: () => Instant;
  readonly #calendars: (id: ProviderId, isAlive: () => boolean) => never;
  #lives = 0;

  constructor(now: () => Instant, calendars: (id: ProviderId, isAlive: () => boolean) => never) {
    this.#now = now;
    this.#calendars = calendars;
    this.crash();
  }

  /** Whatever the old instance still waited for finds its storage gone, as on the real runtime. */
  crash(): void {
    const storage = this.storage.open();
    const life = ++this.#lives;
    this.store = new AgendaStore(storage.sql as never);
    this.wake = new WakeUp(storage);
    this.commands = new AgendaCommands({
      storage: storage as never,
      store: this.store,
      wake: this.wake,
      feed: NO_FEED,
      calendars: (id) => this.#calendars(id, () => life === this.#lives),
      now: this.#now,
    });
    this.wake.armNext([this.store.nextDue()]); // repair, as in the object's constructor
  }
}

/** More than any two machines of one cloud differ. */
const CLOCK_SKEW_MS_MAX = 9 * SECOND_MS;

/** A saga of three calendars takes about thirty turns. */
const ORDERS_MAX = 40;

export class InvariantBroken extends Error {}

export class World {
  now: Instant;
  readonly random: Random;
  faults: Faults;
  readonly calendars = new Map<ProviderId, SimulatedCalendar>();
  readonly agendas = new Map<number, SimulatedAgenda>();
  /** Calls that arrive late, in order of arrival. */
  readonly #late: { readonly at: Instant; readonly deliver: () => void }[] = [];
  /** The projection: highest version per appointment. */
  readonly projection = new Map<string, AppointmentFacts>();
  /** Every event that was ever in the log, for replays. */
  readonly #log: AppointmentEvent[] = [];
  /** Asked at every call, before it leaves: what it meets, or null for whatever `faults` say. */
  onCall: (() => Fate | null) | null = null;
  commits = 0;
  /** Rolling hash of everything that was committed: the same seed must give the same one. */
  trace = 0x811c9dc5;

  constructor(configs: readonly CalendarConfig[], start: Instant, random: Random, faults: Faults) {
    this.now = start;
    this.random = random;
    this.faults = faults;
    for (const config of configs) {
      // Clocks differ: a calendar that is behind still takes what its caller has given up on.
      const behindMs = random.below(CLOCK_SKEW_MS_MAX);
      const calendar: SimulatedCalendar = new SimulatedCalendar(
        config.providerId,
        () => plus(this.now, -behindMs),
        {
          ask: (patient, attempt, about) =>
            this.#network(() => this.agendaOf(patient).commands.ask(attempt, about), {
              coordinator: this.agendaOf(patient),
              participant: calendar,
            }),
          release: (other, id, version) =>
            this.#network(() => this.calendar(other).sagas.release(id, version), {
              coordinator: calendar,
              participant: this.calendar(other),
            }),
        },
      );
      calendar.commands.applyConfig(config);
      this.calendars.set(config.providerId, calendar);
    }
  }

  calendar(id: ProviderId): SimulatedCalendar {
    return this.calendars.get(id) as SimulatedCalendar;
  }

  agendaOf(patient: PatientId): SimulatedAgenda {
    const shard = agendaShardOf(patient);
    let agenda = this.agendas.get(shard);
    if (!agenda) {
      agenda = new SimulatedAgenda(
        () => this.now,
        (id, isAlive) => this.#door(id, shard, isAlive) as never,
      );
      this.agendas.set(shard, agenda);
    }
    return agenda;
  }

  take(request: TakeRequest): Promise<TakeAnswer> {
    return this.agendaOf(request.patientId)
      .commands.take(request)
      .catch((error: unknown) => {
        if (error instanceof InstanceGone) return { kind: "unknown" };
        throw error;
      });
  }

  /** One step of everything that runs by itself: late calls, crashes, alarms, the log. */
  async tick(ms: number): Promise<void> {
    this.now = plus(this.now, ms);
    while (this.#late[0] && this.#late[0].at <= this.now) this.#late.shift()?.deliver();
    for (const object of [...this.calendars.values(), ...this.agendas.values()]) {
      if (this.random.chance(this.faults.crash)) object.crash();
    }
    for (const calendar of this.calendars.values()) {
      if (this.random.chance(0.5)) calendar.holds.expireDue(); // the alarm may be late; decisions do not wait for it
      this.#drain(calendar);
      await calendar.sagas.settleDue();
    }
    if (this.#log.length > 0 && this.random.chance(this.faults.replay))
      this.#feed(this.random.pick(this.#log));
    for (const agenda of this.agendas.values()) {
      if (agenda.storage.alarm === null || agenda.storage.alarm > this.now) continue;
      agenda.storage.takeAlarm();
      agenda.wake.fired();
      try {
        await agenda.commands.resolveDue();
      } catch (error) {
        if (!(error instanceof InstanceGone)) throw error; // the next instance has armed itself
      }
      agenda.wake.armNext([agenda.store.nextDue()]);
    }
  }

  /** Without faults, until nothing is open any more. */
  async settle(): Promise<void> {
    this.faults = { requestLost: 0, replyLost: 0, late: 0, crash: 0, replay: 0 };
    for (let round = 0; round < 20; round++) await this.tick(30 * SECOND_MS);
  }

  /** A calendar as an agenda sees it: over a network that may lose the call, the answer or only time. */
  #network<T>(call: () => T, ends: Ends): Promise<T> {
    const chosen = this.onCall?.() ?? null;
    if (chosen) return this.aMoment().then(() => this.#meet(chosen, call, ends));
    const { requestLost, replyLost, late } = this.faults;
    const fate = this.random.next();
    if (fate < requestLost) return Promise.reject(new Error("simulated: request lost"));
    if (fate < requestLost + replyLost) {
      call();
      return Promise.reject(new Error("simulated: reply lost"));
    }
    if (fate < requestLost + replyLost + late) {
      this.#later(call);
      return Promise.reject(new Error("simulated: gave up"));
    }
    return this.aMoment().then(call);
  }

  #meet<T>(fate: Fate, call: () => T, { coordinator, participant }: Ends): T {
    switch (fate) {
      case "request lost":
        throw new Error("simulated: request lost");
      case "reply lost":
        call();
        throw new Error("simulated: reply lost");
      case "late by a second":
      case "late by thirteen":
        this.#later(call, LATE_MS[fate]);
        throw new Error("simulated: gave up");
      case "coordinator crashes before":
        coordinator?.crash();
        throw new Error("simulated: request lost");
      case "participant forgets before":
        participant.crash();
        return call();
      case "coordinator crashes after":
      case "participant forgets after": {
        const answer = call();
        (fate === "participant forgets after" ? participant : coordinator)?.crash();
        return answer;
      }
    }
  }

  /** Lets others go first, a few of them or none: every order of two things under way gets its turn. */
  async aMoment(): Promise<void> {
    for (let turns = this.random.below(ORDERS_MAX); turns > 0; turns--) await Promise.resolve();
  }

  #door(id: ProviderId, caller: number, isAlive: () => boolean): object {
    const run = <T>(call: () => T): Promise<T> => {
      // The dead say nothing more.
      if (!isAlive()) return Promise.reject(new InstanceGone("simulated: this instance has crashed"));
      // The caller may die with its question under way; whoever it asked does not know.
      if (this.random.chance(this.faults.crash)) this.agendas.get(caller)?.crash();
      return this.#network(call, {
        coordinator: this.agendas.get(caller),
        participant: this.calendar(id),
      });
    };
    const sagas = (): CalendarSagas => this.calendar(id).sagas;
    const commands = (): CalendarCommands => this.calendar(id).commands;
    const checked = <T>(call: () => T): T => {
      const result = call();
      this.check(id);
      return result;
    };
    return {
      book: (command: BookCommand) => run(() => checked(() => commands().book(command))),
      move: (command: MoveCommand) => run(() => checked(() => commands().move(command))),
      resolve: (question: never) => run(() => commands().resolve(question)),
      read: (apt: never) => run(() => this.#read(id, apt)),
      prepare: (command: never) => run(() => checked(() => sagas().prepare(command))),
      commit: (command: never) => run(() => checked(() => sagas().commit(command))),
      abort: (attempt: never) => run(() => sagas().abort(attempt)),
      forward: (facts: never) => run(() => sagas().forward(facts)),
    };
  }

  /** As the object's own `read`, for somebody who may see everything. */
  #read(id: ProviderId, apt: AppointmentId): Appointment | MovedTo | null {
    const { store } = this.calendar(id);
    const gone = store.sagas.forwardingOf(apt);
    return store.find(apt)?.appointment ?? (gone && { movedTo: gone.facts.providerId });
  }

  #later(call: () => unknown, ms = 1 + this.random.below(20 * SECOND_MS)): void {
    const at = plus(this.now, ms);
    this.#late.push({ at, deliver: () => void call() });
    this.#late.sort((a, b) => a.at - b.at);
  }

  /** [B1] Checked at every commit and not at the end, because a cancellation erases the traces. */
  check(id: ProviderId): void {
    const waiting = this.calendar(id)
      .store.readOutbox(1_000)
      .map(({ event }) => event)
      .filter(isAppointmentEvent);
    const last = waiting.at(-1)?.data;
    if (!last || !occupiesTime(last.appointment.status)) return;
    this.commits += 1;
    for (const { data } of waiting) if (data.cause === last.cause) this.checkAlone(id, data.appointment); // a series is several
  }

  /** [B1] [W1] At most one appointment or live hold over a time. */
  checkAlone(id: ProviderId, interval: Interval): void {
    const taken = this.calendar(id).store.occupantsIn(interval, this.calendar(id).now());
    const overlapping = taken.filter((other) => overlaps(other, interval));
    if (overlapping.length > 1)
      throw new InvariantBroken(`[B1] ${id} has ${overlapping.length} over ${interval.start}`);
  }

  #drain(calendar: SimulatedCalendar): void {
    const entries = calendar.store.readOutbox(200);
    const end = entries.at(-1);
    if (!end) return;
    for (const { event } of entries) {
      this.#mix(event.id);
      if (isAppointmentEvent(event)) {
        this.#log.push(event);
        this.#feed(event);
      }
    }
    calendar.storage.transactionSync(() => calendar.store.deleteOutboxThrough(end.sequence));
    if (this.#log.length > 5_000) this.#log.splice(0, 2_500);
  }

  /** Both consumer groups: the projection and the agenda. */
  #feed({ data: { appointment, cause } }: AppointmentEvent): void {
    const known = this.projection.get(appointment.id);
    if (!known || known.version < appointment.version) this.projection.set(appointment.id, appointment);
    this.agendaOf(appointment.patientId).commands.observe([{ facts: appointment, cause }]);
  }

  #mix(text: string): void {
    for (let i = 0; i < text.length; i++)
      this.trace = Math.imul(this.trace ^ text.charCodeAt(i), 0x01000193) >>> 0;
    this.trace = Math.imul(this.trace ^ (this.now % 1_000_003), 0x01000193) >>> 0;
  }

  reservationsOf(id: ProviderId): Reservation[] {
    return this.calendar(id)
      .storage.sql.exec("SELECT row FROM reservation")
      .toArray()
      .map(({ row }) => JSON.parse(String(row)) as Reservation);
  }

  /** What became of an appointment, by the log: its events in the order in which they came. */
  historyOf(id: AppointmentId): AppointmentEvent[] {
    return this.#log.filter((event) => event.data.appointment.id === id);
  }

  close(): void {
    for (const object of [...this.calendars.values(), ...this.agendas.values()]) object.storage.close();
  }
}

export const startOfSimulation = instant(Date.UTC(2026, 9, 26, 14));
