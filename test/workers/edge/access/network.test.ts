import { accessMatrix } from "../../../support/access/matrix.ts";
import { always, get, location, post, sub } from "../../../support/access/requests.ts";
import { MARK } from "../../../support/access/world.ts";
import declared from "./network.json";

accessMatrix(
  "network",
  declared,
  {
    readDayList: get(sub(location, "/day-list")),
    readDowntimeList: get(sub(location, "/downtime")),
    importFile: (world) => ({
      method: "POST",
      path: "/imports/patients?system=matrix",
      headers: { "content-type": "text/csv" },
      body: `id,displayName,birthDate,homeLocationId\n1,${MARK} File,1980-02-03,${world.here}\n`,
    }),
    exportFile: get(always("/exports/locations")),
    rebuildRecord: post(always("/rebuild/postgres"), () => ({ limit: 1 })),
    replayHistory: post(always("/rebuild/history"), () => ({ partition: 0 })),
    tellCalendars: post(always("/rebuild/calendars")),
    hashRecord: get(always("/rebuild/hash")),
  },
  { onePatient: true },
);
