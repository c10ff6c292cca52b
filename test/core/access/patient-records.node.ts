/** Proves the table of whose record a caller sees and changes, for every role there is. */
import { describe, expect, it } from "vitest";
import { mayKeepRecords, reachesRecord, recordReach } from "../../../core/access/patient-records.ts";
import type { Principal, Role } from "../../../core/access/principal.ts";
import { locationId, patientId, providerId } from "../../support/core-builders.ts";

const subject = "sub";
const mine = { id: patientId(1), homeLocationId: locationId(1) };
const neighbour = { id: patientId(2), homeLocationId: locationId(1) };
const foreign = { id: patientId(3), homeLocationId: locationId(2) };
const EVERY = [mine, neighbour, foreign];

/** One line per role; a new role does not compile without its line. The last word: whether it changes records. */
const TABLE: Record<Role, [Principal, readonly (typeof mine)[], boolean]> = {
  patient: [{ role: "patient", subject, patientId: patientId(1) }, [mine], false],
  staff: [{ role: "staff", subject, clinics: [locationId(1)] }, [mine, neighbour], true],
  provider: [{ role: "provider", subject, providerId: providerId(1) }, [], false],
  admin: [{ role: "admin", subject }, EVERY, true],
  service: [{ role: "service", subject }, [], false],
  kiosk: [{ role: "kiosk", subject, clinics: [locationId(1)] }, [], false],
};

describe("whose record a caller sees", () => {
  for (const [role, [principal, reachable, keeps]] of Object.entries(TABLE)) {
    it(`[PA1] ${role}: ${reachable.length} of ${EVERY.length}, ${keeps ? "changes them" : "changes none"}`, () => {
      expect(EVERY.filter((record) => reachesRecord(recordReach(principal), record))).toEqual(reachable);
      expect(mayKeepRecords(principal)).toBe(keeps);
    });
  }

  it("[PA1] staff of several clinics see all of theirs, staff of none nobody", () => {
    const seen = (...clinics: (typeof mine)["homeLocationId"][]) =>
      EVERY.filter((record) => reachesRecord(recordReach({ role: "staff", subject, clinics }), record));
    expect(seen(locationId(1), locationId(2))).toEqual(EVERY);
    expect(seen(locationId(2))).toEqual([foreign]);
    expect(seen()).toEqual([]);
  });
});
