/** The live sockets of one calendar: who watches what, and which frame each of them gets. */
import type { Connection } from "partyserver";
import { type ProviderFrame, planCatchUp } from "../../core/live/protocol.ts";
import {
  type AvailabilityBody,
  type AvailabilityQuery,
  feedChanges,
  feedKey,
  providerSnapshot,
} from "../../core/live/provider-feed.ts";
import { type DayBits, dayOf } from "../../core/schedule/day-bits.ts";
import type { BusyOf } from "../../core/schedule/free-starts.ts";
import type { OpenDays } from "../../core/schedule/open-days.ts";
import type { Occupant } from "../../core/schedule/taken.ts";
import type { Instant, Interval } from "../../core/time.ts";
import { type LiveSockets, MISSED_A_FRAME } from "../shared/live-sockets.ts";

/** Kept in the socket's attachment, so that it survives hibernation. */
export interface Watch {
  readonly query: AvailabilityQuery;
  /** The revision this socket has seen last. */
  readonly revision: number;
}

export class CalendarFeed {
  readonly #sockets: LiveSockets;
  readonly #connections: () => Iterable<Connection<Watch>>;

  constructor(sockets: LiveSockets, connections: () => Iterable<Connection<Watch>>) {
    this.#sockets = sockets;
    this.#connections = connections;
  }

  /**
   * What busy time looked like before a change; null when nobody watches, which is the usual case.
   * @param touched what was or will be taken, with buffers: other days look the same before and after
   */
  capture(busyOf: BusyOf, touched: readonly Interval[]): BusyOf | null {
    if (this.#connections()[Symbol.iterator]().next().done) return null;
    const days = new Map<number, { bits: DayBits; occupants: readonly Occupant[] }>();
    for (const { start, end } of touched) {
      for (let day = dayOf(start); day <= dayOf(end - 1); day++)
        days.set(day, { bits: busyOf(day), occupants: busyOf.occupants(day) });
    }
    return Object.assign((day: number) => days.get(day)?.bits ?? busyOf(day), {
      occupants: (day: number) => days.get(day)?.occupants ?? busyOf.occupants(day),
    });
  }

  /** [L2] Sends each socket what changed for it. Sockets that watch the same thing share one computation. */
  broadcast(
    open: OpenDays,
    before: BusyOf,
    after: BusyOf,
    touched: readonly Interval[],
    revision: number,
    now: Instant,
  ): void {
    const frames = new Map<string, string | null>();
    for (const connection of this.#connections()) {
      const watch = connection.state;
      if (!watch) continue;
      const key = `${feedKey(watch.query)}/${watch.revision}`;
      let frame = frames.get(key);
      if (frame === undefined) {
        const changes = feedChanges(open, before, after, watch.query, touched, now);
        frame =
          changes.length === 0
            ? null
            : JSON.stringify({
                type: "delta",
                revision,
                from: watch.revision,
                changes,
              } satisfies ProviderFrame);
        frames.set(key, frame);
      }
      if (frame === null) continue;
      const sent = this.#sockets.send(connection, frame, now);
      connection.setState({ ...watch, revision: sent ? revision : MISSED_A_FRAME });
    }
  }

  snapshot(
    connection: Connection<Watch>,
    query: AvailabilityQuery,
    body: AvailabilityBody,
    now: Instant,
  ): void {
    if (this.#sockets.send(connection, JSON.stringify(providerSnapshot(body, query)), now)) {
      connection.setState({ query, revision: body.revision });
    }
  }

  /** [L3] Whether a client that shows `revision` needs a snapshot. */
  needsSnapshot(clientRevision: number, revision: number): boolean {
    return planCatchUp(clientRevision, revision) === "send-snapshot";
  }
}
