/** [P7] What became of an appointment, for whoever may read it. */
import { Hono } from "hono";
import { spellInZone } from "../../../core/schedule/clinic-time.ts";
import type { Instant } from "../../../core/time.ts";
import { findAppointment } from "../book-appointment.ts";
import type { EdgeEnv } from "../env.ts";
import { askPostgres } from "../postgres.ts";
import { sendProblem, UNAUTHENTICATED } from "./problem.ts";

/** The calendar says who may look; Postgres, which may be a second behind, what became of it. */
export const appointmentHistory = new Hono<EdgeEnv>().get("/:id/history", async (c) => {
  const principal = c.get("principal");
  if (!principal) return sendProblem(c, UNAUTHENTICATED);
  const found = await findAppointment(c, principal, c.req.param("id"));
  if (!found.ok) return sendProblem(c, found.problem);
  const { id, timeZone } = found.appointment;
  const entries = await askPostgres(c.get("settings"), (db, { appointmentHistoryOf }) =>
    appointmentHistoryOf(db, id),
  );
  const data = entries.map((entry) => {
    const spell = (at: Instant): string => spellInZone(at, entry.timeZone ?? timeZone);
    return {
      version: entry.version,
      change: entry.change,
      status: entry.status,
      start: spell(entry.start),
      end: spell(entry.end),
      locationId: entry.locationId,
      providerId: entry.providerId,
      at: spell(entry.at),
    };
  });
  return c.json({ data });
});
