import { accessMatrix } from "../../../support/access/matrix.ts";
import { always, get, location, provider, sub } from "../../../support/access/requests.ts";
import { bookingBody } from "../../../support/access/world.ts";
import declared from "./directory.json";

accessMatrix(
  "directory",
  declared,
  {
    readHealth: get(always("/health")),
    listLocations: get(always("/locations")),
    readLocation: get(location),
    listVisitTypes: get(always("/visit-types")),
    listSpecialties: get(always("/specialties")),
    listProviders: get(always("/providers")),
    readProvider: get(provider),
    readAvailability: get(sub(provider, "/availability")),
    explainStart: (world) => {
      const { visitTypeId, locationId, start } = bookingBody(world, world.slots.at(-1));
      const query = new URLSearchParams({ visitTypeId, locationId, start });
      return { method: "GET", path: `${provider(world)}/availability/explain?${query}` };
    },
    findSoonest: get(always("/availability")),
  },
  { onePatient: true },
);
