/**
 * The commit point for one provider's calendar. Connects the runtime to the rules in core/; a rule never lives here.
 * Promises: every command is one transaction; memory and sockets change only after it returned; an acknowledged
 * command has its event in the outbox and an alarm that drains it.
 */
import { type Connection, type ConnectionContext, Server, type WSMessage } from "partyserver";
import { type Reach, reaches } from "../../core/access/reach.ts";
import type { Appointment } from "../../core/booking/appointment.ts";
import type { Block, BlockCommand, UnblockCommand } from "../../core/booking/block.ts";
import type {
  BookCommand,
  CalendarReply,
  CancelCommand,
  CancelReply,
  MoveCommand,
  ResolveQuestion,
  ResolveReply,
} from "../../core/booking/commands.ts";
import { APPOINTMENTS_TOPIC } from "../../core/events/event.ts";
import { APPOINTMENT_PARTITIONS, partitionName, partitionOf } from "../../core/events/partition.ts";
import { type AppointmentId, type LocationId, PROVIDER_ID, type ProviderId } from "../../core/ids.ts";
import { invariant } from "../../core/invariant.ts";
import { parseClientMessage } from "../../core/live/protocol.ts";
import { type AvailabilityQuery, availabilityBody } from "../../core/live/provider-feed.ts";
import { drainOutbox, nextDrainAt } from "../../core/outbox/drain.ts";
import type { CalendarConfig } from "../../core/schedule/config.ts";
import { type Instant, type Interval, instant, plus } from "../../core/time.ts";
import { LiveSockets } from "../shared/live-sockets.ts";
import { logFailure } from "../shared/log.ts";
import { applyMigrations } from "../shared/migrations.ts";
import { WakeUp } from "../shared/wake.ts";
import { BlockCommands, type BlockReply, type UnblockReply } from "./block-commands.ts";
import { BlockStore } from "./block-store.ts";
import { CalendarCommands, type CalendarParts, DRAIN_DELAY_MS } from "./calendar-commands.ts";
import { CalendarFeed, type Watch } from "./calendar-feed.ts";
import { CalendarMemory } from "./calendar-memory.ts";
import { CalendarStore } from "./calendar-store.ts";
import { providerCalendarMigrations } from "./schema.ts";
import { parseWatchUrl } from "./watch-url.ts";

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
  readonly #memory: CalendarMemory;
  readonly #commands: CalendarCommands;
  readonly #blockStore: BlockStore;
  readonly #blocks: BlockCommands;
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
    this.#memory = new CalendarMemory(this.#store);
    this.#sockets = new LiveSockets(ctx);
    this.#feed = new CalendarFeed(this.#sockets, () => this.getConnections<Watch>());
    const parts: CalendarParts = {
      storage: ctx.storage,
      store: this.#store,
      memory: this.#memory,
      feed: this.#feed,
      wake: this.#wake,
      now: () => this.#now(),
    };
    this.#commands = new CalendarCommands(parts);
    this.#blockStore = new BlockStore(ctx.storage.sql, this.#providerId);
    this.#blocks = new BlockCommands(parts, this.#blockStore);
    // Repair: waiting rows and no alarm would wait for ever. A second alarm is harmless.
    if (this.#store.hasWaitingEvents()) this.#wake.armNext([plus(this.#now(), DRAIN_DELAY_MS)]);
  }

  // ---- commands (RPC). Refusals are values; none of these is marked retryable for the runtime. ----

  /** [B1]–[B17] Books, or says why not. Repeating it with the same id is harmless. */
  book(command: BookCommand): CalendarReply {
    return this.#commands.book(command);
  }

  /** [M1]–[M7] Moves an appointment within this calendar: same id, one version more. */
  move(command: MoveCommand): CalendarReply {
    return this.#commands.move(command);
  }

  /** [B14] What became of an attempt: done, or from now on never. */
  resolve(question: ResolveQuestion): ResolveReply {
    return this.#commands.resolve(question);
  }

  /** [C1]–[C5] Gives the time back. Comes straight from the edge, which tells the agenda before it answers. */
  cancel(command: CancelCommand): CancelReply {
    return this.#commands.cancel(command);
  }

  /** [Q1]–[Q5] Blocks time over whatever is there; `locations` = where the caller may hear of covered appointments. */
  block(command: BlockCommand, locations: readonly LocationId[] | null): BlockReply {
    return this.#blocks.block(command, locations);
  }

  /** [Q6] Gives blocked time back. */
  unblock(command: UnblockCommand): UnblockReply {
    return this.#blocks.unblock(command);
  }

  /** [D3] Takes a newer copy of the directory and shows every screen what it means. */
  applyConfig(config: CalendarConfig): void {
    if (!this.#commands.applyConfig(config)) return;
    for (const connection of this.getConnections<Watch>()) {
      this.#sendSnapshot(connection, connection.state?.query ?? null);
    }
  }

  // ---- reads (RPC) ----

  /** The appointment with this id, or null: missing and out of reach look the same ([A1]). */
  read(id: AppointmentId, reach: Reach): Appointment | null {
    const stored = this.#store.find(id);
    return stored && reaches(reach, stored.appointment) ? stored.appointment : null;
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
    const { open, busy, sequence } = this.#memory;
    if (!open || open.config.version < configVersion) return { kind: "needs-config" };
    const body = availabilityBody(open, busy.of, query, sequence, this.#now());
    return body
      ? { kind: "ok", revision: sequence, body: JSON.stringify(body) }
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
    if (!this.#sockets.heard(connection, this.#now())) return;
    if (this.#feed.needsSnapshot(resume.revision, this.#memory.sequence))
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

  #sendSnapshot(connection: Connection<Watch>, query: AvailabilityQuery | null): void {
    const now = this.#now();
    const { open, busy, sequence } = this.#memory;
    const body = query && open && availabilityBody(open, busy.of, query, sequence, now);
    if (query && body) this.#feed.snapshot(connection, query, body, now);
    else connection.close(1008, "nothing to watch");
  }
}
