/**
 * Random attempts of every kind that touches several calendars or several visits, and a client that comes again under the
 * same key until it has an answer. Remembers what it was told, as the caller would.
 */
import { randomUUID } from "node:crypto";
import type { Random } from "../../db/seed/random.ts";
import type { Answer, ApiClient } from "../../scripts/load/api-client.ts";
import { wasHungUpOn } from "./bare-machine.ts";
import { sleep } from "./bare-wait.ts";
import type { Ward, WardStart } from "./bare-ward.ts";
import type { Person } from "./bare-writer.ts";

/** A crowd is through after a few pauses of one to three seconds; on a busy machine after some more. */
const AGAIN_MAX = 20;
/** In the place of a reason. */
export const NO_ANSWER = "no answer";
/** The reason after which nobody knows what became of it: a calendar's word did not come before the deadline. */
export const UNKNOWN = "/problems/outcome-unknown";
const SERIES_MIN = 2;
const SERIES_MAX = 5;

export type AttemptKind = "room" | "two kinds" | "series" | "move" | "cancel";

export interface Attempt {
  readonly kind: AttemptKind;
  readonly person: Person;
  readonly method: string;
  readonly path: string;
  readonly ifMatch?: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly key: string;
}

export interface Ended {
  readonly attempt: Attempt;
  readonly answer: Answer;
  /** Why it was told to come again, each time. */
  readonly pauses: readonly string[];
  /** Of its answers the one that took longest. */
  readonly slowestMs: number;
}

/** An appointment as its patient was told. */
export interface Told {
  readonly id: string;
  readonly status: string;
  readonly version: number;
  readonly providerId: string;
  readonly patientId: string;
  readonly locationId: string;
  readonly visitTypeId: string;
  readonly start: string;
  readonly end: string;
  readonly seriesId?: string;
}

/** An appointment that somebody had before. */
export interface Prior {
  readonly ward: Ward;
  readonly at: WardStart;
  readonly person: Person;
  readonly told: Told;
}

/** What a visit of this ward says; every attempt has a key of its own. */
const visit = (
  { locationId, types }: Ward,
  { start, providers }: WardStart,
  type: keyof Ward["types"],
  random: Random,
) => ({ providerId: random.pick(providers).id, visitTypeId: types[type], locationId, start });

export const booking = (
  ward: Ward,
  at: WardStart,
  kind: "room" | "two kinds",
  person: Person,
  random: Random,
): Attempt => ({
  kind,
  person,
  method: "POST",
  path: "/v1/appointments",
  key: randomUUID(),
  body: visit(ward, at, kind === "room" ? "room" : "two", random),
});

const series = (ward: Ward, person: Person, random: Random): Attempt => ({
  kind: "series",
  person,
  method: "POST",
  path: "/v1/series",
  key: randomUUID(),
  body: {
    ...visit(ward, random.pick(ward.firstWeek), "plain", random),
    count: random.between(SERIES_MIN, SERIES_MAX),
  },
});

/** To a colleague, half of them at the same start: those can keep their room [R3]. */
function move({ ward, at, person, told }: Prior, random: Random): Attempt {
  const { start, providers } = random.chance(50) ? at : random.pick(ward.starts);
  const { id } = random.pick(providers.filter((provider) => provider.id !== told.providerId));
  const changes = { ifMatch: '"v1"', body: { providerId: id, start } };
  const path = `/v1/appointments/${told.id}`;
  return { kind: "move", person, method: "PATCH", path, key: randomUUID(), ...changes };
}

const cancel = ({ person, told }: Prior): Attempt => ({
  kind: "cancel",
  person,
  method: "DELETE",
  path: `/v1/appointments/${told.id}`,
  ifMatch: '"v1"',
  key: randomUUID(),
});

/** So many in a hundred; the rest are visits that need a room. */
const TWO_KINDS_PERCENT = 18;
const SERIES_PERCENT = 18;
const MOVES_PERCENT = 16;
const CANCELS_PERCENT = 6;

export interface Scene {
  readonly wards: readonly Ward[];
  readonly people: readonly Person[];
  /** Moved and cancelled, several times each: one of those that name the same version can win. */
  readonly priors: readonly Prior[];
}

export function randomAttempt({ wards, people, priors }: Scene, random: Random): Attempt {
  const ward = random.pick(wards);
  const person = random.pick(people);
  const dice = random.below(100);
  if (dice < CANCELS_PERCENT) return cancel(random.pick(priors));
  if (dice < CANCELS_PERCENT + MOVES_PERCENT) return move(random.pick(priors), random);
  if (dice < CANCELS_PERCENT + MOVES_PERCENT + SERIES_PERCENT) return series(ward, person, random);
  const isTwo = random.below(100 - CANCELS_PERCENT - MOVES_PERCENT - SERIES_PERCENT) < TWO_KINDS_PERCENT;
  return booking(ward, random.pick(ward.starts), isTwo ? "two kinds" : "room", person, random);
}

/** [K8] Comes again when told to or not heard, under the same key. The last answer counts, whatever it is. */
export async function bringToEnd(api: ApiClient, attempt: Attempt): Promise<Ended> {
  const { method, path, person, key, ifMatch, body } = attempt;
  const options = { token: person.token, key, ...(ifMatch ? { ifMatch } : {}), ...(body ? { body } : {}) };
  const pauses: string[] = [];
  for (let slowestMs = 0; ; ) {
    const sentAt = performance.now();
    const answer = await api.call(method, path, options);
    const tookMs = performance.now() - sentAt;
    slowestMs = Math.max(slowestMs, tookMs);
    const isOpen = answer.status === 503 || wasHungUpOn(answer, tookMs);
    if (!isOpen || pauses.length >= AGAIN_MAX) return { attempt, answer, pauses, slowestMs };
    pauses.push(problemOf(answer).type ?? NO_ANSWER);
    await sleep(Number(answer.headers["retry-after"] ?? "1") * 1_000);
  }
}

/** The appointments in an answer; none in a refusal. */
export function toldIn({ status, text }: Answer): Told[] {
  if (status !== 200 && status !== 201) return [];
  const said = JSON.parse(text) as Told | { readonly appointments: readonly Told[] }; // API.md
  return "appointments" in said ? [...said.appointments] : [said];
}

/** What holds after all of these answers: of each appointment the highest version. */
export function latest(ended: readonly Ended[]): Map<string, Told> {
  const known = new Map<string, Told>();
  for (const told of ended.flatMap(({ answer }) => toldIn(answer)))
    if ((known.get(told.id)?.version ?? 0) < told.version) known.set(told.id, told);
  return known;
}

/** For a message: what was refused, and why. */
export const problemOf = ({ text }: Answer): { readonly type?: string; readonly rule?: string } =>
  text === "" ? {} : (JSON.parse(text) as { type?: string; rule?: string });
