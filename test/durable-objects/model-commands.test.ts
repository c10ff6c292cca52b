/**
 * Proves that the real edge and the real objects answer as a simple model of booking does (test/support/booking-model.ts):
 * random commands of three patients at three providers with two rooms, with evictions, aborts, alarms (also twice), runs
 * of the log and calls that die between and under them. After every command the answer's class, the availability of the
 * provider and the patient's list are compared, at the end everything. `MODEL_SEED` and `MODEL_RUNS` choose others and
 * more. Does not prove races of several callers (stampede, simulation) and crashes of the process (test/faults).
 */
import { abortAllDurableObjects, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import "../../workers/edge/index.tsx";
import {
  BookingModel,
  type Expected,
  type Held,
  type Kind,
  type Visit,
  type Want,
} from "../support/booking-model.ts";
import { type Answer, drainLog, freshKey } from "../support/edge.ts";
import { type Fault, KINDS, ModelWorld, outcomeOf, plant, type Request } from "../support/model-world.ts";

afterAll(() => reset());

const settings = env as unknown as { MODEL_SEED?: string; MODEL_RUNS?: string };
const SEED = Number(settings.MODEL_SEED ?? 20_261_125);
const RUNS = Number(settings.MODEL_RUNS ?? 6);
const COMMANDS_MAX = 80;
/** Of a run of the default length it uses a small part; shrinking a failure uses the rest. */
const TIMEOUT_MS = 120_000 + RUNS * 10_000;

/** What was asked under a key, to ask it again. */
interface Sent {
  readonly request: Request;
  readonly answer: Answer;
}

/** Answers that were had. Walks that never reach one of these prove less than they say. */
const seen = new Set<string>();
const MUST_BE_SEEN: readonly string[] = [
  "POST appointments: accepted",
  "POST appointments: slot-taken",
  "POST appointments: patient-conflict",
  "POST appointments: hold-expired",
  "POST appointments: rule:too-many-open-bookings",
  "POST holds: accepted",
  "POST holds: slot-taken",
  "POST series: accepted",
  "POST series: patient-conflict",
  "PATCH appointments: accepted",
  "PATCH appointments: slot-taken",
  "PATCH appointments: patient-conflict",
  "DELETE appointments: accepted",
  "DELETE series: accepted",
];

/** One run: the model, the world, and what ties them together. */
class Run {
  readonly model: BookingModel;
  readonly world: ModelWorld;
  sent: readonly Sent[] = [];
  /** Whom the last command was about. */
  #about: Pick<Want, "patient" | "provider">[] = [];

  constructor(world: ModelWorld) {
    this.world = world;
    this.model = new BookingModel(world.shape);
  }

  /** Asks, and compares the class of the answer with what the model expects. */
  async ask(
    request: Request,
    expected: Expected,
    fault: Fault | null,
  ): Promise<{ answer: Answer; ok: boolean }> {
    if (fault) plant(fault);
    const answer = await this.world.send(request);
    const outcome = outcomeOf(answer);
    if (!expected.includes(outcome)) expect({ outcome, body: answer.body }).toEqual({ outcome: expected });
    if (fault) await this.settle();
    seen.add(`${request.method} ${request.path.split("/")[1]}: ${outcome}`);
    if (request.key) this.sent = [...this.sent, { request, answer }];
    return { answer, ok: outcome === "accepted" };
  }

  async settle(): Promise<void> {
    await this.world.settle();
    this.model.settled();
  }

  /** Takes over a visit as it was answered, and the room that it got, which must have been free. */
  async take(want: Want, body: { id: string; version: number }, before: Visit | null, series: string | null) {
    const room = want.kind === "room" ? await this.world.roomOf(body.id) : null;
    if (want.kind === "room") {
      const free = room === null ? "none was given" : this.model.room(room, want, body.id);
      expect(["yes", "maybe"]).toContain(free);
    }
    expect(body.version).toBe((before?.version ?? 0) + 1);
    this.model.put({ ...want, id: body.id, version: body.version, cancelled: false, series, room });
  }

  about(...these: readonly Pick<Want, "patient" | "provider">[]): void {
    this.#about = [...these];
  }

  async agrees(): Promise<void> {
    for (const provider of new Set(this.#about.map((one) => one.provider)))
      await this.world.availabilityAgrees(this.model, provider);
    for (const patient of new Set(this.#about.map((one) => one.patient)))
      await this.world.listAgrees(this.model, patient);
  }

  /** Everything, once nothing is on its way any more. */
  async agreesAtLast(): Promise<void> {
    await this.settle();
    for (const number of [0, 1, 2]) {
      await this.world.availabilityAgrees(this.model, number);
      await this.world.listAgrees(this.model, number);
    }
    await this.world.roomsAgree(this.model);
  }
}

/** A command of the test: what it is called, when it makes sense, what it does. */
class Step<Given> implements fc.AsyncCommand<BookingModel, Run> {
  readonly #name: string;
  readonly #given: Given;
  readonly #ready: (model: BookingModel) => boolean;
  readonly #act: (run: Run, given: Given) => Promise<void>;
  /** Whether anybody looks afterwards: reading a list also settles what the agenda does not know for sure. */
  readonly #looks: boolean;

  constructor(
    name: string,
    given: Given,
    ready: (model: BookingModel) => boolean,
    act: (run: Run, given: Given) => Promise<void>,
    looks = true,
  ) {
    this.#name = name;
    this.#given = given;
    this.#ready = ready;
    this.#act = act;
    this.#looks = looks;
  }

  unseen(): Step<Given> {
    return new Step(this.#name, this.#given, this.#ready, this.#act, false);
  }

  check = (model: BookingModel): boolean => this.#ready(model);

  async run(_: BookingModel, run: Run): Promise<void> {
    await this.#act(run, this.#given);
    if (this.#looks) await run.agrees();
  }

  toString(): string {
    return `${this.#name} ${JSON.stringify(this.#given)}${this.#looks ? "" : " unseen"}`;
  }
}

const one = <T>(list: readonly T[], number: number): T => list[number % list.length] as T;
const always = (): boolean => true;

// ---- what is asked ----

interface Wish {
  readonly patient: number;
  readonly provider: number;
  readonly kind: Kind;
  /** Which of the nine starts. */
  readonly at: number;
}

const wantOf = ({ world }: Run, { patient, provider, kind, at }: Wish): Want => ({
  patient,
  provider,
  kind,
  start: one(world.ward.starts, at),
});

const bodyOf = ({ world: { ward } }: Run, { provider, kind, start }: Omit<Want, "patient">) => ({
  providerId: ward.providers[provider]?.id,
  visitTypeId: ward.types[kind].id,
  locationId: ward.locationId,
  start: new Date(start).toISOString(),
});

const post = (run: Run, path: string, want: Want, more: object = {}): Request => ({
  method: "POST",
  path,
  patient: want.patient,
  key: freshKey(),
  body: { ...bodyOf(run, want), ...more },
});

async function book(run: Run, { fault, ...wish }: Wish & WithFault): Promise<void> {
  const want = wantOf(run, wish);
  run.about(want);
  const { answer, ok } = await run.ask(post(run, "/appointments", want), run.model.book(want), fault);
  if (ok) await run.take(want, answer.body, null, null);
}

async function bookSeries(
  run: Run,
  { fault, count, ...wish }: Wish & WithFault & { count: number },
): Promise<void> {
  const first = wantOf(run, { ...wish, at: wish.at % 3 }); // of the first week
  run.about(first);
  const wants = Array.from({ length: count }, (_, week) => ({
    ...first,
    start: one(run.world.ward.starts, (wish.at % 3) + 3 * week),
  }));
  const { answer, ok } = await run.ask(
    post(run, "/series", first, { count }),
    run.model.series(wants),
    fault,
  );
  if (!ok) return;
  expect(answer.body.appointments).toHaveLength(count);
  for (const [week, want] of wants.entries())
    await run.take(want, answer.body.appointments[week], null, answer.body.id);
}

async function cancelSeries(run: Run, { pick }: { readonly pick: number }): Promise<void> {
  const ids = run.model.visits.flatMap(({ series }) => series ?? []);
  const series = one(ids, pick);
  const visits = run.model.visits.filter((visit) => visit.series === series);
  run.about(...visits);
  const request = { method: "DELETE", path: `/series/${series}`, patient: one(visits, 0).patient };
  const { answer } = await run.ask(request, ["accepted"], null);
  for (const visit of visits) if (!visit.cancelled) cancelled(run.model, visit);
  const statuses = (answer.body.appointments as { status: string }[]).map(({ status }) => status);
  expect(statuses).toEqual(visits.map(() => "cancelled"));
}

function cancelled(model: BookingModel, visit: Visit): void {
  model.put({ ...visit, cancelled: true, version: visit.version + 1 });
  if (visit.room) model.owed = new Set([...model.owed, visit.id]);
}

interface Change extends WithFault {
  readonly pick: number;
  /** The version that is shown is an older one. */
  readonly stale: boolean;
}

async function cancel(run: Run, { pick, stale, fault }: Change): Promise<void> {
  const visit = one(run.model.visits, pick);
  run.about(visit);
  const version = visit.version - (stale ? 1 : 0);
  const request = {
    method: "DELETE",
    path: `/appointments/${visit.id}`,
    patient: visit.patient,
    ifMatch: `"v${version}"`,
    key: freshKey(),
  };
  const { answer, ok } = await run.ask(request, run.model.cancel(visit, version), fault);
  if (!ok) return;
  expect(answer.body).toMatchObject({ status: "cancelled", version: visit.version + 1 });
  cancelled(run.model, visit);
  if (fault) run.model.settled();
}

async function move(run: Run, { pick, stale, fault, ...to }: Change & Omit<Wish, "patient">): Promise<void> {
  const visit = one(run.model.visits, pick);
  const want = wantOf(run, { ...to, patient: visit.patient });
  run.about(visit, want);
  const version = visit.version - (stale ? 1 : 0);
  const { locationId: _, ...body } = bodyOf(run, want);
  const request = {
    method: "PATCH",
    path: `/appointments/${visit.id}`,
    patient: visit.patient,
    ifMatch: `"v${version}"`,
    key: freshKey(),
    body,
  };
  const { answer, ok } = await run.ask(request, run.model.move(visit, want, version), fault);
  if (ok) await run.take(want, answer.body, visit, visit.series);
}

async function placeHold(run: Run, wish: Wish): Promise<void> {
  const want = wantOf(run, wish);
  run.about(want);
  const { answer, ok } = await run.ask(post(run, "/holds", want), run.model.hold(want), null);
  if (ok) run.model.putHold({ ...want, id: answer.body.id, token: answer.body.token, state: "live" });
}

interface Conversion extends WithFault {
  readonly pick: number;
  readonly patient: number;
  /** Another start than the one that is held, or null. */
  readonly elsewhere: number | null;
}

async function convert(run: Run, { pick, patient, elsewhere, fault }: Conversion): Promise<void> {
  const hold = one(run.model.holds, pick);
  const start = elsewhere === null ? hold.start : one(run.world.ward.starts, elsewhere);
  const want = { patient, provider: hold.provider, kind: hold.kind, start };
  run.about(want);
  const request = {
    ...post(run, "/appointments", want, { holdId: hold.id }),
    headers: { "hold-token": hold.token },
  };
  const { answer, ok } = await run.ask(request, run.model.book(want, hold), fault);
  if (!ok) return;
  if (start === hold.start) run.model.putHold({ ...hold, state: "converted" });
  await run.take(want, answer.body, null, null);
}

async function endHold(
  run: Run,
  { pick, how }: { readonly pick: number; readonly how: "release" | "run out" },
): Promise<void> {
  const hold = one(run.model.holds, pick);
  run.about(hold);
  if (how === "run out") {
    await run.world.runOut(hold.provider, hold.id);
    if (hold.state === "live") run.model.putHold({ ...hold, state: "expired" });
    return;
  }
  const request = {
    method: "DELETE",
    path: `/holds/${hold.id}`,
    patient: hold.patient,
    headers: { "hold-token": hold.token },
  };
  const { ok } = await run.ask(request, run.model.release(hold), null);
  if (ok) run.model.putHold({ ...hold, state: "released" } satisfies Held);
}

/** [G1] [G2] [W4] The same key again: the first answer, or with another request none. */
async function repeat(
  run: Run,
  { pick, other }: { readonly pick: number; readonly other: boolean },
): Promise<void> {
  // A refused hold or cancellation is not kept under its key: the next try decides anew.
  const kept = run.sent.filter(
    ({ request, answer }) =>
      answer.status < 300 || (request.path !== "/holds" && request.method !== "DELETE"),
  );
  if (kept.length === 0) return;
  const { request, answer } = one(kept, pick);
  if (other && request.body) {
    const changed = {
      ...request,
      body: { ...request.body, start: new Date(run.world.otherStart).toISOString() },
    };
    expect(outcomeOf(await run.world.send(changed))).toBe("idempotency-key-reuse");
    return;
  }
  const again = await run.world.send(request);
  const { instance: _first, ...first } = answer.body;
  const { instance: _second, ...second } = again.body;
  expect([again.status, second]).toEqual([answer.status, first]);
}

// ---- what happens meanwhile ----

type Happening = "evict" | "evict all" | "abort all" | "alarm" | "alarm twice" | "log" | "settle";

async function happen(
  run: Run,
  { what, which }: { readonly what: Happening; readonly which: number },
): Promise<void> {
  const stub = one(run.world.stubs, which);
  switch (what) {
    case "evict":
      return run.world.evict(stub);
    case "evict all":
      for (const each of run.world.stubs) await run.world.evict(each);
      return;
    case "abort all":
      return abortAllDurableObjects();
    case "alarm":
      return run.world.alarm(stub);
    case "alarm twice":
      await run.world.alarm(stub);
      return run.world.alarm(stub);
    case "log":
      return drainLog();
    case "settle":
      return run.settle();
  }
}

// ---- how they are chosen ----

interface WithFault {
  readonly fault: Fault | null;
}

const pick = fc.nat(30);
const rarely = <T>(arbitrary: fc.Arbitrary<T>, often: number): fc.Arbitrary<T | null> =>
  fc.oneof({ arbitrary: fc.constant(null), weight: often }, { arbitrary, weight: 1 });
const stale = rarely(fc.constant(true), 7).map(Boolean);
const fault = rarely(
  fc.record<Fault>({
    method: fc.constantFrom("book", "move", "status", "prepare", "commit", "release", "observe"),
    nth: fc.nat(2),
    when: fc.constantFrom("before", "after"),
  }),
  2,
);
const kind = fc.constantFrom(...KINDS);
/** Most of the first week, so that they meet. */
const at = fc.oneof({ arbitrary: fc.nat(2), weight: 2 }, { arbitrary: fc.nat(8), weight: 1 });
const wish = { patient: fc.nat(2), provider: fc.nat(2), kind, at };

const hasVisits = ({ visits }: BookingModel): boolean => visits.length > 0;
const hasHolds = ({ holds }: BookingModel): boolean => holds.length > 0;
const hasSeries = ({ visits }: BookingModel): boolean => visits.some(({ series }) => series !== null);

const booking = fc.record({ ...wish, fault }).map((given) => new Step("book", given, always, book));
const moving = fc
  .record({ pick, stale, fault, provider: wish.provider, kind, at })
  .map((given) => new Step("move", given, hasVisits, move));
const holding = fc.record(wish).map((given) => new Step("hold", given, always, placeHold));
const converting = fc
  .record({ pick, patient: wish.patient, elsewhere: rarely(at, 3), fault })
  .map((given) => new Step("convert", given, hasHolds, convert));
const happening = fc
  .record({
    what: fc.constantFrom<Happening>(
      ...([
        "evict",
        "evict",
        "evict all",
        "abort all",
        "alarm",
        "alarm twice",
        "alarm twice",
        "settle",
        "log",
      ] as const),
    ),
    which: fc.nat(7),
  })
  .map((given) => new Step("happens", given, always, happen));

const series = fc
  .record({
    ...wish,
    kind: fc.constantFrom<Kind>("plain", "plain", "plain", "room"),
    count: fc.integer({ min: 2, max: 3 }),
    fault,
  })
  .map((given) => new Step("book series", given, always, bookSeries));
const endOfSeries = fc
  .record({ pick })
  .map((given) => new Step("cancel series", given, hasSeries, cancelSeries));
const cancelling = fc
  .record({ pick, stale, fault })
  .map((given) => new Step("cancel", given, hasVisits, cancel));
const endOfHold = fc
  .record({ pick, how: fc.constantFrom("release" as const, "run out" as const) })
  .map((given) => new Step("end hold", given, hasHolds, endHold));
const repetition = fc
  .record({ pick, other: stale })
  .map((given) => new Step("repeat", given, always, repeat));

/** A step that is here more than once comes more often. */
const steps = [
  ...[booking, booking, booking, series, holding, holding, converting, converting],
  ...[moving, moving, moving, cancelling, endOfSeries, endOfHold],
  ...[repetition, happening, happening],
].map((step) =>
  fc
    .tuple(step as fc.Arbitrary<Step<unknown>>, fc.boolean())
    .map(([taken, isUnseen]) => (isUnseen ? taken.unseen() : taken)),
);

it(
  "[B1] [B3] [G1] [G2] [G4] [G7] [W1] [W8] [W9] [M1] [M6] [C1] [Z1] [Z6] [J7] [J9] [R2] [R4] [R5] [R6] the objects answer as the model does, whatever is evicted, aborted, lost and run twice between and under the commands",
  async () => {
    const property = fc.asyncProperty(
      fc.commands(steps, { maxCommands: COMMANDS_MAX, size: "max" }),
      async (commands) => {
        const run = new Run(await ModelWorld.create());
        await fc.asyncModelRun(() => ({ model: run.model, real: run }), commands);
        await run.agreesAtLast();
      },
    );
    await fc.assert(property, { seed: SEED, numRuns: RUNS, interruptAfterTimeLimit: TIMEOUT_MS - 10_000 });
    const isUsual = settings.MODEL_SEED === undefined && settings.MODEL_RUNS === undefined;
    if (isUsual) expect(MUST_BE_SEEN.filter((what) => !seen.has(what))).toEqual([]);
  },
  TIMEOUT_MS,
);
