/** Proves what of an appointment may travel: facts to events and claims, the DTO to clients. */
import { describe, expect, it } from "vitest";
import { bookingAttempt, factsOf } from "../../../core/booking/appointment.ts";
import { appointmentDto } from "../../../core/booking/appointment-dto.ts";
import { overlaps, plus, stepOf } from "../../../core/time.ts";
import { anAppointment, appointmentId, at, NOW, START } from "../../support/core-builders.ts";

const written = anAppointment(1, { reason: "canary-reason", notes: "canary-notes" });

describe("facts", () => {
  it("[E6] leave out what a person wrote, and any field that they do not name", () => {
    const facts = factsOf({ ...written, secret: "canary-secret" } as typeof written);
    expect(JSON.stringify(facts)).not.toContain("canary");
    const { reason: _reason, notes: _notes, ...rest } = written;
    expect(facts).toEqual(rest);
  });

  it("[G5] of facts are the same facts", () => {
    expect(factsOf(factsOf(written))).toEqual(factsOf(written));
  });

  it("[B3] the attempt of a booking is its appointment id", () => {
    expect(bookingAttempt(appointmentId(7))).toBe(appointmentId(7));
  });
});

describe("an appointment on the wire", () => {
  it("[H7] [T1] one from before there was a check-in is read as not checked in", () => {
    const { checkedInAt: _, ...old } = anAppointment(1);
    expect(factsOf(old as never).checkedInAt).toBeNull();
    expect(appointmentDto(old as never)).not.toHaveProperty("checkedInAt");
  });

  it("[T1] spells every time in the clinic's zone with the offset of that moment, field by field", () => {
    const cancelled = anAppointment(1, {
      ...written,
      createdAt: at("2026-10-30T08:00:00-05:00"),
      checkedInAt: plus(NOW, 60_000),
      cancelledAt: plus(NOW, 999),
      cancellationReason: "clinic-closed",
      status: "cancelled",
      version: 2,
    });
    expect(appointmentDto(cancelled)).toEqual({
      id: appointmentId(1),
      status: "cancelled",
      version: 2,
      providerId: cancelled.providerId,
      patientId: cancelled.patientId,
      locationId: cancelled.locationId,
      visitTypeId: cancelled.visitTypeId,
      start: "2026-11-24T09:20:00-06:00",
      end: "2026-11-24T09:40:00-06:00",
      timeZone: "America/Chicago",
      reason: "canary-reason",
      source: "patient",
      checkedInAt: "2026-11-23T08:01:00-06:00",
      cancelledAt: "2026-11-23T08:00:00-06:00",
      cancellationReason: "clinic-closed",
      createdAt: "2026-10-30T08:00:00-05:00",
      updatedAt: "2026-11-23T08:00:00-06:00",
    });
  });

  it("[T1] [A2] keeps notes inside and leaves out what is not there; a list of facts has no reason", () => {
    expect(JSON.stringify(appointmentDto(written))).not.toContain("canary-notes");
    const dto = appointmentDto(anAppointment(1));
    for (const field of ["reason", "checkedInAt", "cancelledAt", "cancellationReason", "notes"])
      expect(dto).not.toHaveProperty(field);
    expect(appointmentDto(factsOf(written))).not.toHaveProperty("reason");
  });
});

describe("intervals", () => {
  it("[B1] are half-open: neighbours share an edge and no minute", () => {
    const first = { start: START, end: plus(START, 10) };
    const second = { start: plus(START, 10), end: plus(START, 20) };
    expect([overlaps(first, second), overlaps(second, first)]).toEqual([false, false]);
    expect(overlaps(first, { start: plus(START, 9), end: plus(START, 10) })).toBe(true);
    expect(overlaps(first, first)).toBe(true);
  });

  it("[S3] availability ages by steps of five minutes", () => {
    expect(stepOf(plus(START, 299_999))).toBe(stepOf(START));
    expect(stepOf(plus(START, 300_000))).toBe(stepOf(START) + 1);
  });
});
