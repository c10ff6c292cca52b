/** Sends frames to hibernatable sockets without ever owing one of them too much. Rules: core/live/outstanding.ts */
import type { Connection } from "partyserver";
import { nothingOutstanding, type Outstanding, planSend } from "../../core/live/outstanding.ts";
import { type Instant, instant } from "../../core/time.ts";

/** "Try again later": the peer did not keep up and comes back with `resume`. */
const CLOSE_TRY_AGAIN = 1013;
const RESYNC = JSON.stringify({ type: "resync" });

export class LiveSockets {
  readonly #ctx: DurableObjectState;
  /** In memory only: losing it on eviction forgets what a socket owes, which its next 256 KB find out again. */
  readonly #outstanding = new Map<string, Outstanding>();

  constructor(ctx: DurableObjectState) {
    this.#ctx = ctx;
    // Answered by the runtime without waking the object.
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
  }

  /** Whether the frame went out. A dropped one leaves the socket with a `resync` to come. */
  send(connection: Connection, frame: string, now: Instant): boolean {
    if (connection.readyState !== WebSocket.OPEN) return false;
    const state = this.#outstanding.get(connection.id) ?? nothingOutstanding(now);
    const plan = planSend(state, frame.length, this.#heardAt(connection, state), now);
    this.#outstanding.set(connection.id, plan.next);
    if (plan.plan === "close") {
      this.forget(connection);
      connection.close(CLOSE_TRY_AGAIN, "too slow");
      return false;
    }
    if (plan.plan === "drop") return false;
    connection.send(plan.plan === "resync" ? RESYNC : frame);
    return plan.plan === "send";
  }

  /** Any message of the peer proves that it reads; a `resume` gets the snapshot that a resync would have asked for. */
  heard(connection: Connection, now: Instant): void {
    const state = this.#outstanding.get(connection.id);
    if (state) this.#outstanding.set(connection.id, { bytes: 0, owesResync: false, heardAt: now });
  }

  forget(connection: Connection): void {
    this.#outstanding.delete(connection.id);
  }

  #heardAt(connection: Connection, state: Outstanding): Instant {
    const pinged = this.#ctx.getWebSocketAutoResponseTimestamp(connection);
    return pinged ? instant(Math.max(pinged.getTime(), state.heardAt)) : state.heardAt;
  }
}
