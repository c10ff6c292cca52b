/**
 * Coordinates whatever touches two calendars, from the patient's agenda: asks everybody, decides in one row, repeats the
 * decision until everybody has carried it out. Undecided means abort; aborts are neither stored nor repeated, because
 * whoever hears nothing asks. Rules: core/agenda/decide-saga.ts
 */
import {
  type CommandRow,
  furtherAnswers,
  type SagaDecision,
  type StoredRefusal,
  type TakeAnswer,
  type WantedSaga,
} from "../../core/agenda/command-row.ts";
import {
  decidedBody,
  eachVisit,
  holderQuestion,
  possibleParticipants,
  releaseQuestion,
  resourceQuestion,
  withEachHolder,
} from "../../core/agenda/decide-saga.ts";
import { type AppointmentFacts, factsOf } from "../../core/booking/appointment.ts";
import {
  type AskReply,
  type HeldAppointment,
  IN_DOUBT_PAUSE_MS,
  type PrepareCommand,
  type PrepareReply,
} from "../../core/booking/saga.ts";
import type { AppointmentId, AttemptId, CommandId, ProviderId } from "../../core/ids.ts";
import { invariant } from "../../core/invariant.ts";
import { type Instant, plus } from "../../core/time.ts";
import type { ProviderCalendar } from "../provider-calendar/provider-calendar.ts";
import { logFailure } from "../shared/log.ts";
import type { WakeUp } from "../shared/wake.ts";
import type { Promised } from "./agenda-commands.ts";
import type { AgendaStore } from "./agenda-store.ts";
import { beforeDeadline } from "./deadline.ts";

/** The decision is durable: a client need not wait longer than this for every calendar to have heard of it. */
const COMMIT_WAIT_MS = 1_000;
/** One call of a commit; a calendar that needs longer hears it again from the alarm. */
const COMMIT_CALL_MS = 5_000;

/** What of a calendar a coordinator calls. */
export type SagaDoor = Pick<ProviderCalendar, "prepare" | "commit" | "abort" | "forward">;

export interface CoordinatorParts {
  readonly storage: Pick<DurableObjectStorage, "transactionSync">;
  readonly store: AgendaStore;
  readonly wake: WakeUp;
  readonly calendars: (id: ProviderId) => Promised<SagaDoor>;
  readonly now: () => Instant;
  /** Writes the claim; call inside a transaction. */
  readonly claim: (facts: AppointmentFacts) => void;
  /** Tells the patient's screens, after it. */
  readonly changed: (facts: AppointmentFacts) => void;
}

/** Everybody's yes to one visit so far. */
interface Agreement {
  readonly asked: ProviderId[];
  readonly agreed: ProviderId[];
  readonly chosen: ProviderId[];
  held: HeldAppointment | null;
  /** [R9] With the one holder who said yes. */
  wanted: WantedSaga;
}

/** Why a saga does not happen. `void` is not stored as an answer: the same key may try again. */
type NotAgreed =
  | (Exclude<PrepareReply, { kind: "yes" | "refused" }> & { readonly calendar: ProviderId })
  | RefusedByOne;
type RefusedByOne = StoredRefusal & { readonly kind: "refused"; readonly calendar: ProviderId };

export class SagaCoordinator {
  readonly #parts: CoordinatorParts;
  /** Sagas that this instance is working on; losing it makes them void (trying) or repeated (decided). */
  readonly #running = new Set<CommandId>();

  constructor(parts: CoordinatorParts) {
    this.#parts = parts;
  }

  isRunning(command: CommandId): boolean {
    return this.#running.has(command);
  }

  /** The row is durable as `trying`. Ends refused, void or decided; never leaves it trying while this instance lives. */
  async run(row: CommandRow): Promise<TakeAnswer> {
    const { command, wanted } = row.request;
    invariant(wanted.kind === "saga", "only a saga is coordinated");
    this.#running.add(command);
    const agreements = eachVisit(wanted).map(
      (visit): Agreement => ({ asked: [], agreed: [], chosen: [], held: null, wanted: visit }),
    );
    const asked = (): ProviderId[] => agreements.flatMap((agreement) => agreement.asked);
    try {
      const failed = await this.#askForAll(row, agreements);
      if (failed) return this.#giveUp(row, asked(), failed);
      if (!this.#knowsResources(wanted, agreements[0]?.held ?? null))
        return this.#giveUp(row, asked(), { kind: "busy", calendar: wanted.providerId });
    } catch (error) {
      logFailure("saga.participant_silent", error, { appointment: wanted.appointmentId });
      this.#abort(row, asked());
      this.#parts.store.saveCommand({ ...row, state: "void" });
      return { kind: "void" };
    } finally {
      this.#running.delete(command);
    }
    return this.#decide(row, agreements); // no await since the last yes: nobody can have taken the row up
  }

  /** [J10] Its coordinator is gone and nothing was decided: nobody may take this attempt up again. */
  abandon(row: CommandRow): void {
    const { wanted } = row.request;
    this.#parts.store.saveCommand({ ...row, state: "void" });
    if (wanted.kind === "saga") this.#abort(row, possibleParticipants(wanted));
  }

  /** [J11] Tells everybody what was decided; done when all have acknowledged, else the alarm comes back to it. */
  async carryOut(row: CommandRow): Promise<void> {
    const { decision, request } = row;
    if (!decision || this.#running.has(request.command)) return;
    this.#running.add(request.command);
    try {
      await Promise.all(each(decision).flatMap((one) => this.#tellAll(one)));
      this.#parts.store.settle(request.command);
    } catch (error) {
      logFailure("saga.commit_unanswered", error, { appointment: request.wanted.appointmentId });
      this.#parts.store.askLater(request.command, plus(this.#parts.now(), IN_DOUBT_PAUSE_MS));
    } finally {
      this.#running.delete(request.command);
    }
  }

  #tellAll({ command, participants, forwardTo }: SagaDecision): Promise<void>[] {
    const { calendars } = this.#parts;
    const calls = participants.map((calendar) => calendars(calendar).commit(command));
    if (forwardTo) calls.push(calendars(forwardTo).forward(factsOf(command.appointment)));
    return calls.map((call) => beforeDeadline(call, COMMIT_CALL_MS));
  }

  /** [J12] A participant in doubt. Silence while we are trying; whatever is not decided by then is an abort. */
  answer(attempt: AttemptId, appointment: AppointmentId): AskReply {
    const command = attempt.slice(0, attempt.lastIndexOf(".")) as CommandId;
    const row = this.#parts.store.command(command);
    if (!row || row.attempt !== attempt) return { kind: "abort" };
    const decided =
      row.decision && each(row.decision).find((one) => one.command.appointment.id === appointment);
    if (row.state === "decided" && decided) return { kind: "commit", command: decided.command };
    return row.state === "trying" && this.#running.has(command) ? { kind: "trying" } : { kind: "abort" };
  }

  /** [Z11] [Z12] All visits, also after one was refused: the caller then hears which of them could be had. */
  async #askForAll(row: CommandRow, agreements: readonly Agreement[]): Promise<NotAgreed | null> {
    const refusals: (RefusedByOne | null)[] = [];
    for (const agreement of agreements) {
      const failed = await this.#askEverybody(row, agreement);
      if (failed && failed.kind !== "refused") return failed;
      refusals.push(failed);
    }
    const refused = refusals.find((found) => found !== null);
    if (!refused || agreements.length === 1) return refused ?? null;
    const occurrences = agreements.map(({ wanted: { place } }, i) => ({
      start: place.start,
      refusal: refusals[i]?.refusal ?? null,
      alternatives: refusals[i]?.alternatives ?? [],
    }));
    return { ...refused, occurrences };
  }

  /** The holder first, then what it needs, then whoever lets go. Nobody waits for anybody, so no order can deadlock. */
  async #askEverybody(row: CommandRow, agreement: Agreement): Promise<NotAgreed | null> {
    const nobody = await this.#oneHolder(row, agreement);
    if (nobody) return nobody;
    const { wanted } = agreement;
    for (const need of wanted.needs) {
      const failed = await this.#oneOf(row, wanted, need, agreement);
      if (failed) return failed;
    }
    for (const resource of wanted.held.filter((held) => !agreement.chosen.includes(held))) {
      const reply = await this.#prepare(row, agreement, resource, releaseQuestion(row, wanted, true));
      if (reply.kind !== "yes") return { ...reply, calendar: resource };
    }
    if (wanted.source === null) return null;
    const source = await this.#prepare(row, agreement, wanted.source, releaseQuestion(row, wanted, false));
    if (source.kind !== "yes") return { ...source, calendar: wanted.source };
    agreement.held = source.held;
    return null;
  }

  /** [R9] The first of several who says yes. Whoever is silent or locked ends the attempt: nobody is passed over by accident. */
  async #oneHolder(row: CommandRow, agreement: Agreement): Promise<NotAgreed | null> {
    let failed: NotAgreed | null = null;
    for (const wanted of withEachHolder(agreement.wanted)) {
      const { providerId: calendar } = wanted;
      const reply = await this.#prepare(row, agreement, calendar, holderQuestion(row, wanted));
      if (reply.kind === "yes") {
        agreement.held = reply.held;
        agreement.wanted = wanted;
        return null;
      }
      const refused: NotAgreed = { ...reply, calendar };
      if (refused.kind !== "refused") return refused;
      if (failed === null || (isRule(failed) && !isRule(refused))) failed = refused;
    }
    return failed;
  }

  /** [J3] What the caller knew of its resources must still be so: only those are asked to let go. */
  #knowsResources(wanted: WantedSaga, held: HeldAppointment | null): boolean {
    const now = held?.appointment.resources ?? [];
    return now.length === wanted.held.length && now.every((resource) => wanted.held.includes(resource));
  }

  /** [R4] The first of several that says yes. If none does: taken, if one of them is only that; else nothing serves. */
  async #oneOf(
    row: CommandRow,
    wanted: WantedSaga,
    need: WantedSaga["needs"][number],
    agreement: Agreement,
  ): Promise<NotAgreed | null> {
    let taken: NotAgreed | null = null;
    for (const candidate of need.filter(({ calendar }) => !agreement.chosen.includes(calendar))) {
      const { calendar } = candidate;
      const reply = await this.#prepare(row, agreement, calendar, resourceQuestion(row, wanted, candidate));
      if (reply.kind === "yes") {
        agreement.chosen.push(calendar);
        return null;
      }
      const failed = { ...reply, calendar };
      if (failed.kind !== "refused") return failed;
      if (!isRule(failed)) taken = failed;
    }
    return taken ?? { ...NOBODY_SERVES, calendar: wanted.providerId };
  }

  async #prepare(
    row: CommandRow,
    { asked, agreed }: Agreement,
    calendar: ProviderId,
    question: PrepareCommand,
  ): Promise<PrepareReply> {
    asked.push(calendar);
    const wait = row.deadline - this.#parts.now();
    const reply = await beforeDeadline(this.#parts.calendars(calendar).prepare(question), wait);
    if (reply.kind === "yes") agreed.push(calendar);
    return reply;
  }

  #giveUp(row: CommandRow, asked: readonly ProviderId[], failed: NotAgreed): TakeAnswer {
    const { store } = this.#parts;
    this.#abort(row, asked);
    if (failed.kind === "refused") {
      const { kind: _kind, calendar: _calendar, ...refused } = failed;
      store.saveCommand({ ...row, state: "refused", refused });
      return { kind: "refused", refused, replayed: false };
    }
    store.saveCommand({ ...row, state: "void" });
    if (failed.kind === "needs-config") return { kind: "needs-config", calendar: failed.calendar };
    return failed.kind === "busy" ? { kind: "busy" } : { kind: "void" };
  }

  /** [J11] One transaction decides: the row and the claim at the new place. From here on nothing can be taken back. */
  async #decide(row: CommandRow, agreements: readonly Agreement[]): Promise<TakeAnswer> {
    const { storage, store, wake, claim, changed, now } = this.#parts;
    const [first, ...further] = agreements.map((agreement) => decisionOf(row, agreement));
    invariant(first, "a saga is about an appointment");
    const decision = further.length > 0 ? { ...first, further } : first;
    const askAt = plus(now(), IN_DOUBT_PAUSE_MS);
    const [chosen] = agreements;
    const wanted = further.length === 0 && chosen ? chosen.wanted : row.request.wanted; // [R9]
    const request = { ...row.request, wanted };
    const decided: CommandRow = { ...row, request, state: "decided", askAt, decision };
    const news = each(decision).map(({ command }) => factsOf(command.appointment));
    storage.transactionSync(() => {
      store.saveCommand(decided);
      for (const facts of news) claim(facts);
      wake.arm(askAt);
    });
    wake.armed(askAt);
    for (const facts of news) changed(facts);
    const carriedOut = this.carryOut(decided);
    await beforeDeadline(carriedOut, COMMIT_WAIT_MS).catch(() => undefined); // decided all the same; the alarm repeats it
    const more = furtherAnswers(decided);
    return {
      kind: "accepted",
      appointment: first.command.appointment,
      ...(more.length > 0 ? { more } : {}),
      replayed: false,
    };
  }

  /** A courtesy: it frees the others at once instead of after their question. */
  #abort(row: CommandRow, asked: readonly ProviderId[]): void {
    for (const calendar of new Set(asked)) {
      this.#parts
        .calendars(calendar)
        .abort(row.attempt)
        .catch((error: unknown) => logFailure("saga.abort_lost", error, { provider: calendar }));
    }
  }
}

/** A decision is about one appointment, or about each of several. */
const each = (decision: SagaDecision): readonly SagaDecision[] => [decision, ...(decision.further ?? [])];

function decisionOf(
  row: CommandRow,
  { agreed: participants, chosen, held, wanted }: Agreement,
): SagaDecision {
  const forwardTo = participants.includes(wanted.home) ? null : wanted.home;
  return { command: decidedBody(row, wanted, chosen, held), participants, forwardTo };
}

/** A rule says what to do instead; that a time is taken says more. */
const isRule = (failed: NotAgreed): boolean => failed.kind === "refused" && failed.refusal.reason === "rule";

const NOBODY_SERVES = {
  kind: "refused",
  refusal: { reason: "rule", rule: "no-resource" },
  alternatives: [],
} as const;
