/** Booking by form: the same path as the API, with pages for answers. */
import { Hono } from "hono";
import { bookingBody } from "../api/schemas.ts";
import { bookAppointment, problemOfTake } from "../book-appointment.ts";
import type { EdgeEnv } from "../env.ts";
import { listOfUrl } from "./acting.tsx";
import { type FormFields, formFields, isFormKey, newFormKey, parseSlot } from "./form.ts";
import { alternativesOf, lostRacePage } from "./lost-race.tsx";
import { badFormPage, mayRetry, problemPage, retryPage } from "./outcome.tsx";
import { providerUrl } from "./provider-view.tsx";
import { patientOf, toSignIn } from "./session.ts";

const FORM_FIELDS = ["providerId", "visitTypeId", "slot", "key", "reason", "from", "patientId"] as const;

/** What the next form of this booking carries; nothing that we did not ask for. */
const carried = (fields: FormFields, without: readonly string[] = []): Record<string, string> =>
  Object.fromEntries(
    FORM_FIELDS.filter((name) => !without.includes(name) && fields[name]).map((name) => [
      name,
      fields[name] as string,
    ]),
  );

function readBooking(fields: FormFields) {
  const slot = parseSlot(fields.slot);
  if (!slot || !isFormKey(fields.key)) return null;
  const { visitTypeId, reason } = fields;
  const body = bookingBody.safeParse({
    providerId: fields.providerId,
    visitTypeId,
    ...slot,
    ...(reason?.trim() ? { reason } : {}),
    ...(fields.patientId ? { patientId: fields.patientId } : {}),
  });
  // The start belongs to the key: after a lost race the same form, come back to, may choose another time.
  if (!body.success || !body.data.providerId) return null;
  return { body: body.data, providerId: body.data.providerId, key: `${fields.key}/${slot.start}` };
}

export const book = new Hono<EdgeEnv>().post("/appointments", async (c) => {
  const fields = await formFields(c);
  const booking = readBooking(fields);
  if (!booking) return badFormPage(c);
  const { body, providerId, key } = booking;
  const at = { visitTypeId: body.visitTypeId, ...(fields.from ? { from: fields.from } : {}) };
  const times = providerUrl(providerId, at);
  const patient = patientOf(c);
  if (!patient) return toSignIn(c, providerUrl(providerId, { ...at, slot: fields.slot }));

  const outcome = await bookAppointment(c, patient, key, body);
  if (!outcome.ok) return problemPage(c, outcome.problem, { href: times, text: "See all times" });
  const { answer, timeZone } = outcome;
  if (answer.kind === "accepted") {
    const { id: booked, patientId } = answer.appointment;
    return c.redirect(listOfUrl(patient, patientId, { booked }), 303);
  }
  const starts = alternativesOf(answer);
  if (starts) {
    return lostRacePage(c, {
      starts,
      timeZone,
      method: "post",
      action: "/appointments",
      fields: { ...carried(fields, ["slot"]), key: newFormKey() },
      allTimes: times,
    });
  }
  const problem = problemOfTake(answer, timeZone);
  return mayRetry(problem)
    ? retryPage(c, problem, { action: "/appointments", fields: carried(fields) })
    : problemPage(c, problem, { href: times, text: "See all times" });
});
