/** How the people of the clinics come in, and who they are then. What they do there comes with the console. [SI4] [SI11] */
import { type Context, Hono } from "hono";
import type { Principal } from "../../../core/access/principal.ts";
import { directoryOf } from "../api/directory.ts";
import type { EdgeEnv } from "../env.ts";
import { askIssuer, IssuerAway, passCookies, tellIssuer } from "../sign-in/issuer.ts";
import { formFields } from "./form.ts";
import { sendPage } from "./layout.tsx";
import {
  badFormPage,
  HiddenFields,
  NextSteps,
  notFoundPage,
  sendOutcome,
  signInAwayPage,
} from "./outcome.tsx";

interface Refusal {
  readonly heading: string;
  readonly text: string;
}

/** By the word that the issuer puts into the address. */
const REFUSALS: Readonly<Record<string, Refusal>> = {
  mfa: {
    heading: "Your clinic's account did not ask for a second factor.",
    text: "Staff pages need one. Turn on two-step verification in your clinic's account, or ask whoever runs it, then sign in again.",
  },
  "not-invited": {
    heading: "This account has not been invited.",
    text: "Ask your administrator for an invitation, and open its link first. If you have several accounts, sign in with the one that was invited.",
  },
  "no-access": {
    heading: "This account has no access any more.",
    text: "It is not bound to a clinic. Ask your administrator.",
  },
  invitation: {
    heading: "This invitation does not work any more.",
    text: "It was used, replaced by a newer one, or is older than a week. If you accepted it before, sign in below; else ask for a new one.",
  },
  away: {
    heading: "Your clinic's sign-in does not answer just now.",
    text: "Try again in a minute. What patients book is not affected.",
  },
  "not-set-up": {
    heading: "Staff sign-in is not set up here.",
    text: "Whoever runs this site connects it to the clinics' identity provider: OIDC_DISCOVERY_URL in docs/configuration.md.",
  },
  failed: {
    heading: "Signing in did not work.",
    text: "Nothing was changed. Try again; if it stays like this, call whoever runs your clinic's accounts.",
  },
};

const refusalOf = (word: string | undefined): Refusal | undefined => {
  if (word === undefined) return undefined;
  if (word === "provider") return REFUSALS.away;
  return Object.hasOwn(REFUSALS, word) ? REFUSALS[word] : REFUSALS.failed;
};

const SignInLink = ({ text }: { text: string }) => (
  <NextSteps>
    <a class="button" href="/staff/sign-in/start">
      {text}
    </a>
  </NextSteps>
);

function signInPage(c: Context<EdgeEnv>): Promise<Response> {
  const refusal = refusalOf(c.req.query("error"));
  if (refusal)
    return sendOutcome(c, {
      status: 200,
      heading: refusal.heading,
      children: (
        <>
          <p>{refusal.text}</p>
          <SignInLink text="Sign in with your clinic's account" />
        </>
      ),
    });
  const isInvited = c.req.query("invited") !== undefined;
  const visitor = c.get("visitor");
  return sendPage(c, {
    title: "Staff sign-in",
    children: (
      <>
        <h1>Staff sign-in</h1>
        {isInvited ? <p class="notice">You have accepted the invitation. Sign in now to begin.</p> : null}
        {visitor.kind === "person" && visitor.principal.role === "patient" ? (
          <p class="notice">
            You are signed in as a patient, which does not count on staff pages. Signing in here ends it in
            this browser.
          </p>
        ) : null}
        <p>
          Your clinic's own account opens these pages, with its second factor. There is no other password.
        </p>
        <SignInLink text="Sign in with your clinic's account" />
        <p class="muted">
          You come as a patient? <a href="/sign-in">Patient sign-in</a>
        </p>
      </>
    ),
  });
}

const failed = (c: Context<EdgeEnv>, word: string): Response =>
  c.redirect(`/staff/sign-in?error=${word}`, 303);

/**
 * A link and not a form: the browser goes on to the provider, and `form-action` forbids forms to lead elsewhere. It only begins
 * something, but not for other sites.
 */
async function start(c: Context<EdgeEnv>): Promise<Response> {
  const site = c.req.header("sec-fetch-site");
  if (site !== undefined && site !== "same-origin" && site !== "none")
    return c.redirect("/staff/sign-in", 303);
  try {
    const told = await tellIssuer(c, "/auth/sign-in/social", { provider: "clinic", callbackURL: "/staff" });
    const { url } = told.body;
    if (told.status === 200 && typeof url === "string" && URL.parse(url)) return c.redirect(url, 303);
    return failed(c, told.status === 404 ? "not-set-up" : "failed");
  } catch (error) {
    if (error instanceof IssuerAway) return failed(c, "away");
    throw error;
  }
}

/** As the issuer makes them: 32 bytes in base 64. */
const INVITATION = /^[A-Za-z0-9_-]{43}$/;

/** Mail programs open links: only the press of the button counts. */
function invitationPage(c: Context<EdgeEnv>): Promise<Response> {
  const token = c.req.query("token") ?? "";
  if (!INVITATION.test(token)) return notFoundPage(c);
  return sendPage(c, {
    title: "Invitation",
    children: (
      <>
        <h1>You are invited to Openslot</h1>
        <p>Accept, then sign in with your clinic's account. Your work address is bound to it.</p>
        <form method="post" action="/staff/invitation">
          <HiddenFields fields={{ token }} />
          <p class="actions">
            <button type="submit" class="button">
              Accept the invitation
            </button>
          </p>
        </form>
      </>
    ),
  });
}

async function accept(c: Context<EdgeEnv>): Promise<Response> {
  const { token = "" } = await formFields(c);
  if (!INVITATION.test(token)) return badFormPage(c);
  const answer = await askIssuer(c, {
    method: "POST",
    path: "/auth/invitation",
    body: new URLSearchParams({ token }).toString(),
    contentType: "application/x-www-form-urlencoded",
  });
  passCookies(c, answer);
  await answer.body?.cancel();
  if (answer.status >= 500) return signInAwayPage(c);
  const back = answer.headers.get("location");
  return c.redirect(back === "/staff/sign-in?invited=1" ? back : "/staff/sign-in?error=invitation", 303);
}

const ROLES: Readonly<Record<Principal["role"], string>> = {
  staff: "Clinic staff",
  admin: "Administrator",
  provider: "Provider",
  patient: "Patient",
  kiosk: "Kiosk",
  service: "Service",
};

async function home(c: Context<EdgeEnv>): Promise<Response> {
  const principal = c.get("principal");
  if (!principal) {
    if (c.get("visitor").kind === "unknown") return signInAwayPage(c);
    return c.redirect("/staff/sign-in", 303);
  }
  const known = await directoryOf(c);
  const clinics = "clinics" in principal ? principal.clinics.map((id) => known.clinics.get(id)) : [];
  return sendPage(c, {
    title: "Staff",
    children: (
      <>
        <h1>You are signed in</h1>
        <dl class="facts">
          <dt>Role</dt>
          <dd>{ROLES[principal.role]}</dd>
          <dt>{principal.role === "provider" ? "Calendar" : "Clinics"}</dt>
          <dd>
            {principal.role === "provider" ? (
              (known.providers.get(principal.providerId)?.displayName ?? <code>{principal.providerId}</code>)
            ) : "clinics" in principal ? (
              <ul>
                {clinics.map((clinic) =>
                  clinic ? (
                    <li key={clinic.id}>
                      {clinic.name}, {clinic.city}, {clinic.state}
                    </li>
                  ) : null,
                )}
              </ul>
            ) : (
              "All"
            )}
          </dd>
          <dt>Account</dt>
          <dd>
            <code>{principal.subject}</code>
          </dd>
        </dl>
        <p>
          The console for the clinic's day comes with a later release. Until then your role works in the API.
        </p>
        <form method="post" action="/sign-out">
          <p class="actions">
            <button type="submit" class="button quiet">
              Sign out
            </button>
          </p>
        </form>
      </>
    ),
  });
}

export const staff = new Hono<EdgeEnv>()
  .get("/staff", home)
  .get("/staff/sign-in", signInPage)
  .get("/staff/sign-in/start", start)
  .get("/staff/invitation", invitationPage)
  .post("/staff/invitation", accept);
