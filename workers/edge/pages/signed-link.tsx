/**
 * What a signed link opens ([CO20]–[CO25]). GET only says what the link is for, because mail scanners open links; POST does it. Nothing of
 * the appointment is shown before the date of birth has matched, and whatever is wrong with a link is one page.
 */
import { type Context, Hono } from "hono";
import { createMiddleware } from "hono/factory";
import type { LinkAction } from "../../../core/access/signed-link.ts";
import type { Appointment, AppointmentFacts } from "../../../core/booking/appointment.ts";
import type { AvailabilityBody } from "../../../core/live/provider-feed.ts";
import { dateAt } from "../../../core/schedule/clinic-time.ts";
import { type Instant, instant } from "../../../core/time.ts";
import { logFailure } from "../../../durable-objects/shared/log.ts";
import { AppointmentTime } from "../../../web/shared/appointment-time.tsx";
import { fullDateText, timeText } from "../../../web/shared/time-text.ts";
import { directoryOf } from "../api/directory.ts";
import { BUSY, OUTCOME_UNKNOWN, type Problem, problemFor } from "../api/problem.ts";
import { availability } from "../availability-cache.ts";
import { moveAppointment, problemOfTake } from "../book-appointment.ts";
import type { StatusAnswer } from "../booking.ts";
import type { EdgeEnv } from "../env.ts";
import {
  actByLink,
  type FoundLink,
  findLink,
  isBirthDate,
  isProof,
  mintProof,
  mintSignedLink,
  signedLinkPath,
  useUp,
} from "../signed-links.ts";
import { AppointmentPlace } from "./appointment-view.tsx";
import { type FormFields, formFields, parseSlot } from "./form.ts";
import { sendPage } from "./layout.tsx";
import {
  badFormPage,
  HiddenFields,
  headingOf,
  mayRetry,
  NextSteps,
  retryPage,
  sendOutcome,
} from "./outcome.tsx";
import { addDays } from "./provider-week.ts";

/** True of every link of its action: whoever holds one without knowing the patient learns nothing. */
const WORDS: Readonly<
  Record<LinkAction, { readonly title: string; readonly what: string; readonly button: string }>
> = {
  confirm: {
    title: "Confirm your appointment",
    what: "This tells the clinic that you will come to the appointment that our message was about.",
    button: "Confirm",
  },
  cancel: {
    title: "Cancel your appointment",
    what: "This cancels the appointment that our message was about. The time is given back at once, and somebody else may take it.",
    button: "Cancel appointment",
  },
  "check-in": {
    title: "Check in",
    what: "This tells the clinic that you have arrived for the appointment that our message was about.",
    button: "Check in",
  },
  view: {
    title: "See your appointment",
    what: "Enter the date of birth of the patient, so that nobody else reads about the appointment. This link opens once.",
    button: "Show the appointment",
  },
  move: {
    title: "Move your appointment",
    what: "Enter the date of birth of the patient, so that nobody else reads about the appointment.",
    button: "Choose another time",
  },
};

const DONE: Readonly<
  Record<"confirm" | "cancel" | "check-in", { readonly heading: string; readonly next: string }>
> = {
  confirm: {
    heading: "Your appointment is confirmed.",
    next: "Thank you. The clinic knows that you will come.",
  },
  cancel: { heading: "Your appointment is cancelled.", next: "The time was given back." },
  "check-in": { heading: "You're checked in.", next: "Take a seat: the clinic knows that you are here." },
};

/** [CO23] Used, expired, forged, outdated: one page, one status. */
const overPage = (c: Context<EdgeEnv>): Promise<Response> =>
  sendOutcome(c, {
    status: 410,
    heading: "This link can't be used any more.",
    children: (
      <>
        <p>
          It was used already, or it has expired, or the appointment has changed since. Sign in to see your
          appointments, or call the clinic.
        </p>
        <NextSteps>
          <a class="button" href="/me">
            See my appointments
          </a>
        </NextSteps>
      </>
    ),
  });

const awayPage = (c: Context<EdgeEnv>): Promise<Response> =>
  sendOutcome(c, {
    status: 503,
    heading: "We can't look that up just now.",
    children: <p>Nothing was changed. Open the link again in a minute.</p>,
  });

const needsBirthDate = (action: LinkAction): action is "view" | "move" =>
  action === "view" || action === "move";

function BirthDateField({ wrong }: { wrong: boolean }) {
  return (
    <p>
      <label for="birth-date">Date of birth</label>
      <br />
      <input
        type="date"
        id="birth-date"
        name="birthDate"
        required
        autocomplete="bday"
        {...(wrong ? { "aria-describedby": "birth-date-wrong" } : {})}
      />
    </p>
  );
}

function askPage(c: Context<EdgeEnv>, token: string, action: LinkAction, wrong = false): Promise<Response> {
  const { title, what, button } = WORDS[action];
  return sendPage(c, {
    title,
    status: wrong ? 422 : 200,
    children: (
      <>
        <h1>{title}</h1>
        {wrong ? (
          <p id="birth-date-wrong" class="notice" role="alert">
            That did not match, or it was tried too often. A link can be tried three times.
          </p>
        ) : null}
        <p>{what}</p>
        <form method="post" action={signedLinkPath(token)}>
          {needsBirthDate(action) ? <BirthDateField wrong={wrong} /> : null}
          <p class="actions">
            <button type="submit" class={action === "cancel" ? "button danger" : "button"}>
              {button}
            </button>
          </p>
        </form>
      </>
    ),
  });
}

/** What may come next, each a link of its own: the one that was used is gone. */
function FollowUps({
  c,
  facts,
  actions,
}: {
  c: Context<EdgeEnv>;
  facts: AppointmentFacts;
  actions: readonly LinkAction[];
}) {
  const now = instant(Date.now());
  const links = actions.flatMap((action) => {
    const minted = mintSignedLink(c.get("settings").ID_KEYS, facts, action, now);
    return minted.ok ? [{ action, path: signedLinkPath(minted.value.token) }] : [];
  });
  return links.length === 0 ? null : (
    <p class="actions">
      {links.map(({ action, path }) => (
        <a key={action} class={action === "cancel" ? "button quiet danger" : "button quiet"} href={path}>
          {WORDS[action].title}
        </a>
      ))}
    </p>
  );
}

function problemOf(answer: Exclude<StatusAnswer, { kind: "done" }>): Problem {
  if (answer.kind === "refused") return problemFor({ refusal: answer.refusal, alternatives: [] }, "UTC");
  return answer.kind === "busy" ? BUSY : OUTCOME_UNKNOWN;
}

/** A refusal by rule says which rule, and nothing of the appointment. */
const refusedPage = (c: Context<EdgeEnv>, problem: Problem): Promise<Response> =>
  sendOutcome(c, {
    status: problem.status,
    heading: headingOf(problem),
    children: <p>Nothing was changed. Call the clinic if you need help.</p>,
  });

async function act(
  c: Context<EdgeEnv>,
  token: string,
  link: FoundLink,
  action: "confirm" | "cancel" | "check-in",
): Promise<Response> {
  const answer = await actByLink(c, link, action);
  if (answer.kind !== "done") {
    const problem = problemOf(answer);
    if (problem.slug === "not-found") return overPage(c);
    return mayRetry(problem)
      ? retryPage(c, problem, { action: signedLinkPath(token), fields: {} })
      : refusedPage(c, problem);
  }
  const { heading, next } = DONE[action];
  return sendOutcome(c, {
    status: 200,
    heading,
    children: (
      <>
        <p>{next}</p>
        {action === "confirm" ? (
          <>
            <p>Something came up?</p>
            <FollowUps c={c} facts={answer.appointment} actions={["move", "cancel"]} />
          </>
        ) : null}
        {action === "cancel" ? (
          <NextSteps>
            <a class="button" href="/">
              Find another time
            </a>
          </NextSteps>
        ) : null}
      </>
    ),
  });
}

async function detailsPage(
  c: Context<EdgeEnv>,
  appointment: Appointment,
  heading: string,
  actions: readonly LinkAction[],
): Promise<Response> {
  const known = await directoryOf(c);
  return sendOutcome(c, {
    status: 200,
    heading,
    children: (
      <>
        <div class="card">
          <AppointmentTime at={appointment} />
          <AppointmentPlace facts={appointment} known={known} />
        </div>
        <FollowUps c={c} facts={appointment} actions={actions} />
      </>
    ),
  });
}

/** The longest answer a calendar gives. */
const CHOICE_DAYS = 31;
/** As many as a person reads through; who wants more signs in. */
const CHOICES_MAX = 60;

interface Choice {
  readonly start: string;
  readonly locationId: string;
}

/** Free times at the same place for the same visit, soonest first. null = the calendar does not say. */
async function choicesOf(
  c: Context<EdgeEnv>,
  { appointment, provider }: FoundLink,
): Promise<Choice[] | null> {
  const { visitTypeId, locationId, timeZone } = appointment;
  const from = dateAt(instant(Date.now()), timeZone);
  try {
    const query = { visitTypeId, locationId, from, to: addDays(from, CHOICE_DAYS - 1) };
    const answer = await availability(c.env, provider, query);
    const body = answer && (JSON.parse(answer.body) as AvailabilityBody); // our calendar wrote it
    return body ? body.days.flatMap(({ slots }) => slots).slice(0, CHOICES_MAX) : null;
  } catch (error) {
    logFailure("link.availability_failed", error, { provider: provider.id });
    return null;
  }
}

function Choices({ choices, timeZone }: { choices: readonly Choice[]; timeZone: string }) {
  const byDate = Map.groupBy(choices, ({ start }) => fullDateText(Date.parse(start), timeZone));
  return (
    <>
      {[...byDate].map(([date, ofDay]) => (
        <fieldset key={date}>
          <legend>{date}</legend>
          {ofDay.map(({ start, locationId }) => (
            <label key={start} class="choice-line">
              <input type="radio" name="slot" value={`${start}@${locationId}`} required />{" "}
              {timeText(Date.parse(start), timeZone)}
            </label>
          ))}
        </fieldset>
      ))}
    </>
  );
}

async function choosePage(c: Context<EdgeEnv>, token: string, link: FoundLink, news = ""): Promise<Response> {
  const choices = await choicesOf(c, link);
  if (!choices) return awayPage(c);
  const { appointment } = link;
  const known = await directoryOf(c);
  const proof = mintProof(c.get("settings").ID_KEYS, link, instant(Date.now()));
  return sendPage(c, {
    title: "Choose another time",
    status: news ? 409 : 200,
    children: (
      <>
        <h1 tabIndex={-1} autofocus>
          Choose another time
        </h1>
        {news ? (
          <p class="notice" role="alert">
            {news}
          </p>
        ) : null}
        <p>Until you choose, your appointment stays as it is:</p>
        <div class="card">
          <AppointmentTime at={appointment} />
          <AppointmentPlace facts={appointment} known={known} />
        </div>
        {choices.length === 0 ? (
          <p class="notice">There is no other free time in the next {CHOICE_DAYS} days. Call the clinic.</p>
        ) : (
          <form method="post" action={signedLinkPath(token)}>
            <HiddenFields fields={{ proof }} />
            <Choices choices={choices} timeZone={appointment.timeZone} />
            <p class="actions">
              <button type="submit" class="button">
                Move to this time
              </button>
            </p>
          </form>
        )}
      </>
    ),
  });
}

/** [CO22] To the version that the link was made for: of two moves of one version the calendar takes one. */
async function move(
  c: Context<EdgeEnv>,
  token: string,
  link: FoundLink,
  fields: FormFields,
): Promise<Response> {
  const slot = parseSlot(fields.slot);
  if (!slot) return badFormPage(c);
  const { appointment, provider, claims, open, principal } = link;
  if (slot.locationId !== appointment.locationId) return badFormPage(c);
  const start = instant(Date.parse(slot.start)) as Instant;
  const terms = { ifMatch: claims.stamp, key: `${open.id}/${start}` };
  const outcome = await moveAppointment(c, principal, { ok: true, appointment, provider }, terms, { start });
  if (!outcome.ok) return refusedPage(c, outcome.problem);
  const { answer } = outcome;
  if (answer.kind === "accepted")
    return detailsPage(c, answer.appointment, "Your appointment was moved.", ["move", "cancel"]);
  const problem = problemOfTake(answer, outcome.timeZone);
  if (problem.slug === "stale-version" || problem.slug === "not-found") return overPage(c);
  if (problem.slug === "slot-taken") return choosePage(c, token, link, "That time was just taken.");
  if (mayRetry(problem))
    return retryPage(c, problem, {
      action: signedLinkPath(token),
      fields: { proof: fields.proof ?? "", slot: fields.slot ?? "" },
    });
  return refusedPage(c, problem);
}

async function withBirthDate(
  c: Context<EdgeEnv>,
  token: string,
  link: FoundLink,
  fields: FormFields,
): Promise<Response> {
  const { action } = link.claims;
  if (!/^\d{4}-\d{2}-\d{2}$/.test(fields.birthDate ?? "")) return badFormPage(c); // not a try: no date of ours looks like it
  if (!(await isBirthDate(c, link, fields.birthDate as string))) return askPage(c, token, action, true);
  if (action === "move") return choosePage(c, token, link);
  if (!(await useUp(c, link))) return overPage(c);
  return detailsPage(c, link.appointment, "Your appointment", ["confirm", "move", "cancel"]);
}

/** [CO25] The address is a key: no other site is told of it, and nobody keeps the page. */
const keepsQuiet = createMiddleware<EdgeEnv>(async (c, next) => {
  await next();
  c.header("Referrer-Policy", "no-referrer");
  c.header("Cache-Control", "no-store");
  c.header("X-Robots-Tag", "noindex");
});

export const signedLink = new Hono<EdgeEnv>()
  .use("/l/*", keepsQuiet)
  .get("/l/:token", async (c) => {
    const token = c.req.param("token");
    const found = await findLink(c, token);
    if (found.kind === "over") return overPage(c);
    return found.kind === "away" ? awayPage(c) : askPage(c, token, found.link.claims.action);
  })
  .post("/l/:token", async (c) => {
    const token = c.req.param("token");
    const found = await findLink(c, token);
    if (found.kind === "over") return overPage(c);
    if (found.kind === "away") return awayPage(c);
    const { link } = found;
    const { action } = link.claims;
    if (!needsBirthDate(action)) return act(c, token, link, action);
    const fields = await formFields(c);
    if (action === "move" && fields.proof !== undefined) {
      const isGood = isProof(c.get("settings").ID_KEYS, link, fields.proof, instant(Date.now()));
      return isGood ? move(c, token, link, fields) : askPage(c, token, action);
    }
    return withBirthDate(c, token, link, fields);
  });
