/**
 * Kills the whole system again and again while people book, move and cancel, and then asks for everything it ever
 * promised. Proves: acknowledged commands survive SIGKILL on a disk, unknown outcomes resolve under their key, the
 * projection equals the calendars. Does not prove: power loss (the system's page cache survives a killed process).
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findOverlaps } from "../../db/queries/overlap-audit.ts";
import { Random } from "../../db/seed/random.ts";
import { ApiClient } from "../../scripts/load/api-client.ts";
import { type BareSystem, startBareSystem } from "../../scripts/load/bare-system.ts";
import { chooseCores, pinThisProcess } from "../../scripts/load/cores.ts";
import { freeSlots, type Slot } from "../../scripts/load/free-slots.ts";
import { percentiles } from "../../scripts/load/percentiles.ts";
import { limitMs, machineNow } from "../support/bare-machine.ts";
import { eventsPerCalendar, overlapsIn, readCalendars, readLogs } from "../support/bare-objects.ts";
import { makePeople } from "../support/bare-people.ts";
import { asLines, projectedAppointments, untilLagIsZero } from "../support/bare-projection.ts";
import { sleep, until } from "../support/bare-wait.ts";
import { type Command, type Known, Writer } from "../support/bare-writer.ts";

const SEED = Number(process.env.FAULT_SEED ?? 20_261_125);
const KILLS = 20;
const LIFE_MIN_MS = 500;
const LIFE_MAX_MS = 1_500;
const WRITERS = 12;
/**
 * From the start of the process to the first answered command. The aim is every restart; held to is half of them. Their
 * median was 296 to 503 ms in eleven runs on two cores: once in eleven it failed, and that is what it is for.
 */
const BACK_MAX_MS = 500;
/** Twelve writers and the database share the other core: the worst of twenty was 418 to 978 ms in those runs. */
const BACK_WORST_MS = 1_500;
/** A system that is not back by then is broken, not slow. */
const BACK_GIVE_UP_MS = 20_000;
/** Few calendars and few starts, so that the writers get in each other's way. */
const CALENDARS = 12;
const SLOTS_PER_CALENDAR = 100;
const PEOPLE_PER_WRITER = 8;
/** A dead reader's lease (15 s) and the pauses between doorbells (5, 10, 20 s) lie before the first read. */
const DRAIN_MAX_MS = 90_000;

let system: BareSystem;
let api: ApiClient;
let slots: Slot[];
const writers: Writer[] = [];
/** Milliseconds from the start of the process to the first booked answer, for each restart that lived to give one. */
const backAfter: number[] = [];
/** The same to the first definitive answer to any command. */
const answeredAfter: number[] = [];
let awaitsAnswer = false;
let killedBeforeAnswer = 0;
/** null: somebody has booked since the last restart. */
let spawnedAt: number | null = null;

/** Done, or refused for good; 503 is not an answer. */
const DEFINITIVE = [200, 201, 409, 412, 422];

function onAnswer(command: Command, status: number): void {
  if (spawnedAt !== null && awaitsAnswer && DEFINITIVE.includes(status)) {
    answeredAfter.push(performance.now() - spawnedAt);
    awaitsAnswer = false;
  }
  if (spawnedAt === null || status !== 201 || command.kind !== "book") return;
  backAfter.push(performance.now() - spawnedAt);
  spawnedAt = null;
}

const all = (): Command[] => writers.flatMap(({ commands }) => commands);
const known = (): Known[] => writers.flatMap((writer) => [...writer.known.values()]);

/** Mostly kills that hit work under way; every fourth one counts from the start of the process and may hit that. */
async function waitForKill(random: Random, kill: number): Promise<void> {
  const hitsTheStart = kill % 4 === 3;
  if (!hitsTheStart)
    await until(() => spawnedAt === null, {
      what: "a booking after a restart",
      maxMs: BACK_GIVE_UP_MS,
      everyMs: 5,
    });
  await sleep(random.between(LIFE_MIN_MS, LIFE_MAX_MS));
}

async function storm(random: Random): Promise<void> {
  let over = false;
  const running = writers.map((writer) => writer.run(() => over));
  for (let kill = 0; kill < KILLS; kill++) {
    await waitForKill(random, kill);
    await system.workerd.kill();
    if (spawnedAt !== null) killedBeforeAnswer += 1;
    spawnedAt = system.workerd.spawn();
    awaitsAnswer = true;
  }
  await until(() => spawnedAt === null, { what: "a booking after the last restart", maxMs: BACK_GIVE_UP_MS });
  await sleep(LIFE_MAX_MS);
  over = true;
  await Promise.all(running);
}

function reportStorm(): void {
  const commands = all();
  const count = (kind: string, status: number): number =>
    commands.filter((c) => c.kind === kind && c.answer?.status === status).length;
  const [p50, p90, max] = percentiles(Float64Array.from(backAfter), [0.5, 0.9, 1]).map(Math.round);
  const [answer50, answerMax] = percentiles(Float64Array.from(answeredAfter), [0.5, 1]).map(Math.round);
  console.log(
    `[F1] first answer after the start: p50 ${answer50} ms, max ${answerMax} ms\n` +
      `[F1] seed ${SEED}: ${KILLS} kills; booked ${count("book", 201)}, moved ${count("move", 200)}, ` +
      `cancelled ${count("cancel", 200)}, refused ${commands.filter((c) => (c.answer?.status ?? 0) >= 400).length}; ` +
      `${commands.filter((c) => c.unknowns > 0).length} commands without an answer at first, ` +
      `${commands.reduce((sum, c) => sum + c.sends, 0)} sends\n` +
      `[F1] first booked answer after the start: p50 ${p50} ms, p90 ${p90} ms, max ${max} ms; ` +
      `${killedBeforeAnswer} killed before it; ${machineNow()}\n` +
      `[F1] each: ${backAfter.map(Math.round).join(", ")}`,
  );
}

beforeAll(async () => {
  const cores = chooseCores(); // generator and database share one: a restart has its core to itself, as a machine of its own
  system = await startBareSystem({ storage: "disk", core: cores.server });
  pinThisProcess(cores.generator);
  api = new ApiClient(system.workerd.port, WRITERS * 2);
  const random = new Random(SEED);
  const providers = random.sample(system.directory.providers, CALENDARS);
  const bySlots = await Promise.all(providers.map((provider) => freeSlots(api, provider)));
  slots = bySlots.flatMap((list) => list.slice(0, SLOTS_PER_CALENDAR));
  const people = await makePeople(system, WRITERS * PEOPLE_PER_WRITER);
  for (let i = 0; i < WRITERS; i++) {
    writers.push(
      new Writer({
        api,
        random: random.fork(),
        people: people.slice(i * PEOPLE_PER_WRITER, (i + 1) * PEOPLE_PER_WRITER),
        slots,
        booksOnly: i === 0,
        onAnswer: (command, { status }) => onAnswer(command, status),
      }),
    );
  }
  await storm(random);
  reportStorm();
});

afterAll(() => system?.stop());

describe("[F1] twenty kills", () => {
  it("[F1] the storm was one: plenty was acknowledged, and some of it only after asking again", () => {
    expect(all().filter((c) => c.answer?.status === 201).length).toBeGreaterThan(200);
    expect(all().filter((c) => c.answer?.status === 200).length).toBeGreaterThan(100);
    expect(all().filter((c) => c.unknowns > 0).length).toBeGreaterThan(KILLS);
  });

  it("[F1] every command comes to one definitive answer", () => {
    expect(all().filter((c) => c.answer === null)).toEqual([]);
    const odd = all().filter((c) => ![200, 201, 409, 422].includes(c.answer?.status ?? 0));
    expect(odd.map((c) => `${c.kind} ${c.answer?.status} ${c.answer?.text} (${c.sends} sends)`)).toEqual([]);
  });

  it("[F1] the same key gets the same answer again", async () => {
    const different: string[] = [];
    for (const writer of writers) {
      for (const command of writer.commands) {
        const again = await writer.send(command);
        const said = ({ status, text }: { status: number; text: string }): string =>
          `${status} ${text.replace(/"instance":"[^"]*"/, "")}`;
        const first = command.answer ? said(command.answer) : "nothing";
        if (said(again) !== first) different.push(`${command.kind}: first ${first}\nthen ${said(again)}`);
      }
    }
    expect(different).toEqual([]);
  });

  it("[F1] every acknowledged booking, move and cancellation stands, in its calendar and in its patient's list", async () => {
    const wrong: string[] = [];
    const lists = new Map<string, Map<string, string>>();
    const spell = (a: { version: number; status: string; start: string }): string =>
      `v${a.version} ${a.status} ${a.start}`;
    for (const { person, ...told } of known()) {
      const { status, text } = await api.call("GET", `/v1/appointments/${told.id}`, { token: person.token });
      const found = status === 200 ? spell(JSON.parse(text)) : `answer ${status}`;
      if (found !== spell(told)) wrong.push(`${told.id}: told ${spell(told)}, calendar says ${found}`);
      if (!lists.has(person.id)) lists.set(person.id, await listOf(person, spell));
      const listed = lists.get(person.id)?.get(told.id);
      if (listed !== spell(told)) wrong.push(`${told.id}: told ${spell(told)}, list says ${listed}`);
    }
    expect(wrong).toEqual([]);
    const listedIds = [...lists.values()].flatMap((list) => [...list.keys()]);
    expect(listedIds.toSorted()).toEqual(
      known()
        .map(({ id }) => id)
        .toSorted(),
    );
  });

  it(`[F1] half of the restarts answer within ${BACK_MAX_MS} ms of their start, the worst within ${BACK_WORST_MS} ms`, () => {
    const [p50, max] = percentiles(Float64Array.from(answeredAfter), [0.5, 1]);
    expect(answeredAfter.length).toBeGreaterThan(KILLS / 2);
    expect(p50).toBeLessThanOrEqual(limitMs(BACK_MAX_MS));
    expect(max).toBeLessThanOrEqual(limitMs(BACK_WORST_MS));
  });

  it("[F1] drained, Postgres equals the calendars row by row, and nobody is booked twice", async () => {
    const drained = await untilLagIsZero(api, { maxMs: DRAIN_MAX_MS });
    const projected = await projectedAppointments(system.database);
    const overlaps = await findOverlaps(system.database.db);
    await system.workerd.kill();
    const calendars = readCalendars(system.storageDir);
    const stored = calendars.flatMap(({ appointments }) => appointments);
    console.log(`[F1] ${stored.length} appointments; lag 0 after ${Math.round(drained)} ms`);

    expect(overlaps).toEqual([]);
    expect(calendars.flatMap(overlapsIn)).toEqual([]);
    expect(calendars.map(({ waitingEvents }) => waitingEvents).filter(Boolean)).toEqual([]);
    expect(asLines(projected)).toEqual(asLines(stored));
    expect(stored.map(({ id }) => id).toSorted()).toEqual(
      known()
        .map(({ id }) => id)
        .toSorted(),
    );
    const events = eventsPerCalendar(readLogs(system.storageDir));
    expect([...events.values()].toSorted()).toEqual(calendars.map((c) => c.lastSequence).toSorted());
  });
});

/** The whole list of a person, by id, page by page. */
async function listOf(
  person: { id: string; token: string },
  spell: (a: { version: number; status: string; start: string }) => string,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (let cursor = ""; ; ) {
    const path = `/v1/patients/${person.id}/appointments?limit=100${cursor && `&cursor=${cursor}`}`;
    const { text } = await api.call("GET", path, { token: person.token });
    const { data, page } = JSON.parse(text) as {
      data: { id: string; version: number; status: string; start: string }[];
      page: { next: string | null };
    };
    for (const item of data) found.set(item.id, spell(item));
    if (page.next === null) return found;
    cursor = page.next;
  }
}
