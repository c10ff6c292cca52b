/**
 * The commit point for one provider's calendar. Connects the runtime to the rules in core/; a rule never lives here.
 * Promises: every command is one transaction; memory and sockets change only after it returned; an acknowledged
 * command has its event in the outbox and an alarm that drains it.
 */
import { type Connection, type ConnectionContext, Server, type WSMessage } from "partyserver";
import { type Reach, reaches } from "../../core/access/reach.ts";
import type { Appointment, AppointmentFacts } from "../../core/booking/appointment.ts";
import type { Block, BlockCommand, UnblockCommand } from "../../core/booking/block.ts";
import type {
  BookCommand,
  CalendarReply,
  MoveCommand,
  ResolveQuestion,
  ResolveReply,
  StatusCommand,
  StatusReply,
} from "../../core/booking/commands.ts";
import type { PlaceHoldCommand } from "../../core/booking/decide-hold.ts";
import { type ExplainQuestion, type Explanation, explain } from "../../core/booking/explain.ts";
import type { HoldClaim, StoredHold } from "../../core/booking/hold.ts";
import {
  type CommitCommand,
  type MovedTo,
  type PrepareCommand,
  type PrepareReply,
  reachesComing,
} from "../../core/booking/saga.ts";
import type { HandedIn } from "../../core/booking/take-over.ts";
import type { Erased, StoredTexts, TextChange } from "../../core/booking/written.ts";
import { APPOINTMENTS_TOPIC } from "../../core/events/event.ts";
import { APPOINTMENT_PARTITIONS, partitionName, partitionOf } from "../../core/events/partition.ts";
import {
  type AppointmentId,
  type AttemptId,
  agendaShardOf,
  type LocationId,
  type PatientId,
  PROVIDER_ID,
  type ProviderId,
} from "../../core/ids.ts";
import { invariant } from "../../core/invariant.ts";
import { parseClientMessage } from "../../core/live/protocol.ts";
import { type AvailabilityQuery, availabilityBody, clockOf } from "../../core/live/provider-feed.ts";
import { drainOutbox, nextDrainAt } from "../../core/outbox/drain.ts";
import type { CalendarConfig } from "../../core/schedule/config.ts";
import { fallingOutside } from "../../core/schedule/schedule-change.ts";
import { type Instant, type Interval, instant, plus } from "../../core/time.ts";
import { LiveSockets } from "../shared/live-sockets.ts";
import { logFailure } from "../shared/log.ts";
import { applyMigrations } from "../shared/migrations.ts";
import { WakeUp } from "../shared/wake.ts";
import { BlockCommands, type BlockReply, type UnblockReply } from "./block-commands.ts";
import { BlockStore } from "./block-store.ts";
import { CalendarCommands } from "./calendar-commands.ts";
import { CalendarFeed, type Watch } from "./calendar-feed.ts";
import { CalendarMemory } from "./calendar-memory.ts";
import { CalendarOpenings } from "./calendar-openings.ts";
import { CalendarSagas } from "./calendar-sagas.ts";
import { CalendarStore } from "./calendar-store.ts";
import { CalendarWriter, DRAIN_DELAY_MS } from "./calendar-writer.ts";
import { HoldCommands, type HoldReply } from "./hold-commands.ts";
import { HoldStore } from "./hold-store.ts";
import { LinkCommands, type OpenLink } from "./link-commands.ts";
import { providerCalendarMigrations } from "./schema.ts";
import { TakeOverCommands, type TakeOverReply } from "./take-over-commands.ts";
import { TextCommands } from "./text-commands.ts";
import { parseWatchUrl } from "./watch-url.ts";

/** Bounds one page of an export: 500 facts are about 0.2 MB, and as many as one statement of the projection takes. */
export const EXPORT_ROWS_MAX = 500;

export type AvailabilityReply =
  /** `clock`: what of the answer changes with time alone, by the calendar's own clock; see `clockOf`. */
  | { readonly kind: "ok"; readonly revision: number; readonly clock: number; readonly body: string }
  | { readonly kind: "unknown-visit-type" }
  | { readonly kind: "needs-config" };

export type ExplainReply =
  | { readonly kind: "ok"; readonly explanation: Explanation }
  | { readonly kind: "needs-config" };

export class ProviderCalendar extends Server<Env> {
  static override options = { hibernate: true };
  readonly #providerId: ProviderId;
  readonly #store: CalendarStore;
  readonly #wake: WakeUp;
  readonly #sockets: LiveSockets;
  readonly #feed: CalendarFeed;
  readonly #memory: CalendarMemory;
  readonly #openings: CalendarOpenings;
  readonly #commands: CalendarCommands;
  readonly #links: LinkCommands;
  readonly #sagas: CalendarSagas;
  readonly #holdStore: HoldStore;
  readonly #holds: HoldCommands;
  readonly #blockStore: BlockStore;
  readonly #blocks: BlockCommands;
  readonly #incoming: TakeOverCommands;
  readonly #texts: TextCommands;
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
    this.#holdStore = new HoldStore(ctx.storage.sql);
    this.#memory = new CalendarMemory(this.#store, this.#holdStore);
    this.#sockets = new LiveSockets(ctx);
    this.#feed = new CalendarFeed(this.#sockets, () => this.getConnections<Watch>());
    const parts = {
      storage: ctx.storage,
      store: this.#store,
      holds: this.#holdStore,
      memory: this.#memory,
      writer: new CalendarWriter({
        store: this.#store,
        memory: this.#memory,
        feed: this.#feed,
        wake: this.#wake,
      }),
      wake: this.#wake,
      now: () => this.#now(),
    };
    this.#sagas = new CalendarSagas({
      ...parts,
      calendar: this.#providerId,
      ask: (patient, attempt, about) =>
        env.PATIENT_AGENDA.getByName(`shard-${agendaShardOf(patient)}`).ask(attempt, about),
      release: (calendar, id, version) => env.PROVIDER_CALENDAR.getByName(calendar).release(id, version),
    });
    this.#holds = new HoldCommands(parts);
    this.#openings = new CalendarOpenings(parts);
    this.#commands = new CalendarCommands({ ...parts, locked: (id) => this.#sagas.askNow(id) });
    this.#links = new LinkCommands(parts, this.#commands, ctx.storage.sql);
    this.#blockStore = new BlockStore(ctx.storage.sql, this.#providerId);
    this.#blocks = new BlockCommands(parts, this.#blockStore);
    this.#incoming = new TakeOverCommands(parts, this.#providerId);
    this.#texts = new TextCommands(parts, ctx.storage.sql);
    // Repair: waiting rows and no alarm would wait for ever. A second alarm is harmless.
    this.#wake.armNext([
      this.#store.hasWaitingEvents() ? plus(this.#now(), DRAIN_DELAY_MS) : null,
      this.#store.sagas.nextDue(),
      this.#holdStore.nextExpiry(),
    ]);
  }

  // ---- commands (RPC). Refusals are values; none of these is marked retryable for the runtime. ----

  /** [B1]–[B17] Books, or says why not. Repeating it with the same id is harmless. */
  book(command: BookCommand): CalendarReply {
    return this.#commands.book(command);
  }

  /** [M1]–[M9] [Z7] Moves an appointment within this calendar, or all those of a series: same id, one version more. */
  move(command: MoveCommand): CalendarReply {
    return this.#commands.move(command);
  }

  /** [B14] What became of an attempt: done, or from now on never. */
  resolve(question: ResolveQuestion): ResolveReply {
    return this.#commands.resolve(question);
  }

  /** [C1]–[C5] [H1]–[H10] Changes the status. Comes straight from the edge, which tells the agenda before it answers. */
  status(command: StatusCommand): StatusReply {
    return this.#commands.status(command);
  }

  /** [CO22] Does what a signed link says and uses it up, or neither. Over, used or outdated = `not-found`. */
  actByLink(link: OpenLink, command: StatusCommand): StatusReply {
    return this.#links.act(link, command);
  }

  /** Whether a signed link can still be used. Changes nothing. */
  isLinkOpen(link: OpenLink): boolean {
    return this.#links.isOpen(link);
  }

  /** [CO24] Counts a try at the date of birth before it is compared; false = no more tries. */
  tryLinkDate(link: OpenLink): boolean {
    return this.#links.tryDate(link);
  }

  /** [CO22] Uses up a link that opens a look; true exactly once. */
  useUpLink(link: OpenLink): boolean {
    return this.#links.useUp(link);
  }

  // ---- sagas (RPC from agendas and other calendars) ----

  /** [J1]–[J5] Whether this calendar would take its part; a yes binds it until commit or abort. */
  prepare(command: PrepareCommand): PrepareReply {
    return this.#sagas.prepare(command);
  }

  /** [J6] [J7] Carries out what was decided. Returning is the acknowledgement. */
  commit(command: CommitCommand): void {
    this.#sagas.commit(command);
  }

  /** Lets go of a yes. Never needed: whoever heard nothing asks. */
  abort(attempt: AttemptId): void {
    this.#sagas.abort(attempt);
  }

  /** [J8] Where an appointment that was made here is now. */
  forward(facts: AppointmentFacts): void {
    this.#sagas.forward(facts);
  }

  /** [J9] Gives a reservation back; false while it is locked. */
  release(id: AppointmentId, version: number): boolean {
    return this.#sagas.release(id, version);
  }

  /** [W1]–[W7] Keeps a start for some minutes, or says why not. Under the same key it is one hold. */
  placeHold(command: PlaceHoldCommand): HoldReply {
    return this.#holds.place(command);
  }

  /** [W3] Five minutes more, up to fifteen in all. */
  extendHold(claim: HoldClaim): HoldReply {
    return this.#holds.extend(claim);
  }

  /** [W10] Gives a held start back. */
  releaseHold(claim: HoldClaim): HoldReply {
    return this.#holds.release(claim);
  }

  /** [Q1]–[Q5] Blocks time over whatever is there; `locations` = where the caller may hear of covered appointments. */
  block(command: BlockCommand, locations: readonly LocationId[] | null): BlockReply {
    return this.#blocks.block(command, locations);
  }

  /** [Q6] Gives blocked time back. */
  unblock(command: UnblockCommand): UnblockReply {
    return this.#blocks.unblock(command);
  }

  /**
   * [AD1]–[AD5] Takes appointments over that were made elsewhere, TAKE_OVER_MAX at most; known ids are left alone. `config`
   * is what `applyConfig` gives after the last row: until then a new calendar is asked for nothing ([AD6]).
   */
  takeOver(config: CalendarConfig, rows: readonly HandedIn[]): TakeOverReply {
    return this.#incoming.takeOver(config, rows);
  }

  /** [PD7] Sealed texts of a page of appointments, for whoever seals them under a newer key. */
  texts(after: string): { readonly rows: readonly StoredTexts[]; readonly next: AppointmentId | null } {
    return this.#texts.page(after);
  }

  /** [PD7] The same texts under another key. */
  replaceTexts(changes: readonly TextChange[]): number {
    return this.#texts.replace(changes);
  }

  /** [PD9] Destroys what was written in these appointments of these patients. */
  eraseTexts(patients: readonly PatientId[], ids: readonly AppointmentId[]): Erased {
    return this.#texts.erase(patients, ids);
  }

  /** [AD6] Whether it was ever given a configuration: then it goes on while nobody can say what waits for it. */
  isConfigured(): boolean {
    return this.#memory.open !== null;
  }

  /** [D3] Takes a newer copy of the directory and shows every screen what it means. */
  applyConfig(config: CalendarConfig): void {
    if (!this.#commands.applyConfig(config)) return;
    for (const connection of this.getConnections<Watch>()) {
      this.#sendSnapshot(connection, connection.state?.query ?? null);
    }
  }

  /**
   * [OP7] Tells the log again which starts are open next, where a list has had its time; else it does nothing. For whoever
   * meets a row that is to be asked again. Harmless at any time.
   */
  refreshOpenings(configVersion: number): { readonly kind: "ok" | "needs-config" } {
    const { open } = this.#memory;
    if (!open || open.config.version < configVersion) return { kind: "needs-config" };
    this.#holds.expireDue();
    this.#openings.tell(this.#now(), "later");
    return { kind: "ok" };
  }

  // ---- reads (RPC) ----

  /** [D14] The standing appointments that would fall out of another configuration, by start. Changes nothing. */
  fallingOutside(config: CalendarConfig): readonly AppointmentFacts[] {
    return fallingOutside(config, this.#store.standing(this.#now()));
  }

  /** [W5] The hold that this token opens; unknown and not yours look the same. */
  readHold(claim: HoldClaim): StoredHold | null {
    return this.#holds.read(claim);
  }

  /**
   * The appointment with this id, where it went, or null: missing and out of reach look the same ([A1]). While a saga
   * holds it, the old state is shown.
   */
  read(id: AppointmentId, reach: Reach): Appointment | MovedTo | null {
    const stored = this.#store.find(id);
    if (stored) return reaches(reach, stored.appointment) ? stored.appointment : null;
    const coming = this.#store.sagas.preparedOn(id);
    if (coming && reachesComing(reach, coming, this.#providerId)) return { movedTo: null };
    const gone = this.#store.sagas.forwardingOf(id)?.facts;
    return gone && reaches(reach, gone) ? { movedTo: gone.providerId } : null;
  }

  /** [Q1] A page of the blocks that touch `window`, by start, then id. */
  blocksIn(
    window: Interval,
    after: { readonly start: Instant; readonly id: string } | null,
    limit: number,
  ): Block[] {
    return this.#blockStore.list(window, after, limit);
  }

  /** [S5] Free starts as the JSON body of the answer, with the revision it was made from. At most 31 days. */
  availability(query: AvailabilityQuery, configVersion: number): AvailabilityReply {
    this.#holds.expireDue(); // the alarm may be busy with the log
    const { open, busy, revision } = this.#memory;
    if (!open || open.config.version < configVersion) return { kind: "needs-config" };
    const now = this.#now();
    const body = availabilityBody(open, busy.of, query, revision, now);
    return body
      ? { kind: "ok", revision, clock: clockOf(open, query, now), body: JSON.stringify(body) }
      : { kind: "unknown-visit-type" };
  }

  /** [X1] [X2] Why a start can be had or not; changes nothing. What is in the way is told as far as `asked.reach` goes. */
  explain(asked: ExplainQuestion, configVersion: number): ExplainReply {
    const view = this.#memory.view();
    if (!view || view.open.config.version < configVersion) return { kind: "needs-config" };
    const now = this.#now();
    const inTheWay = (interval: Interval) => this.#store.occupiedIn(interval, now);
    return { kind: "ok", explanation: explain({ ...view, inTheWay }, asked, now) };
  }

  /**
   * [P9] A page of this calendar's appointments by id, for whoever rebuilds a projection: facts, and nothing that a person
   * wrote. A page with fewer than `limit` is the last one.
   * @param limit at most EXPORT_ROWS_MAX
   */
  exportAppointments(after: string, limit: number): AppointmentFacts[] {
    invariant(limit >= 1 && limit <= EXPORT_ROWS_MAX, "a page of an export has 1 to EXPORT_ROWS_MAX rows");
    return this.#store.exportFacts(after, limit);
  }

  /** [P9] Of at most EXPORT_ROWS_MAX ids: those that stand here, as they stand, and those that went elsewhere. */
  confirmAppointments(ids: readonly AppointmentId[]): {
    readonly here: AppointmentFacts[];
    readonly moved: AppointmentId[];
  } {
    invariant(ids.length <= EXPORT_ROWS_MAX, "at most EXPORT_ROWS_MAX ids are confirmed at once");
    return this.#store.confirm(ids);
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
    if (!this.#sockets.heard(connection, this.#now())) return;
    if (this.#feed.needsSnapshot(resume.revision, this.#memory.revision))
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
    this.#holds.expireDue(); // before the drain: a screen waits for it, and the log may be slow
    // Before the drain, so that it leaves with the change that it follows from; never on top of what the log did not take.
    if (this.#failuresInRow === 0) this.#tellOpenings();
    const partition = partitionOf(this.#providerId, APPOINTMENT_PARTITIONS);
    const log = this.env.EVENT_LOG.getByName(partitionName(APPOINTMENTS_TOPIC, partition));
    const settling = this.#sagas.settleDue(); // before the drain, and not behind a log that is away
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
    const isBack = this.#failuresInRow > 0 && outcome !== "failed";
    this.#failuresInRow = outcome === "failed" ? this.#failuresInRow + 1 : 0;
    const now = this.#now();
    this.#prune(now);
    await settling;
    this.#wake.armNext([
      nextDrainAt(outcome, this.#failuresInRow, now, Math.random()),
      isBack ? plus(now, DRAIN_DELAY_MS) : null, // openings were not told meanwhile
      this.#store.nextFencePrune(),
      this.#store.sagas.nextDue(),
      this.#holdStore.nextExpiry(),
      this.#holdStore.nextPrune(),
    ]);
  }

  // ---- private ----

  /** A list that cannot be made must not keep bookings from the log. */
  #tellOpenings(): void {
    try {
      this.#openings.tell(this.#now(), "now");
    } catch (error) {
      logFailure("openings.failed", error, { provider: this.#providerId });
    }
  }

  /** Asks first: a DELETE that finds nothing is a whole write transaction all the same, at every alarm. */
  #prune(now: Instant): void {
    if ((this.#store.nextFencePrune() ?? now + 1) <= now) this.#store.pruneFences(now);
    if ((this.#holdStore.nextPrune() ?? now + 1) <= now) this.#holdStore.prune(now);
  }

  #now(): Instant {
    return instant(Date.now());
  }

  #sendSnapshot(connection: Connection<Watch>, query: AvailabilityQuery | null): void {
    const now = this.#now();
    const { open, busy, revision } = this.#memory;
    const body = query && open && availabilityBody(open, busy.of, query, revision, now);
    if (query && body) this.#feed.snapshot(connection, query, body, now);
    else connection.close(1008, "nothing to watch");
  }
}
