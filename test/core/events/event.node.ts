/** Proves what an event looks like to everybody who reads the log, and what never gets into one. */
import { describe, expect, it } from "vitest";
import { factsOf } from "../../../core/booking/appointment.ts";
import {
  type AppointmentEventType,
  appointmentEvent,
  configuredEvent,
  isAppointmentEvent,
} from "../../../core/events/event.ts";
import { instant } from "../../../core/time.ts";
import { anAppointment, attemptId, NOW, providerId } from "../../support/core-builders.ts";

const CAUSE = attemptId("command-1.1");
const written = anAppointment(1, { reason: "canary-reason", notes: "canary-notes" });
const TYPES: AppointmentEventType[] = [
  "openslot.appointment.booked.v1",
  "openslot.appointment.moved.v1",
  "openslot.appointment.cancelled.v1",
];

describe("the envelope", () => {
  it("[E6] of an appointment's event is CloudEvents 1.0, exactly", () => {
    const facts = factsOf(written);
    for (const type of TYPES) {
      expect(appointmentEvent(type, 17, instant(NOW + 5), { appointment: facts, cause: CAUSE })).toEqual({
        specversion: "1.0",
        id: `${providerId(1)}:17`,
        source: `/calendars/${providerId(1)}`,
        type,
        time: "2026-11-23T14:00:00.005Z",
        datacontenttype: "application/json",
        partitionkey: providerId(1),
        sequence: "17",
        data: { appointment: facts, cause: CAUSE },
      });
    }
  });

  it("[E6] of a configuration's event carries its version and nothing of it", () => {
    expect(configuredEvent(providerId(2), 3, NOW, 12)).toEqual({
      specversion: "1.0",
      id: `${providerId(2)}:3`,
      source: `/calendars/${providerId(2)}`,
      type: "openslot.calendar.configured.v1",
      time: "2026-11-23T14:00:00.000Z",
      datacontenttype: "application/json",
      partitionkey: providerId(2),
      sequence: "3",
      data: { configVersion: 12 },
    });
  });

  it("[E1] names calendar and sequence, so that no two events of any two calendars share an id", () => {
    const ids = [1, 2, 11].flatMap((calendar) =>
      [1, 2, 11, 12].map((sequence) => configuredEvent(providerId(calendar), sequence, NOW, 1).id),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("[E6] survives JSON unchanged, as the outbox and the log keep it", () => {
    const event = appointmentEvent(TYPES[0] as AppointmentEventType, 1, NOW, {
      appointment: factsOf(written),
      cause: CAUSE,
    });
    expect(JSON.parse(JSON.stringify(event))).toEqual(event);
  });

  it("[G8] an appointment's event is told from a configuration's by its type", () => {
    const event = appointmentEvent("openslot.appointment.moved.v1", 1, NOW, {
      appointment: written,
      cause: CAUSE,
    });
    expect(isAppointmentEvent(event)).toBe(true);
    expect(isAppointmentEvent(configuredEvent(providerId(1), 2, NOW, 1))).toBe(false);
  });
});

describe("personal data", () => {
  it("[E6] stays outside: neither reason nor notes are in the JSON of an event made of facts", () => {
    for (const type of TYPES) {
      const event = appointmentEvent(type, 1, NOW, { appointment: factsOf(written), cause: CAUSE });
      expect(JSON.stringify(event)).not.toContain("canary");
    }
  });

  it("[E6] stays outside also when a whole appointment is handed over, which the compiler allows", () => {
    // Every Appointment is an AppointmentFacts to the type checker: the last door has to leave out what it carries.
    for (const type of TYPES) {
      const event = appointmentEvent(type, 1, NOW, { appointment: written, cause: CAUSE });
      expect(JSON.stringify(event)).not.toContain("canary");
    }
  });
});
