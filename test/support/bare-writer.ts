/**
 * A client that behaves as the contract asks: it books, moves and cancels, and when it does not know what became of a
 * request it sends the same one with the same key again. Remembers everything it was told.
 */
import type { Random } from "../../db/seed/random.ts";
import type { Answer, ApiClient } from "../../scripts/load/api-client.ts";
import { bookingOf, type Slot } from "../../scripts/load/free-slots.ts";
import { sleep } from "./bare-wait.ts";

/** A request that is still without an answer after this long is given up, and the test fails. */
const RESOLVE_MAX_MS = 60_000;
/** Nobody listens: ask again soon, but do not take the CPU that the restart needs. */
const PAUSE_MS = 50;
/** The prober asks more often: its next booking says how long the system was away. */
const PROBER_PAUSE_MS = 10;
/** Of every hundred commands with something to move or cancel. */
const MOVES_PERCENT = 25;
const CANCELS_PERCENT = 25;

export interface Person {
  readonly id: string;
  readonly token: string;
}

/** One command, every send of it, and the answer that ended it. */
export interface Command {
  readonly kind: "book" | "move" | "cancel";
  readonly person: Person;
  readonly key: string;
  readonly method: string;
  readonly path: string;
  readonly ifMatch?: string;
  readonly body?: unknown;
  readonly slot: Slot | null;
  sends: number;
  /** How often nobody could say what became of it. */
  unknowns: number;
  answer: Answer | null;
}

/** What a client may rely on after it was told so. */
export interface Known {
  readonly id: string;
  readonly person: Person;
  version: number;
  status: string;
  start: string;
}

/** The contract's words for "ask again": no answer, 5xx, or the first request is still under way. */
export const isDefinitive = ({ status, text }: Answer): boolean =>
  status !== 0 && status < 500 && !text.includes("/problems/idempotency-in-flight");

export interface WriterOptions {
  readonly api: ApiClient;
  readonly random: Random;
  readonly people: readonly Person[];
  readonly slots: readonly Slot[];
  /** Books only: the prober, whose next booking is the first answer after a restart. */
  readonly booksOnly?: boolean;
  readonly onAnswer: (command: Command, answer: Answer) => void;
}

export class Writer {
  readonly commands: Command[] = [];
  /** By appointment id. */
  readonly known = new Map<string, Known>();
  readonly #options: WriterOptions;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /** One command after the other until told to stop; the last one is brought to its end. */
  async run(stopped: () => boolean): Promise<void> {
    while (!stopped()) await this.resolve(this.#next());
  }

  /** Sends until somebody knows. */
  async resolve(command: Command): Promise<void> {
    const giveUpAt = performance.now() + RESOLVE_MAX_MS;
    while (performance.now() < giveUpAt) {
      const answer = await this.send(command);
      this.#options.onAnswer(command, answer);
      if (isDefinitive(answer)) {
        command.answer = answer;
        this.#learn(command, answer);
        return;
      }
      command.unknowns += 1;
      await sleep(this.#options.booksOnly ? PROBER_PAUSE_MS : PAUSE_MS);
    }
  }

  /** Once, as it is. */
  send(command: Command): Promise<Answer> {
    command.sends += 1;
    const { method, path, person, key, ifMatch, body } = command;
    return this.#options.api.call(method, path, {
      token: person.token,
      key,
      ...(ifMatch === undefined ? {} : { ifMatch }),
      ...(body === undefined ? {} : { body }),
    });
  }

  #next(): Command {
    const { random, booksOnly } = this.#options;
    const open = [...this.known.values()].filter(({ status }) => status === "booked");
    if (booksOnly || open.length === 0) return this.#book();
    const dice = random.below(100);
    if (dice < MOVES_PERCENT) return this.#move(random.pick(open));
    if (dice < MOVES_PERCENT + CANCELS_PERCENT) return this.#cancel(random.pick(open));
    return this.#book();
  }

  #command(command: Omit<Command, "key" | "sends" | "unknowns" | "answer">): Command {
    const made: Command = { ...command, key: crypto.randomUUID(), sends: 0, unknowns: 0, answer: null };
    this.commands.push(made);
    return made;
  }

  #book(): Command {
    const { random, people, slots } = this.#options;
    const slot = random.pick(slots);
    const person = random.pick(people);
    return this.#command({
      kind: "book",
      person,
      method: "POST",
      path: "/v1/appointments",
      body: bookingOf(slot),
      slot,
    });
  }

  #move({ id, person, version }: Known): Command {
    const slot = this.#options.random.pick(this.#slotsOfCalendar(id));
    return this.#command({
      kind: "move",
      person,
      method: "PATCH",
      path: `/v1/appointments/${id}`,
      ifMatch: `"v${version}"`,
      body: { start: slot.start, locationId: slot.locationId },
      slot,
    });
  }

  #cancel({ id, person, version }: Known): Command {
    return this.#command({
      kind: "cancel",
      person,
      method: "DELETE",
      path: `/v1/appointments/${id}`,
      ifMatch: `"v${version}"`,
      slot: null,
    });
  }

  /** The id names its calendar: `apt_` and then the provider's own part. */
  #slotsOfCalendar(appointment: string): Slot[] {
    const calendar = `prv_${appointment.slice(4, 16)}`;
    return this.#options.slots.filter(({ providerId }) => providerId === calendar);
  }

  #learn(command: Command, { status, text }: Answer): void {
    if (status !== 200 && status !== 201) return;
    const told = JSON.parse(text) as { id: string; version: number; status: string; start: string }; // API.md
    this.known.set(told.id, {
      id: told.id,
      person: command.person,
      version: told.version,
      status: told.status,
      start: told.start,
    });
  }
}
