/** Choosing a sample patient, on a laptop only. Real sign-in comes with the identity release. */
import { type Context, Hono } from "hono";
import type { Patient } from "../../../core/directory/directory.ts";
import { isPatientId, type PatientId } from "../../../core/ids.ts";
import { logFailure } from "../../../durable-objects/shared/log.ts";
import { directoryOf } from "../api/directory.ts";
import type { Directory } from "../directory-cache.ts";
import type { EdgeEnv } from "../env.ts";
import { askPostgres } from "../postgres.ts";
import { formFields } from "./form.ts";
import { sendPage } from "./layout.tsx";
import { badFormPage, HiddenFields, sendOutcome } from "./outcome.tsx";
import { endSession, safeReturn, startSession } from "./session.ts";

/** Enough to be several people at once, few enough to read. */
const SAMPLE_PATIENTS = 10;

const originOf = (c: Context<EdgeEnv>): string => new URL(c.req.url).origin;

/** Where to go afterwards. A slot that was pressed before signing in travels along and is offered again. */
function returnOf(c: Context<EdgeEnv>): string {
  const back = safeReturn(c.req.query("return"), originOf(c));
  const slot = c.req.query("slot");
  if (!slot) return back;
  const url = new URL(back, originOf(c));
  url.searchParams.set("slot", slot);
  return `${url.pathname}${url.search}`;
}

function SamplePatients({ patients, known, back }: { patients: Patient[]; known: Directory; back: string }) {
  return (
    <form method="post" action="/sign-in">
      <HiddenFields fields={{ return: back }} />
      <ul class="choices">
        {patients.map(({ id, displayName, homeLocationId }) => {
          const home = known.clinics.get(homeLocationId);
          return (
            <li key={id}>
              <button type="submit" name="patientId" value={id} class="choice">
                <span class="name">{displayName}</span>
                {home ? (
                  <span class="muted">
                    {home.city}, {home.state}
                  </span>
                ) : null}
              </button>
            </li>
          );
        })}
      </ul>
    </form>
  );
}

const notYetPage = (c: Context<EdgeEnv>): Promise<Response> =>
  sendPage(c, {
    title: "Sign in",
    children: (
      <>
        <h1>Sign in</h1>
        <p>
          Signing in comes with the identity release. Until then, call your clinic to book or change a time.
        </p>
        <p class="actions">
          <a class="button" href="/">
            Find care
          </a>
        </p>
      </>
    ),
  });

const issuerAwayPage = (c: Context<EdgeEnv>): Promise<Response> =>
  sendOutcome(c, {
    status: 503,
    heading: "The sign-in service does not answer.",
    children: (
      <p>
        Sample patients need the identity Worker beside this one: stop what is running and use{" "}
        <code>npm start</code>.
      </p>
    ),
  });

/** A token of the issuer, or null when there is no issuer or it has no key: one cause, one sentence. */
async function sampleToken(env: Env, patient: PatientId): Promise<string | null> {
  try {
    return await env.IDENTITY.sampleToken(patient);
  } catch (error) {
    logFailure("identity.unreachable", error);
    return null;
  }
}

export const signIn = new Hono<EdgeEnv>()
  .get("/sign-in", async (c) => {
    const settings = c.get("settings");
    if (!settings.LOCAL_MODE) return notYetPage(c);
    const known = await directoryOf(c);
    const patients = await askPostgres(settings, (db, { listPatients }) =>
      listPatients(db, { homeLocationIds: null, limit: SAMPLE_PATIENTS }),
    );
    const ended = c.req.query("ended") !== undefined;
    return sendPage(c, {
      title: "Sign in",
      children: (
        <>
          <h1>Sign in</h1>
          {ended ? (
            <p class="notice">Your session has ended. Sign in again to go on where you were.</p>
          ) : null}
          <p>This network runs on your computer and its people are invented. Choose who you are:</p>
          <SamplePatients patients={patients} known={known} back={returnOf(c)} />
        </>
      ),
    });
  })
  .post("/sign-in", async (c) => {
    const settings = c.get("settings");
    if (!settings.LOCAL_MODE) return notYetPage(c);
    const fields = await formFields(c);
    const patientId = fields.patientId ?? "";
    if (!isPatientId(patientId)) return badFormPage(c);
    const patient = await askPostgres(settings, (db, { findPatient }) =>
      findPatient(db, patientId as PatientId),
    );
    if (!patient) return badFormPage(c);
    const token = await sampleToken(c.env, patientId as PatientId);
    if (token === null) return issuerAwayPage(c);
    startSession(c, token);
    return c.redirect(safeReturn(fields.return, originOf(c)), 303);
  })
  .post("/sign-out", (c) => {
    endSession(c);
    return c.redirect("/", 303);
  });
