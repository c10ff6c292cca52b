/** Proves the shapes of ids and what can be read out of one. That a made-up one is refused: test/workers. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  AGENDA_SHARDS,
  APPOINTMENT_ID,
  agendaShardOf,
  encodeBytes,
  HOLD_ID,
  homeCalendarOf,
  LOCATION_ID,
  makeId,
  makePatientId,
  PATIENT_ID,
  PROVIDER_ID,
  VISIT_TYPE_ID,
} from "../../core/ids.ts";
import {
  appointmentId,
  holdId,
  locationId,
  patientId,
  providerId,
  visitTypeId,
} from "../support/core-builders.ts";

const anyBytes = fc.uint8Array({ minLength: 12, maxLength: 20 });
const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, byte) => byte);

describe("ids", () => {
  it("[A4] are spelled without the letters that a person misreads", () => {
    expect(encodeBytes(ALL_BYTES.subarray(0, 32))).toBe("0123456789abcdefghjkmnpqrstvwxyz");
    expect(encodeBytes(ALL_BYTES)).not.toMatch(/[ilou]/);
    expect(encodeBytes(ALL_BYTES)).toHaveLength(256);
  });

  it("[A4] made from any bytes have their own shape and no other", () => {
    const shapes = { prv: PROVIDER_ID, loc: LOCATION_ID, vst: VISIT_TYPE_ID };
    fc.assert(
      fc.property(fc.constantFrom("prv", "loc", "vst"), anyBytes, (prefix, bytes) => {
        const id = makeId(prefix, bytes);
        for (const [name, shape] of Object.entries(shapes)) expect(shape.test(id)).toBe(name === prefix);
        expect(PATIENT_ID.test(id) || APPOINTMENT_ID.test(id)).toBe(false);
        expect(makeId(prefix, bytes.slice(0, 12))).toBe(id);
      }),
    );
  });

  it("[A4] made here for tests have the real shapes", () => {
    expect(providerId(7)).toMatch(PROVIDER_ID);
    expect(locationId(7)).toMatch(LOCATION_ID);
    expect(visitTypeId(7)).toMatch(VISIT_TYPE_ID);
    expect(patientId(7)).toMatch(PATIENT_ID);
    expect(appointmentId(7)).toMatch(APPOINTMENT_ID);
    expect(holdId(7)).toMatch(HOLD_ID);
    expect(holdId(7)).not.toMatch(APPOINTMENT_ID);
    expect(appointmentId(7)).not.toMatch(HOLD_ID);
  });

  it("[A4] with anything before, after or between are not ids", () => {
    const good: [RegExp, string][] = [
      [PROVIDER_ID, providerId(1)],
      [LOCATION_ID, locationId(1)],
      [VISIT_TYPE_ID, visitTypeId(1)],
      [PATIENT_ID, patientId(1)],
      [APPOINTMENT_ID, appointmentId(1)],
      [HOLD_ID, holdId(1)],
    ];
    for (const [shape, id] of good) {
      const bad = [
        ` ${id}`,
        `${id} `,
        `${id}\n`,
        `\n${id}`,
        `${id}0`,
        id.slice(0, -1),
        id.toUpperCase(),
        `${id}/x`,
        "",
      ];
      for (const letter of ["i", "l", "o", "u", "_", "-", "é", "/", "%"])
        bad.push(`${id.slice(0, -1)}${letter}`);
      for (const text of bad) expect([text, shape.test(text)]).toEqual([text, false]);
    }
  });
});

describe("a patient's id", () => {
  it("[A4] [G4] carries its shard, for every shard that two characters can name", () => {
    for (let shard = 0; shard < 1_024; shard++) {
      const id = makePatientId(shard, ALL_BYTES.subarray(100, 112));
      expect(PATIENT_ID.test(id)).toBe(true);
      expect(agendaShardOf(id)).toBe(shard);
    }
    expect(AGENDA_SHARDS).toBeLessThanOrEqual(1_024);
  });

  it("[G4] keeps its shard whatever its own part is", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_023 }), anyBytes, (shard, bytes) => {
        expect(agendaShardOf(makePatientId(shard, bytes))).toBe(shard);
      }),
    );
  });
});

describe("an appointment's id", () => {
  it("[A4] names the calendar that it was made at", () => {
    fc.assert(
      fc.property(anyBytes, anyBytes, fc.uint8Array({ minLength: 8, maxLength: 8 }), (home, own, check) => {
        const calendar = makeId("prv", home);
        const id = `apt_${calendar.slice(4)}${encodeBytes(own.subarray(0, 12))}${encodeBytes(check)}`;
        expect(APPOINTMENT_ID.exec(id)?.groups).toMatchObject({
          home: calendar.slice(4),
          check: encodeBytes(check),
        });
        expect(homeCalendarOf(id as ReturnType<typeof appointmentId>)).toBe(calendar);
      }),
    );
  });
});
