/** An appointment as its patient reads it. */
import { type AppointmentFacts, occupiesTime } from "../../../core/booking/appointment.ts";
import type { Directory } from "../directory-cache.ts";
import { addressText, phoneText, providerText, visitText } from "./words.ts";

/** Still to come, or going on: what a patient looks for first. */
export const isUpcoming = (facts: AppointmentFacts, now: number): boolean =>
  facts.end > now && occupiesTime(facts.status) && facts.status !== "completed";

/** Whether moving or cancelling is offered; the calendar has the last word. */
export const canChange = ({ status, start }: AppointmentFacts, now: number): boolean =>
  (status === "booked" || status === "confirmed") && start > now;

/** With whom, what for and where. What the directory no longer knows is left out. */
export function AppointmentPlace({ facts, known }: { facts: AppointmentFacts; known: Directory }) {
  const provider = known.providers.get(facts.providerId);
  const visit = known.visitTypes.get(facts.visitTypeId);
  const clinic = known.clinics.get(facts.locationId);
  return (
    <>
      <p>
        {provider ? <strong>{providerText(provider)}</strong> : "Your provider"}
        {visit ? (
          <>
            <br />
            {visit.name}, {visitText(visit)}
          </>
        ) : null}
      </p>
      {clinic ? (
        <address>
          {clinic.name}
          <br />
          {addressText(clinic)}
          <br />
          <a href={`tel:${clinic.phone}`}>{phoneText(clinic.phone)}</a>
        </address>
      ) : null}
    </>
  );
}
