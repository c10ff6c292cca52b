/** The edge: mounts the API and the pages, and exports the object classes that this Worker hosts. */
import { Hono } from "hono";
import { NOT_FOUND, sendProblem } from "./api/problem.ts";
import { operations } from "./api/router.ts";
import type { EdgeEnv } from "./env.ts";
import { authenticate } from "./middleware/authenticate.ts";
import { onError, requestContext } from "./middleware/request-context.ts";
import { notFound, pages } from "./pages/pages.tsx";
import { forwarded } from "./sign-in/forward.ts";

export { ClinicBoard } from "../../durable-objects/clinic-board/clinic-board.ts";
export { EventLogPartition } from "../../durable-objects/event-log-partition/event-log-partition.ts";
export { PatientAgenda } from "../../durable-objects/patient-agenda/patient-agenda.ts";
export { ProviderCalendar } from "../../durable-objects/provider-calendar/provider-calendar.ts";

const app = new Hono<EdgeEnv>()
  .use(requestContext)
  .use("/v1/*", authenticate)
  .route("/", operations)
  .all("/v1/*", (c) => sendProblem(c, NOT_FOUND)) // an unknown path of the API is never a page
  .route("/", forwarded)
  .route("/", pages)
  .notFound((c) => notFound(c))
  .onError((error, c) => onError(error, c));

export default app;
