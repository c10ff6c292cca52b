/** Proves the table of who reaches which appointment, for every role there is. */
import { describe, expect, it } from "vitest";
import { appointmentReach, type Principal, type Role } from "../../../core/access/principal.ts";
import { reaches } from "../../../core/access/reach.ts";
import type { Appointment } from "../../../core/booking/appointment.ts";
import { anAppointment, locationId, patientId, providerId } from "../../support/core-builders.ts";

const subject = "sub";
const mine = anAppointment(1); // patient 1, provider 1, clinic 1
const otherPatient = anAppointment(2);
const otherClinic = anAppointment(2, { locationId: locationId(2) });
const otherProvider = anAppointment(2, { providerId: providerId(2) });
const allOther = anAppointment(2, { locationId: locationId(2), providerId: providerId(2) });
const EVERY = [mine, otherPatient, otherClinic, otherProvider, allOther];

/** One line per role; a new role does not compile without its line. */
const TABLE: Record<Role, [Principal, readonly Appointment[]]> = {
  patient: [{ role: "patient", subject, patientId: patientId(1) }, [mine]],
  staff: [{ role: "staff", subject, clinics: [locationId(1)] }, [mine, otherPatient, otherProvider]],
  provider: [{ role: "provider", subject, providerId: providerId(1) }, [mine, otherPatient, otherClinic]],
  admin: [{ role: "admin", subject }, EVERY],
  service: [{ role: "service", subject }, EVERY],
  kiosk: [{ role: "kiosk", subject, clinics: [locationId(1)] }, []],
};

describe("who reaches which appointment", () => {
  for (const [role, [principal, reachable]] of Object.entries(TABLE)) {
    it(`[A2] ${role}: ${reachable.length} of ${EVERY.length}`, () => {
      expect(EVERY.filter((appointment) => reaches(appointmentReach(principal), appointment))).toEqual(
        reachable,
      );
    });
  }

  it("[A2] staff of several clinics reach all of theirs, staff of none reach nothing", () => {
    const staffOf = (...clinics: Appointment["locationId"][]): Appointment[] =>
      EVERY.filter((each) => reaches(appointmentReach({ role: "staff", subject, clinics }), each));
    expect(staffOf(locationId(1), locationId(2))).toEqual(EVERY);
    expect(staffOf(locationId(2), locationId(3))).toEqual([otherClinic, allOther]);
    expect(staffOf(locationId(3))).toEqual([]);
    expect(staffOf()).toEqual([]);
  });

  it("[A2] a longer or shorter id is another id", () => {
    for (const id of [`${patientId(1)}0`, patientId(1).slice(0, -1), patientId(1).toUpperCase(), ""]) {
      const reach = { kind: "patient", patientId: id as Appointment["patientId"] } as const;
      expect(reaches(reach, mine)).toBe(false);
    }
  });

  it("[A1] there is no third answer: an appointment is reached or it is not", () => {
    for (const [principal] of Object.values(TABLE)) {
      for (const appointment of EVERY)
        expect([true, false]).toContain(reaches(appointmentReach(principal), appointment));
    }
  });
});
