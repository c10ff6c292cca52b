/** The three changes of an appointment, as a client sends them; every one under a key of its own. */
import { randomUUID } from "node:crypto";
import type { Answer, ApiClient } from "../../scripts/load/api-client.ts";
import { bookingOf, type Slot } from "../../scripts/load/free-slots.ts";
import type { Person } from "./bare-writer.ts";

export const book = (api: ApiClient, { token }: Person, slot: Slot): Promise<Answer> =>
  api.call("POST", "/v1/appointments", { token, key: randomUUID(), body: bookingOf(slot) });

/** Of an appointment that was only booked so far. */
export const move = (
  api: ApiClient,
  { token }: Person,
  id: string,
  { start, locationId }: Slot,
): Promise<Answer> =>
  api.call("PATCH", `/v1/appointments/${id}`, {
    token,
    key: randomUUID(),
    ifMatch: '"v1"',
    body: { start, locationId },
  });

export const cancel = (api: ApiClient, { token }: Person, id: string, version: number): Promise<Answer> =>
  api.call("DELETE", `/v1/appointments/${id}`, { token, key: randomUUID(), ifMatch: `"v${version}"` });

export const idOf = ({ text }: Answer): string => (JSON.parse(text) as { id: string }).id; // API.md

/** Books and cancels the same starts again and again, one per writer: two changes each time. Throws on any refusal. */
export async function churn(
  api: ApiClient,
  people: readonly Person[],
  slots: readonly Slot[],
  rounds: number,
): Promise<void> {
  let next = 0;
  const work = async (person: Person, slot: Slot): Promise<void> => {
    while (next++ < rounds) {
      const booked = await book(api, person, slot);
      if (booked.status !== 201) throw new Error(`booking answered ${booked.status}: ${booked.text}`);
      const cancelled = await cancel(api, person, idOf(booked), 1);
      if (cancelled.status !== 200)
        throw new Error(`cancelling answered ${cancelled.status}: ${cancelled.text}`);
    }
  };
  await Promise.all(people.map((person, i) => work(person, slots[i] as Slot)));
}
