/**
 * Everybody wants the same starts at the same moment, over HTTP, against the real process. Proves: exactly one winner a
 * start, a clean refusal with other times for everybody else, and no 5xx. Says nothing about how fast.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Provider } from "../../core/directory/directory.ts";
import { type Answer, ApiClient } from "../../scripts/load/api-client.ts";
import { type BareSystem, startBareSystem } from "../../scripts/load/bare-system.ts";
import { bookingOf, freeSlots, type Slot } from "../../scripts/load/free-slots.ts";
import { makePeople } from "../support/bare-people.ts";
import { projectedAppointments, untilLagIsZero } from "../support/bare-projection.ts";
import type { Person } from "../support/bare-writer.ts";

/** For one start: as many as a clinic's waiting list may send at once. */
const RIVALS = 240;
const CROWD = 1_000;
const STARTS = 40;
const DRAIN_MAX_MS = 60_000;
const ALTERNATIVES_MAX = 3;

let system: BareSystem;
let api: ApiClient;

const book = (person: Person, slot: Slot): Promise<Answer> =>
  api.call("POST", "/v1/appointments", {
    token: person.token,
    key: `for-${person.id}`,
    body: bookingOf(slot),
  });

const countBy = (answers: readonly Answer[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

interface Refusal {
  readonly type: string;
  readonly blockedBy: string;
  readonly alternatives: readonly {
    readonly start: string;
    readonly end: string;
    readonly locationId: string;
  }[];
}

/** What is wrong with a loser's answer; null = it is as the contract says. */
function flawOf(answer: Answer, winners: readonly Person[]): string | null {
  const refusal = JSON.parse(answer.text) as Refusal;
  if (refusal.type !== "/problems/slot-taken" || refusal.blockedBy !== "appointment") return answer.text;
  const { alternatives } = refusal;
  if (alternatives.length < 1 || alternatives.length > ALTERNATIVES_MAX) return answer.text;
  if (alternatives.some(({ start, end, locationId }) => !(start < end) || !locationId)) return answer.text;
  return winners.some(({ id }) => answer.text.includes(id)) ? `names a winner: ${answer.text}` : null;
}

const flawsOf = (answers: readonly Answer[], people: readonly Person[]): string[] => {
  const winners = people.filter((_, i) => answers[i]?.status === 201);
  return answers
    .filter(({ status }) => status === 409)
    .map((answer) => flawOf(answer, winners))
    .filter((flaw) => flaw !== null);
};

const providerAt = (index: number): Provider => system.directory.providers[index] as Provider;

beforeAll(async () => {
  system = await startBareSystem({ storage: "tmpfs", core: null });
  api = new ApiClient(system.workerd.port, CROWD);
});

afterAll(async () => {
  api?.close();
  await system?.stop();
});

describe("[F2] stampede", () => {
  it(`[F2] ${RIVALS} patients for one start: one gets it, everybody else gets other times`, async () => {
    const people = await makePeople(system, RIVALS);
    const [slot] = await freeSlots(api, providerAt(0));
    const startedAt = performance.now();
    const answers = await Promise.all(people.map((person) => book(person, slot as Slot)));
    console.log(
      `[F2] ${RIVALS} for one start: ${JSON.stringify(countBy(answers))} in ${since(startedAt)} ms`,
    );
    expect(countBy(answers)).toEqual({ 201: 1, 409: RIVALS - 1 });
    expect(flawsOf(answers, people)).toEqual([]);
  });

  it(`[F2] ${CROWD} patients for ${STARTS} starts: ${STARTS} get one, nobody gets an error of ours`, async () => {
    const people = await makePeople(system, CROWD);
    const slots = (await freeSlots(api, providerAt(1))).slice(0, STARTS);
    const startedAt = performance.now();
    const answers = await Promise.all(people.map((person, i) => book(person, slots[i % STARTS] as Slot)));
    console.log(
      `[F2] ${CROWD} for ${STARTS} starts: ${JSON.stringify(countBy(answers))} in ${since(startedAt)} ms`,
    );
    expect(countBy(answers)).toEqual({ 201: STARTS, 409: CROWD - STARTS });
    expect(flawsOf(answers, people)).toEqual([]);
    const won = answers.filter(({ status }) => status === 201);
    const starts = won.map(({ text }) => (JSON.parse(text) as { start: string }).start);
    expect(new Set(starts)).toEqual(new Set(slots.map(({ start }) => start)));
  });

  it("[F2] losing left nothing behind: Postgres has the winners and nobody else", async () => {
    await untilLagIsZero(api, { maxMs: DRAIN_MAX_MS });
    expect(await projectedAppointments(system.database)).toHaveLength(1 + STARTS);
  });
});

const since = (startedAt: number): number => Math.round(performance.now() - startedAt);
