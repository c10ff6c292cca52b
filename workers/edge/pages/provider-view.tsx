/** What a provider's page shows. What it knows and decides is in provider-page.tsx. */
import type { Appointment } from "../../../core/booking/appointment.ts";
import type { Clinic, Provider, VisitType } from "../../../core/directory/directory.ts";
import { AppointmentTime } from "../../../web/shared/appointment-time.tsx";
import { SlotBoard, type SlotListData } from "../../../web/shared/slot-board.ts";
import { SlotList } from "../../../web/shared/slot-list.tsx";
import { shortDateText, zoneText } from "../../../web/shared/time-text.ts";
import { embedJson } from "../assets.ts";
import { newFormKey } from "./form.ts";
import { HiddenFields } from "./outcome.tsx";
import type { FreeWeek } from "./provider-times.ts";
import { addressText, languagesText, phoneText, providerText, specialtyText, visitText } from "./words.ts";

/** What the address of this page says. */
export interface Asked {
  readonly visitTypeId?: string | undefined;
  readonly from?: string | undefined;
  /** An appointment that looks for a new time. */
  readonly move?: string | undefined;
  /** A slot that was pressed before signing in. */
  readonly slot?: string | undefined;
}

export const providerUrl = (id: string, asked: Asked): string => {
  const query = new URLSearchParams(
    Object.entries(asked).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  return query.size > 0 ? `/providers/${id}?${query}` : `/providers/${id}`;
};

export interface Shown {
  readonly provider: Provider;
  readonly clinics: readonly Clinic[];
  readonly visits: readonly VisitType[];
}

export function ProviderHead({ provider, clinics }: Shown) {
  return (
    <div class="provider-head">
      <h1>{providerText(provider)}</h1>
      <p>
        {provider.specialties.map(specialtyText).join(", ")}
        <span class="muted"> · Speaks {languagesText(provider.languages)}</span>
      </p>
      {clinics.map((clinic) => (
        <address key={clinic.id}>
          <strong>{clinic.name}</strong>
          <br />
          {addressText(clinic)}
          <br />
          <a href={`tel:${clinic.phone}`}>{phoneText(clinic.phone)}</a>
        </address>
      ))}
      {provider.acceptingNewPatients ? null : <p class="tag warn">Not taking new patients</p>}
    </div>
  );
}

export function VisitChoice({ provider, visits, asked }: Shown & { asked: Asked }) {
  return (
    <section aria-labelledby="visit">
      <h2 id="visit">What is the visit for?</h2>
      <ul class="choices">
        {visits.map((visit) => (
          <li key={visit.id}>
            <a class="choice" href={providerUrl(provider.id, { ...asked, visitTypeId: visit.id })}>
              <span class="name">{visit.name}</span>
              <span class="muted">{visitText(visit)}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function WeekLinks({ provider, asked, week }: { provider: Provider; asked: Asked; week: FreeWeek }) {
  const link = (from: string) => providerUrl(provider.id, { ...asked, from, slot: undefined });
  return (
    <nav class="week" aria-label="Weeks">
      {week.previous ? (
        <a rel="prev" href={link(week.previous)}>
          Earlier
        </a>
      ) : (
        <span />
      )}
      <strong>
        {shortDateText(week.from)} – {shortDateText(week.to)}
      </strong>
      {week.next ? (
        <a rel="next" href={link(week.next)}>
          Later
        </a>
      ) : (
        <span />
      )}
    </nav>
  );
}

/** A slot that was pressed before signing in: one more press books it, if nobody else did meanwhile. */
function PressedSlot({ data, slot }: { data: SlotListData; slot: string }) {
  const state = new SlotBoard(data).find(slot);
  if (!state) return <p class="notice">The time you chose is no longer free. Choose another one below.</p>;
  return (
    <form method="post" action={data.form.action} class="panel">
      <HiddenFields fields={{ ...data.form.fields, key: newFormKey(), slot }} />
      <h2>You chose {state.moment}</h2>
      <p class="actions">
        <button type="submit" class="button">
          Book {state.label}
        </button>
      </p>
    </form>
  );
}

const HOW_IT_WORKS = {
  get: "Choose a time first. You sign in next and book it then.",
  post: "Choosing a time books it. You can move or cancel it afterwards.",
  /** Came back from signing in with a time in hand, of which nothing is booked yet. */
  chosen: "Nothing is booked yet. Choosing another time below books that one instead.",
  move: "Choose a new time. You see both before anything changes.",
} as const;

function howItWorks(
  { method }: { readonly method: "get" | "post" },
  asked: { move?: unknown; slot?: unknown },
): string {
  if (asked.move) return HOW_IT_WORKS.move;
  return HOW_IT_WORKS[method === "post" && asked.slot ? "chosen" : method];
}

function Zone({ clinics }: { clinics: readonly Clinic[] }) {
  const zones = new Map(clinics.map(({ timeZone, city }) => [timeZone, city]));
  const named = [...zones].map(([zone, city]) => `${zoneText(zone)}, ${city}`);
  return <p class="muted">{`Times are in ${named.join(" and ")}.`}</p>;
}

interface TimesProps extends Shown {
  readonly visit: VisitType;
  readonly asked: Asked;
  readonly week: FreeWeek;
  readonly data: SlotListData;
}

export function Times({ provider, clinics, visit, asked, week, data }: TimesProps) {
  const { firstFree } = week;
  return (
    <section aria-labelledby="times">
      <h2 id="times">Choose a time</h2>
      <p class="chosen">
        <strong>{visit.name}</strong>, {visitText(visit)}
        {asked.move ? null : (
          <>
            {" "}
            <a href={providerUrl(provider.id, { from: asked.from })}>
              Change<span class="sr-only"> the kind of visit</span>
            </a>
          </>
        )}
      </p>
      <p>{howItWorks(data.form, asked)}</p>
      {asked.slot && data.form.method === "post" ? <PressedSlot data={data} slot={asked.slot} /> : null}
      <Zone clinics={clinics} />
      <WeekLinks provider={provider} asked={asked} week={week} />
      <div id="slots">
        <SlotList board={new SlotBoard(data)} />
      </div>
      {firstFree ? (
        <p class="actions">
          <a class="button" href={providerUrl(provider.id, { ...asked, from: firstFree, slot: undefined })}>
            Next free time: {shortDateText(firstFree)}
          </a>
        </p>
      ) : null}
      <script id="slots-data" type="application/json" dangerouslySetInnerHTML={{ __html: embedJson(data) }} />
    </section>
  );
}

export function CurrentTime({ appointment }: { appointment: Appointment }) {
  return (
    <div class="panel">
      <h2>Your time now</h2>
      <AppointmentTime at={appointment} />
      <p>
        You keep it until you confirm a new one. <a href="/me">Keep this time</a>
      </p>
    </div>
  );
}
