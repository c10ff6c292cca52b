/** [R3] Which rooms, machines and interpreters could serve a visit. Whether they are free is their calendars' word. */
import type { Candidate } from "../../core/agenda/command-row.ts";
import type { Place } from "../../core/booking/commands.ts";
import { CANDIDATES_MAX, RESOURCES_MAX } from "../../core/booking/saga.ts";
import type { Provider, Resource } from "../../core/directory/directory.ts";
import type { AppointmentId, ProviderId } from "../../core/ids.ts";
import { rulesAt } from "../../core/schedule/rules-at.ts";
import type { Directory } from "./directory-cache.ts";

export interface NeededResources {
  /** For each need, everything of its kind at the clinic. Empty = the provider is enough. */
  readonly kinds: readonly (readonly Resource[])[];
  /** All of them once, for `take` to configure. */
  readonly calendars: readonly Resource[];
}

/** By the rules of the provider at that clinic. A visit that needs more than RESOURCES_MAX things finds none. */
export function neededResources(
  known: Directory,
  provider: Provider,
  { visitTypeId, locationId }: Place,
): NeededResources {
  const requires = rulesAt(provider.calendar, visitTypeId, locationId)?.requires ?? [];
  if (requires.length > RESOURCES_MAX) return { kinds: [[]], calendars: [] };
  const here = requires.length > 0 ? (known.resources.get(locationId) ?? []) : [];
  return {
    kinds: requires.map((kind) => here.filter((resource) => resource.kind === kind)),
    calendars: here.filter(({ kind }) => requires.includes(kind)),
  };
}

/**
 * The order in which they are asked: what the appointment has already, then from a place in the list that its id decides,
 * so that bookings of one moment do not all begin at the same room. CANDIDATES_MAX of each kind.
 */
export function candidatesFor(
  { kinds }: NeededResources,
  id: AppointmentId,
  held: readonly ProviderId[] = [],
): Candidate[][] {
  return kinds.map((resources) => {
    const first = resources.length > 0 ? hashOf(id) % resources.length : 0;
    const turned = [...resources.slice(first), ...resources.slice(0, first)];
    const kept = turned.filter((resource) => held.includes(resource.id));
    const others = turned.filter((resource) => !held.includes(resource.id));
    return [...kept, ...others]
      .slice(0, CANDIDATES_MAX)
      .map(({ id: calendar, calendar: { version } }) => ({ calendar, configVersion: version }));
  });
}

/** Spreads ids evenly (FNV-1a); no secret depends on it. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return hash;
}
