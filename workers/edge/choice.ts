/** What a caller asks for, looked up: the provider, the place and time, what the visit needs, and who comes. */
import type { Context } from "hono";
import type { Holder } from "../../core/agenda/command-row.ts";
import type { Place, Who } from "../../core/booking/commands.ts";
import type { Provider } from "../../core/directory/directory.ts";
import type { LocationId, PatientId, ProviderId, VisitTypeId } from "../../core/ids.ts";
import { rulesAt } from "../../core/schedule/rules-at.ts";
import { type Instant, MINUTE_MS, plus } from "../../core/time.ts";
import type { KeyRing } from "../config.ts";
import { clinicIn, directoryForProvider } from "./api/directory.ts";
import type { Directory } from "./directory-cache.ts";
import type { EdgeEnv } from "./env.ts";
import { candidatesFor, type NeededResources, neededResources } from "./needed-resources.ts";
import type { Configurable } from "./provisioning.ts";
import { mintAppointmentId } from "./routing-ids.ts";
import { whoIsAskedFor } from "./who-comes.ts";

/** The end of a visit that starts at `start`: by this provider's rules, else by the directory (the calendar then refuses). */
export function placeOf(
  known: Directory,
  provider: Provider,
  visitTypeId: VisitTypeId,
  locationId: LocationId,
  start: Instant,
): Place | null {
  const own = rulesAt(provider.calendar, visitTypeId, locationId);
  const minutes = own?.minutes ?? known.visitTypes.get(visitTypeId)?.minutes;
  return minutes === undefined
    ? null
    : { visitTypeId, locationId, start, end: plus(start, minutes * MINUTE_MS) };
}

/** A visit as a caller names it. */
export interface NamedVisit {
  readonly providerId: ProviderId;
  readonly visitTypeId: VisitTypeId;
  readonly locationId: LocationId;
  readonly start: Instant;
}

/** One provider who is asked for a start, with everything that depends on who it is. */
export interface Choice {
  readonly provider: Provider;
  readonly place: Place;
  readonly timeZone: string;
  readonly needed: NeededResources;
}

/** What the edge knows of the one who comes, as far as this provider's rules ask for it. */
export type AskedChoice = Choice & { readonly who?: Who };

/** null = no such provider or clinic, or nobody knows the visit type. */
export async function choiceOf(
  c: Context<EdgeEnv>,
  { providerId, visitTypeId, locationId, start }: NamedVisit,
): Promise<Choice | null> {
  const known = await directoryForProvider(c, providerId);
  const provider = known.providers.get(providerId);
  const clinic = provider && (await clinicIn(c, known, locationId));
  const place = provider && placeOf(known, provider, visitTypeId, locationId, start);
  if (!provider || !clinic || !place) return null;
  return { provider, place, timeZone: clinic.timeZone, needed: neededResources(known, provider, place) };
}

/** May cost a question to Postgres: ask behind admission (K8). */
export async function withWho(
  c: Context<EdgeEnv>,
  choice: Choice,
  patientId: PatientId,
): Promise<AskedChoice> {
  const { provider, place, timeZone } = choice;
  const who = await whoIsAskedFor(c.get("settings"), provider, place, timeZone, { patientId });
  return { ...choice, ...who };
}

/** With a fresh id of its calendar: once for every attempt. */
export function asHolder(keys: KeyRing, { provider, place, needed, who }: AskedChoice): Holder {
  const appointmentId = mintAppointmentId(keys, provider.id);
  const needs = candidatesFor(needed, appointmentId);
  const configVersion = provider.calendar.version;
  return { appointmentId, providerId: provider.id, place, configVersion, needs, ...(who ? { who } : {}) };
}

/** A booking that may touch several calendars: nothing is there yet that could be let go of. */
export const freshSaga = (holder: Holder) =>
  ({
    ...holder,
    kind: "saga",
    what: "book",
    ifMatch: 0,
    source: null,
    home: holder.providerId,
    held: [],
  }) as const;

/** Every calendar that may be asked, each once. */
export const calendarsOf = (choices: readonly Choice[]): readonly Configurable[] => [
  ...new Set(choices.flatMap(({ provider, needed }) => [provider, ...needed.calendars])),
];
