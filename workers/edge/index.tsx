/** The edge: mounts the API and the pages, and exports the object classes that this Worker hosts. */
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { clinicAdministration } from "./api/admin-clinics.ts";
import { patientRecords } from "./api/admin-patients.ts";
import { providerAdministration } from "./api/admin-providers.ts";
import { resourceAdministration } from "./api/admin-resources.ts";
import { staffAdministration } from "./api/admin-staff.ts";
import { visitTypeAdministration } from "./api/admin-visit-types.ts";
import { appointmentHistory } from "./api/appointment-history.ts";
import { appointments } from "./api/appointments.ts";
import { blocks } from "./api/blocks.ts";
import { appointmentFiles, patientCalendars } from "./api/calendar-files.ts";
import { dayLists } from "./api/day-lists.ts";
import { locations, providers, specialties, visitTypes } from "./api/directory.ts";
import { explainStart } from "./api/explain.ts";
import { exports } from "./api/exports.ts";
import { health } from "./api/health.ts";
import { holds } from "./api/holds.ts";
import { imports } from "./api/imports.ts";
import { live } from "./api/live.ts";
import { patients } from "./api/patients.ts";
import { NOT_FOUND, sendProblem } from "./api/problem.ts";
import { rebuild } from "./api/rebuild.ts";
import { series } from "./api/series.ts";
import { soonest } from "./api/soonest.ts";
import type { EdgeEnv } from "./env.ts";
import { authenticate } from "./middleware/authenticate.ts";
import { onError, requestContext } from "./middleware/request-context.ts";
import { notFound, pages } from "./pages/pages.tsx";

export { EventLogPartition } from "../../durable-objects/event-log-partition/event-log-partition.ts";
export { PatientAgenda } from "../../durable-objects/patient-agenda/patient-agenda.ts";
export { ProviderCalendar } from "../../durable-objects/provider-calendar/provider-calendar.ts";

/** The largest body of the API is a booking with notes, about 3 KB. */
const BODY_BYTES_MAX = 16 * 1024;

const tooLarge = bodyLimit({
  maxSize: BODY_BYTES_MAX,
  onError: (c) =>
    sendProblem(c as never, {
      status: 413,
      slug: "validation",
      title: "The body is too large.",
      extra: { errors: [] },
    }),
});

const v1 = new Hono<EdgeEnv>()
  .use(authenticate)
  .route("/imports", imports) // before the limit: a file is larger than any other body
  .use(tooLarge)
  .route("/health", health)
  .route("/locations", locations)
  .route("/locations", clinicAdministration)
  .route("/locations", resourceAdministration)
  .route("/locations", dayLists)
  .route("/visit-types", visitTypes)
  .route("/visit-types", visitTypeAdministration)
  .route("/staff", staffAdministration)
  .route("/specialties", specialties)
  .route("/providers", explainStart)
  .route("/providers", providers)
  .route("/providers", blocks)
  .route("/providers", providerAdministration)
  .route("/availability", soonest)
  .route("/appointments", appointmentFiles)
  .route("/appointments", appointmentHistory)
  .route("/appointments", appointments)
  .route("/holds", holds)
  .route("/series", series)
  .route("/patients", patientCalendars)
  .route("/patients", patients)
  .route("/patients", patientRecords)
  .route("/live", live)
  .route("/exports", exports)
  .route("/rebuild", rebuild)
  .all("*", (c) => sendProblem(c, NOT_FOUND)); // an unknown path of the API is never a page

const app = new Hono<EdgeEnv>()
  .use(requestContext)
  .route("/v1", v1)
  .route("/", pages)
  .notFound((c) => notFound(c))
  .onError((error, c) => onError(error, c));

export default app;
