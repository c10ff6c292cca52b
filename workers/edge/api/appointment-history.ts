/** [P7] What became of an appointment, for whoever may read it. */
import { spellInZone } from "../../../core/schedule/clinic-time.ts";
import type { Instant } from "../../../core/time.ts";
import { findAppointment } from "../book-appointment.ts";
import { askPostgres } from "../postgres.ts";
import type { Handlers } from "./handlers.ts";
import { sendProblem } from "./problem.ts";

/** The calendar says who may look; Postgres, which may be a second behind, what became of it. */
export const appointmentHistory = {
  readAppointmentHistory: async (c, principal) => {
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
  },
} satisfies Partial<Handlers>;
