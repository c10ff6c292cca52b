/** The clinics of the sample network. */
import type { Clinic } from "../../core/directory/directory.ts";
import { type LocationId, makeId } from "../../core/ids.ts";
import type { Closure } from "../../core/schedule/config.ts";
import { CITIES, type City } from "./cities.ts";
import { makePhone } from "./names.ts";
import type { Random } from "./random.ts";

/** When every clinic of the network is closed. */
export const HOLIDAYS: readonly Closure[] = [{ from: "2026-12-25", until: "2026-12-25" }];

const AREAS =
  "Lakeview Riverside Northgate Hillcrest Oakwood Fairmount Eastside Parkway Cedar Maplewood Highland Summit Harbor Meadow Union Midtown Garden Willow".split(
    " ",
  );
const KINDS = ["Family Clinic", "Medical Center", "Health Center", "Medical Group", "Clinic"];
const STREETS =
  "Main St|Oak Ave|Market St|Washington Ave|Park Blvd|Elm St|University Ave|Second St|Jefferson St|Lincoln Ave|Church St|Maple Ave".split(
    "|",
  );
/** About two miles: the clinics of a city stand in it, not all on one spot. */
const SPREAD_TEN_THOUSANDTHS = 300;

/** Where the country is cut in two: Denver and everything west of it. */
const WEST_OF_DEGREES = -104;

const near = (random: Random, degrees: number): number =>
  Number((degrees + random.between(-SPREAD_TEN_THOUSANDTHS, SPREAD_TEN_THOUSANDTHS) / 10_000).toFixed(4));

function makeClinic(random: Random, city: City, area: string): Clinic {
  return {
    id: makeId("loc", random.bytes(12)) as LocationId,
    name: `${area} ${random.pick(KINDS)}`,
    address: `${random.between(10, 2990)} ${random.pick(STREETS)}`,
    city: city.name,
    state: city.state,
    postalCode: city.postalCode,
    phone: makePhone(random, city.areaCode),
    timeZone: city.timeZone,
    latitude: near(random, city.latitude),
    longitude: near(random, city.longitude),
    active: true,
    locationHint: city.longitude < WEST_OF_DEGREES ? "wnam" : "enam",
  };
}

/** The first `count` of the 200, in the order of the cities; areas differ within a city. */
export function makeClinics(random: Random, count: number): Clinic[] {
  const all = CITIES.flatMap((city) =>
    random.sample(AREAS, city.clinics).map((area) => makeClinic(random, city, area)),
  );
  return all.slice(0, count);
}
