/**
 * Proves that a calendar program which knows nothing but the file puts every appointment at its instant, also around
 * changes of the clock, keeps track of it by UID and SEQUENCE, and learns nothing else. The reader is a second
 * implementation (test/support/ical-reader.ts); times are also checked against Temporal.
 */
import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { describe, expect, it } from "vitest";
import { type Appointment, factsOf } from "../../../core/booking/appointment.ts";
import type { Clinic } from "../../../core/directory/directory.ts";
import {
  appointmentFile,
  FEED_EVENTS_MAX,
  feedWindow,
  patientFeed,
} from "../../../core/ical/appointment-calendar.ts";
import { DAY_MS, HOUR_MS, type Instant, instant, MINUTE_MS, plus } from "../../../core/time.ts";
import {
  aCancel,
  aMove,
  anAppointment,
  appointmentId,
  at,
  locationId,
  MemoryCalendar,
  NOW,
  START,
  ZONES_TO_FEAR,
} from "../../support/core-builders.ts";
import {
  type Component,
  instantOf,
  type Property,
  partsOf,
  readCalendar,
  textOf,
} from "../../support/ical-reader.ts";

const CLINIC: Clinic = {
  id: locationId(1),
  name: "Straßen-Klinik; North, East",
  address: "12 Main St",
  city: "Chicago",
  state: "IL",
  postalCode: "60601",
  phone: "+13125550100",
  timeZone: "America/Chicago",
  latitude: 41,
  longitude: -87,
  active: true,
  locationHint: null,
};
const file = (more: Partial<Appointment> = {}): string =>
  appointmentFile({ facts: factsOf(anAppointment(1, more)), clinic: CLINIC });
const eventIn = (calendar: Component): Component => partsOf(calendar, "VEVENT")[0] as Component;
const startOf = (event: Component): Property =>
  event.properties.find(({ name }) => name === "DTSTART") as Property;

/** Changes of the clock of one zone of 2026 and 2027, by Temporal alone. */
function changesOf(zone: string): Instant[] {
  const changes: Instant[] = [];
  let here = Temporal.Instant.from("2026-01-01T00:00:00Z").toZonedDateTimeISO(zone);
  for (;;) {
    const next = here.getTimeZoneTransition("next");
    if (!next || next.year >= 2028) return changes;
    changes.push(instant(next.epochMilliseconds));
    here = next;
  }
}

/** What Temporal makes of the time as it is written. */
function byTemporal(
  { value, parameters }: Property,
  disambiguation: "earlier" | "later" = "earlier",
): number {
  if (value.endsWith("Z")) return Temporal.Instant.from(value).epochMilliseconds;
  const zone = parameters.TZID as string;
  return Temporal.PlainDateTime.from(value).toZonedDateTime(zone, { disambiguation }).epochMilliseconds;
}

describe("times", () => {
  it("[I2] name the clinic's wall-clock time and its zone, as the zone is described there", () => {
    const text = file();
    expect(text).toContain("\r\nDTSTART;TZID=America/Chicago:20261124T092000\r\n");
    expect(text).toContain("\r\nDTEND;TZID=America/Chicago:20261124T094000\r\n");
    expect(text).toContain(
      "BEGIN:STANDARD\r\nDTSTART:20261101T020000\r\nTZOFFSETFROM:-0500\r\nTZOFFSETTO:-0600\r\nEND:STANDARD",
    );
    expect(text).toContain(
      "BEGIN:DAYLIGHT\r\nDTSTART:20270314T020000\r\nTZOFFSETFROM:-0600\r\nTZOFFSETTO:-0500\r\nEND:DAYLIGHT",
    );
  });

  for (const zone of ZONES_TO_FEAR) {
    it(`[I2] around every change of ${zone} mean the instant, to the reader and to Temporal`, () => {
      const moments = [...changesOf(zone), START];
      for (const moment of moments) {
        for (let minutes = -26 * 60; minutes <= 26 * 60; minutes += 5) {
          const start = plus(moment, minutes * MINUTE_MS);
          if (Math.abs(minutes) > 130 && minutes % 60 !== 0) continue;
          const calendar = readCalendar(file({ timeZone: zone, start, end: plus(start, HOUR_MS) }));
          const event = eventIn(calendar);
          expect(instantOf(calendar, event, "DTSTART")).toBe(start);
          expect(instantOf(calendar, event, "DTEND")).toBe(start + HOUR_MS);
          expect(byTemporal(startOf(event))).toBe(start);
        }
      }
    });
  }

  it("[I2] any appointments of any zones in one feed mean their instants, with each zone once", () => {
    const anyVisit = fc.record({
      timeZone: fc.constantFrom(...ZONES_TO_FEAR),
      // Five-minute steps of four years.
      start: fc.integer({ min: 0, max: 4 * 365 * 288 }).map((step) => plus(NOW, step * 5 * MINUTE_MS)),
    });
    fc.assert(
      fc.property(fc.array(anyVisit, { maxLength: 12 }), (visits) => {
        const entries = visits.map((visit, index) => ({
          facts: factsOf(anAppointment(index + 1, { ...visit, end: plus(visit.start, HOUR_MS) })),
          clinic: null,
        }));
        const calendar = readCalendar(patientFeed(entries));
        const zones = partsOf(calendar, "VTIMEZONE").map((zone) => textOf(zone, "TZID"));
        expect(new Set(zones).size).toBe(zones.length);
        expect(partsOf(calendar, "VEVENT").map((event) => instantOf(calendar, event, "DTSTART"))).toEqual(
          visits.map(({ start }) => start),
        );
      }),
      { numRuns: 60 },
    );
  });

  it("[I2] a time that the wall shows twice is in UTC both times, its neighbours are not", () => {
    const startAt = (spelled: string): string => {
      const start = at(spelled);
      const { value, parameters } = startOf(
        eventIn(readCalendar(file({ start, end: plus(start, 5 * HOUR_MS) }))),
      );
      return `${parameters.TZID ?? "UTC"} ${value}`;
    };
    expect(startAt("2026-11-01T00:55:00-05:00")).toBe("America/Chicago 20261101T005500");
    expect(startAt("2026-11-01T01:00:00-05:00")).toBe("UTC 20261101T060000Z");
    expect(startAt("2026-11-01T01:55:00-05:00")).toBe("UTC 20261101T065500Z");
    expect(startAt("2026-11-01T01:00:00-06:00")).toBe("UTC 20261101T070000Z");
    expect(startAt("2026-11-01T01:55:00-06:00")).toBe("UTC 20261101T075500Z");
    expect(startAt("2026-11-01T02:00:00-06:00")).toBe("America/Chicago 20261101T020000");
    expect(startAt("2026-03-08T01:55:00-06:00")).toBe("America/Chicago 20260308T015500");
    expect(startAt("2026-03-08T03:00:00-05:00")).toBe("America/Chicago 20260308T030000");
  });

  it("[I2] whichever of two times a reader takes, it is the instant", () => {
    for (const zone of ZONES_TO_FEAR)
      for (const moment of changesOf(zone))
        for (let minutes = -130; minutes <= 130; minutes += 5) {
          const start = plus(moment, minutes * MINUTE_MS);
          const written = startOf(
            eventIn(readCalendar(file({ timeZone: zone, start, end: plus(start, HOUR_MS) }))),
          );
          expect([byTemporal(written, "earlier"), byTemporal(written, "later")]).toEqual([start, start]);
        }
  });
});

describe("an appointment's life", () => {
  it("[I1] keeps its UID, and its SEQUENCE grows with a move and a cancellation", () => {
    const calendar = new MemoryCalendar().put(anAppointment(1));
    const now = (): Component => {
      const stored = calendar.find(appointmentId(1))?.appointment as Appointment;
      return eventIn(readCalendar(appointmentFile({ facts: stored, clinic: CLINIC })));
    };
    const seen = [now()];
    expect(calendar.move(aMove(1), NOW).kind).toBe("done");
    seen.push(now());
    expect(calendar.cancel(aCancel(1, { ifMatch: 2 }), NOW).kind).toBe("done");
    seen.push(now());
    expect(seen.map((event) => textOf(event, "UID"))).toEqual(Array(3).fill(`${appointmentId(1)}@openslot`));
    expect(seen.map((event) => textOf(event, "SEQUENCE"))).toEqual(["0", "1", "2"]);
    expect(seen.map((event) => textOf(event, "STATUS"))).toEqual(["CONFIRMED", "CONFIRMED", "CANCELLED"]);
    expect(seen.map((event) => startOf(event).value)).toEqual([
      "20261124T092000",
      "20261124T100000",
      "20261124T100000",
    ]);
  });

  it("[I1] stamps come from what is stored, so the same appointment is the same file", () => {
    const event = eventIn(readCalendar(file({ updatedAt: plus(NOW, HOUR_MS) })));
    expect(textOf(event, "CREATED")).toBe("20261123T140000Z");
    expect(textOf(event, "LAST-MODIFIED")).toBe("20261123T150000Z");
    expect(textOf(event, "DTSTAMP")).toBe("20261123T150000Z");
    expect(file()).toBe(file());
  });

  it("[I5] a file publishes the appointment, that of a cancelled one cancels it", () => {
    expect(textOf(readCalendar(file()), "METHOD")).toBe("PUBLISH");
    const gone = readCalendar(file({ status: "cancelled", cancelledAt: NOW, version: 2 }));
    expect(textOf(gone, "METHOD")).toBe("CANCEL");
    expect(textOf(eventIn(gone), "STATUS")).toBe("CANCELLED");
    expect(textOf(eventIn(gone), "TRANSP")).toBe("TRANSPARENT");
  });

  it("[I5] has all that RFC 5545 and 5546 ask for, once", () => {
    for (const status of ["booked", "no-show", "cancelled"] as const) {
      const calendar = readCalendar(file({ status }));
      for (const name of ["VERSION", "PRODID", "METHOD"]) expect(textOf(calendar, name)).toBeTruthy();
      for (const name of ["UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "STATUS", "ORGANIZER"])
        expect(textOf(eventIn(calendar), name)).toBeTruthy();
    }
  });
});

describe("what it says", () => {
  it("[I4] nothing that a person wrote, no ids of persons, no kind of visit", () => {
    const whole = anAppointment(1, {
      reason: "CANARY-REASON",
      notes: "CANARY-NOTES",
      cancellationReason: "other",
    });
    for (const text of [
      appointmentFile({ facts: whole, clinic: CLINIC }),
      patientFeed([{ facts: whole, clinic: CLINIC }]),
    ])
      expect(text).not.toMatch(/CANARY|pat_|prv_|vst_|loc_|other|555/);
  });

  it("[I4] a generic title, and the clinic with its address whatever its name has in it", () => {
    const event = eventIn(readCalendar(file()));
    expect(textOf(event, "SUMMARY")).toBe("Appointment");
    expect(textOf(event, "LOCATION")).toBe(
      "Straßen-Klinik\\; North\\, East\\, 12 Main St\\, Chicago\\, IL 60601",
    );
    expect(
      textOf(eventIn(readCalendar(appointmentFile({ facts: anAppointment(1), clinic: null }))), "LOCATION"),
    ).toBeUndefined();
  });
});

describe("a feed", () => {
  it("[I7] has at most 500 events and one component when there are none", () => {
    const many = Array.from({ length: FEED_EVENTS_MAX + 20 }, (_, n) => ({
      facts: anAppointment(n + 1),
      clinic: CLINIC,
    }));
    expect(partsOf(readCalendar(patientFeed(many)), "VEVENT")).toHaveLength(500);
    expect(readCalendar(patientFeed([])).parts.map(({ name }) => name)).toEqual(["VTIMEZONE"]);
  });

  it("[I7] goes from 30 days ago to a year ahead", () => {
    expect(feedWindow(NOW)).toEqual({ start: NOW - 30 * DAY_MS, end: NOW + 365 * DAY_MS });
  });

  it("[I7] [I1] keeps cancelled appointments in it, marked, and publishes", () => {
    const calendar = readCalendar(
      patientFeed([
        { facts: anAppointment(1), clinic: CLINIC },
        { facts: anAppointment(2, { status: "cancelled", version: 2 }), clinic: CLINIC },
      ]),
    );
    expect(textOf(calendar, "METHOD")).toBe("PUBLISH");
    expect(partsOf(calendar, "VEVENT").map((event) => textOf(event, "STATUS"))).toEqual([
      "CONFIRMED",
      "CANCELLED",
    ]);
  });
});
