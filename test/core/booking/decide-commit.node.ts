/** Proves what a participant makes of a decision: once, whatever order it comes in, and with the way to what went away. */
import { describe, expect, it } from "vitest";
import { factsOf } from "../../../core/booking/appointment.ts";
import type { CommitCommand } from "../../../core/booking/saga.ts";
import { MINUTE_MS, plus } from "../../../core/time.ts";
import {
  aCancel,
  aConfig,
  anAppointment,
  aPlace,
  aPrepare,
  at,
  attemptId,
  aVisit,
  MemoryCalendar,
  NOW,
  providerId,
} from "../../support/core-builders.ts";

const LATER = at("2026-11-24T10:00:00-06:00");
const recent = [{ attempt: attemptId("confirm"), at: NOW, answer: anAppointment(1), fingerprint: "f" }];
const moved = anAppointment(1, { ...aPlace(LATER), providerId: providerId(2), version: 2 });
const aCommit = (more: Partial<CommitCommand> = {}): CommitCommand => ({
  attempt: attemptId("saga-1.1"),
  appointment: moved,
  recent,
  ...more,
});
const { id } = moved;

describe("a commit", () => {
  it("[J6] is carried out once; after that, and without a yes, it does nothing", () => {
    const target = new MemoryCalendar();
    expect(target.commit(aCommit())).toEqual({ kind: "nothing" });
    target.prepare(aPrepare(), NOW);
    expect(target.commit(aCommit({ attempt: attemptId("saga-1.2") }))).toEqual({ kind: "nothing" });
    expect(target.preparedOn(id)).not.toBeNull(); // another attempt's yes stands
    expect(target.commit(aCommit()).kind).toBe("arrive");
    expect(target.commit(aCommit())).toEqual({ kind: "nothing" });
    expect(target.emitted).toHaveLength(1);
    expect(target.preparedOn(id)).toBeNull();
  });

  it("[J6] [J7] brings the appointment as it was decided, with its commands and the time as it was promised", () => {
    const target = new MemoryCalendar(aConfig({ visitTypes: [aVisit({ bufferAfterMinutes: 10 })] }));
    target.prepare(aPrepare(), NOW);
    expect(target.commit(aCommit())).toEqual({
      kind: "arrive",
      before: null,
      appointment: moved,
      recent,
      takes: { start: LATER, end: plus(LATER, 30 * MINUTE_MS) },
      converts: null,
    });
    expect(target.find(id)).toEqual({ appointment: moved, recent });
  });

  it("[J7] takes it off its old calendar, which then knows the way and nothing private", () => {
    const source = new MemoryCalendar().put(anAppointment(1, { reason: "cough" }));
    source.prepare(aPrepare(1, { take: null, release: true }), NOW);
    const decision = source.commit(aCommit({ appointment: { ...moved, reason: "cough" } }));
    expect(decision).toEqual({
      kind: "leave",
      before: anAppointment(1, { reason: "cough" }),
      forwarding: factsOf(moved),
    });
    expect(source.find(id)).toBeNull();
    expect(JSON.stringify(source.forwardingOf(id))).not.toContain("cough");
    expect(source.cancel(aCancel(1, { ifMatch: 2 }), NOW)).toEqual({ kind: "moved", to: providerId(2) });
  });

  it("[J7] [J8] ends the way when the appointment comes back", () => {
    const source = new MemoryCalendar().putForwarding(factsOf(moved));
    source.prepare(aPrepare(1, { ifMatch: 2 }), NOW);
    source.commit(aCommit({ appointment: { ...moved, providerId: providerId(1), version: 3 } }));
    expect(source.forwardingOf(id)).toBeNull();
    expect(source.find(id)?.appointment).toMatchObject({ version: 3, providerId: providerId(1) });
  });

  it("[J6] [J9] gives a resource its time, another time, and its time back", () => {
    const room = new MemoryCalendar(aConfig({ visitTypes: [] }));
    room.prepare(aPrepare(1, { resource: true }), NOW);
    expect(room.commit(aCommit())).toEqual({
      kind: "reserve",
      before: null,
      reservation: { ...aPlace(LATER), appointmentId: id, version: 2 },
    });
    const next = aPlace(plus(LATER, 60 * MINUTE_MS));
    const again = { resource: true, release: true, ifMatch: 2 };
    room.prepare(aPrepare(1, { ...again, take: next, attempt: attemptId("saga-2.1") }), NOW);
    const changed = { ...moved, ...next, version: 3 };
    expect(room.commit(aCommit({ attempt: attemptId("saga-2.1"), appointment: changed }))).toMatchObject({
      kind: "reserve",
      before: { start: LATER, version: 2 },
      reservation: { start: next.start, version: 3 },
    });
    room.prepare(aPrepare(1, { ...again, ifMatch: 3, take: null, attempt: attemptId("saga-3.1") }), NOW);
    const left = { attempt: attemptId("saga-3.1"), appointment: { ...changed, version: 4 } };
    expect(room.commit(aCommit(left))).toMatchObject({ kind: "release", before: { start: next.start } });
    expect(room.reservationOf(id)).toBeNull();
  });
});
