/**
 * One partition of one topic of the event log. Promises: an acknowledged append is durable and in order; the same event
 * id is one record; every group sees every record at least once; readers are woken until they came.
 */
import { DurableObject } from "cloudflare:workers";
import type { ChainHead } from "../../core/audit/chain.ts";
import { type CheckpointRefusal, SEAL_AGAIN_MS, type SignedCheckpoint } from "../../core/audit/checkpoint.ts";
import { AUDIT_PARTITION_NAMES, type AuditEntry } from "../../core/audit/entry.ts";
import { AUDIT_BATCH_MAX } from "../../core/audit/event.ts";
import type { CalendarEvent } from "../../core/events/event.ts";
import { isMirrored } from "../../core/events/kafka.ts";
import {
  AUDIT_BELL_MS,
  type ConsumerGroup,
  DOORBELL_AGAIN_MS,
  DOORBELL_PAUSE_MAX_MS,
  decideCommit,
  decideLease,
  type GroupLag,
  groupsOf,
  type LogRecord,
  RECORDS_MAX,
  RETENTION_MS,
} from "../../core/events/log.ts";
import type { ProviderId } from "../../core/ids.ts";
import { invariant } from "../../core/invariant.ts";
import { type Instant, instant, plus } from "../../core/time.ts";
import { logEvent, logFailure } from "../shared/log.ts";
import { applyMigrations } from "../shared/migrations.ts";
import { WakeUp } from "../shared/wake.ts";
import { AuditChain } from "./audit-chain.ts";
import { LogStore } from "./log-store.ts";
import { eventLogMigrations } from "./schema.ts";

export type ReadReply =
  | { readonly kind: "records"; readonly records: LogRecord[]; readonly end: number }
  | { readonly kind: "leased" };

/** What the witness said to a chain's end. */
export type SealReply =
  | { readonly ok: true; readonly checkpoint: SignedCheckpoint }
  | { readonly ok: false; readonly refusal: CheckpointRefusal };

export class EventLogPartition extends DurableObject<Env> {
  readonly #store: LogStore;
  readonly #chain: AuditChain;
  readonly #groups: readonly ConsumerGroup[];
  readonly #wake: WakeUp;
  /** In memory only: whoever waited for a lost one is gone too. */
  #sealing: Promise<unknown> = Promise.resolve();
  /** In memory only: losing it rings once more. True from a doorbell until a reader came. */
  #rung = false;
  /** In memory only: losing it rings sooner. */
  #ringsInVain = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    applyMigrations(ctx.storage, eventLogMigrations);
    this.#store = new LogStore(ctx.storage.sql);
    const name = ctx.id.name ?? "";
    this.#groups = groupsOf(name, isMirrored(env));
    this.#chain = new AuditChain(ctx.storage.sql, name);
    this.#wake = new WakeUp(ctx.storage);
    if (this.#isBehind()) this.#wake.armNext([plus(this.#now(), DOORBELL_AGAIN_MS)]);
  }

  /**
   * Appends in input order and returns the offset of each event; all of them are durable, or it throws and none is.
   * The caller keeps one batch per calendar in flight, so that the order of a key is the order of its events.
   * @param events 1–500
   */
  append(events: readonly CalendarEvent[]): number[] {
    invariant(events.length > 0 && events.length <= RECORDS_MAX, "an append has 1 to 500 events");
    invariant(!this.#isAudit(), "an audit partition takes entries, and chains them");
    const now = this.#now();
    const again = plus(now, DOORBELL_AGAIN_MS);
    const offsets = this.ctx.storage.transactionSync(() => {
      const appended = this.#store.append(events, now);
      this.#wake.arm(again); // a doorbell may get lost; rows that nobody read must not wait for the next append
      return appended;
    });
    this.#wake.armed(again);
    this.#ring();
    return offsets;
  }

  /**
   * [AU3] Appends entries of the audit, each with its place in this partition's chain. All of them are durable, or it throws and
   * none is; an entry that is here already is not taken again. The chain has no other writer.
   * @param entries 1–500
   */
  appendAudit(entries: readonly AuditEntry[]): void {
    invariant(
      entries.length > 0 && entries.length <= AUDIT_BATCH_MAX && this.#isAudit(),
      "an audit partition takes 1 to 500 entries",
    );
    const now = this.#now();
    const bell = plus(now, AUDIT_BELL_MS); // the alarm rings
    this.ctx.storage.transactionSync(() => {
      const byId = new Map(entries.map((entry) => [entry.id, entry]));
      const fresh = [...byId.values()].filter(({ id }) => !this.#store.knows(id));
      if (fresh.length > 0) this.#store.append(this.#chain.extend(fresh, now), now);
      this.#wake.arm(bell);
    });
    this.#wake.armed(bell);
  }

  /** [AU3] Where this partition's chain ends. */
  chainHead(): ChainHead {
    return this.#chain.head();
  }

  /** [AU5] Has the chain's end signed now; null = the chain is empty. @throws when the witness does not answer. */
  seal(): Promise<SealReply | null> {
    // One after the other: an end that overtook an earlier one would make the witness refuse the earlier one.
    const turn = this.#sealing.then(() => this.#sealNow());
    this.#sealing = turn.catch(() => undefined); // whoever asked is told
    return turn;
  }

  async #sealNow(): Promise<SealReply | null> {
    const { seq, hash } = this.#chain.head();
    if (seq === 0) return null;
    const partition = AUDIT_PARTITION_NAMES.indexOf(this.ctx.id.name ?? "");
    const reply = await this.env.IDENTITY.addCheckpoint({ partition, seq, hash });
    if (reply.ok) this.ctx.storage.transactionSync(() => this.#chain.sealed(reply.checkpoint));
    else logFailure("audit.witness_refused", reply.refusal); // somebody wound this chain back, or made it anew
    return reply;
  }

  /** The next records of a group, under a lease of 15 s that each read renews. `leased` = somebody else is at it. */
  read(group: ConsumerGroup, owner: string, max: number): ReadReply {
    this.#rung = false;
    return this.ctx.storage.transactionSync((): ReadReply => {
      const decision = decideLease(this.#store.group(group), owner, this.#now());
      if (!decision.granted) return { kind: "leased" };
      const records = this.#store.read(decision.state.next, Math.min(max, RECORDS_MAX));
      const { next } = decision.state;
      const [first] = records;
      // A group that was not run for a week, or is new: what it would have read is gone. Never in silence.
      if (first && first.offset > next) logEvent("log.gap", { next, first: first.offset });
      // Nothing to read: no lease is left behind that could keep the next reader out, and nothing counts as unread.
      this.#store.saveGroup(group, first ? decision.state : { next: this.#store.end(), lease: null });
      return { kind: "records", records, end: this.#store.end() };
    });
  }

  /** Everything below `next` is done. False: the lease is somebody else's by now, or the offset would move back. */
  commit(group: ConsumerGroup, owner: string, next: number): boolean {
    this.#ringsInVain = 0;
    return this.ctx.storage.transactionSync(() => {
      const state = decideCommit(this.#store.group(group), owner, next, this.#store.end());
      if (state) this.#store.saveGroup(group, state);
      return state !== null;
    });
  }

  /** Gives the lease back, so that the next doorbell finds the group free. */
  release(group: ConsumerGroup, owner: string): void {
    this.ctx.storage.transactionSync(() => {
      const state = this.#store.group(group);
      if (state.lease?.owner === owner) this.#store.saveGroup(group, { next: state.next, lease: null });
    });
  }

  /** Records from `offset` on, for a replay: no lease, no group moves. What was trimmed is left out. */
  readFrom(offset: number, max: number): { readonly records: LogRecord[]; readonly end: number } {
    return { records: this.#store.read(offset, Math.min(max, RECORDS_MAX)), end: this.#store.end() };
  }

  /** [P10] A page of the calendars that ever appended something here, by id. */
  calendars(after: string, max: number): ProviderId[] {
    return this.#store.calendars(after, Math.min(max, RECORDS_MAX));
  }

  /** How far each group is behind. */
  lag(): GroupLag[] {
    const end = this.#store.end();
    const [topic = "", partition = "0"] = (this.ctx.id.name ?? "").split("/");
    return this.#groups.map((group) => {
      const { next } = this.#store.group(group);
      return { group, topic, partition: Number(partition), next, end, lag: end - next };
    });
  }

  override async alarm(): Promise<void> {
    this.#wake.fired();
    const now = this.#now();
    const slowest = Math.min(...this.#groups.map((group) => this.#store.group(group).next));
    this.#store.trim(slowest, plus(now, -RETENTION_MS));
    const behind = this.#isBehind();
    if (behind) {
      this.#rung = false;
      this.#ring();
      this.#ringsInVain += 1;
    }
    const pause = Math.min(DOORBELL_AGAIN_MS * 2 ** Math.min(this.#ringsInVain, 10), DOORBELL_PAUSE_MAX_MS);
    const oldest = this.#store.oldestAppendedAt();
    // A record becomes old enough a moment after its week is over, so that the alarm finds something to do.
    const nextTrim =
      oldest === null ? null : plus(instant(Math.max(oldest + RETENTION_MS, now)), DOORBELL_PAUSE_MAX_MS);
    const sealAt = this.#chain.sealDue();
    const sealsNow = sealAt !== null && sealAt <= now;
    this.#wake.armNext([
      behind ? plus(now, pause) : null,
      nextTrim,
      sealsNow ? plus(now, SEAL_AGAIN_MS) : sealAt, // armed before the witness is asked: it may never answer
    ]);
    if (!sealsNow) return;
    try {
      await this.seal();
    } catch (error) {
      logFailure("audit.seal_failed", error);
    }
  }

  #isAudit(): boolean {
    return AUDIT_PARTITION_NAMES.includes(this.ctx.id.name ?? "");
  }

  #now(): Instant {
    return instant(Date.now());
  }

  #isBehind(): boolean {
    const end = this.#store.end();
    return this.#groups.some((group) => this.#store.group(group).next < end);
  }

  /** A doorbell without data: the offset is the truth. At most one until a reader came. */
  #ring(): void {
    if (this.#rung) return;
    this.#rung = true;
    const name = this.ctx.id.name ?? "";
    this.ctx.waitUntil(
      this.env.WAKE.send({ partition: name }).catch((error: unknown) => {
        this.#rung = false; // the alarm rings again
        logFailure("log.doorbell_failed", error);
      }),
    );
  }
}
