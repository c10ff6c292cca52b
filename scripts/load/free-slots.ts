/** Starts that a load can book: read from availability, none of them overlapping another. */
import type { Provider } from "../../core/directory/directory.ts";
import type { ApiClient } from "./api-client.ts";

const DAY_MS = 86_400_000;
/** The API's own limit for one question. */
const DAYS_MAX = 31;

export interface Slot {
  readonly providerId: string;
  readonly visitTypeId: string;
  readonly locationId: string;
  readonly start: string;
  readonly end: string;
}

interface Day {
  readonly slots: readonly Pick<Slot, "start" | "end" | "locationId">[];
}

export const dateIn = (days: number): string =>
  new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);

/** Bookable by whoever comes first, from tomorrow on, by time. Asking also gives the calendar its configuration. */
export async function freeSlots(api: ApiClient, provider: Provider, days = DAYS_MAX): Promise<Slot[]> {
  const visitTypeId = provider.visitTypeIds[0] ?? "";
  const query = `visitTypeId=${visitTypeId}&from=${dateIn(1)}&to=${dateIn(days)}`;
  const answer = await api.call("GET", `/v1/providers/${provider.id}/availability?${query}`);
  if (answer.status !== 200) throw new Error(`availability answered ${answer.status}`);
  const { days: found } = JSON.parse(answer.text) as { days: readonly Day[] }; // the contract of API.md
  const slots: Slot[] = [];
  let takenUntil = 0;
  for (const { start, end, locationId } of found.flatMap((day) => day.slots)) {
    if (Date.parse(start) < takenUntil) continue;
    takenUntil = Date.parse(end);
    slots.push({ providerId: provider.id, visitTypeId, locationId, start, end });
  }
  return slots;
}

/** The body of a booking. */
export const bookingOf = ({ providerId, visitTypeId, locationId, start }: Slot): Record<string, string> => ({
  providerId,
  visitTypeId,
  locationId,
  start,
});
