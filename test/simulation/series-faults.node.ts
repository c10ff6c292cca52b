/**
 * The one call that moves a series meets every fate, alone and raced: the real command classes over real SQLite. When all is
 * quiet every visit has moved or none has, and everybody who keeps a copy says the same.
 */
import { afterEach, describe, expect, it, vi } from "vitest";
import type { TakeAnswer, TakeRequest, WantedMove } from "../../core/agenda/command-row.ts";
import { factsOf } from "../../core/booking/appointment.ts";
import { isAppointmentEvent } from "../../core/events/event.ts";
import type { AppointmentId, CommandId } from "../../core/ids.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, plus, SECOND_MS } from "../../core/time.ts";
import { aConfig, aPlace, appointmentId, aVisit, patientId, providerId } from "../support/core-builders.ts";
import { Random } from "./random.ts";
import { FATES, type Fate, startOfSimulation, World } from "./world.ts";

afterEach(() => vi.restoreAllMocks());

const NO_FAULTS = { requestLost: 0, replyLost: 0, late: 0, crash: 0, replay: 0 };
const CALENDAR = providerId(1);
const PATIENT = patientId(1);
const IDS = [1, 2, 3].map((n) => appointmentId(n)) as [AppointmentId, AppointmentId, AppointmentId];
/** A visit is 20 minutes: every new time overlaps its old one. */
const BY_MS = 15 * MINUTE_MS;
const was = (n: number) => aPlace(plus(startOfSimulation, HOUR_MS + n * DAY_MS));
const becomes = (n: number) => aPlace(plus(was(n).start, BY_MS));

const common = { providerId: CALENDAR, timeZone: "America/Chicago", configVersion: 1 } as const;
const request = (command: string, wanted: TakeRequest["wanted"], patient = PATIENT): TakeRequest => ({
  command: command as CommandId,
  fingerprint: command,
  patientId: patient,
  wanted,
});
const booking = (id: AppointmentId, place = was(0)) =>
  ({
    ...common,
    kind: "book",
    appointmentId: id,
    place,
    reason: "r",
    notes: null,
    source: "patient",
  }) as const;

function aWorld(seed: number): World {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  const config = aConfig({ visitTypes: [aVisit({ noticeMinutes: 0, gridMinutes: 5 })] });
  return new World([config], startOfSimulation, new Random(seed), NO_FAULTS);
}

/** A series that is booked, in the log, and as its patient's list shows it. */
async function booked(world: World): Promise<WantedMove> {
  const more = [1, 2].map((n) => ({ appointmentId: IDS[n] as AppointmentId, place: was(n) }));
  expect((await world.take(request("book", { ...booking(IDS[0]), more }))).kind).toBe("accepted");
  await world.tick(SECOND_MS);
  await world.tick(SECOND_MS);
  const [first, ...further] = IDS.map((id, n) => {
    const before = world.agendaOf(PATIENT).store.claim(id);
    if (!before) throw new Error("a booked visit has a claim");
    return { appointmentId: id, place: becomes(n), before };
  });
  if (!first) throw new Error("three visits");
  const { appointmentId: id, place, before } = first;
  return { ...common, kind: "move", appointmentId: id, place, ifMatch: before.version, more: further };
}

/** The next call to a calendar meets this, whatever comes after it. */
function once(world: World, fate: Fate): void {
  let met = false;
  world.onCall = () => {
    if (met) return null;
    met = true;
    return fate;
  };
}

const startsOf = (answer: TakeAnswer): number[] =>
  answer.kind === "accepted" ? [answer.appointment, ...(answer.more ?? [])].map(({ start }) => start) : [];
const OLD = [0, 1, 2].map((n) => was(n).start);
const NEW = [0, 1, 2].map((n) => becomes(n).start);
const atCalendar = (world: World) => IDS.map((id) => world.calendar(CALENDAR).store.find(id)?.appointment);

for (const fate of FATES) {
  describe(`a series whose move meets: ${fate}`, () => {
    it("[Z7] [Z9] [G1] [G8] is moved once by whoever asks again, and every copy says so", async () => {
      for (let seed = 1; seed <= 10; seed++) {
        const world = aWorld(seed);
        const wanted = await booked(world);
        once(world, fate);
        let answer = await world.take(request("move", wanted));
        for (let tries = 0; answer.kind !== "accepted" && tries < 6; tries++) {
          await world.tick(world.random.below(9 * SECOND_MS));
          answer = await world.take(request("move", wanted));
        }
        expect([seed, startsOf(answer)]).toEqual([seed, NEW]);
        await world.settle();
        expect(startsOf(await world.take(request("move", wanted)))).toEqual(NEW);
        for (const visit of atCalendar(world)) {
          if (!visit) throw new Error("a visit is gone");
          expect(visit.version).toBe(2);
          expect(world.agendaOf(PATIENT).store.claim(visit.id)).toEqual(factsOf(visit));
        }
        world.close();
      }
    });

    it("[Z7] [B16] [B14] is all there or not at all when a stranger wants one of the new times, and nobody asks again", async () => {
      for (let seed = 1; seed <= 20; seed++) {
        const world = aWorld(seed);
        const wanted = await booked(world);
        const theirs = booking(appointmentId(9), aPlace(was(1).end));
        once(world, fate);
        const moving = world.take(request("move", wanted));
        const stranger = world.aMoment().then(() => world.take(request("theirs", theirs, patientId(2))));
        const [answer, other] = await Promise.all([moving, stranger]);
        const again = world.random.chance(0.5) ? await world.take(request("move", wanted)) : answer;
        await world.settle();
        const starts = atCalendar(world).map((visit) => visit?.start);
        const moved = starts[0] !== OLD[0];
        expect([seed, starts]).toEqual([seed, moved ? NEW : OLD]);
        for (const said of [answer, again]) {
          if (said.kind === "accepted") expect(moved).toBe(true);
          if (said.kind === "refused") expect(moved).toBe(false);
        }
        for (const visit of [
          ...atCalendar(world),
          world.calendar(CALENDAR).store.find(appointmentId(9))?.appointment,
        ])
          if (visit) world.checkAlone(CALENDAR, visit);
        if (moved) expect(world.calendar(CALENDAR).store.find(appointmentId(9))).toBeNull();
        else if (other.kind === "accepted")
          expect(world.calendar(CALENDAR).store.find(appointmentId(9))).not.toBeNull();
        for (const visit of atCalendar(world))
          expect(visit && world.agendaOf(PATIENT).store.claim(visit.id)).toEqual(visit && factsOf(visit));
        world.close();
      }
    });
  });
}

describe("a moved series", () => {
  it("[Z7] [B16] that was refused when it was sent again is never moved by its first copy", async () => {
    const world = aWorld(3);
    const wanted = await booked(world);
    once(world, "late by a second");
    expect((await world.take(request("move", wanted))).kind).toBe("unknown");
    const theirs = booking(appointmentId(9), aPlace(was(1).end));
    expect((await world.take(request("theirs", theirs, patientId(2)))).kind).toBe("accepted");
    expect((await world.take(request("move", wanted))).kind).toBe("refused");
    const cancelled = world.calendar(CALENDAR).commands.status({
      command: "cancel" as CommandId,
      fingerprint: "cancel",
      appointmentId: appointmentId(9),
      action: "cancel",
      ifMatch: 1,
      reasonCode: "other",
      repeatable: true,
      reach: { kind: "everything" },
    });
    expect(cancelled.kind).toBe("done");
    await world.tick(2 * SECOND_MS); // the first copy comes, in time, and every new start is free again
    await world.settle();
    expect(atCalendar(world).map((visit) => visit?.start)).toEqual(OLD);
    world.close();
  });

  it("[Z9] [G4] of its first visit alone is the proof of all: nobody slips into a new time before the rest has come", async () => {
    const world = aWorld(1);
    const wanted = await booked(world);
    once(world, "reply lost");
    expect((await world.take(request("move", wanted))).kind).toBe("unknown");
    const { commands, store } = world.agendaOf(PATIENT);
    const [news] = world
      .calendar(CALENDAR)
      .store.readOutbox(10)
      .map(({ event }) => event)
      .filter(isAppointmentEvent);
    expect(news?.data.appointment.id).toBe(IDS[0]);
    if (news) commands.observe([{ facts: news.data.appointment, cause: news.data.cause }]);
    expect(store.isPending("move" as CommandId)).toBe(false);
    expect(IDS.map((id) => store.claim(id)?.start)).toEqual(NEW);
    world.close();
  });

  it("[Z7] [G6] is waited for by a move of one of its visits, which then finds another version", async () => {
    const world = aWorld(2);
    const wanted = await booked(world);
    const alone: WantedMove = {
      ...common,
      kind: "move",
      appointmentId: IDS[1],
      place: aPlace(plus(was(1).start, 3 * HOUR_MS)),
      ifMatch: 1,
    };
    const answers = await Promise.all([
      world.take(request("move", wanted)),
      world.take(request("alone", alone)),
    ]);
    expect(answers.map(({ kind }) => kind)).toEqual(["accepted", "busy"]);
    await world.settle();
    expect(await world.take(request("alone", alone))).toMatchObject({
      refused: { refusal: { reason: "stale-version" } },
    });
    world.close();
  });
});
