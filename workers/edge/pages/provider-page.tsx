/** A provider's page: first what the visit is for, then the times of a week. */
import { type Context, Hono } from "hono";
import type { Appointment } from "../../../core/booking/appointment.ts";
import type { Provider, VisitType } from "../../../core/directory/directory.ts";
import type { SlotForm, SlotListData } from "../../../web/shared/slot-board.ts";
import { directoryOf } from "../api/directory.ts";
import { findAppointment } from "../book-appointment.ts";
import type { Directory } from "../directory-cache.ts";
import type { EdgeEnv } from "../env.ts";
import { actsFor, type Named } from "./acting.tsx";
import { canChange } from "./appointment-view.tsx";
import { newFormKey } from "./form.ts";
import { sendPage } from "./layout.tsx";
import { notFoundPage, problemPage, tooLatePage } from "./outcome.tsx";
import { type FreeWeek, freeWeek } from "./provider-times.ts";
import {
  type Asked,
  CurrentTime,
  ProviderHead,
  providerUrl,
  type Shown,
  Times,
  VisitChoice,
} from "./provider-view.tsx";
import { type PatientPrincipal, patientOf, toSignIn } from "./session.ts";
import { providerText } from "./words.ts";

function shownOf(known: Directory, provider: Provider): Shown {
  const present = <T,>(found: T | undefined): found is T => found !== undefined;
  return {
    provider,
    clinics: provider.locationIds.map((id) => known.clinics.get(id)).filter(present),
    visits: provider.visitTypeIds
      .map((id) => known.visitTypes.get(id))
      .filter(present)
      .sort((a, b) => a.name.localeCompare(b.name)),
  };
}

function readAsked({ visitTypeId, from, move, slot }: Readonly<Record<string, string>>): Asked {
  return { visitTypeId, from, move, slot };
}

/** Booking is a POST; looking for a new time and signing in change nothing yet, so they are addresses to come back to. */
function slotForm(
  patient: PatientPrincipal | null,
  people: readonly Named[],
  provider: Provider,
  visit: VisitType,
  asked: Asked,
): SlotForm {
  if (asked.move) {
    return { method: "get", action: `/appointments/${asked.move}/move`, fields: {}, asksReason: false };
  }
  const at = { visitTypeId: visit.id, ...(asked.from === undefined ? {} : { from: asked.from }) };
  if (!patient) {
    const fields = { return: providerUrl(provider.id, at) };
    return { method: "get", action: "/sign-in", fields, asksReason: false };
  }
  const fields = { providerId: provider.id, ...at, key: newFormKey() };
  const forWhom = people.length > 0 ? { people: [{ id: patient.patientId, name: "Me" }, ...people] } : {};
  return { method: "post", action: "/appointments", fields, asksReason: true, ...forWhom };
}

function slotListData(
  { provider, clinics }: Shown,
  visit: VisitType,
  week: FreeWeek,
  form: SlotForm,
): SlotListData {
  return {
    providerId: provider.id,
    providerName: providerText(provider),
    visitTypeId: visit.id,
    from: week.from,
    to: week.to,
    dates: week.dates,
    revision: week.revision,
    noticeMinutes: week.noticeMinutes,
    sites: clinics.map(({ id, name, timeZone }) => ({ locationId: id, name, timeZone })),
    days: week.days,
    form,
  };
}

/** The appointment that looks for a new time here, or the page that says why it cannot. */
async function movingOf(
  c: Context<EdgeEnv>,
  provider: Provider,
  asked: Asked,
): Promise<Appointment | Response> {
  const patient = patientOf(c);
  if (!patient) return toSignIn(c, providerUrl(provider.id, asked));
  const found = await findAppointment(c, patient, asked.move ?? "");
  if (!found.ok) return problemPage(c, found.problem);
  if (found.appointment.providerId !== provider.id) return notFoundPage(c);
  if (canChange(found.appointment, Date.now())) return found.appointment;
  return tooLatePage(c, "moved");
}

/** Asked for, or the only one there is. */
function visitOf({ visits }: Shown, asked: Asked, moving: Appointment | null): VisitType | undefined {
  const wanted = moving?.visitTypeId ?? asked.visitTypeId;
  return wanted === undefined && visits.length === 1 ? visits[0] : visits.find(({ id }) => id === wanted);
}

export const providerPage = new Hono<EdgeEnv>().get("/providers/:id", async (c) => {
  const known = await directoryOf(c);
  const provider = known.providers.get(c.req.param("id"));
  if (!provider) return notFoundPage(c);
  const asked = readAsked(c.req.query());
  const moving = asked.move ? await movingOf(c, provider, asked) : null;
  if (moving instanceof Response) return moving;

  const shown = shownOf(known, provider);
  const visit = visitOf(shown, asked, moving);
  const week = visit && (await freeWeek(c.env, provider, visit, asked.from));
  const patient = patientOf(c);
  const people = patient && visit ? await actsFor(c, patient) : [];
  const form = visit && slotForm(patient, people, provider, visit, asked);
  return sendPage(c, {
    title: `${visit ? "Times with" : "Book with"} ${providerText(provider)}`,
    status: week === null ? 503 : 200,
    children: (
      <>
        <p>
          <a class="back" href="/">
            Find care
          </a>
        </p>
        <ProviderHead {...shown} />
        {moving ? <CurrentTime appointment={moving} /> : null}
        {visit ? null : <VisitChoice {...shown} asked={asked} />}
        {visit && week && form ? (
          <Times
            {...shown}
            visit={visit}
            asked={asked}
            week={week}
            data={slotListData(shown, visit, week, form)}
          />
        ) : null}
        {week === null ? (
          <p class="notice">This calendar can't be reached just now. Load this page again in a minute.</p>
        ) : null}
      </>
    ),
  });
});
