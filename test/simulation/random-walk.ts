/**
 * Patients book, move and cancel at random, repeat themselves under the same key, and the network and the objects fail.
 * Every answer is checked against every other answer under its key; at the end everything must be settled.
 */
import type { TakeAnswer, TakeRequest, WantedBooking, WantedMove } from "../../core/agenda/command-row.ts";
import type { AppointmentFacts } from "../../core/booking/appointment.ts";
import type { CancelCommand } from "../../core/booking/commands.ts";
import {
  AGENDA_SHARDS,
  type AppointmentId,
  type CommandId,
  encodeBytes,
  type LocationId,
  makeId,
  makePatientId,
  type PatientId,
  type ProviderId,
  type VisitTypeId,
} from "../../core/ids.ts";
import { dayInterval } from "../../core/schedule/clinic-time.ts";
import type { CalendarConfig } from "../../core/schedule/config.ts";
import { type FreeStart, freeStarts } from "../../core/schedule/free-starts.ts";
import { OpenDays } from "../../core/schedule/open-days.ts";
import { MINUTE_MS, plus, SECOND_MS } from "../../core/time.ts";
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
  readonly refused: number;
  readonly unknown: number;
  readonly trace: string;
}

export const HARSH: Faults = { requestLost: 0.04, replyLost: 0.04, late: 0.12, crash: 0.02, replay: 0.2 };

const ZONE = "America/Chicago";
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

/** A definitive answer, in the words in which two of them can be compared. */
function definitive(answer: TakeAnswer): string | null {
  if (answer.kind === "accepted")
    return `accepted ${answer.appointment.id} v${answer.appointment.version} ${answer.appointment.start}`;
  if (answer.kind === "refused") return `refused ${JSON.stringify(answer.refused.refusal)}`;
  return null;
}

class Walker {
  readonly #world: World;
  readonly #random: Random;
  readonly #configs: readonly CalendarConfig[];
  readonly #patients: readonly PatientId[];
  readonly #answers = new Map<CommandId, string>();
  readonly #mine = new Map<PatientId, AppointmentFacts[]>();
  /** Every appointment id that was ever minted under a key. */
  readonly #minted = new Map<CommandId, { readonly calendar: ProviderId; readonly ids: AppointmentId[] }>();
  #keys = 0;
  accepted = 0;
  refused = 0;
  unknown = 0;

  constructor(
    world: World,
    random: Random,
    configs: readonly CalendarConfig[],
    patients: readonly PatientId[],
  ) {
    this.#world = world;
    this.#random = random;
    this.#configs = configs;
    this.#patients = patients;
  }

  async step(): Promise<void> {
    const patient = this.#random.pick(this.#patients);
    const own = this.#mine.get(patient) ?? [];
    const dice = this.#random.next();
    if (own.length === 0 || dice < 0.2) await this.#book(patient);
    else if (dice < 0.25) await Promise.all([this.#book(patient), this.#book(patient), this.#book(patient)]);
    else if (dice < 0.55) await this.#move(patient, this.#random.pick(own));
    else this.#cancel(patient, this.#random.pick(own));
  }

  async #book(patient: PatientId): Promise<void> {
    const config = this.#random.pick(this.#configs);
    const place = this.#somePlace(config);
    if (!place) return;
    await this.#repeatedly(patient, () => ({
      kind: "book",
      appointmentId:
        `apt_${config.providerId.slice(4)}${encodeBytes(this.#random.bytes(12))}a0000000` as AppointmentId,
      providerId: config.providerId,
      place,
      timeZone: ZONE,
      configVersion: 1,
      reason: null,
      notes: null,
      source: "patient",
    }));
  }

  async #move(patient: PatientId, own: AppointmentFacts): Promise<void> {
    const config = this.#configs.find(({ providerId }) => providerId === own.providerId);
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

  /** Presses until there is an answer, and sometimes once more. */
  async #repeatedly(patientId: PatientId, wanted: () => WantedBooking | WantedMove): Promise<void> {
    const command = `key-${this.#keys++}` as CommandId;
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const request: TakeRequest = { command, fingerprint: "same", patientId, wanted: wanted() };
      if (request.wanted.kind === "book") this.#mint(command, request.wanted);
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

  #mint(command: CommandId, { providerId, appointmentId }: WantedBooking): void {
    const minted = this.#minted.get(command) ?? { calendar: providerId, ids: [] };
    minted.ids.push(appointmentId);
    this.#minted.set(command, minted);
  }

  #note(patient: PatientId, answer: TakeAnswer): void {
    if (answer.kind === "refused") this.refused += 1;
    if (answer.kind !== "accepted") return;
    this.accepted += 1;
    const others = (this.#mine.get(patient) ?? []).filter(({ id }) => id !== answer.appointment.id);
    this.#mine.set(patient, [...others, answer.appointment]);
  }

  #cancel(patient: PatientId, own: AppointmentFacts): void {
    const command: CancelCommand = {
      command: `key-${this.#keys++}` as CommandId,
      fingerprint: "same",
      appointmentId: own.id,
      ifMatch: own.version,
      reasonCode: "patient-request",
      reach: { kind: "patient", patientId: patient },
    };
    const calendar = this.#world.calendar(own.providerId);
    const first = calendar.commands.cancel(command);
    if (this.#random.chance(0.3)) calendar.crash();
    const again = calendar.commands.cancel(command);
    if (first.kind === "done") {
      if (again.kind !== "done" || again.appointment.version !== first.appointment.version)
        throw new InvariantBroken("[C2] a cancellation was answered twice");
      // The edge tells the agenda, or dies before it can: the log will.
      if (this.#random.chance(0.7))
        this.#world.agendaOf(patient).commands.observe([{ facts: first.appointment, cause: first.attempt }]);
      this.#mine.set(
        patient,
        (this.#mine.get(patient) ?? []).filter(({ id }) => id !== own.id),
      );
    }
  }

  /** Mostly a free start of the next days, sometimes any time at all. */
  #somePlace(config: CalendarConfig): {
    visitTypeId: VisitTypeId;
    locationId: LocationId;
    start: FreeStart["start"];
    end: FreeStart["end"];
  } | null {
    const visit = this.#random.pick(config.visitTypes);
    const site = config.sites[0];
    if (!site) return null;
    const date = new Date(this.#world.now + (1 + this.#random.below(2)) * 86_400_000)
      .toISOString()
      .slice(0, 10);
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
    for (const facts of this.#world.projection.values()) {
      const stored = this.#world.calendar(facts.providerId).store.find(facts.id)?.appointment;
      if (
        !stored ||
        stored.version !== facts.version ||
        stored.status !== facts.status ||
        stored.start !== facts.start
      )
        throw new InvariantBroken(`[E6] the projection of ${facts.id} is not what its calendar holds`);
      const claim = this.#world.agendaOf(facts.patientId).store.claim(facts.id);
      if (claim?.version !== facts.version)
        throw new InvariantBroken(`[G9] the claim of ${facts.id} is not what its calendar holds`);
    }
    this.#verifyAnswers();
    this.#verifyKeys();
    this.#verifyPatients();
  }

  /** Nothing acknowledged was lost. */
  #verifyAnswers(): void {
    for (const [, own] of this.#mine) {
      for (const { id, providerId, version } of own) {
        const stored = this.#world.calendar(providerId).store.find(id)?.appointment;
        if (!stored || stored.version < version)
          throw new InvariantBroken(`an acknowledged command on ${id} was lost`);
      }
    }
  }

  /** [B14] [B16] At most one appointment per key, and none under a key that was refused. */
  #verifyKeys(): void {
    for (const [command, { calendar, ids }] of this.#minted) {
      const booked = ids.filter((id) => this.#world.calendar(calendar).store.find(id) !== null);
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
      [...this.#world.projection.values()].filter(({ status }) => status === "booked"),
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
  const world = new World(configs, startOfSimulation, random, faults);
  const walker = new Walker(world, random, configs, people);
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
    refused: walker.refused,
    unknown: walker.unknown,
    trace: world.trace.toString(16).padStart(8, "0"),
  };
}
