/**
 * A calendar's part in sagas: it says yes and is bound by it, carries out what was decided, asks when it hears nothing.
 * It never decides alone whether a saga happens. Rules: core/booking/decide-prepare.ts, decide-commit.ts.
 */
import type { AppointmentFacts } from "../../core/booking/appointment.ts";
import { decideCommit } from "../../core/booking/decide-commit.ts";
import { decidePrepare } from "../../core/booking/decide-prepare.ts";
import type { BookingRefusal } from "../../core/booking/refusal.ts";
import {
  type AskReply,
  type CommitCommand,
  IN_DOUBT_PAUSE_MS,
  type PrepareCommand,
  type Prepared,
  type PrepareReply,
} from "../../core/booking/saga.ts";
import type { AppointmentId, AttemptId, PatientId, ProviderId } from "../../core/ids.ts";
import type { FreeStart } from "../../core/schedule/free-starts.ts";
import { type Instant, plus } from "../../core/time.ts";
import { logFailure } from "../shared/log.ts";
import type { WakeUp } from "../shared/wake.ts";
import type { CalendarMemory } from "./calendar-memory.ts";
import type { CalendarStore } from "./calendar-store.ts";
import type { CalendarWriter, Written } from "./calendar-writer.ts";
import type { HoldStore } from "./hold-store.ts";
import type { ReleaseDue } from "./saga-store.ts";

export interface SagaParts {
  readonly calendar: ProviderId;
  readonly storage: Pick<DurableObjectStorage, "transactionSync">;
  readonly store: CalendarStore;
  readonly holds: HoldStore;
  readonly memory: CalendarMemory;
  readonly writer: CalendarWriter;
  readonly wake: WakeUp;
  readonly now: () => Instant;
  /** The agenda that coordinates; a call may die. */
  readonly ask: (patient: PatientId, attempt: AttemptId, about: AppointmentId) => Promise<AskReply>;
  /** Another calendar that keeps a reservation; false = it is locked, tell it again. */
  readonly release: (calendar: ProviderId, id: AppointmentId, version: number) => Promise<boolean>;
}

export class CalendarSagas {
  readonly #parts: SagaParts;

  constructor(parts: SagaParts) {
    this.#parts = parts;
  }

  /** [J1]–[J5] A durable yes, or why not. Whoever meets somebody else's lock makes us ask about it at once. */
  prepare(command: PrepareCommand): PrepareReply {
    const { storage, memory, store, wake, now } = this.#parts;
    const at = now();
    const view = memory.view();
    if (!view || view.open.config.version < command.configVersion) return { kind: "needs-config" };
    const askAt = plus(at, IN_DOUBT_PAUSE_MS);
    const decision = storage.transactionSync(() => {
      store.sagas.deleteOlderAttempts(command.attempt); // [J10] this number exists only because the lower ones are void
      const decided = decidePrepare(view, command, at);
      if (decided.kind === "yes" && decided.write) {
        store.sagas.savePrepared(decided.write, askAt);
        wake.arm(askAt);
      }
      return decided;
    });
    switch (decision.kind) {
      case "yes":
        if (decision.write) wake.armed(askAt);
        return { kind: "yes", held: decision.held };
      case "busy":
        this.askNow(command.appointmentId);
        return { kind: "busy" };
      case "late":
        return { kind: "late" };
      case "refused":
        return {
          kind: "refused",
          refusal: decision.refusal,
          alternatives: this.#insteadOf(command, decision, at),
        };
    }
  }

  /** [B9] Whoever loses a start to a rival is told what else is free here; a room's times are nobody's choice. */
  #insteadOf(
    { take, resource }: PrepareCommand,
    { refusal }: { readonly refusal: BookingRefusal },
    at: Instant,
  ): readonly FreeStart[] {
    const lost =
      (refusal.reason === "slot-taken" || refusal.reason === "hold-expired") && take !== null && !resource;
    return lost ? this.#parts.memory.nearestTo(take, at) : [];
  }

  /** [J6] Carries the decision out; repeating it is harmless and is acknowledged. */
  commit(command: CommitCommand): void {
    const at = this.#parts.now();
    const view = this.#parts.memory.view();
    if (!view) return; // never configured: it cannot have said yes
    const written = this.#parts.storage.transactionSync(() => this.#carryOut(view, command, at));
    if (written) this.#parts.writer.committed(written, at);
  }

  abort(attempt: AttemptId): void {
    this.#parts.store.sagas.deleteAttempt(attempt);
  }

  /** [J8] The home of an id, when it is neither source nor target, learns where to send people. */
  forward(facts: AppointmentFacts): void {
    const { storage, store } = this.#parts;
    storage.transactionSync(() => {
      const here = store.find(facts.id);
      if (!here || here.appointment.version < facts.version) store.sagas.forward(facts);
    });
  }

  /** [J9] A cancelled set gives its resources back. Not acknowledged while locked: the commit may be on its way. */
  release(id: AppointmentId, version: number): boolean {
    const { storage, store, writer, calendar, now } = this.#parts;
    const at = now();
    if (store.sagas.preparedOn(id)) {
      this.askNow(id);
      return false;
    }
    const reserved = store.sagas.reservationOf(id);
    if (!reserved || reserved.version > version) return true;
    const written = storage.transactionSync(() =>
      writer.time(
        "openslot.calendar.time-freed.v1",
        calendar,
        [reserved],
        () => store.sagas.deleteReservation(id),
        at,
      ),
    );
    writer.committed(written, at);
    return true;
  }

  /** The alarm's part: asks about every yes that heard nothing, tells every resource that is still owed a release. */
  async settleDue(): Promise<void> {
    const at = this.#parts.now();
    const { sagas } = this.#parts.store;
    await Promise.all([
      ...sagas.inDoubt(at).map((prepared) => this.#askAbout(prepared)),
      ...sagas.owed(at).map((due) => this.#tell(due)),
    ]);
  }

  /** Somebody waits for this lock: do not let them wait for the pause. */
  askNow(id: AppointmentId): void {
    const { store, wake, now } = this.#parts;
    const prepared = store.sagas.preparedOn(id);
    if (!prepared) return;
    const at = now();
    store.sagas.askAt(prepared.attempt, at);
    if (wake.arm(at)) wake.armed(at);
  }

  #carryOut(
    view: NonNullable<ReturnType<CalendarMemory["view"]>>,
    command: CommitCommand,
    at: Instant,
  ): Written | null {
    const { store, writer, calendar } = this.#parts;
    const decision = decideCommit(view, command);
    store.sagas.deletePrepared(command.attempt, command.appointment.id);
    switch (decision.kind) {
      case "nothing":
        return null;
      case "arrive": {
        store.sagas.deleteForwarding(decision.appointment.id);
        const { before, appointment: after, recent, takes, converts } = decision;
        const type = after.version === 1 ? "booked" : "moved";
        const change = { type, before, after, recent, cause: command.attempt, takes } as const;
        const written = writer.appointment(change, at);
        if (converts) this.#parts.holds.convert(converts, at); // after it: screens compare with the time before
        return written;
      }
      case "leave": {
        const { before, forwarding } = decision;
        const leave = (): void => {
          store.delete(before.id);
          store.sagas.forward(forwarding);
        };
        const had = store.takes(before.id) ?? before;
        return writer.time("openslot.calendar.time-freed.v1", calendar, [had], leave, at);
      }
      case "reserve": {
        const { before, reservation } = decision;
        const touched = before ? [reservation, before] : [reservation];
        const reserve = (): void => store.sagas.reserve(reservation);
        return writer.time("openslot.calendar.time-taken.v1", calendar, touched, reserve, at);
      }
      case "release": {
        const { before, appointmentId } = decision;
        const release = (): void => store.sagas.deleteReservation(appointmentId);
        return before
          ? writer.time("openslot.calendar.time-freed.v1", calendar, [before], release, at)
          : null;
      }
    }
  }

  async #askAbout(prepared: Prepared): Promise<void> {
    const { ask, store, now, calendar } = this.#parts;
    store.sagas.askAt(prepared.attempt, plus(now(), IN_DOUBT_PAUSE_MS)); // if nobody answers
    try {
      const reply = await ask(prepared.patientId, prepared.attempt, prepared.appointmentId);
      if (reply.kind === "commit") this.commit(reply.command);
      else if (reply.kind === "abort") this.abort(prepared.attempt);
    } catch (error) {
      logFailure("saga.coordinator_silent", error, { provider: calendar });
    }
  }

  async #tell(due: ReleaseDue): Promise<void> {
    const { release, store, now, calendar } = this.#parts;
    store.sagas.notAcknowledged(due, plus(now(), IN_DOUBT_PAUSE_MS)); // if nobody answers
    try {
      if (await release(due.calendar, due.appointmentId, due.version)) store.sagas.acknowledged(due);
    } catch (error) {
      logFailure("saga.release_unanswered", error, { provider: calendar });
    }
  }
}
