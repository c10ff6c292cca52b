/** A patient's own account: passkeys, sessions, and where to go for what else is theirs. Rules: core/SPEC.md [SI9] [SI10]. */
import { type Context, Hono } from "hono";
import type { EdgeEnv } from "../env.ts";
import { deviceText } from "../sign-in/contact.ts";
import { forgetIssuerCookies, IssuerAway, sessionCookie, type Told, tellIssuer } from "../sign-in/issuer.ts";
import { tokensOfSessions } from "../sign-in/visitor.ts";
import { knownPrincipal } from "../token-verifier.ts";
import { formFields } from "./form.ts";
import { sendPage } from "./layout.tsx";
import { badFormPage, HiddenFields, signInAwayPage } from "./outcome.tsx";
import { patientOf, toSignIn } from "./session.ts";
import { phoneText } from "./words.ts";

/** More than anybody has; the rest is not worth a longer page. */
const SHOWN_MAX = 50;
/** [SV2] To another sign-in, and back. */
const AGAIN = "/sign-in?again=1&return=%2Faccount";

interface Passkey {
  readonly id: string;
  readonly name: string | null;
  readonly createdAt: string;
}
interface Session {
  readonly id: string;
  readonly method: string;
  readonly createdAt: string;
  readonly usedAt: string;
  readonly isThisOne: boolean;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

/** The issuer's lists, member by member: what is not as expected is left out. */
function passkeysOf(list: unknown): Passkey[] {
  return (Array.isArray(list) ? list : [])
    .slice(0, SHOWN_MAX)
    .flatMap((one) =>
      isRecord(one) && typeof one.id === "string" && typeof one.createdAt === "string"
        ? [{ id: one.id, name: typeof one.name === "string" ? one.name : null, createdAt: one.createdAt }]
        : [],
    );
}

function sessionsOf(list: unknown): Session[] {
  return (Array.isArray(list) ? list : []).slice(0, SHOWN_MAX).flatMap((one) => {
    if (!isRecord(one)) return [];
    const { id, method, createdAt, usedAt, isThisOne } = one;
    return [id, method, createdAt, usedAt].every((text) => typeof text === "string")
      ? [{ id, method, createdAt, usedAt, isThisOne: isThisOne === true } as Session]
      : [];
  });
}

/** [SV2] Whether this session is young enough to change what signs somebody in, as the issuer says. */
const isFresh = ({ body }: Told): boolean => isRecord(body.session) && body.session.isFresh === true;

/** Whether somebody may save their first passkey now. Not, when that cannot be said just now. */
export async function lacksPasskey(c: Context<EdgeEnv>): Promise<boolean> {
  try {
    const [mine, passkeys] = await Promise.all([
      tellIssuer(c, "/auth/get-session"),
      tellIssuer(c, "/auth/passkey/list-user-passkeys"),
    ]);
    return isFresh(mine) && passkeys.status === 200 && passkeysOf(passkeys.body.list).length === 0;
  } catch (error) {
    if (error instanceof IssuerAway) return false; // logged where it was noticed
    throw error;
  }
}

const METHODS: Readonly<Record<string, string>> = {
  otp: "With a code",
  hwk: "With a passkey",
  mfa: "With a clinic's account",
};

const dateFormat = new Intl.DateTimeFormat("en-US", { dateStyle: "long", timeZone: "UTC" });
const dateText = (text: string): string => {
  const at = Date.parse(text);
  return Number.isNaN(at) ? "a while ago" : dateFormat.format(at);
};

/** Filled by the browser's own script, and hidden where there are no passkeys. */
export const AddPasskey = ({ device, heading, text }: { device: string; heading: string; text: string }) => (
  <section class="panel passkey" data-passkey="add" data-name={device} hidden aria-labelledby="add-passkey">
    <h2 id="add-passkey">{heading}</h2>
    <p>{text}</p>
    <p class="actions">
      <button type="button" class="button">
        Save a passkey
      </button>
    </p>
    <p class="passkey-news" role="status" />
  </section>
);

/** [SV2] In the place of what cannot be done before. */
const ProveAgain = () => (
  <section class="panel" aria-labelledby="prove-again">
    <h2 id="prove-again">To change something here, sign in again</h2>
    <p>
      You signed in a while ago. Show again that it is you: for ten minutes you can then add and remove
      passkeys, and sign out other devices.
    </p>
    <p class="actions">
      <a class="button" href={AGAIN}>
        Sign in again
      </a>
    </p>
  </section>
);

interface PasskeysProps {
  readonly passkeys: readonly Passkey[];
  readonly device: string;
  readonly fresh: boolean;
}

function Passkeys({ passkeys, device, fresh }: PasskeysProps) {
  return (
    <section aria-labelledby="passkeys">
      <h2 id="passkeys">Passkeys</h2>
      {passkeys.length === 0 ? (
        <p>
          You have none yet. With a passkey you sign in by finger, face or PIN instead of waiting for a code.
        </p>
      ) : (
        <ul class="rows">
          {passkeys.map(({ id, name, createdAt }) => (
            <li key={id} class="row">
              <p>
                <strong>{name ?? "A passkey"}</strong>
                <br />
                <span class="muted">Saved on {dateText(createdAt)}</span>
              </p>
              {fresh ? (
                <form method="post" action="/account/passkeys/remove">
                  <HiddenFields fields={{ id }} />
                  <button type="submit" class="button quiet danger">
                    Remove<span class="sr-only"> {name ?? "this passkey"}</span>
                  </button>
                </form>
              ) : null}
            </li>
          ))}
        </ul>
      )}
      {fresh ? (
        <AddPasskey
          device={device}
          heading="Add a passkey"
          text="It stays on this device or with the service that keeps your passkeys. We never see your finger, face or PIN."
        />
      ) : null}
    </section>
  );
}

function Sessions({ sessions, fresh }: { sessions: readonly Session[]; fresh: boolean }) {
  return (
    <section aria-labelledby="sessions">
      <h2 id="sessions">Where you are signed in</h2>
      <ul class="rows">
        {sessions.map(({ id, method, createdAt, usedAt, isThisOne }) => (
          <li key={id} class="row">
            <p>
              <strong>{METHODS[method] ?? "Signed in"}</strong> on {dateText(createdAt)}
              {isThisOne ? <span class="tag"> This browser</span> : null}
              <br />
              <span class="muted">Last used on {dateText(usedAt)}</span>
            </p>
            {isThisOne || !fresh ? null : (
              <form method="post" action="/account/sessions/end">
                <HiddenFields fields={{ id }} />
                <button type="submit" class="button quiet danger">
                  Sign out<span class="sr-only"> the session that began on {dateText(createdAt)}</span>
                </button>
              </form>
            )}
          </li>
        ))}
      </ul>
      <p class="hint">A device that you sign out elsewhere may show pages for up to five more minutes.</p>
      {fresh ? (
        <p class="actions">
          <SignOutEverywhere />
        </p>
      ) : null}
    </section>
  );
}

const SignOutEverywhere = () => (
  <form method="post" action="/account/sign-out-everywhere">
    <button type="submit" class="button quiet danger">
      Sign out everywhere
    </button>
  </form>
);

const DONE: Readonly<Record<string, string>> = {
  "passkey-saved": "Your passkey is saved. Next time you sign in with it.",
  "passkey-removed":
    "The passkey is removed. Delete it on your device too, so that it is not offered any more.",
  "session-ended": "That session is ended.",
};

const Contact = ({ user }: { user: unknown }) => {
  const { email, phone } = isRecord(user) ? user : {};
  const address = typeof email === "string" ? email : typeof phone === "string" ? phoneText(phone) : null;
  return address ? (
    <p>
      You sign in as <strong>{address}</strong>.
    </p>
  ) : null;
};

/** What else is theirs, on pages of its own. */
const Elsewhere = () => (
  <section aria-labelledby="elsewhere">
    <h2 id="elsewhere">Your record</h2>
    <ul>
      <li>
        <a href="/me/people">People who act for you</a>, and those for whom you act
      </li>
      <li>
        <a href="/privacy">What we keep about you</a>: look at it, download it, delete it
      </li>
    </ul>
  </section>
);

const SampleAccount = () => (
  <p class="local-only">
    You are a sample person of this computer, without passkeys and sessions. Sign out, and sign in with an
    address: the code stands on <a href="/dev">/dev</a>.
  </p>
);

async function accountPage(c: Context<EdgeEnv>): Promise<Response> {
  const visitor = c.get("visitor");
  const isSample = visitor.kind === "person" && visitor.sample;
  const what = c.req.query("done") ?? "";
  const done = Object.hasOwn(DONE, what) ? DONE[what] : undefined; // an address says anything
  const device = deviceText(c.req.header("user-agent"));
  const [mine, passkeys, sessions] = isSample
    ? []
    : await Promise.all([
        tellIssuer(c, "/auth/get-session"),
        tellIssuer(c, "/auth/passkey/list-user-passkeys"),
        tellIssuer(c, "/auth/list-sessions"),
      ]);
  if (sessions?.status === 401) return toSignIn(c, "/account"); // ended elsewhere, and noticed here first
  return sendPage(c, {
    title: "Account",
    children: (
      <div id="account">
        <h1 {...(done ? {} : { tabIndex: -1 })}>Account</h1>
        {done ? (
          <p class="notice" role="status">
            {done}
          </p>
        ) : null}
        {mine && passkeys && sessions ? (
          <>
            <Contact user={mine.body.user} />
            {isFresh(mine) ? null : <ProveAgain />}
            <Passkeys passkeys={passkeysOf(passkeys.body.list)} device={device} fresh={isFresh(mine)} />
            <Sessions sessions={sessionsOf(sessions.body.sessions)} fresh={isFresh(mine)} />
          </>
        ) : (
          <SampleAccount />
        )}
        <Elsewhere />
      </div>
    ),
  });
}

/** Ids of passkeys and sessions are UUIDs. */
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

const isStale = ({ body }: Told): boolean => body.code === "SESSION_NOT_FRESH";

/**
 * What to show where the issuer did not do it; null where it did. Nothing is said to be done on any other answer. A 401 is an ended
 * session, which this isolate must not go on with.
 */
function notDone(c: Context<EdgeEnv>, told: Told): Response | Promise<Response> | null {
  if (told.status === 200) return null;
  if (isStale(told)) return c.redirect(AGAIN, 303);
  if (told.status !== 401) return signInAwayPage(c);
  const cookie = sessionCookie(c);
  if (cookie) tokensOfSessions.drop(cookie);
  return toSignIn(c, "/account");
}

/** One of a list of one's own: a foreign and a missing one are the same, and the list shows what is there. */
async function end(c: Context<EdgeEnv>, path: string, done: string): Promise<Response> {
  if (!patientOf(c)) return toSignIn(c, "/account");
  const { id = "" } = await formFields(c);
  if (!UUID.test(id)) return badFormPage(c);
  const told = await tellIssuer(c, path, { id });
  if (told.status === 404) return c.redirect("/account", 303);
  return notDone(c, told) ?? c.redirect(`/account?done=${done}`, 303);
}

/** Every session of this person. This isolate forgets at once; others know within the token's five minutes. */
async function signOutEverywhere(c: Context<EdgeEnv>): Promise<Response> {
  const patient = patientOf(c);
  if (!patient || !sessionCookie(c)) return toSignIn(c, "/account");
  const refused = notDone(c, await tellIssuer(c, "/auth/sign-out-everywhere", {}));
  if (refused) return refused;
  tokensOfSessions.dropWhere((token) => knownPrincipal(token)?.subject === patient.subject);
  forgetIssuerCookies(c);
  return c.redirect("/sign-in?everywhere=1", 303);
}

export const account = new Hono<EdgeEnv>()
  .get("/account", (c) => (patientOf(c) ? accountPage(c) : toSignIn(c, "/account")))
  .post("/account/passkeys/remove", (c) => end(c, "/auth/passkey/delete-passkey", "passkey-removed"))
  .post("/account/sessions/end", (c) => end(c, "/auth/revoke-session", "session-ended"))
  .post("/account/sign-out-everywhere", signOutEverywhere);
