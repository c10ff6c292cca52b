/** Proves the table of rules: for every kind of caller, what of which resource they reach. A new role or action does not compile without its row. */
import { describe, expect, it } from "vitest";
import { type Principal, type Role, standsFor } from "../../../core/access/principal.ts";
import { type Reach, reaches, reachesClinic, reachesRecord } from "../../../core/access/reach.ts";
import { type Action, admission, PARTNER_ACTIONS, RULES, reachOf } from "../../../core/access/rules.ts";
import type { Appointment } from "../../../core/booking/appointment.ts";
import { anAppointment, locationId, patientId, providerId } from "../../support/core-builders.ts";

const subject = "sub";
const patient: Principal = { role: "patient", subject, patientId: patientId(1), represents: [] };
const WHO: Readonly<Record<Role, Principal>> = {
  patient,
  staff: { role: "staff", subject, clinics: [locationId(1)] },
  provider: { role: "provider", subject, providerId: providerId(1) },
  admin: { role: "admin", subject },
  service: { role: "service", subject },
  kiosk: { role: "kiosk", subject, clinics: [locationId(1)] },
};
const ACTIONS = Object.keys(RULES) as Action[];
const staffOf = (...clinics: Appointment["locationId"][]): Principal => ({ role: "staff", subject, clinics });

const mine = anAppointment(1); // patient 1, provider 1, clinic 1
const otherPatient = anAppointment(2);
const otherClinic = anAppointment(2, { locationId: locationId(2) });
const otherProvider = anAppointment(2, { providerId: providerId(2) });
const allOther = anAppointment(2, { locationId: locationId(2), providerId: providerId(2) });
const EVERY = [mine, otherPatient, otherClinic, otherProvider, allOther];

/** One line per role; a new role does not compile without its line. */
const REACHED: Readonly<Record<Role, readonly Appointment[]>> = {
  patient: [mine],
  staff: [mine, otherPatient, otherProvider],
  provider: [mine, otherPatient, otherClinic],
  admin: EVERY,
  service: EVERY,
  kiosk: [],
};

const ownRecord = { id: patientId(1), homeLocationId: locationId(1) };
const neighbour = { id: patientId(2), homeLocationId: locationId(1) };
const foreign = { id: patientId(3), homeLocationId: locationId(2) };
const RECORDS = [ownRecord, neighbour, foreign];
/** Whose record they read, and whether they change records. */
const READ: Readonly<Record<Role, readonly [(typeof ownRecord)[], boolean]>> = {
  patient: [[ownRecord], false],
  staff: [[ownRecord, neighbour], true],
  provider: [[], false],
  admin: [RECORDS, true],
  service: [[], false],
  kiosk: [[], false],
};

describe("who may do what", () => {
  for (const [role, principal] of Object.entries(WHO)) {
    it(`[A2] ${role}: ${REACHED[role as Role].length} of ${EVERY.length} appointments`, () => {
      const seen = EVERY.filter((one) => reaches(reachOf(principal, "appointment.read"), one));
      expect(seen).toEqual(REACHED[role as Role]);
    });

    it(`[PA1] ${role}: ${READ[role as Role][0].length} of ${RECORDS.length} records`, () => {
      const [records, keeps] = READ[role as Role];
      expect(RECORDS.filter((one) => reachesRecord(reachOf(principal, "patient.read"), one))).toEqual(
        records,
      );
      expect(admission(principal, "patient.keep") === "yes").toBe(keeps);
    });

    it(`[IE8] [IE13] ${role}: files and the day of a clinic`, () => {
      const isDesk = role === "staff" || role === "admin";
      expect(admission(principal, "network.export") === "yes").toBe(isDesk);
      expect(admission(principal, "staff.export") === "yes").toBe(role === "admin");
      expect(reachesClinic(reachOf(principal, "clinic.day"), locationId(1))).toBe(isDesk);
      expect(reachesClinic(reachOf(principal, "clinic.day"), locationId(2))).toBe(role === "admin");
    });

    it(`[A6] ${role}: is admitted where the table names a scope, and reaches nothing elsewhere`, () => {
      for (const action of ACTIONS) {
        const reach: Reach = reachOf(principal, action);
        expect([action, admission(principal, action) === "yes"]).toEqual([
          action,
          RULES[action][role as Role] !== "none",
        ]);
        if (admission(principal, action) !== "yes") expect(reach).toEqual({ kind: "nothing" });
        expect(EVERY.every((one) => typeof reaches(reach, one) === "boolean")).toBe(true);
      }
    });
  }

  it("[A6] a stranger is told to sign in, whoever signed in that their role cannot", () => {
    expect(admission(null, "appointment.read")).toBe("unauthenticated");
    expect(admission(WHO.kiosk, "appointment.read")).toBe("forbidden");
    const open = ACTIONS.filter((action) => admission(null, action) === "yes");
    expect(open).toEqual([
      "public.read",
      "hold.keep",
      "calendar-feed.read",
      "patient.watch",
      "board.watch",
      "device.pair",
      "partner.token",
    ]);
  });

  it("[DV14] a partner does what it was allowed and what everybody may, at its clinics and nowhere else", () => {
    const partner: Principal = {
      role: "service",
      subject: "prt_1",
      actions: ["appointment.read"],
      clinics: [locationId(1)],
    };
    const yes = ACTIONS.filter((action) => admission(partner, action) === "yes");
    const everybodys = ACTIONS.filter((action) => RULES[action].anonymous === "all");
    expect(yes.toSorted()).toEqual([...everybodys, "appointment.read"].toSorted());
    expect(EVERY.filter((one) => reaches(reachOf(partner, "appointment.read"), one))).toEqual([
      mine,
      otherPatient,
      otherProvider,
    ]);
    expect(reachOf(partner, "appointment.book")).toEqual({ kind: "nothing" });
    const everywhere: Principal = { role: "service", subject: "prt_1", actions: ["appointment.read"] };
    expect(reachOf(everywhere, "appointment.read")).toEqual({ kind: "everything" });
    const none: Principal = { role: "service", subject: "prt_1", actions: [] };
    for (const action of ACTIONS.filter((one) => RULES[one].anonymous !== "all"))
      expect([action, admission(none, action)]).toEqual([action, "forbidden"]);
  });

  it("[DV12] what a partner can be allowed is what a service does, without repairing the record or following a person", () => {
    expect(PARTNER_ACTIONS.length).toBeGreaterThan(5);
    for (const action of PARTNER_ACTIONS) {
      expect(RULES[action].service).not.toBe("none");
      expect(RULES[action].anonymous).toBe("none");
    }
    for (const action of ["network.repair", "live.ticket", "patient.watch", "network.manage", "device.keep"])
      expect(PARTNER_ACTIONS).not.toContain(action);
  });

  it("[DV8] a kiosk reaches its own board, and nothing of anybody's", () => {
    const kiosk = WHO.kiosk;
    const beside = ACTIONS.filter(
      (action) => admission(kiosk, action) === "yes" && RULES[action].anonymous !== "all",
    );
    expect(beside).toEqual(["board.watch", "live.ticket"]);
    for (const action of ["board.watch", "live.ticket"] as const)
      expect(reachOf(kiosk, action)).toEqual({ kind: "clinics", locationIds: [locationId(1)] });
  });

  it("[A2] staff of several clinics reach all of theirs, staff of none reach nothing", () => {
    const seen = (principal: Principal) =>
      EVERY.filter((one) => reaches(reachOf(principal, "appointment.read"), one));
    expect(seen(staffOf(locationId(1), locationId(2)))).toEqual(EVERY);
    expect(seen(staffOf(locationId(2), locationId(3)))).toEqual([otherClinic, allOther]);
    expect(seen(staffOf(locationId(3)))).toEqual([]);
    expect(seen(staffOf())).toEqual([]);
  });

  it("[A5] whoever stands for somebody reaches them too, and nobody else", () => {
    const proxy = { ...patient, represents: [patientId(2)] };
    expect(EVERY.filter((one) => reaches(reachOf(proxy, "appointment.read"), one))).toEqual(EVERY);
    expect(RECORDS.filter((one) => reachesRecord(reachOf(proxy, "patient.read"), one))).toEqual([
      ownRecord,
      neighbour,
    ]);
    expect([1, 2, 3].map((n) => standsFor(proxy, patientId(n)))).toEqual([true, true, false]);
    expect(standsFor(patient, patientId(2))).toBe(false);
  });

  it("[A1] [A2] a longer or shorter id is another id", () => {
    for (const id of [`${patientId(1)}0`, patientId(1).slice(0, -1), patientId(1).toUpperCase(), ""]) {
      const reach = { kind: "patients", patientIds: [id as Appointment["patientId"]] } as const;
      expect(reaches(reach, mine)).toBe(false);
    }
  });
});
