/**
 * One shard of patients: their claims, the ledger of their commands that take time, and the guard that no patient is in
 * two places. Connects the runtime to core/agenda; a rule never lives here.
 * Promises: a command is durable before a calendar is asked; an unknown outcome is asked for, never guessed.
 */
import { type Connection, type ConnectionContext, Server, type WSMessage } from "partyserver";
import type { TakeAnswer, TakeRequest } from "../../core/agenda/command-row.ts";
import type { AppointmentFacts, AppointmentStatus } from "../../core/booking/appointment.ts";
import type { AskReply } from "../../core/booking/saga.ts";
import {
  type AppointmentId,
  type AttemptId,
  type CommandId,
  isPatientId,
  type PatientId,
} from "../../core/ids.ts";
import { parseClientMessage } from "../../core/live/protocol.ts";
import { HOUR_MS, type Instant, type Interval, instant, plus } from "../../core/time.ts";
import { LiveSockets } from "../shared/live-sockets.ts";
import { LiveTickets } from "../shared/live-tickets.ts";
import { logFailure } from "../shared/log.ts";
import { applyMigrations } from "../shared/migrations.ts";
import { WakeUp } from "../shared/wake.ts";
import { AgendaCommands, type News, PRUNE_EVERY_MS } from "./agenda-commands.ts";
import { AgendaFeed, endOfWatch, type InsteadOf, isOver, type PatientWatch } from "./agenda-feed.ts";
import { AgendaStore } from "./agenda-store.ts";
import { patientAgendaMigrations } from "./schema.ts";

/** Tidying looks at every row of the shard, and alarms come with every booking: not more often than this. */
const PRUNE_PAUSE_MS = HOUR_MS;

export interface ListQuery {
  readonly window: Interval;
  readonly status: AppointmentStatus | null;
  readonly after: { readonly start: Instant; readonly id: string } | null;
  readonly limit: number;
}

export class PatientAgenda extends Server<Env> {
  static override options = { hibernate: true };
  readonly #store: AgendaStore;
  readonly #wake: WakeUp;
  readonly #sockets: LiveSockets;
  readonly #feed: AgendaFeed;
  readonly #tickets = new LiveTickets<PatientId, InsteadOf | null>();
  readonly #commands: AgendaCommands;
  /** In memory only: losing it tidies once more. */
  #prunedAt = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    applyMigrations(ctx.storage, patientAgendaMigrations);
    this.#store = new AgendaStore(ctx.storage.sql);
    this.#wake = new WakeUp(ctx.storage);
    this.#sockets = new LiveSockets(ctx);
    this.#feed = new AgendaFeed(this.#sockets, () => this.getConnections<PatientWatch>());
    this.#commands = new AgendaCommands({
      storage: ctx.storage,
      store: this.#store,
      wake: this.#wake,
      feed: this.#feed,
      calendars: (id) => env.PROVIDER_CALENDAR.getByName(id),
      now: () => this.#now(),
    });
    this.#wake.armNext([this.#store.nextDue()]); // repair: a pending row without an alarm would stay for ever
  }

  // ---- commands (RPC) ----

  /** [G1]–[G9] Books or moves for a patient, under the caller's key. Never marked retryable for the runtime. */
  take(request: TakeRequest): Promise<TakeAnswer> {
    return this.#commands.take(request);
  }

  /** [G1] What a key was answered, for a caller who cannot say what it wanted any more; null = nothing is known under it. */
  recall(command: CommandId, fingerprint: string): Promise<TakeAnswer | null> {
    return this.#commands.recall(command, fingerprint);
  }

  /** [G8] [G9] News, in any order and any number of times: claims follow by version, pending commands settle. */
  observe(news: readonly News[]): void {
    this.#commands.observe(news);
  }

  /** [J12] A calendar that agreed to a saga of ours and heard nothing since. */
  ask(attempt: AttemptId, appointment: AppointmentId): AskReply {
    return this.#commands.ask(attempt, appointment);
  }

  /** The patient's appointments by start, as they are: includes what the log has not confirmed yet. Facts only. */
  async list(patient: PatientId, query: ListQuery): Promise<AppointmentFacts[]> {
    await this.#commands.settlePending(patient);
    return this.#store.claimsOf(patient, query.window, query.status, query.after, query.limit);
  }

  /**
   * A one-time ticket for this patient's live socket: browsers cannot set headers. Lives 30 s, in memory only.
   * @param insteadOf who asks in the patient's stead ([CO11])
   */
  issueTicket(patient: PatientId, insteadOf: InsteadOf | null = null): string {
    return this.#tickets.issue(patient, insteadOf, this.#now());
  }

  /** [CO11] A consent has ended: what this proxy opened is closed, and their tickets open nothing. */
  endInsteadOf(patient: PatientId, proxy: PatientId): void {
    this.#tickets.drop(patient, (insteadOf) => insteadOf?.proxy === proxy);
    this.#feed.endInsteadOf(patient, proxy);
  }

  /** [SV4] This patient's sessions have ended: what they opened themselves is closed, and their tickets open nothing. */
  endOwnScreens(patient: PatientId): void {
    this.#tickets.drop(patient, (insteadOf) => insteadOf === null);
    this.#feed.endOwn(patient);
  }

  /**
   * [PD9] Destroys what these patients of the shard wrote, page by page. `busy`: one of them has a command that is not settled, so
   * a calendar may still be given what it says; ask again when it is.
   */
  async eraseTexts(
    patients: readonly PatientId[],
    after: string,
  ): Promise<{ readonly next: string | null; readonly busy: boolean }> {
    await Promise.all(patients.map((patient) => this.#commands.settlePending(patient)));
    return this.ctx.storage.transactionSync(() => {
      const { next } = this.#store.eraseTexts(patients, after);
      return { next, busy: patients.some((patient) => this.#store.openOf(patient).length > 0) };
    });
  }

  // ---- sockets ----

  override onRequest(): Response {
    return new Response("not found", { status: 404 });
  }

  override async onConnect(connection: Connection<PatientWatch>, context: ConnectionContext): Promise<void> {
    try {
      const watch = this.#admit(context.request);
      if (!watch) return connection.close(1008, "no ticket");
      await this.#commands.settlePending(watch.patient);
      this.#sendSnapshot(connection, watch);
      this.#wake.armNext([watch.until]);
    } catch (error) {
      logFailure("live.welcome_failed", error); // partyserver would send the stack
      connection.close(1011, "internal");
    }
  }

  override onMessage(connection: Connection<PatientWatch>, message: WSMessage): void {
    const resume = parseClientMessage(message);
    const watch = connection.state;
    if (!resume || !watch) {
      connection.close(1008, "unknown message");
      return;
    }
    if (!this.#sockets.heard(connection, this.#now())) return;
    if (isOver(watch, this.#now())) {
      this.#feed.closeEnded(this.#now());
      return;
    }
    if (resume.revision !== watch.revision) this.#sendSnapshot(connection, watch);
  }

  override onClose(connection: Connection): void {
    this.#sockets.forget(connection);
  }

  override onError(connectionOrError: unknown): void {
    logFailure("live.socket_failed", connectionOrError);
  }

  // ---- alarm ----

  override async onAlarm(): Promise<void> {
    this.#wake.fired();
    await this.#commands.resolveDue();
    const now = this.#now();
    if (now - this.#prunedAt >= PRUNE_PAUSE_MS) {
      this.#store.prune(now);
      this.#prunedAt = now;
    }
    this.#wake.armNext([
      this.#store.nextDue(),
      this.#store.isEmpty() ? null : plus(now, PRUNE_EVERY_MS),
      this.#feed.closeEnded(now),
    ]);
  }

  // ---- private ----

  #now(): Instant {
    return instant(Date.now());
  }

  /** The edge has checked a bearer token (and says so in headers that it strips from clients), or a ticket is shown. */
  #admit(request: Request): Omit<PatientWatch, "revision"> | null {
    const url = new URL(request.url);
    const patient = url.pathname.split("/").at(-1) ?? "";
    if (!isPatientId(patient)) return null;
    if (request.headers.get("x-openslot-admitted") === patient) {
      const proxy = request.headers.get("x-openslot-proxy");
      if (proxy === null) return this.#watch(patient, null);
      const until = Number(request.headers.get("x-openslot-until"));
      return isPatientId(proxy) && until > 0 ? this.#watch(patient, { proxy, until: instant(until) }) : null;
    }
    const ticket = this.#tickets.redeem(url.searchParams.get("ticket") ?? "", this.#now());
    if (ticket?.holder !== patient) return null;
    return this.#watch(patient, ticket.note);
  }

  #watch(patient: PatientId, insteadOf: InsteadOf | null): Omit<PatientWatch, "revision"> {
    return { patient, until: endOfWatch(this.#now(), insteadOf), ...(insteadOf ? { insteadOf } : {}) };
  }

  #sendSnapshot(connection: Connection<PatientWatch>, watch: Omit<PatientWatch, "revision">): void {
    const now = this.#now();
    this.#feed.snapshot(
      connection,
      watch,
      this.#store.claimsOf(watch.patient, this.#feed.window(now), null, null, this.#feed.limit),
      now,
    );
  }
}
