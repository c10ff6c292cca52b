/**
 * A thousand random attempts at once on clinics where rooms are scarce: visits that need a room, a room and a device,
 * series, moves to a colleague, and cancellations of what is being moved. Over HTTP, against the real process, and looked
 * at on its disk afterwards. Proves: whole bookings or nothing, no room or person twice, and that nobody waits for ever.
 * Does not prove crashes in between (kill storm, simulation).
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COMMAND_DEADLINE_MS } from "../../core/booking/commands.ts";
import { IN_DOUBT_PAUSE_MS } from "../../core/booking/saga.ts";
import type { Provider } from "../../core/directory/directory.ts";
import { findOverlaps } from "../../db/queries/overlap-audit.ts";
import { Random } from "../../db/seed/random.ts";
import { type Answer, ApiClient } from "../../scripts/load/api-client.ts";
import { type BareSystem, startBareSystem } from "../../scripts/load/bare-system.ts";
import {
  type AttemptKind,
  booking,
  bringToEnd,
  type Ended,
  latest,
  NO_ANSWER,
  type Prior,
  problemOf,
  randomAttempt,
  type Told,
  toldIn,
  UNKNOWN,
} from "../support/bare-attempts.ts";
import { isBusy, limitMs, machineNow } from "../support/bare-machine.ts";
import { makePeople } from "../support/bare-people.ts";
import { projectedAppointments, untilLagIsZero } from "../support/bare-projection.ts";
import {
  type KeptAgenda,
  type KeptCalendar,
  readKeptAgendas,
  readKeptCalendars,
  sharedMinutes,
} from "../support/bare-reservations.ts";
import { sleep } from "../support/bare-wait.ts";
import { findWards, needTwoKinds, type Ward, type WardStart } from "../support/bare-ward.ts";
import type { Person } from "../support/bare-writer.ts";

const SEED = Number(process.env.FAULT_SEED ?? 20_261_125);
const ATTEMPTS = 1_000;
/** Twelve calendars of providers: some are asked by more than may wait there, and some of those come again. */
const WARDS = { count: 3, staff: 4, starts: 36 } as const;
/** Fewer than attempts, so that people get in their own way too. */
const PEOPLE = 300;
/** Starts of each clinic with somebody there before: what moves and cancellations are about. */
const PRIORS_PER_WARD = 20;
/** A release that met a lock is told again after one pause. */
const SETTLE_MS = IN_DOUBT_PAUSE_MS + 1_000;
const DRAIN_MAX_MS = 60_000;
const PROCEDURE_MS = 75 * 60_000; // with its buffer

/** What each kind may be told; anything else is an error of ours. 412: somebody else changed that version. */
const FINAL: Readonly<Record<AttemptKind, readonly number[]>> = {
  room: [201, 409],
  "two kinds": [201, 409],
  series: [201, 409, 422],
  move: [200, 409, 412],
  cancel: [200, 412],
};
/** A later week may be a holiday, and five visits more may be too many for one person. */
const SERIES_RULES = ["outside-open-hours", "too-many-open-bookings"];
/** So that no kind is there for show. */
const ACCEPTED_MIN = 5;

let system: BareSystem;
let api: ApiClient;
let admin: string;
let wards: Ward[];
let priors: Prior[];
let priorsEnded: Ended[];
let ended: Ended[];
let filled: Ended[] = [];
/** Of everybody who was ever told something. */
const tokens = new Map<string, string>();

let calendars: KeptCalendar[];
let agendas: KeptAgenda[];

async function invite(count: number): Promise<Person[]> {
  const people = await makePeople(system, count);
  for (const { id, token } of people) tokens.set(id, token);
  return people;
}

/** One visit at each of some starts, at whichever provider: all of them must succeed. */
async function bookPriors(random: Random): Promise<void> {
  const people = await invite(WARDS.count * PRIORS_PER_WARD);
  const wanted = wards.flatMap((ward) =>
    random.sample(ward.starts, PRIORS_PER_WARD).map((at) => ({ ward, at })),
  );
  priorsEnded = await Promise.all(
    wanted.map(({ ward, at }, i) => {
      const kind = random.chance(50) ? "room" : "two kinds";
      return bringToEnd(api, booking(ward, at, kind, people[i] as Person, random));
    }),
  );
  expect(priorsEnded.filter(({ answer }) => answer.status !== 201).map(spell)).toEqual([]);
  priors = wanted.map(({ ward, at }, i) => {
    const { attempt, answer } = priorsEnded[i] as Ended;
    return { ward, at, person: attempt.person, told: toldIn(answer)[0] as Told };
  });
}

const spell = ({ attempt, answer, pauses }: Ended): string =>
  `${attempt.kind} ${answer.status} ${answer.text} (after ${pauses.join(", ") || "no pause"})`;

function report(tookMs: number, cpuMs: number): void {
  const kinds = Object.keys(FINAL) as AttemptKind[];
  const lines = kinds.map((kind) => {
    const of = ended.filter(({ attempt }) => attempt.kind === kind);
    return `${kind} ${of.length}: ${JSON.stringify(countBy(of.map(({ answer }) => answer)))}`;
  });
  const slowest = ended.reduce((a, b) => (a.slowestMs > b.slowestMs ? a : b));
  console.log(
    `attempts: seed ${SEED}, ${ended.length} at once on ${wards.length} clinics with ` +
      `${wards.map(({ starts }) => starts.length).join(", ")} starts, in ${Math.round(tookMs)} ms, workerd's CPU ${Math.round(cpuMs)} ms; ${lines.join("; ")}; ` +
      `${ended.filter(({ pauses }) => pauses.length > 0).length} came again, at most ` +
      `${Math.max(...ended.map(({ pauses }) => pauses.length))} times: ${JSON.stringify(countOf(pausesOf()))}; ` +
      `slowest answer ${Math.round(slowest.slowestMs)} ms (${slowest.attempt.kind}); ${machineNow()}`,
  );
}

function countOf(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
/** Status, and for a refusal why. */
const countBy = (answers: readonly Answer[]): Record<string, number> =>
  countOf(
    answers.map((answer) => {
      const { type, rule } = answer.status < 400 ? {} : problemOf(answer);
      return `${answer.status}${type ? ` ${rule ?? type.replace("/problems/", "")}` : ""}`;
    }),
  );
const pausesOf = (): string[] => ended.flatMap(({ pauses }) => pauses);

const known = (): Told[] => [...latest([...priorsEnded, ...ended, ...filled]).values()];
const takesTime = ({ status }: { readonly status: string }): boolean => status !== "cancelled";
/** Kinds of resources that a visit of this type has. */
function needsOf({ visitTypeId }: Told): string[] {
  const { room, two } = (wards[0] as Ward).types;
  if (visitTypeId === room) return ["room"];
  return visitTypeId === two ? ["device", "room"] : [];
}

beforeAll(async () => {
  system = await startBareSystem({ storage: "tmpfs", core: null });
  const directory = await needTwoKinds(system);
  api = new ApiClient(system.workerd.port, ATTEMPTS);
  admin = await system.adminToken();
  wards = await findWards(api, directory, WARDS);
  const random = new Random(SEED);
  await bookPriors(random);
  const scene = { wards, priors, people: await invite(PEOPLE) };
  const attempts = Array.from({ length: ATTEMPTS }, () => randomAttempt(scene, random));
  const cpuBefore = system.workerd.cpuMicros();
  const startedAt = performance.now();
  ended = await Promise.all(attempts.map((attempt) => bringToEnd(api, attempt)));
  report(performance.now() - startedAt, (system.workerd.cpuMicros() - cpuBefore) / 1_000);
  await sleep(SETTLE_MS);
});

afterAll(async () => {
  api?.close();
  await system?.stop();
});

describe(`${ATTEMPTS} attempts at once`, () => {
  it("[R2] [Z1] [K8] every one comes to a final answer before its command's deadline, and none is an error of ours", () => {
    const stray = ended.filter(({ attempt, answer }) => {
      const rule = answer.status === 422 ? (problemOf(answer).rule ?? "") : null;
      return !FINAL[attempt.kind].includes(answer.status) || (rule !== null && !SERIES_RULES.includes(rule));
    });
    expect(stray.map(spell)).toEqual([]);
    expect(ended.filter(({ answer }) => answer.text.includes("in-flight")).map(spell)).toEqual([]);
    // Sagas that waited for each other would end at their deadline, and their callers without a word.
    if (!isBusy) expect(pausesOf().filter((why) => why === UNKNOWN || why === NO_ANSWER)).toEqual([]);
    expect(Math.max(...ended.map(({ slowestMs }) => slowestMs))).toBeLessThan(limitMs(COMMAND_DEADLINE_MS));
    for (const kind of Object.keys(FINAL) as AttemptKind[]) {
      const of = ended.filter(({ attempt }) => attempt.kind === kind);
      const accepted = of.filter(({ answer }) => answer.status < 300).length;
      expect(accepted, `accepted ${kind}`).toBeGreaterThanOrEqual(ACCEPTED_MIN);
      expect(of.length - accepted, `refused ${kind}`).toBeGreaterThanOrEqual(ACCEPTED_MIN);
    }
  });

  it("[M3] [C3] of those that name the same version of a visit, one at most changes it", () => {
    const changed = ended
      .filter(({ answer }) => answer.status === 200)
      .map(({ answer }) => toldIn(answer)[0] as Told);
    expect(changed.filter(({ version }) => version !== 2)).toEqual([]);
    expect(new Set(changed.map(({ id }) => id)).size).toBe(changed.length);
  });

  it("[R2] [J7] [Z1] what was accepted stands as it was told: at its provider, with what it needs, and in its patient's list", async () => {
    const wrong: string[] = [];
    const lists = new Map<string, Promise<Told[]>>();
    await Promise.all(
      known().map(async (told) => {
        const { text } = await api.call("GET", `/v1/appointments/${told.id}`, { token: admin });
        const found = JSON.parse(text) as Told & { readonly resourceIds?: readonly string[] };
        if (line(found) !== line(told)) wrong.push(`told ${line(told)}, found ${line(found)}`);
        if (takesTime(told) && kindsOf(found.resourceIds ?? []).join() !== needsOf(told).join())
          wrong.push(`${told.id} has ${kindsOf(found.resourceIds ?? []).join()}`);
        const list = lists.get(told.patientId) ?? listOf(told.patientId);
        lists.set(told.patientId, list);
        const listed = (await list).find(({ id }) => id === told.id);
        if (!listed || line(listed) !== line(told)) wrong.push(`${told.id} is not in its patient's list`);
      }),
    );
    expect(wrong).toEqual([]);
    const listed = (await Promise.all([...tokens.keys()].map((id) => lists.get(id) ?? listOf(id)))).flat();
    expect(idsOf(listed)).toEqual(idsOf(known())); // whoever was refused has nothing
  });

  it("[R4] [R6] [J10] what nobody got can be had: every start takes as many visits as it has rooms, and not one more", async () => {
    const before = known().filter(takesTime);
    const fills = await Promise.all(
      wards.flatMap((ward) => ward.starts.map((start) => fill(ward, start, before))),
    );
    filled = fills.flatMap(({ answers }) => answers);
    const wrong = fills.flatMap(({ answers, expected }) =>
      answers.filter(({ answer }, i) => answer.status !== expected[i]),
    );
    expect(wrong.map(spell)).toEqual([]);
    const said = countBy(filled.map(({ answer }) => answer));
    console.log(`attempts: afterwards ${filled.length} one by one: ${JSON.stringify(said)}`);
    expect(said["201"]).toBeGreaterThanOrEqual(ACCEPTED_MIN);
  });

  it("[B1] [R2] [R6] [Z1] on the disk: each visit at one calendar, its rooms reserved once, nothing prepared, owed or open", async () => {
    await untilLagIsZero(api, { maxMs: DRAIN_MAX_MS });
    const projected = await projectedAppointments(system.database);
    expect(await findOverlaps(system.database.db)).toEqual([]);
    await system.workerd.kill();
    calendars = readKeptCalendars(system.storageDir);
    agendas = readKeptAgendas(system.storageDir);
    expect(calendars.filter(({ prepared, owed }) => prepared + owed > 0)).toEqual([]);
    expect(agendas.flatMap(({ open }) => open)).toEqual([]);

    const stored = calendars.flatMap(({ id, appointments }) => appointments.map((a) => ({ ...a, at: id })));
    const told = known();
    const place = (id: string, at: string, start: number, version: number, status: string): string =>
      `${id} at ${at} ${start} v${version} ${status}`;
    expect(stored.map((a) => place(a.id, a.at, a.start, a.version, a.status)).toSorted()).toEqual(
      told.map((a) => place(a.id, a.providerId, Date.parse(a.start), a.version, a.status)).toSorted(),
    );
    const reserved = calendars.flatMap(({ id, reservations }) =>
      reservations.map((r) => `${r.id} ${r.start} v${r.version} in ${id}`),
    );
    const wanted = stored
      .filter(takesTime)
      .flatMap((a) => a.resources.map((resource) => `${a.id} ${a.start} v${a.version} in ${resource}`));
    expect(reserved.toSorted()).toEqual(wanted.toSorted());
    expect(wanted.length).toBe(told.filter(takesTime).flatMap(needsOf).length);
    expect(projected.map(({ id, version }) => `${id} v${version}`).toSorted()).toEqual(
      told.map(({ id, version }) => `${id} v${version}`).toSorted(),
    );
  });

  it("[B1] [G4] nobody and nothing is in two places: no provider, no room, no patient", () => {
    for (const { appointments, reservations } of calendars) {
      expect(sharedMinutes(appointments.filter(takesTime))).toEqual([]);
      expect(sharedMinutes(reservations)).toEqual([]);
    }
    const claims = agendas.flatMap((agenda) => agenda.claims);
    expect(idsOf(claims)).toEqual(idsOf(known()));
    const byPatient = Map.groupBy(
      claims.filter(({ isActive }) => isActive),
      ({ patient }) => patient,
    );
    expect([...byPatient.values()].flatMap(sharedMinutes)).toEqual([]);
    expect([...byPatient.values()].filter((list) => list.length > 1).length).toBeGreaterThan(ACCEPTED_MIN);
  });

  it("[Z1] a series has all of its visits on one calendar, and a refused one has none", () => {
    const asked = ended.filter(({ attempt }) => attempt.kind === "series");
    const wanted = asked
      .filter(({ answer }) => answer.status === 201)
      .map(({ attempt, answer }) => {
        const { id } = JSON.parse(answer.text) as { id: string };
        return `${id} ${attempt.body?.count} at ${attempt.body?.providerId}`;
      });
    const found = calendars.flatMap(({ id, appointments }) =>
      [...Map.groupBy(appointments, ({ series }) => series)].flatMap(([series, visits]) =>
        series === null ? [] : [`${series} ${visits.length} at ${id}`],
      ),
    );
    expect(found.toSorted()).toEqual(wanted.toSorted());
  });
});

const line = (a: Told): string =>
  `${a.id} ${a.patientId} at ${a.providerId} ${a.start}–${a.end} v${a.version} ${a.status} ${a.seriesId ?? ""}`;
const idsOf = (list: readonly { readonly id: string }[]): string[] => list.map(({ id }) => id).toSorted();

const kindsOf = (ids: readonly string[]): string[] =>
  ids
    .map(
      (id) => wards.flatMap(({ resources }) => resources).find((resource) => resource.id === id)?.kind ?? id,
    )
    .toSorted();

/** Everything that a patient has; nobody has more than a page here. */
async function listOf(patient: string): Promise<Told[]> {
  const path = `/v1/patients/${patient}/appointments?limit=100`;
  const { text } = await api.call("GET", path, { token: tokens.get(patient) ?? "" });
  return (JSON.parse(text) as { data: Told[] }).data;
}

/** A visit at every provider who is free then, one after the other; `expected` is what the books say about each. */
async function fill(
  ward: Ward,
  at: WardStart,
  before: readonly Told[],
): Promise<{ answers: Ended[]; expected: number[] }> {
  const from = Date.parse(at.start);
  const now = before.filter(
    (a) =>
      Date.parse(a.start) < from + PROCEDURE_MS &&
      Date.parse(a.end) > from &&
      a.locationId === ward.locationId,
  );
  let rooms =
    ward.resources.filter(({ kind }) => kind === "room").length -
    now.filter((a) => needsOf(a).length > 0).length;
  const free = at.providers.filter(({ id }: Provider) => now.every(({ providerId }) => providerId !== id));
  const people = await invite(free.length);
  const random = new Random(SEED); // one provider to choose from
  const answers: Ended[] = [];
  const expected: number[] = [];
  for (const [i, provider] of free.entries()) {
    expected.push(rooms-- > 0 ? 201 : 409);
    const only = { start: at.start, providers: [provider] };
    answers.push(await bringToEnd(api, booking(ward, only, "room", people[i] as Person, random)));
  }
  return { answers, expected };
}
