/** Proves who may take files out and print a clinic's day, for every role there is. */
import { describe, expect, it } from "vitest";
import { exportReach, mayPrintDay } from "../../../core/access/exchange.ts";
import type { Principal, Role } from "../../../core/access/principal.ts";
import { EXPORT_KINDS } from "../../../core/exchange/kinds.ts";
import { locationId, patientId, providerId } from "../../support/core-builders.ts";

const subject = "sub";
const own = [locationId(1)];
const EVERYTHING = EXPORT_KINDS.length;
/** One line per role: how many kinds they may export, and whether they print the days of clinics 1 and 2. */
const TABLE: Record<Role, [Principal, number, boolean, boolean]> = {
  patient: [{ role: "patient", subject, patientId: patientId(1) }, 0, false, false],
  staff: [{ role: "staff", subject, clinics: own }, EVERYTHING - 1, true, false],
  provider: [{ role: "provider", subject, providerId: providerId(1) }, 0, false, false],
  admin: [{ role: "admin", subject }, EVERYTHING, true, true],
  service: [{ role: "service", subject }, 0, false, false],
  kiosk: [{ role: "kiosk", subject, clinics: own }, 0, false, false],
};

describe("who takes out what", () => {
  for (const [role, [principal, kinds, here, elsewhere]] of Object.entries(TABLE)) {
    it(`[IE8] ${role}: ${kinds} kinds of files`, () => {
      const reaches = EXPORT_KINDS.map((kind) => exportReach(principal, kind));
      expect(reaches.filter(({ kind }) => kind !== "nothing")).toHaveLength(kinds);
      for (const reach of reaches) if (reach.kind === "clinics") expect(reach.locationIds).toEqual(own);
      expect(reaches.some(({ kind }) => kind === "everything")).toBe(role === "admin");
    });

    it(`[IE13] ${role}: the day of their clinic ${here}, of another ${elsewhere}`, () => {
      expect(mayPrintDay(principal, locationId(1))).toBe(here);
      expect(mayPrintDay(principal, locationId(2))).toBe(elsewhere);
    });
  }
});
