/** The rooms and machines of the sample network. */
import type { Clinic, Resource } from "../../core/directory/directory.ts";
import { makeId, type ProviderId } from "../../core/ids.ts";
import type { ResourceKind, WeeklyHours } from "../../core/schedule/config.ts";
import { HOLIDAYS } from "./clinics.ts";
import type { Random } from "./random.ts";

/** What every clinic has. Few on purpose: that two providers want the last room should happen. */
const EQUIPMENT: readonly { readonly kind: ResourceKind; readonly name: string }[] = [
  { kind: "room", name: "Procedure room 1" },
  { kind: "room", name: "Procedure room 2" },
  { kind: "device", name: "Ultrasound" },
];

/** Longer than any provider's day, Monday to Saturday. */
const HOURS: readonly WeeklyHours[] = [1, 2, 3, 4, 5, 6].map((weekday) => ({
  weekday,
  opensAt: 7 * 60,
  closesAt: 19 * 60,
}));

export function makeResources(random: Random, clinics: readonly Clinic[]): Resource[] {
  return clinics.flatMap(({ id: locationId, timeZone }) =>
    EQUIPMENT.map(({ kind, name }) => {
      const id = makeId("prv", random.bytes(12)) as ProviderId;
      const site = { locationId, timeZone, hours: HOURS, closures: HOLIDAYS };
      return {
        id,
        kind,
        name,
        locationId,
        active: true,
        calendar: { providerId: id, version: 1, sites: [site], visitTypes: [] },
      };
    }),
  );
}
