/** iCalendar over HTTP: a file for one appointment, and a feed for one patient's calendar program. */
import { createHash } from "node:crypto";
import type { Context } from "hono";
import type { AppointmentFacts } from "../../../core/booking/appointment.ts";
import {
  appointmentFile,
  type CalendarEntry,
  FEED_EVENTS_MAX,
  feedWindow,
  patientFeed,
} from "../../../core/ical/appointment-calendar.ts";
import { isPatientId } from "../../../core/ids.ts";
import { instant } from "../../../core/time.ts";
import { logFailure } from "../../../durable-objects/shared/log.ts";
import { concerns } from "../audited.ts";
import { findAppointment } from "../book-appointment.ts";
import { mintFeedToken, opensFeed } from "../calendar-links.ts";
import type { Directory } from "../directory-cache.ts";
import type { EdgeEnv } from "../env.ts";
import { patientList } from "../patient-list.ts";
import { representedNow } from "../represents.ts";
import { clinicIn, directoryForProvider, directoryOf } from "./directory.ts";
import type { Handlers } from "./handlers.ts";
import { visiblePatient } from "./patients.ts";
import { CALENDAR_AWAY, NOT_FOUND, sendProblem } from "./problem.ts";

/** 128 bits of the text: no two states of one calendar meet. */
const etagOf = (text: string): string =>
  `"${createHash("sha256").update(text).digest("base64url").slice(0, 22)}"`;

function sendCalendar(c: Context<EdgeEnv>, text: string): Response {
  const etag = etagOf(text);
  c.header("ETag", etag);
  if (c.req.header("if-none-match") === etag) return c.body(null, 304);
  return c.body(text, 200, { "content-type": "text/calendar; charset=utf-8" });
}

async function entryOf(
  c: Context<EdgeEnv>,
  known: Directory,
  facts: AppointmentFacts,
): Promise<CalendarEntry> {
  return { facts, clinic: (await clinicIn(c, known, facts.locationId)) ?? null };
}

export const calendarFiles = {
  readAppointmentFile: async (c, principal) => {
    const found = await findAppointment(c, principal, c.req.param("file").slice(0, -".ics".length));
    if (!found.ok) return sendProblem(c, found.problem);
    const known = await directoryForProvider(c, found.provider.id);
    c.header("Content-Disposition", 'attachment; filename="appointment.ics"');
    return sendCalendar(c, appointmentFile(await entryOf(c, known, found.appointment)));
  },
  shareCalendar: async (c, principal) => {
    // Nobody else: the feed shows all clinics, and staff of one must not see the others'.
    const patient = await visiblePatient(c, principal, c.req.param("id"));
    if (!patient.ok) return sendProblem(c, patient.problem);
    const url = new URL(`/v1/patients/${patient.patientId}/calendar.ics`, c.req.url);
    const proxy =
      principal.role === "patient" && principal.patientId !== patient.patientId ? principal.patientId : null;
    url.searchParams.set("token", mintFeedToken(c.get("settings").ID_KEYS, patient.patientId, proxy));
    if (proxy !== null) url.searchParams.set("proxy", proxy);
    return c.json({ url: url.href });
  },
  readCalendarFeed: async (c) => {
    // [I6] Wrong, missing and for somebody who is not there: one answer, before any object is asked.
    const id = c.req.param("id");
    const token = c.req.query("token") ?? "";
    const proxy = c.req.query("proxy") ?? null;
    const isSound = isPatientId(id) && (proxy === null || isPatientId(proxy));
    if (!isSound || !opensFeed(c.get("settings").ID_KEYS, id, token, proxy)) return sendProblem(c, NOT_FOUND);
    if (proxy !== null) {
      const represented = await representedNow(c, proxy); // [CO12]
      if (!represented.some(({ patientId }) => patientId === id)) return sendProblem(c, NOT_FOUND);
    }
    const known = await directoryOf(c);
    concerns(c, { patientId: id });
    try {
      const facts = await patientList(c, [id], {
        window: feedWindow(instant(Date.now())),
        status: null,
        after: null,
        limit: FEED_EVENTS_MAX,
      });
      return sendCalendar(c, patientFeed(await Promise.all(facts.map((one) => entryOf(c, known, one)))));
    } catch (error) {
      logFailure("edge.feed_failed", error);
      return sendProblem(c, CALENDAR_AWAY);
    }
  },
} satisfies Partial<Handlers>;
