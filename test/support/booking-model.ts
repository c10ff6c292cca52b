/**
 * What booking should answer, as plainly as it can be said: arrays of who takes what, and one function for each command
 * that says what may be answered. Knows nothing of objects, rows, keys or sagas. Nothing here is shared with core/.
 */
const MINUTE_MS = 60_000;
/** [G7] */
const OPEN_MAX = 20;
/** [W6] Live ones of one person on one calendar. */
const HOLDS_MAX = 3;

/** Needs the provider only, or a room of the clinic too. */
export type Kind = "plain" | "room";

/** How many minutes a visit is, and how many more the provider needs after it. */
export interface Length {
  readonly minutes: number;
  readonly after: number;
}

export interface Shape {
  readonly lengths: Readonly<Record<Kind, Length>>;
  /** Names of the rooms. */
  readonly rooms: readonly string[];
  /** Starts that a provider has when nobody has taken anything, by provider. */
  readonly offered: readonly Readonly<Record<Kind, ReadonlySet<number>>>[];
  /** Open appointments elsewhere, by patient. */
  readonly elsewhere: readonly number[];
}

export interface Want {
  readonly patient: number;
  readonly provider: number;
  readonly kind: Kind;
  readonly start: number;
}

export interface Visit extends Want {
  readonly id: string;
  readonly version: number;
  readonly cancelled: boolean;
  readonly series: string | null;
  /** The one it has; of a cancelled visit, the one it had. */
  readonly room: string | null;
}

export interface Held extends Want {
  readonly id: string;
  readonly token: string;
  readonly state: "live" | "expired" | "released" | "converted";
}

/** Anything with this name in the way is not. */
type Except = string | null;
/** Every answer that is right. More than one only where an alarm may or may not have run. */
export type Expected = readonly string[];

const overlap = (aFrom: number, aTo: number, bFrom: number, bTo: number): boolean =>
  aFrom < bTo && bFrom < aTo;

export class BookingModel {
  readonly shape: Shape;
  visits: readonly Visit[] = [];
  holds: readonly Held[] = [];
  /** Cancelled visits whose room may not have heard of it. */
  owed: ReadonlySet<string> = new Set();

  constructor(shape: Shape) {
    this.shape = shape;
  }

  put(visit: Visit): void {
    this.visits = [...this.visits.filter(({ id }) => id !== visit.id), visit];
  }

  putHold(hold: Held): void {
    this.holds = [...this.holds.filter(({ id }) => id !== hold.id), hold];
  }

  /** Every room has heard of every cancellation. */
  settled(): void {
    this.owed = new Set();
  }

  active(): readonly Visit[] {
    return this.visits.filter(({ cancelled }) => !cancelled);
  }

  /** What GET availability shows of a provider. */
  free(provider: number, kind: Kind): number[] {
    const starts = [...(this.shape.offered[provider]?.[kind] ?? [])];
    return starts.filter((start) => !this.#isTaken({ provider, kind, start }, null));
  }

  book(want: Want, hold: Held | null = null): Expected {
    return this.#asPatient([want], null) ?? this.#atCalendars(want, hold, null);
  }

  /** All or none; a calendar alone cannot promise a room. */
  series(wants: readonly Want[]): Expected {
    const own = this.#asPatient(wants, null);
    if (own) return own;
    for (const want of wants) {
      const [answer] = want.kind === "room" ? this.#alone(want) : this.#atCalendars(want, null, null);
      if (answer !== "accepted") return [answer as string];
    }
    return ["accepted"];
  }

  move(visit: Visit, to: Want, version: number): Expected {
    const inTheWay = this.#conflicts(to, visit.id);
    if (inTheWay) return ["patient-conflict"];
    const stays = visit.provider === to.provider && visit.kind === to.kind && visit.start === to.start;
    const one = stays || (visit.provider === to.provider && visit.room === null && to.kind === "plain");
    const wrong = version !== visit.version ? "stale-version" : "rule:not-movable";
    if (version === visit.version && !visit.cancelled)
      return stays ? ["accepted"] : this.#atCalendars(to, null, visit.id);
    // With several calendars, whoever is asked first may have another reason.
    return one ? [wrong] : ["stale-version", "rule:not-movable", "slot-taken", "rule:off-grid"];
  }

  cancel(visit: Visit, version: number): Expected {
    if (version !== visit.version) return ["stale-version"];
    return [visit.cancelled ? "rule:not-cancellable" : "accepted"];
  }

  hold(want: Want): Expected {
    if (!this.#isOffered(want)) return ["rule:off-grid"];
    const own = this.holds.filter(
      ({ patient, provider, state }) =>
        state === "live" && patient === want.patient && provider === want.provider,
    );
    if (own.length >= HOLDS_MAX) return ["rule:too-many-holds"];
    return [this.#isTaken(want, null) ? "slot-taken" : "accepted"];
  }

  /** [W10] */
  release(hold: Held): Expected {
    return [hold.state === "converted" ? "hold-expired" : "accepted"];
  }

  /** Whether a room is free at that time; "maybe" while it may not have heard of a cancellation. */
  room(name: string, { kind, start }: Pick<Want, "kind" | "start">, except: Except): "yes" | "maybe" | "no" {
    const end = this.#end(kind, start);
    const there = this.visits.filter(
      (visit) =>
        visit.room === name &&
        visit.id !== except &&
        overlap(start, end, visit.start, this.#end(visit.kind, visit.start)),
    );
    if (there.some(({ cancelled }) => !cancelled)) return "no";
    return there.some(({ id }) => this.owed.has(id)) ? "maybe" : "yes";
  }

  openOf(patient: number): number {
    const own = this.active().filter((visit) => visit.patient === patient);
    return own.length + (this.shape.elsewhere[patient] ?? 0);
  }

  /** [G4] [G7] What the patient's own agenda says against it. */
  #asPatient(wants: readonly Want[], except: Except): Expected | null {
    if (wants.some((want) => this.#conflicts(want, except))) return ["patient-conflict"];
    const [first] = wants;
    const open = first ? this.openOf(first.patient) : 0;
    return open + wants.length > OPEN_MAX ? ["rule:too-many-open-bookings"] : null;
  }

  #conflicts({ patient, kind, start }: Want, except: Except): boolean {
    return this.active().some(
      (visit) =>
        visit.patient === patient &&
        visit.id !== except &&
        overlap(start, this.#end(kind, start), visit.start, this.#end(visit.kind, visit.start)),
    );
  }

  /** The provider's rules, the provider's time, then a room. */
  #atCalendars(want: Want, hold: Held | null, except: Except): Expected {
    if (!this.#isOffered(want)) return ["rule:off-grid"];
    const own = hold && sameTime(hold, want) ? hold : null;
    if (this.#isTaken(want, except ?? own?.id ?? null))
      return [own && own.state !== "live" ? "hold-expired" : "slot-taken"];
    if (want.kind === "plain") return ["accepted"];
    const rooms = this.shape.rooms.map((name) => this.room(name, want, except));
    if (rooms.includes("yes")) return ["accepted"];
    return rooms.includes("maybe") ? ["accepted", "slot-taken"] : ["slot-taken"];
  }

  #alone(want: Want): Expected {
    return [this.#isOffered(want) ? "rule:no-resource" : "rule:off-grid"];
  }

  #isOffered({ provider, kind, start }: Omit<Want, "patient">): boolean {
    return this.shape.offered[provider]?.[kind].has(start) ?? false;
  }

  #isTaken({ provider, kind, start }: Omit<Want, "patient">, except: Except): boolean {
    const takers = [...this.active(), ...this.holds.filter(({ state }) => state === "live")];
    return takers.some(
      (taker) =>
        taker.provider === provider &&
        taker.id !== except &&
        overlap(start, this.#takenUntil(kind, start), taker.start, this.#takenUntil(taker.kind, taker.start)),
    );
  }

  #end(kind: Kind, start: number): number {
    return start + this.shape.lengths[kind].minutes * MINUTE_MS;
  }

  /** [S10] The provider is taken a little longer than the patient. */
  #takenUntil(kind: Kind, start: number): number {
    return this.#end(kind, start) + this.shape.lengths[kind].after * MINUTE_MS;
  }
}

const sameTime = (a: Want, b: Want): boolean =>
  a.provider === b.provider && a.kind === b.kind && a.start === b.start;
