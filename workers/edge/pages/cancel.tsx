/** Cancelling: a page that shows what would be given back, then a form that does it. */
import { type Context, Hono } from "hono";
import { AppointmentTime } from "../../../web/shared/appointment-time.tsx";
import { directoryOf } from "../api/directory.ts";
import { BUSY, NOT_FOUND, OUTCOME_UNKNOWN, type Problem, problemFor } from "../api/problem.ts";
import { cancelAppointment, findAppointment } from "../book-appointment.ts";
import type { StatusAnswer } from "../booking.ts";
import type { EdgeEnv } from "../env.ts";
import { parseAppointmentId } from "../routing-ids.ts";
import { listOfUrl } from "./acting.tsx";
import { AppointmentPlace, canChange } from "./appointment-view.tsx";
import { formFields, newFormKey, readTerms } from "./form.ts";
import { sendPage } from "./layout.tsx";
import { badFormPage, HiddenFields, mayRetry, problemPage, retryPage, tooLatePage } from "./outcome.tsx";
import { patientOf, toSignIn } from "./session.ts";

function problemOfCancel(answer: Exclude<StatusAnswer, { kind: "done" }>): Problem {
  switch (answer.kind) {
    case "refused":
      return problemFor({ refusal: answer.refusal, alternatives: [] }, "UTC");
    case "busy":
      return BUSY;
    case "unknown":
      return OUTCOME_UNKNOWN;
  }
}

const pathOf = (id: string): string => `/appointments/${id}/cancel`;

async function askPage(c: Context<EdgeEnv>, id: string): Promise<Response> {
  const patient = patientOf(c);
  if (!patient) return toSignIn(c, pathOf(id));
  const found = await findAppointment(c, patient, id);
  if (!found.ok) return problemPage(c, found.problem);
  const { appointment } = found;
  if (!canChange(appointment, Date.now())) return tooLatePage(c, "cancelled");
  const known = await directoryOf(c);
  return sendPage(c, {
    title: "Cancel this appointment?",
    children: (
      <>
        <h1>Cancel this appointment?</h1>
        <div class="card">
          <AppointmentTime at={appointment} />
          <AppointmentPlace facts={appointment} known={known} />
        </div>
        <p>The time is given back at once, and somebody else may take it.</p>
        <form method="post" action={pathOf(id)}>
          <HiddenFields fields={{ version: String(appointment.version), key: newFormKey() }} />
          <p class="actions">
            <button type="submit" class="button danger">
              Cancel appointment
            </button>
            <a class="button quiet" href={listOfUrl(patient, appointment.patientId)}>
              Keep it
            </a>
          </p>
        </form>
      </>
    ),
  });
}

export const cancel = new Hono<EdgeEnv>()
  .get("/appointments/:id/cancel", (c) => askPage(c, c.req.param("id")))
  .post("/appointments/:id/cancel", async (c) => {
    const id = c.req.param("id");
    const patient = patientOf(c);
    if (!patient) return toSignIn(c, pathOf(id));
    const fields = await formFields(c);
    const terms = readTerms(fields);
    if (!terms) return badFormPage(c);
    const parsed = parseAppointmentId(c.get("settings").ID_KEYS, id);
    if (!parsed || !(await directoryOf(c)).providers.has(parsed.home)) return problemPage(c, NOT_FOUND);
    const answer = await cancelAppointment(c, patient, parsed, terms, "patient-request");
    if (answer.kind === "done")
      return c.redirect(listOfUrl(patient, answer.appointment.patientId, { cancelled: parsed.id }), 303);
    const problem = problemOfCancel(answer);
    const again = { version: fields.version ?? "", key: terms.key };
    return mayRetry(problem)
      ? retryPage(c, problem, { action: pathOf(parsed.id), fields: again })
      : problemPage(c, problem);
  });
