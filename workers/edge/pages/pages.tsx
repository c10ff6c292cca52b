/**
 * The patient pages. Every step is a plain link or form; the one island (web/patient) makes times change in place.
 * Rules: core/SPEC.md [V7]–[V22].
 */
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import { NOT_FOUND, sendProblem } from "../api/problem.ts";
import { AuditUnavailable, isAuditShut, pageName, recorded } from "../audit.ts";
import type { EdgeEnv } from "../env.ts";
import { isStaffPath } from "../sign-in/visitor.ts";
import { account } from "./account.tsx";
import { actsForOthers } from "./acting.tsx";
import { book } from "./book.tsx";
import { cancel } from "./cancel.tsx";
import { dev } from "./dev.tsx";
import { docs } from "./docs.tsx";
import { findCare } from "./find-care.tsx";
import { kiosk } from "./kiosk.tsx";
import { moving } from "./move.tsx";
import { myAppointments } from "./my-appointments.tsx";
import { badFormPage, failurePage, notFoundPage } from "./outcome.tsx";
import { people } from "./people.tsx";
import { privacy } from "./privacy.tsx";
import { providerPage } from "./provider-page.tsx";
import { pageSession } from "./session.ts";
import { signIn } from "./sign-in.tsx";
import { signedLink } from "./signed-link.tsx";
import { staff } from "./staff.tsx";
import { staffDevices } from "./staff-devices.tsx";

/** The largest form is a booking with a reason of 500 characters, each up to twelve bytes when spelled for a form. */
const FORM_BYTES_MAX = 8 * 1024;

const tooLarge = bodyLimit({ maxSize: FORM_BYTES_MAX, onError: (c) => badFormPage(c as Context<EdgeEnv>) });

/** [AU1] A page that turned out to be about somebody leaves an entry, as an operation of the API does. */
const pageAudit = createMiddleware<EdgeEnv>(async (c, next) => {
  const away = () => failurePage(new AuditUnavailable(), c);
  if (c.get("principal") && isAuditShut()) return away();
  await next();
  const kind = isStaffPath(c.req.path) ? "administration" : "booking"; // [AU12] the desk's devices
  if (c.get("audited")) c.res = await recorded(c, pageName(c), kind, c.res, away);
});

export const pages = new Hono<EdgeEnv>()
  .use(pageSession)
  .use(pageAudit)
  .use(actsForOthers)
  .use(tooLarge)
  .route("/", findCare)
  .route("/", providerPage)
  .route("/", signIn)
  .route("/", book)
  .route("/", myAppointments)
  .route("/", cancel)
  .route("/", moving)
  .route("/", people)
  .route("/", signedLink)
  .route("/", privacy)
  .route("/", account)
  .route("/", staff)
  .route("/", dev)
  .route("/", kiosk)
  .route("/", docs)
  .route("/", staffDevices);
pages.onError((error, c) => failurePage(error, c));

/** An address that nothing answers: a page for who reads pages, a problem for programs. */
export const notFound = (c: Context<EdgeEnv>): Response | Promise<Response> =>
  c.req.header("accept")?.includes("text/html") ? notFoundPage(c) : sendProblem(c, NOT_FOUND);
