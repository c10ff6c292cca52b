/** Pages for everything that did not go as hoped: what happened, and what to do now. */
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { ComponentChildren } from "preact";
import { logFailure } from "../../../durable-objects/shared/log.ts";
import type { Problem } from "../api/problem.ts";
import { AuditUnavailable } from "../audit.ts";
import type { EdgeEnv } from "../env.ts";
import { PostgresUnavailable } from "../postgres.ts";
import { IssuerAway } from "../sign-in/issuer.ts";
import { sendPage } from "./layout.tsx";

/** Until a page that needs the issuer is worth another try. */
const SIGN_IN_RETRY_SECONDS = 30;

interface Outcome {
  readonly status: ContentfulStatusCode;
  /** A sentence: the title of the page and its heading. */
  readonly heading: string;
  readonly children?: ComponentChildren;
}

/** The heading takes the focus: it is the answer to what was just pressed. */
export const sendOutcome = (c: Context<EdgeEnv>, { status, heading, children }: Outcome): Promise<Response> =>
  sendPage(c, {
    title: heading.replace(/\.$/, ""),
    status,
    children: (
      <>
        <h1 tabIndex={-1} autofocus>
          {heading}
        </h1>
        {children}
      </>
    ),
  });

export const NextSteps = ({ children }: { children: ComponentChildren }) => <p class="actions">{children}</p>;

const ToFindCare = () => (
  <NextSteps>
    <a class="button" href="/">
      Find care
    </a>
  </NextSteps>
);

export const notFoundPage = (c: Context<EdgeEnv>): Promise<Response> =>
  sendOutcome(c, {
    status: 404,
    heading: "We can't find that page.",
    children: (
      <>
        <p>The address may be old or mistyped, or it may belong to somebody else's appointment.</p>
        <ToFindCare />
      </>
    ),
  });

export function tooManyPage(c: Context<EdgeEnv>, seconds: number): Promise<Response> {
  c.header("Retry-After", String(seconds));
  return sendOutcome(c, {
    status: 429,
    heading: "Too many pages in a short time.",
    children: <p>Wait {seconds} seconds, then load this page again.</p>,
  });
}

/** The issuer is away: signing in, and knowing who is signed in, wait for it. Nothing else does. */
export function signInAwayPage(c: Context<EdgeEnv>): Promise<Response> {
  c.header("Retry-After", String(SIGN_IN_RETRY_SECONDS));
  return sendOutcome(c, {
    status: 503,
    heading: "Signing in does not work just now.",
    children: (
      <>
        <p>
          Your appointments are safe. Load this page again in a minute, or call your clinic to book or change
          a time.
        </p>
        <ToFindCare />
      </>
    ),
  });
}

export const crossSitePage = (c: Context<EdgeEnv>): Promise<Response> =>
  sendOutcome(c, {
    status: 403,
    heading: "That came from another site, so we did nothing.",
    children: (
      <>
        <p>Forms are only taken from our own pages. Open the page here and try again.</p>
        <ToFindCare />
      </>
    ),
  });

export const badFormPage = (c: Context<EdgeEnv>): Promise<Response> =>
  sendOutcome(c, {
    status: 400,
    heading: "We could not read that form, so we did nothing.",
    children: (
      <>
        <p>Go back, load the page again, and choose once more.</p>
        <ToFindCare />
      </>
    ),
  });

/** Something of ours is away. The answer says nothing but the request id. */
export function failurePage(error: Error, c: Context<EdgeEnv>): Promise<Response> {
  if (error instanceof IssuerAway) return signInAwayPage(c); // logged where it was noticed
  if (error instanceof PostgresUnavailable) {
    return sendOutcome(c, {
      status: 503,
      heading: "We can't read the list of clinics just now.",
      children: <p>Your appointments are safe. Load this page again in a minute.</p>,
    });
  }
  if (error instanceof AuditUnavailable) {
    return sendOutcome(c, {
      status: 503,
      heading: "We can't show your appointments just now.",
      children: <p>They are safe. If you changed something, look again in a minute whether it was done.</p>,
    });
  }
  logFailure("edge.unexpected", error);
  return sendOutcome(c, {
    status: 500,
    heading: "Something went wrong on our side.",
    children: (
      <p>
        Load this page again. If it stays like this, call your clinic and quote{" "}
        <code>{c.get("requestId")}</code>.
      </p>
    ),
  });
}

/** The same refusal in words for the person it concerns; everything else keeps the API's sentence. */
const PERSONAL: Readonly<Record<string, string>> = {
  "patient-conflict": "You already have an appointment at that time.",
  "too-many-open-bookings": "You have too many open appointments to book another.",
  "stale-version": "Your appointment has changed since you opened that page.",
  "minimum-notice": "It is too late to book that time.",
  "starts-in-past": "That time has passed.",
  "idempotency-key-reuse": "You already sent that form with other details.",
  "idempotency-in-flight": "Your first request is still being worked on.",
  "not-found": "We can't find that.",
};

export const headingOf = ({ slug, title, extra }: Problem): string =>
  PERSONAL[typeof extra?.rule === "string" ? extra.rule : slug] ?? PERSONAL[slug] ?? title;

/** Whether the same form may simply be sent again: nothing was decided, or it was and the key finds it. */
export const mayRetry = ({ slug }: Problem): boolean =>
  slug === "outcome-unknown" || slug === "overloaded" || slug === "idempotency-in-flight";

export interface RetryForm {
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
}

export const HiddenFields = ({ fields }: { fields: Readonly<Record<string, string>> }) => (
  <>
    {Object.entries(fields).map(([name, value]) => (
      <input key={name} type="hidden" name={name} value={value} />
    ))}
  </>
);

/** The same form with the same key: safe to press until there is an answer. */
export function retryPage(c: Context<EdgeEnv>, problem: Problem, form: RetryForm): Promise<Response> {
  if (problem.retryAfterSeconds !== undefined) c.header("Retry-After", String(problem.retryAfterSeconds));
  const unknown = problem.slug === "outcome-unknown";
  return sendOutcome(c, {
    status: problem.status,
    heading: unknown ? "We don't know yet whether that worked." : headingOf(problem),
    children: (
      <>
        <p>Try again. It is safe: nothing will be done twice.</p>
        <form method="post" action={form.action}>
          <HiddenFields fields={form.fields} />
          <p class="actions">
            <button type="submit" class="button">
              Try again
            </button>
            <a href="/me">See my appointments</a>
          </p>
        </form>
      </>
    ),
  });
}

const TO_ME = { href: "/me", text: "See my appointments" } as const;

/** A refusal that this form cannot get past: the sentence, and where to go instead. */
export const problemPage = (
  c: Context<EdgeEnv>,
  problem: Problem,
  back: { readonly href: string; readonly text: string } = TO_ME,
): Promise<Response> =>
  problem.slug === "not-found"
    ? notFoundPage(c)
    : sendOutcome(c, {
        status: problem.status,
        heading: headingOf(problem),
        children: (
          <>
            <p>Nothing was changed.</p>
            <NextSteps>
              <a class="button" href={back.href}>
                {back.text}
              </a>
              {back.href === TO_ME.href ? null : <a href={TO_ME.href}>{TO_ME.text}</a>}
            </NextSteps>
          </>
        ),
      });

export const tooLatePage = (c: Context<EdgeEnv>, what: "moved" | "cancelled"): Promise<Response> =>
  sendOutcome(c, {
    status: 422,
    heading: `This appointment can no longer be ${what}.`,
    children: (
      <>
        <p>It has started, is over or was cancelled. If that is wrong, call the clinic.</p>
        <NextSteps>
          <a class="button" href="/me">
            See my appointments
          </a>
        </NextSteps>
      </>
    ),
  });
