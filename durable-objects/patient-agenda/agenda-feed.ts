/** The live sockets of the patients of one shard. */
import type { Connection } from "partyserver";
import type { AppointmentFacts } from "../../core/booking/appointment.ts";
import { appointmentDto } from "../../core/booking/appointment-dto.ts";
import type { PatientId } from "../../core/ids.ts";
import { LIVE_PROTOCOL, type PatientFrame } from "../../core/live/protocol.ts";
import { DAY_MS, type Instant, type Interval, MINUTE_MS, plus, SECOND_MS } from "../../core/time.ts";
import { type LiveSockets, MISSED_A_FRAME } from "../shared/live-sockets.ts";

/** Somebody who watches in the patient's stead, and until when they may. */
export interface InsteadOf {
  readonly proxy: PatientId;
  readonly until: Instant;
}

/** Kept in the socket's attachment, so that it survives hibernation. */
export interface PatientWatch {
  readonly patient: PatientId;
  readonly revision: number;
  /** [SI9] Whoever still may look comes back then, and is asked: an open socket must not outlive the session for long. */
  readonly until: Instant;
  /** [CO11] Somebody who watches in the patient's stead; absent = nobody. */
  readonly insteadOf?: InsteadOf;
}

/** As long as an access token lives, so that a socket says no longer than a page that somebody is signed in. Milliseconds. */
const WATCH_MS_MAX = 5 * MINUTE_MS;

/** Sockets of a shard end together, this far apart: each end is an alarm, and thousands may be open. Milliseconds. */
const WATCH_ENDS_EVERY_MS = 10 * SECOND_MS;

/** When a socket that opens now comes to its end: a proxy's with the consent, if that is sooner. */
export const endOfWatch = (now: Instant, insteadOf: InsteadOf | null): Instant => {
  const longest = plus(now, WATCH_MS_MAX);
  const latest = plus(longest, -(longest % WATCH_ENDS_EVERY_MS));
  return insteadOf && insteadOf.until < latest ? insteadOf.until : latest;
};

/** "Policy violation": this screen may not look any more. */
const CLOSE_POLICY = 1008;
/** "Try again later": whoever may still look comes back, and is asked. */
const CLOSE_TRY_AGAIN = 1013;

/** A snapshot shows yesterday to the end of the longest horizon. */
const WINDOW_BACK_MS = DAY_MS;
const WINDOW_AHEAD_MS = 400 * DAY_MS;

export const isOver = ({ until }: PatientWatch, now: Instant): boolean => until <= now;

export class AgendaFeed {
  /** OPEN_BOOKINGS_MAX open ones, and room for cancelled ones. */
  readonly limit = 100;
  readonly #sockets: LiveSockets;
  readonly #connections: () => Iterable<Connection<PatientWatch>>;
  /**
   * In memory only. Starts at the clock, so that it grows over evictions; a socket carries the revision it saw, so a
   * restart costs nothing: the next delta says which revision it follows.
   */
  #revision = 0;

  constructor(sockets: LiveSockets, connections: () => Iterable<Connection<PatientWatch>>) {
    this.#sockets = sockets;
    this.#connections = connections;
  }

  window(now: Instant): Interval {
    return { start: plus(now, -WINDOW_BACK_MS), end: plus(now, WINDOW_AHEAD_MS) };
  }

  /** [L4] Tells the screens of this patient, and only those. */
  changed(facts: AppointmentFacts, now: Instant): void {
    for (const connection of this.#connections()) {
      const watch = connection.state;
      if (watch?.patient !== facts.patientId) continue;
      if (isOver(watch, now)) {
        this.#close(connection, CLOSE_TRY_AGAIN, "time is up");
        continue;
      }
      const revision = this.#next(now);
      const frame = {
        type: "delta",
        revision,
        from: watch.revision,
        changes: [appointmentDto(facts)],
      } satisfies PatientFrame;
      const sent = this.#sockets.send(connection, JSON.stringify(frame), now);
      connection.setState({ ...watch, revision: sent ? revision : MISSED_A_FRAME });
    }
  }

  /** [CO11] This proxy may not look any more. */
  endInsteadOf(patient: PatientId, proxy: PatientId): void {
    for (const connection of this.#connections()) {
      const watch = connection.state;
      if (watch?.patient === patient && watch.insteadOf?.proxy === proxy)
        this.#close(connection, CLOSE_POLICY, "not yours any more");
    }
  }

  /** [SV4] This patient's sessions were ended. "Try again": a desk that looks with a token of its own may. */
  endOwn(patient: PatientId): void {
    for (const connection of this.#connections()) {
      const watch = connection.state;
      if (watch?.patient === patient && !watch.insteadOf)
        this.#close(connection, CLOSE_TRY_AGAIN, "session ended");
    }
  }

  /** [SI9] [CO11] Closes what has come to its end. Returns when the next one will. */
  closeEnded(now: Instant): Instant | null {
    let next: Instant | null = null;
    for (const connection of this.#connections()) {
      const watch = connection.state;
      if (!watch || connection.readyState !== WebSocket.OPEN) continue;
      const { until } = watch;
      if (isOver(watch, now)) this.#close(connection, CLOSE_TRY_AGAIN, "time is up");
      else if (next === null || until < next) next = until;
    }
    return next;
  }

  #close(connection: Connection<PatientWatch>, code: number, reason: string): void {
    this.#sockets.forget(connection);
    connection.close(code, reason);
  }

  snapshot(
    connection: Connection<PatientWatch>,
    { patient, until, insteadOf }: Omit<PatientWatch, "revision">,
    claims: readonly AppointmentFacts[],
    now: Instant,
  ): void {
    const revision = this.#next(now);
    const frame = {
      type: "snapshot",
      protocol: LIVE_PROTOCOL,
      revision,
      appointments: claims.map(appointmentDto),
    } satisfies PatientFrame;
    if (this.#sockets.send(connection, JSON.stringify(frame), now))
      connection.setState({ patient, revision, until, ...(insteadOf ? { insteadOf } : {}) });
  }

  #next(now: Instant): number {
    this.#revision = Math.max(this.#revision + 1, now);
    return this.#revision;
  }
}
