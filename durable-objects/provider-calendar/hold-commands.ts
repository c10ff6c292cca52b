/**
 * The commands of a calendar's holds, each one transaction without an await like every other command. A hold has no event:
 * nothing that is projected depends on it. What screens see of it moves the revision by a count of its own.
 */
import {
  decideExtendHold,
  decidePlaceHold,
  decideReleaseHold,
  type HoldDecision,
  type HoldView,
  openedHold,
  type PlaceHoldCommand,
} from "../../core/booking/decide-hold.ts";
import { ENDED_HOLD_LIFE_MS, type HoldClaim, type StoredHold } from "../../core/booking/hold.ts";
import type { BookingRefusal } from "../../core/booking/refusal.ts";
import type { FreeStart } from "../../core/schedule/free-starts.ts";
import { type Instant, plus } from "../../core/time.ts";
import type { CalendarParts } from "./calendar-commands.ts";
import type { Written } from "./calendar-writer.ts";

export type HoldReply =
  | { readonly kind: "done"; readonly hold: StoredHold; readonly replayed: boolean }
  | {
      readonly kind: "refused";
      readonly refusal: BookingRefusal;
      readonly alternatives: readonly FreeStart[];
    }
  | { readonly kind: "needs-config" };

export class HoldCommands {
  readonly #parts: Omit<CalendarParts, "locked">;

  constructor(parts: Omit<CalendarParts, "locked">) {
    this.#parts = parts;
  }

  /** [W1] [W4] [W6] [W7] Keeps a start for some minutes, or says why not. Under the same key it is one hold. */
  place(command: PlaceHoldCommand): HoldReply {
    const { memory } = this.#parts;
    const at = this.#parts.now();
    const view = memory.holdView();
    if (!view) return { kind: "needs-config" };
    const outcome = this.#transaction(at, () => {
      const decision = decidePlaceHold(view, command, at);
      const behind = view.open.config.version < command.configVersion;
      return behind && decision.kind !== "done" ? { kind: "needs-config" as const } : decision;
    });
    if (outcome.kind === "refused") {
      const taken = outcome.refusal.reason === "slot-taken";
      return { ...outcome, alternatives: taken ? memory.nearestTo(command.place, at) : [] };
    }
    if (outcome.kind === "needs-config") return outcome;
    return { kind: "done", hold: outcome.hold, replayed: outcome.kind === "done" };
  }

  /** [W3] Five minutes from now, up to fifteen in all; brings back what ran out and nobody took. */
  extend(claim: HoldClaim): HoldReply {
    return this.#change((view, at) => decideExtendHold(view, claim, at));
  }

  /** [W10] Gives the start back; twice is once. */
  release(claim: HoldClaim): HoldReply {
    return this.#change((view) => decideReleaseHold(view, claim));
  }

  /** [W5] The hold that this token opens, in whatever state; null for every other id or token. */
  read(claim: HoldClaim): StoredHold | null {
    const view = this.#parts.memory.holdView();
    return view && openedHold(view, claim);
  }

  /** [W2] Tidies what has run out and shows it to screens as free. Decisions did not wait for it. */
  expireDue(): void {
    const at = this.#parts.now();
    const { holds } = this.#parts;
    const due = holds.expired(at);
    if (due.length === 0) return;
    const written = this.#parts.storage.transactionSync(() =>
      this.#parts.writer.quiet(
        due.map(({ place }) => place),
        () => {
          for (const hold of due) holds.save({ ...hold, state: "expired" }, hold.expiresAt);
        },
      ),
    );
    this.#parts.writer.changedQuietly(written, at);
  }

  #change(decide: (view: HoldView, at: Instant) => HoldDecision): HoldReply {
    const at = this.#parts.now();
    const view = this.#parts.memory.holdView();
    if (!view) return { kind: "refused", refusal: { reason: "not-found" }, alternatives: [] };
    const outcome = this.#transaction(at, () => decide(view, at));
    if (outcome.kind === "refused") return { ...outcome, alternatives: [] };
    return { kind: "done", hold: outcome.hold, replayed: false };
  }

  /** Decides and writes: one hold row, the alarm that ends it, the revision. Memory and screens follow. */
  #transaction<D extends { readonly kind: string; readonly hold?: StoredHold }>(
    at: Instant,
    decide: () => D,
  ): D {
    const { storage, holds, wake, writer } = this.#parts;
    let written: Written | null = null;
    const decision = storage.transactionSync(() => {
      const decided = decide();
      const { hold } = decided;
      if (decided.kind !== "commit" || !hold) return decided;
      written = writer.quiet([hold.place], () => holds.save(hold, at));
      wake.arm(dueAt(hold, at));
      return decided;
    });
    if (decision.kind !== "commit" || !decision.hold) return decision;
    wake.armed(dueAt(decision.hold, at));
    if (written) writer.changedQuietly(written, at);
    return decision;
  }
}

/** When the alarm is to look at this row: when it runs out, or when it is old enough to be forgotten. */
const dueAt = (hold: StoredHold, at: Instant): Instant =>
  hold.state === "held" ? hold.expiresAt : plus(at, ENDED_HOLD_LIFE_MS);
