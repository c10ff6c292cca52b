/**
 * [B19] [B20] What the rules of a visit type ask about the patient, found out before the calendar is asked. A visit type
 * without such a rule costs nothing. Of the birth date only the age on the day of the visit goes further.
 */
import type { Place, Who } from "../../core/booking/commands.ts";
import { ageOn, asksAge, asksWho } from "../../core/booking/who-rules.ts";
import type { Provider } from "../../core/directory/directory.ts";
import type { AppointmentId, PatientId } from "../../core/ids.ts";
import { dateAt } from "../../core/schedule/clinic-time.ts";
import { rulesAt } from "../../core/schedule/rules-at.ts";
import type { EdgeSettings } from "../config.ts";
import { askPostgres, PostgresUnavailable } from "./postgres.ts";

interface Comer {
  readonly patientId: PatientId;
  /** The appointment that is being moved: it does not make its own patient a known one. */
  readonly except?: AppointmentId;
}

/**
 * Empty when no rule asks. While Postgres is away it is empty too: bookings go on [K7], and the clinic sees who comes.
 * A patient who is not in the directory has no age and has not been seen.
 */
export async function whoIsAskedFor(
  settings: EdgeSettings,
  provider: Provider,
  place: Place,
  timeZone: string,
  { patientId, except }: Comer,
): Promise<{ readonly who?: Who }> {
  const rules = rulesAt(provider.calendar, place.visitTypeId, place.locationId);
  if (!rules || !asksWho(rules)) return {};
  const date = dateAt(place.start, timeZone);
  try {
    const [patient, isKnown] = await askPostgres(settings, (db, { findPatient, isKnownToProvider }) =>
      Promise.all([
        asksAge(rules) ? findPatient(db, patientId) : null,
        rules.newPatientsOnly ? isKnownToProvider(db, patientId, provider.id, except ?? null) : null,
      ]),
    );
    return {
      who: {
        ageYears: patient ? ageOn(patient.birthDate, date) : null,
        isNewPatient: isKnown === null ? null : !isKnown,
      },
    };
  } catch (error) {
    if (error instanceof PostgresUnavailable) return {}; // logged in askPostgres
    throw error;
  }
}
