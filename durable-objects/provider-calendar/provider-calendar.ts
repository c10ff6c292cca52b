/**
 * The commit point for one provider's calendar. Connects the runtime to the rules in core/; a rule never lives here.
 * Promises: every command is one transaction; memory and sockets change only after it returned; an acknowledged
 * command has its event in the outbox and an alarm that drains it.
 */
import { type Connection, type ConnectionContext, Server, type WSMessage } from "partyserver";
import { type Reach, reaches } from "../../core/access/reach.ts";
import type { Appointment } from "../../core/booking/appointment.ts";
import { factsOf } from "../../core/booking/appointment.ts";
import type { CalendarView, RecentCommand } from "../../core/booking/calendar-view.ts";
import {
  type BookCommand,
  type CalendarReply,
  type CancelCommand,
  type CancelReply,
  FENCE_LIFE_MS,
  type MoveCommand,
  type ResolveQuestion,
  type ResolveReply,
} from "../../core/booking/commands.ts";
import { decideBook } from "../../core/booking/decide-book.ts";
import { cancelAttempt, decideCancel } from "../../core/booking/decide-cancel.ts";
import { decideMove } from "../../core/booking/decide-move.ts";
import { decideResolve } from "../../core/booking/decide-resolve.ts";
import { remember } from "../../core/booking/recent-commands.ts";
import type { BookingRefusal } from "../../core/booking/refusal.ts";
import { APPOINTMENTS_TOPIC, appointmentEvent, configuredEvent } from "../../core/events/event.ts";
import { APPOINTMENT_PARTITIONS, partitionName, partitionOf } from "../../core/events/partition.ts";
import { type AppointmentId, type AttemptId, PROVIDER_ID, type ProviderId } from "../../core/ids.ts";
import { invariant } from "../../core/invariant.ts";
import { parseClientMessage } from "../../core/live/protocol.ts";
import { type AvailabilityQuery, availabilityBody } from "../../core/live/provider-feed.ts";
import { drainOutbox, nextDrainAt } from "../../core/outbox/drain.ts";
import type { CalendarConfig } from "../../core/schedule/config.ts";
import {
  type BusyOf,
  type FreeStart,
  findSite,
  findVisit,
  nearestFreeStarts,
} from "../../core/schedule/free-starts.ts";
import { OpenDays } from "../../core/schedule/open-days.ts";
import { type Instant, type Interval, instant, plus } from "../../core/time.ts";
import { LiveSockets } from "../shared/live-sockets.ts";
import { logFailure } from "../shared/log.ts";
import { applyMigrations } from "../shared/migrations.ts";
import { WakeUp } from "../shared/wake.ts";
import { BusyDays } from "./busy-days.ts";
import { CalendarFeed, type Watch } from "./calendar-feed.ts";
import { CalendarStore } from "./calendar-store.ts";
import { providerCalendarMigrations } from "./schema.ts";
import { parseWatchUrl } from "./watch-url.ts";

/** Bookings of one burst leave in one append; a screen or a projection does not notice the wait. */
const DRAIN_DELAY_MS = 20;

/** What one accepted command writes. */
interface Change {
  readonly type: "booked" | "moved" | "cancelled";
  readonly before: Appointment | null;
  readonly after: Appointment;
  readonly recent: readonly RecentCommand[];
  readonly cause: AttemptId;
}

export type AvailabilityReply =
  | { readonly kind: "ok"; readonly revision: number; readonly body: string }
  | { readonly kind: "unknown-visit-type" }
  | { readonly kind: "needs-config" };

export class ProviderCalendar extends Server<Env> {
  static override options = { hibernate: true };
  readonly #providerId: ProviderId;
  readonly #store: CalendarStore;
  readonly #wake: WakeUp;
  readonly #sockets: LiveSockets;
  readonly #feed: CalendarFeed;
  readonly #busy: BusyDays;
  /** Copy of the configuration row with its cached days; losing it costs one read. */
  #open: OpenDays | null;
  /** Copy of the last sequence; losing it costs one read. Also the revision that screens see. */
  #sequence: number;
  /** In memory only: losing it makes us retry sooner, which is harmless. */
  #failuresInRow = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    invariant(PROVIDER_ID.test(ctx.id.name ?? ""), "a calendar is named by its provider");
    this.#providerId = ctx.id.name as ProviderId;
    // Not in onStart(): a native RPC call such as book() reaches the object without passing through it.
    applyMigrations(ctx.storage, providerCalendarMigrations);
    this.#store = new CalendarStore(ctx.storage.sql, this.#providerId);
    this.#wake = new WakeUp(ctx.storage);
    this.#busy = new BusyDays((day) => this.#store.takenOn(day));
    this.#sockets = new LiveSockets(ctx);
    this.#feed = new CalendarFeed(this.#sockets, () => this.getConnections<Watch>());
    const config = this.#store.config();
    this.#open = config ? new OpenDays(config) : null;
    this.#sequence = this.#store.lastSequence();
    // Repair: waiting rows and no alarm would wait for ever. A second alarm is harmless.
    if (this.#store.hasWaitingEvents()) this.#wake.armNext([plus(this.#now(), DRAIN_DELAY_MS)]);
  }

  // ---- commands (RPC). Refusals are values; none of these is marked retryable for the runtime. ----

  /** [B1]–[B16] Books, or says why not. Repeating it with the same id is harmless. */
  book(command: BookCommand): CalendarReply {
    const now = this.#now();
    const view = this.#view();
    if (!view) return this.#needsConfig(command, null);
    let screens: BusyOf | null = null;
    const outcome = this.ctx.storage.transactionSync(() => {
      const decision = decideBook(view, command, now);
      const undecided = decision.kind === "commit" || decision.kind === "refused";
      if (undecided && view.open.config.version < command.configVersion)
        return this.#needsConfig(command, null);
      if (decision.kind === "refused" && decision.fence) this.#fence(command.attempt, command.deadline);
      if (decision.kind === "commit") {
        screens = this.#write(
          { type: "booked", before: null, after: decision.appointment, recent: [], cause: command.attempt },
          now,
        );
      }
      return decision;
    });
    if (outcome.kind === "refused") return this.#refused(outcome.refusal, command, now);
    if (outcome.kind === "commit") this.#committed([outcome.appointment], screens, now);
    return outcome.kind === "commit" ? { kind: "done", appointment: outcome.appointment } : outcome;
  }

  /** [M1]–[M6] Moves an appointment within this calendar: same id, one version more. */
  move(command: MoveCommand): CalendarReply {
    const now = this.#now();
    const view = this.#view();
    if (!view) return this.#needsConfig(command, null);
    let screens: BusyOf | null = null;
    const outcome = this.ctx.storage.transactionSync(() => {
      const decision = decideMove(view, command, now);
      const recent = this.#store.find(command.appointmentId)?.recent ?? [];
      const undecided = decision.kind === "commit" || decision.kind === "refused";
      if (undecided && view.open.config.version < command.configVersion)
        return this.#needsConfig(command, recent);
      if (decision.kind === "refused" && decision.fence) this.#fenceMove(command, recent, now);
      if (decision.kind === "commit") {
        const { before, appointment: after } = decision;
        const entry = { attempt: command.attempt, at: now, answer: after, fingerprint: null };
        screens = this.#write(
          { type: "moved", before, after, recent: remember(recent, entry, now), cause: command.attempt },
          now,
        );
      }
      return decision;
    });
    if (outcome.kind === "refused") return this.#refused(outcome.refusal, command, now);
    if (outcome.kind === "commit") this.#committed([outcome.before, outcome.appointment], screens, now);
    return outcome.kind === "commit" ? { kind: "done", appointment: outcome.appointment } : outcome;
  }

  /** [B14] What became of an attempt: done, or from now on never. */
  resolve(question: ResolveQuestion): ResolveReply {
    const view = this.#view();
    return this.ctx.storage.transactionSync((): ResolveReply => {
      if (!view) {
        this.#fence(question.attempt, question.deadline); // never configured: nothing can have been booked
        return { kind: "fenced" };
      }
      const decision = decideResolve(view, question);
      if (decision.kind !== "fence") return decision;
      if (decision.where === "fences") this.#fence(question.attempt, question.deadline);
      else this.#fenceMove(question, view.find(question.appointmentId)?.recent ?? [], this.#now());
      return { kind: "fenced" };
    });
  }

  /** [C1]–[C5] Gives the time back. Comes straight from the edge, which tells the agenda before it answers. */
  cancel(command: CancelCommand): CancelReply {
    const now = this.#now();
    const attempt = cancelAttempt(command);
    const view = this.#view();
    if (!view) return { kind: "refused", refusal: { reason: "not-found" } };
    let screens: BusyOf | null = null;
    const outcome = this.ctx.storage.transactionSync(() => {
      const decision = decideCancel(view, command, now);
      if (decision.kind !== "commit") return decision;
      const recent = this.#store.find(command.appointmentId)?.recent ?? [];
      const { before, appointment: after } = decision;
      const entry = { attempt, at: now, answer: after, fingerprint: command.fingerprint };
      screens = this.#write(
        { type: "cancelled", before, after, recent: remember(recent, entry, now), cause: attempt },
        now,
      );
      return decision;
    });
    if (outcome.kind === "refused") return outcome;
    if (outcome.kind === "commit") this.#committed([outcome.before, outcome.appointment], screens, now);
    return { kind: "done", appointment: outcome.appointment, replayed: outcome.kind === "done", attempt };
  }

  /** [D3] Takes a newer copy of the directory; an older or equal one changes nothing. */
  applyConfig(config: CalendarConfig): void {
    if (this.#open && this.#open.config.version >= config.version) return;
    const now = this.#now();
    const at = plus(now, DRAIN_DELAY_MS);
    this.ctx.storage.transactionSync(() => {
      this.#store.saveConfig(config);
      this.#store.appendEvent(
        this.#sequence + 1,
        configuredEvent(this.#providerId, this.#sequence + 1, now, config.version),
      );
      this.#wake.arm(at);
    });
    this.#wake.armed(at);
    this.#sequence += 1;
    this.#open = new OpenDays(config);
    for (const connection of this.getConnections<Watch>())
      this.#sendSnapshot(connection, connection.state?.query ?? null);
  }

  // ---- reads (RPC) ----

  /** The appointment with this id, or null: missing and out of reach look the same ([A1]). */
  read(id: AppointmentId, reach: Reach): Appointment | null {
    const stored = this.#store.find(id);
    return stored && reaches(reach, stored.appointment) ? stored.appointment : null;
  }

  /** [S5] Free starts as the JSON body of the answer, with the revision it was made from. At most 31 days. */
  availability(query: AvailabilityQuery, configVersion: number): AvailabilityReply {
    if (!this.#open || this.#open.config.version < configVersion) return { kind: "needs-config" };
    const body = availabilityBody(this.#open, this.#busy.of, query, this.#sequence, this.#now());
    return body
      ? { kind: "ok", revision: this.#sequence, body: JSON.stringify(body) }
      : { kind: "unknown-visit-type" };
  }

  // ---- sockets ----

  override onRequest(): Response {
    return new Response("not found", { status: 404 });
  }

  override onConnect(connection: Connection<Watch>, context: ConnectionContext): void {
    try {
      this.#sendSnapshot(connection, parseWatchUrl(new URL(context.request.url)));
    } catch (error) {
      logFailure("live.welcome_failed", error, { provider: this.#providerId }); // partyserver would send the stack
      connection.close(1011, "internal");
    }
  }

  override onMessage(connection: Connection<Watch>, message: WSMessage): void {
    const resume = parseClientMessage(message);
    const watch = connection.state;
    if (!resume || !watch) {
      connection.close(1008, "unknown message");
      return;
    }
    this.#sockets.heard(connection, this.#now());
    if (this.#feed.needsSnapshot(resume.revision, this.#sequence))
      this.#sendSnapshot(connection, watch.query);
  }

  override onClose(connection: Connection): void {
    this.#sockets.forget(connection);
  }

  override onError(connectionOrError: unknown): void {
    logFailure("live.socket_failed", connectionOrError, { provider: this.#providerId });
  }

  // ---- alarm: the only place with external calls; never throws for the log being away; arms itself last ----

  override async onAlarm(): Promise<void> {
    this.#wake.fired();
    const partition = partitionOf(this.#providerId, APPOINTMENT_PARTITIONS);
    const log = this.env.EVENT_LOG.getByName(partitionName(APPOINTMENTS_TOPIC, partition));
    const outcome = await drainOutbox(
      {
        readBatch: (max) => this.#store.readOutbox(max),
        publish: async (entries) => void (await log.append(entries.map(({ event }) => event))),
        deleteThrough: (sequence) =>
          this.ctx.storage.transactionSync(() => this.#store.deleteOutboxThrough(sequence)),
      },
      (error) => {
        if (this.#failuresInRow === 0)
          logFailure("outbox.publish_failed", error, { provider: this.#providerId });
      },
    );
    this.#failuresInRow = outcome === "failed" ? this.#failuresInRow + 1 : 0;
    const now = this.#now();
    this.#store.pruneFences(now);
    this.#wake.armNext([
      nextDrainAt(outcome, this.#failuresInRow, now, Math.random()),
      this.#store.nextFencePrune(),
    ]);
  }

  // ---- private ----

  #now(): Instant {
    return instant(Date.now());
  }

  #view(): CalendarView | null {
    const open = this.#open;
    return (
      open && {
        open,
        find: (id) => this.#store.find(id),
        isFenced: (attempt) => this.#store.isFenced(attempt),
        blockerOf: (interval, except) => (this.#store.isTaken(interval, except) ? "appointment" : null),
      }
    );
  }

  /**
   * One appointment row, one outbox row, the alarm: all of it or nothing. Returns what busy time looked like before,
   * if anybody watches: it must be read before the row is written, because the cache may be empty.
   */
  #write({ type, before, after, recent, cause }: Change, now: Instant): BusyOf | null {
    const screens = this.#feed.capture(this.#busy.of, before ? [before, after] : [after]);
    this.#store.save(after, recent);
    const sequence = this.#sequence + 1;
    const data = { appointment: factsOf(after), cause };
    this.#store.appendEvent(
      sequence,
      appointmentEvent(`openslot.appointment.${type}.v1`, sequence, now, data),
    );
    this.#wake.arm(plus(now, DRAIN_DELAY_MS));
    return screens;
  }

  /** After the transaction, and only then: memory and screens. */
  #committed(touched: readonly Interval[], screens: BusyOf | null, now: Instant): void {
    this.#wake.armed(plus(now, DRAIN_DELAY_MS));
    this.#sequence += 1;
    for (const interval of touched) this.#busy.changed(interval);
    if (screens && this.#open)
      this.#feed.broadcast(this.#open, screens, this.#busy.of, touched, this.#sequence, now);
  }

  #fence(attempt: AttemptId, deadline: Instant): void {
    const pruneAt = plus(deadline, FENCE_LIFE_MS);
    this.#store.fence(attempt, pruneAt);
    if (this.#wake.arm(pruneAt)) this.#wake.armed(pruneAt);
  }

  #fenceMove(
    command: { attempt: AttemptId; appointmentId: AppointmentId },
    recent: readonly RecentCommand[],
    now: Instant,
  ): void {
    const entry = { attempt: command.attempt, at: now, answer: null, fingerprint: null };
    this.#store.saveRecent(command.appointmentId, remember(recent, entry, now));
  }

  /** Decides nothing. A re-send is fenced all the same: its first copy might arrive after the configuration did. */
  #needsConfig(
    command: BookCommand | MoveCommand,
    recent: readonly RecentCommand[] | null,
  ): { readonly kind: "needs-config" } {
    if (command.again) {
      if (recent) this.#fenceMove(command, recent, this.#now());
      else this.#fence(command.attempt, command.deadline);
    }
    return { kind: "needs-config" };
  }

  #refused(refusal: BookingRefusal, command: BookCommand | MoveCommand, now: Instant): CalendarReply {
    return {
      kind: "refused",
      refusal,
      alternatives: refusal.reason === "slot-taken" ? this.#alternatives(command, now) : [],
    };
  }

  #alternatives({ place }: BookCommand | MoveCommand, now: Instant): FreeStart[] {
    if (!this.#open) return [];
    const visit = findVisit(this.#open, place.visitTypeId);
    const site = findSite(this.#open, place.locationId);
    return visit && site ? nearestFreeStarts(this.#open, this.#busy.of, visit, [site], place.start, now) : [];
  }

  #sendSnapshot(connection: Connection<Watch>, query: AvailabilityQuery | null): void {
    const now = this.#now();
    const body =
      query && this.#open && availabilityBody(this.#open, this.#busy.of, query, this.#sequence, now);
    if (query && body) this.#feed.snapshot(connection, query, body, now);
    else connection.close(1008, "nothing to watch");
  }
}
