/** Sends frames to hibernatable sockets without ever owing one of them too much. Rules: core/live/outstanding.ts */
import type { Connection } from "partyserver";
import {
  countResume,
  nothingOutstanding,
  type Outstanding,
  planSend,
  RESUMES_MAX,
  type Resumes,
} from "../../core/live/outstanding.ts";
import { type Instant, instant } from "../../core/time.ts";

/** "Try again later": the peer did not keep up and comes back with `resume`. */
const CLOSE_TRY_AGAIN = 1013;
/** "Policy violation": the peer does not keep to the protocol. */
const CLOSE_POLICY = 1008;
const RESYNC = JSON.stringify({ type: "resync" });

/** No client ever shows this revision: the next frame or `resume` of a socket that missed one leads to a snapshot. */
export const MISSED_A_FRAME = -1;

export class LiveSockets {
  readonly #ctx: DurableObjectState;
  /** In memory only: losing it on eviction forgets what a socket owes, which its next 256 KB find out again. */
  readonly #outstanding = new Map<string, Outstanding>();

  /** In memory only: losing it gives a peer another minute's worth. */
  readonly #resumes = new Map<string, Resumes>();

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

  /**
   * A `resume` came: what was owed no longer counts, a snapshot follows. False: this socket asks so often that it cannot
   * be reading (and a message alone does not prove that it does); it was closed.
   */
  heard(connection: Connection, now: Instant): boolean {
    const resumes = countResume(this.#resumes.get(connection.id), now);
    this.#resumes.set(connection.id, resumes);
    if (resumes.count > RESUMES_MAX) {
      this.forget(connection);
      connection.close(CLOSE_POLICY, "too many messages");
      return false;
    }
    const state = this.#outstanding.get(connection.id);
    if (state) this.#outstanding.set(connection.id, { bytes: 0, owesResync: false, heardAt: now });
    return true;
  }

  forget(connection: Connection): void {
    this.#outstanding.delete(connection.id);
    this.#resumes.delete(connection.id);
  }

  #heardAt(connection: Connection, state: Outstanding): Instant {
    const pinged = this.#ctx.getWebSocketAutoResponseTimestamp(connection);
    return pinged ? instant(Math.max(pinged.getTime(), state.heardAt)) : state.heardAt;
  }
}
