/**
 * Signing in: an address, the code that was sent there, and for new people who they are. Every step is a form that works
 * without JavaScript; a passkey is the browser's own way (web/patient/passkeys.ts). Rules: core/SPEC.md [SI5]–[SI8].
 */
import { type Context, Hono } from "hono";
import { isPatientId, type PatientId } from "../../../core/ids.ts";
import { MINUTE_MS, SECOND_MS } from "../../../core/time.ts";
import { logFailure } from "../../../durable-objects/shared/log.ts";
import { directoryOf } from "../api/directory.ts";
import type { EdgeEnv } from "../env.ts";
import { mayAskForCode, widgetOf } from "../human-check.ts";
import { askPostgres } from "../postgres.ts";
import { readCode, readContact } from "../sign-in/contact.ts";
import {
  endSample,
  forgetIssuerCookies,
  forgetPages,
  IssuerAway,
  NO_TRANSPORT,
  originOf,
  sessionCookie,
  startSample,
  type Told,
  tellIssuer,
} from "../sign-in/issuer.ts";
import { forgetPending, keepPending, type Pending, readPending } from "../sign-in/pending.ts";
import { tokensOfSessions } from "../sign-in/visitor.ts";
import { type Errors, readBirthDate } from "./fields.tsx";
import { type FormFields, formFields } from "./form.ts";
import { sendPage } from "./layout.tsx";
import { badFormPage, NextSteps, sendOutcome, signInAwayPage } from "./outcome.tsx";
import { parseSlotPlace, returnOf } from "./return.ts";
import { isStaff, safeReturn } from "./session.ts";
import {
  AddressForm,
  CODE_MINUTES,
  CodeForm,
  ConfirmForm,
  PasskeySignIn,
  RegisterForm,
  SamplePatients,
  WIDGET_FIELD,
} from "./sign-in-view.tsx";

/** Enough to be several people at once, few enough to read. */
const SAMPLE_PATIENTS = 10;
/** A code is under way for about this long: another one before would only make the first one worthless. */
const RESEND_AFTER_MS = 30 * SECOND_MS;
/** As the issuer counts them (core/identity/code-guard.ts); here it only chooses the sentence. */
const TRIES = 3;

const NO_ERRORS: Errors = {};
const statusOf = (errors: Errors): 200 | 422 => (Object.keys(errors).length > 0 ? 422 : 200);
/** Errors are named in the title too: it is what a screen reader says first. */
const titleOf = (title: string, errors: Errors): string =>
  statusOf(errors) === 422 ? `Error: ${title}` : title;

// ---- the address ----

async function samplesOf(c: Context<EdgeEnv>, back: string) {
  if (!c.get("settings").LOCAL_MODE) return null;
  const known = await directoryOf(c);
  const patients = await askPostgres(c.get("settings"), (db, { listPatients }) =>
    listPatients(db, { homeLocationIds: null, limit: SAMPLE_PATIENTS }),
  );
  return <SamplePatients patients={patients} known={known} back={back} />;
}

interface AddressPage {
  readonly back: string;
  readonly typed?: string;
  readonly errors?: Errors;
}

/** [AB14] The key of the widget that this page shows; its policy lets the widget in then, and only then. */
function shownWidget(c: Context<EdgeEnv>): string | undefined {
  const widget = widgetOf(c);
  if (widget !== undefined) c.set("showsWidget", true);
  return widget;
}

async function addressPage(c: Context<EdgeEnv>, { back, typed = "", errors = NO_ERRORS }: AddressPage) {
  const samples = await samplesOf(c, back);
  const widget = shownWidget(c);
  const ended = c.req.query("ended") !== undefined;
  return sendPage(c, {
    title: titleOf("Sign in", errors),
    status: statusOf(errors),
    children: (
      <>
        <h1>Sign in</h1>
        {ended ? <p class="notice">Your session has ended. Sign in again to go on where you were.</p> : null}
        {c.req.query("everywhere") === undefined ? null : (
          <p class="notice" role="status">
            You are signed out everywhere. A page that is open elsewhere may go on for up to five minutes.
          </p>
        )}
        {c.req.query("again") === undefined ? null : (
          <p class="notice">
            Show again that it is you, with a code or a passkey. It takes you back to where you were.
          </p>
        )}
        {isStaff(c.get("visitor")) ? (
          <p class="notice">
            You are signed in as clinic staff, which counts on the <a href="/staff">staff pages</a> only.
            Signing in here as a patient ends it in this browser.
          </p>
        ) : null}
        <AddressForm back={back} typed={typed} errors={errors} widget={widget} />
        <PasskeySignIn back={back} />
        {samples}
        <p class="muted">
          You work at a clinic? <a href="/staff/sign-in">Staff sign-in</a>
        </p>
      </>
    ),
  });
}

const noCodesPage = (c: Context<EdgeEnv>): Promise<Response> =>
  sendOutcome(c, {
    status: 503,
    heading: "This site cannot send codes yet.",
    children: (
      <>
        <p>Call your clinic to book or change a time.</p>
        <NextSteps>
          <a class="button" href="/">
            Find care
          </a>
        </NextSteps>
      </>
    ),
  });

const TOO_MANY = "There were too many tries from your connection. Wait a minute, then try again.";

const NOT_A_PERSON =
  "We could not check that a person asks for this code. Wait until the check above the button is done, then send it again; it needs JavaScript.";

/** Sends a code and goes on to its page; the same for known and unknown addresses, as the issuer has it. */
async function sendCode(
  c: Context<EdgeEnv>,
  { to, back }: Pick<Pending, "to" | "back">,
  fields: FormFields,
): Promise<Response> {
  if (!(await mayAskForCode(c, fields[WIDGET_FIELD])))
    return addressPage(c, { back, typed: to, errors: { to: NOT_A_PERSON } });
  const told = await tellIssuer(c, "/auth/code/send", { to });
  if (told.body.code === NO_TRANSPORT) return noCodesPage(c);
  if (told.status === 429) return addressPage(c, { back, typed: to, errors: { to: TOO_MANY } });
  if (told.status !== 200) return refusedPage(c, told);
  keepPending(c, { to, back, sentAt: Date.now(), tries: 0, step: "code" });
  return c.redirect("/sign-in/code", 303);
}

/** A refusal that no form of ours should meet: another address of the same site, mostly. */
function refusedPage(c: Context<EdgeEnv>, { status }: Told): Promise<Response> {
  logFailure("pages.sign_in_refused", null, { status });
  return sendOutcome(c, {
    status: 403,
    heading: "Signing in does not work at this address.",
    children: <p>Open the site under the address that your clinic gave you, and try again there.</p>,
  });
}

// ---- the code ----

const waitSeconds = ({ sentAt }: Pending): number =>
  Math.max(0, Math.ceil((sentAt + RESEND_AFTER_MS - Date.now()) / SECOND_MS));

function codePage(c: Context<EdgeEnv>, pending: Pending, errors: Errors = NO_ERRORS): Promise<Response> {
  const resent = c.req.query("resent") !== undefined;
  const early = c.req.query("early") !== undefined;
  const widget = shownWidget(c);
  return sendPage(c, {
    title: titleOf("Enter the code", errors),
    status: statusOf(errors),
    children: (
      <>
        <h1>Enter the code</h1>
        {resent ? <p class="notice">A new code was sent. The one before does not work any more.</p> : null}
        {early ? (
          <p class="notice">Your code is on its way. Wait a moment before you ask for another one.</p>
        ) : null}
        <CodeForm
          to={pending.to}
          back={pending.back}
          errors={errors}
          waitSeconds={waitSeconds(pending)}
          widget={widget}
        />
        {c.get("settings").LOCAL_MODE ? (
          <p class="local-only">
            On this computer nothing is really sent: the code stands on <a href="/dev">/dev</a>.
          </p>
        ) : null}
      </>
    ),
  });
}

/** The issuer says only that it was refused; what to do depends on why, and most of that this browser knows. */
function codeErrorOf({ sentAt, tries }: Pending): string {
  if (Date.now() > sentAt + CODE_MINUTES * MINUTE_MS)
    return "That code has run out. Ask for a new one below.";
  if (tries >= TRIES)
    return "That code was wrong three times and does not work any more. Ask for a new one below.";
  return "That is not the code that was sent last. Check it, or ask for a new one below.";
}

async function tryCode(c: Context<EdgeEnv>, pending: Pending, typed: string): Promise<Response> {
  const code = readCode(typed);
  if (!code) return codePage(c, pending, { code: "Enter the 6 digits of the code." });
  const told = await tellIssuer(c, "/auth/code/verify", { to: pending.to, code });
  if (told.status === 429) return codePage(c, pending, { code: TOO_MANY });
  if (told.status === 401) {
    const tried = { ...pending, tries: pending.tries + 1 };
    keepPending(c, tried);
    return codePage(c, tried, { code: codeErrorOf(tried) });
  }
  if (told.status !== 200) return refusedPage(c, told);
  const { next } = told.body;
  if (next === "signed-in") return arrived(c, pending);
  const step = next === "confirm" ? "confirm" : "register";
  keepPending(c, { ...pending, step });
  return c.redirect(`/sign-in/${step}`, 303);
}

/** Signed in: on to where one was. */
function arrived(c: Context<EdgeEnv>, { back }: Pending): Response {
  forgetPending(c);
  const before = sessionCookie(c);
  if (before) tokensOfSessions.drop(before);
  return c.redirect(safeReturn(back, originOf(c)), 303);
}

// ---- who one is ----

const today = (): string => new Date(Date.now()).toISOString().slice(0, 10);

const confirmPage = (
  c: Context<EdgeEnv>,
  fields: FormFields = {},
  errors: Errors = NO_ERRORS,
): Promise<Response> =>
  sendPage(c, {
    title: titleOf("Is this you?", errors),
    status: statusOf(errors),
    children: (
      <>
        <h1>Is this you?</h1>
        <p>Your clinic has a record with this address. Your date of birth shows that it is yours.</p>
        <ConfirmForm fields={fields} errors={errors} />
      </>
    ),
  });

async function confirm(c: Context<EdgeEnv>, pending: Pending, fields: FormFields): Promise<Response> {
  const read = readBirthDate(fields, today());
  if ("error" in read) return confirmPage(c, fields, { day: read.error });
  const told = await tellIssuer(c, "/auth/patient/confirm", { birthDate: read.date });
  switch (told.body.code ?? told.body.next) {
    case "signed-in":
      return arrived(c, pending);
    case "BIRTH_DATE_DIFFERS":
      return confirmPage(c, fields, {
        day: "That is not the date of birth in the record. Check day, month and year.",
      });
    case "NO_TRIES_LEFT":
    case "NOTHING_TO_CONFIRM":
      keepPending(c, { ...pending, step: "register" });
      return c.redirect(
        `/sign-in/register?${told.body.code === "NO_TRIES_LEFT" ? "unconfirmed=1" : ""}`,
        303,
      );
    default:
      return unfinished(c, pending, told);
  }
}

/** The session ended between two steps, was finished in another tab, or something of ours does not fit. */
function unfinished(c: Context<EdgeEnv>, pending: Pending, told: Told): Response | Promise<Response> {
  if (told.body.code === "ALREADY_SIGNED_IN") return arrived(c, pending);
  if (told.status === 401) {
    forgetPending(c);
    return c.redirect(`/sign-in?${new URLSearchParams({ return: pending.back, ended: "1" })}`, 303);
  }
  return told.status === 400 ? badFormPage(c) : refusedPage(c, told);
}

async function registerPage(
  c: Context<EdgeEnv>,
  pending: Pending,
  fields: FormFields,
  errors: Errors = NO_ERRORS,
): Promise<Response> {
  const known = await directoryOf(c);
  const unconfirmed = c.req.query("unconfirmed") !== undefined;
  const homeLocationId = fields.homeLocationId ?? parseSlotPlace(pending.back, originOf(c)) ?? "";
  return sendPage(c, {
    title: titleOf("About you", errors),
    status: statusOf(errors),
    children: (
      <>
        <h1>About you</h1>
        {unconfirmed ? (
          <p class="notice">
            We could not confirm the record with this address online. Call your clinic to be joined with it,
            or give your details as a new patient.
          </p>
        ) : (
          <p>This address is new here. Your clinic needs to know who comes.</p>
        )}
        <RegisterForm fields={{ ...fields, homeLocationId }} errors={errors} known={known} />
      </>
    ),
  });
}

function readRegistration(fields: FormFields) {
  const displayName = fields.displayName?.trim().replace(/\s+/g, " ") ?? "";
  const homeLocationId = fields.homeLocationId ?? "";
  const birth = readBirthDate(fields, today());
  const errors: Record<string, string> = {};
  if (displayName === "") errors.displayName = "Enter your full name.";
  if ("error" in birth) errors.day = birth.error;
  if (homeLocationId === "") errors.homeLocationId = "Choose the clinic that keeps your record.";
  return { errors, body: { displayName, birthDate: "date" in birth ? birth.date : "", homeLocationId } };
}

async function register(c: Context<EdgeEnv>, pending: Pending, fields: FormFields): Promise<Response> {
  const { errors, body } = readRegistration(fields);
  if (statusOf(errors) === 422) return registerPage(c, pending, fields, errors);
  const told = await tellIssuer(c, "/auth/patient/register", body);
  if (told.body.next === "signed-in") return arrived(c, pending);
  if (told.body.code === "NO_SUCH_CLINIC")
    return registerPage(c, pending, fields, {
      homeLocationId: "That clinic takes no patients. Choose another one.",
    });
  if (told.status === 400)
    return registerPage(c, pending, fields, {
      displayName: "Check the name: one line, without special characters.",
    });
  return unfinished(c, pending, told);
}

/** The step that is under way, or back to the beginning. */
const during =
  (step: Pending["step"], show: (c: Context<EdgeEnv>, pending: Pending) => Response | Promise<Response>) =>
  (c: Context<EdgeEnv>): Response | Promise<Response> => {
    const pending = readPending(c);
    return pending?.step === step ? show(c, pending) : c.redirect("/sign-in", 303);
  };

// ---- sample people, on a laptop ----

/** A token of the issuer, or null when there is no issuer or it has no key: one cause, one sentence. */
async function sampleToken(env: Env, patient: PatientId): Promise<string | null> {
  try {
    return await env.IDENTITY.sampleToken(patient);
  } catch (error) {
    logFailure("identity.unreachable", error);
    return null;
  }
}

async function signInAsSample(c: Context<EdgeEnv>): Promise<Response> {
  const fields = await formFields(c);
  const patientId = fields.patientId ?? "";
  if (!isPatientId(patientId)) return badFormPage(c);
  const patient = await askPostgres(c.get("settings"), (db, { findPatient }) =>
    findPatient(db, patientId as PatientId),
  );
  if (!patient) return badFormPage(c);
  const token = await sampleToken(c.env, patientId as PatientId);
  if (token === null) return signInAwayPage(c);
  startSample(c, token);
  return c.redirect(safeReturn(fields.return, originOf(c)), 303);
}

/** The browser forgets in any case; whether the session itself ended is the issuer's word. */
async function signOut(c: Context<EdgeEnv>): Promise<Response> {
  endSample(c);
  forgetPages(c);
  const cookie = sessionCookie(c);
  if (!cookie) return c.redirect("/", 303);
  tokensOfSessions.drop(cookie);
  const status = await statusOfSignOut(c);
  forgetIssuerCookies(c);
  if (status === 200) return c.redirect("/", 303);
  return status === 401 ? c.redirect("/sign-in?ended=1", 303) : stillOpenPage(c);
}

/** null: the issuer does not answer. */
async function statusOfSignOut(c: Context<EdgeEnv>): Promise<number | null> {
  try {
    return (await tellIssuer(c, "/auth/sign-out", {})).status;
  } catch (error) {
    if (!(error instanceof IssuerAway)) throw error;
    return null;
  }
}

const stillOpenPage = (c: Context<EdgeEnv>): Promise<Response> =>
  sendOutcome(c, {
    status: 503,
    heading: "You are signed out in this browser.",
    children: (
      <p>
        Our sign-in service did not confirm it, so we could not end the session everywhere. If this is not
        your own device, sign in again in a few minutes and sign out once more.
      </p>
    ),
  });

export const signIn = new Hono<EdgeEnv>()
  .get("/sign-in", (c) => addressPage(c, { back: returnOf(c) }))
  .post("/sign-in/address", async (c) => {
    const fields = await formFields(c);
    const back = safeReturn(fields.return, originOf(c));
    const typed = fields.to ?? "";
    const to = readContact(typed);
    if (to) return sendCode(c, { to, back }, fields);
    const error =
      typed.trim() === ""
        ? "Enter your mobile number or e-mail address."
        : "Check it: an e-mail address like name@example.com, or a mobile number like (312) 555-0100.";
    return addressPage(c, { back, typed, errors: { to: error } });
  })
  .get(
    "/sign-in/code",
    during("code", (c, pending) => codePage(c, pending)),
  )
  .post(
    "/sign-in/code",
    during("code", async (c, pending) => tryCode(c, pending, (await formFields(c)).code ?? "")),
  )
  .post(
    "/sign-in/resend",
    during("code", async (c, pending) => {
      if (waitSeconds(pending) > 0) return c.redirect("/sign-in/code?early=1", 303);
      const sent = await sendCode(c, pending, await formFields(c));
      return sent.status === 303 ? c.redirect("/sign-in/code?resent=1", 303) : sent;
    }),
  )
  .get(
    "/sign-in/confirm",
    during("confirm", (c) => confirmPage(c)),
  )
  .post(
    "/sign-in/confirm",
    during("confirm", async (c, pending) => confirm(c, pending, await formFields(c))),
  )
  .get(
    "/sign-in/register",
    during("register", (c, pending) => registerPage(c, pending, {})),
  )
  .post(
    "/sign-in/register",
    during("register", async (c, pending) => register(c, pending, await formFields(c))),
  )
  .post("/sign-in", (c) => (c.get("settings").LOCAL_MODE ? signInAsSample(c) : badFormPage(c)))
  .post("/sign-out", signOut);
