/** What a bench books and who books it: calendars that know their configuration, fresh starts, patients with tokens. */
import type { PatientId } from "../../core/ids.ts";
import { StartError } from "../local/start-error.ts";
import { ApiClient } from "./api-client.ts";
import { type BareSystem, inventPatients } from "./bare-system.ts";
import { bookingOf, freeSlots, type Slot } from "./free-slots.ts";
import { closedLoop, encodeRequest, type RawRequest } from "./raw-http.ts";

/** The number that the handbook's anchors were measured with; together with the shards far below 5,000 awake objects. */
export const PROVIDERS = 200;
/** The edge keeps 5,000 verified tokens and then forgets all of them: a bench that passes that measures signatures. */
export const PATIENTS_MAX = 4_800;
/** Connections that prepare; they are not measured. */
const CONNECTIONS = 8;

interface Patient {
  readonly id: PatientId;
  readonly token: string;
}

export class BenchWorld {
  readonly system: BareSystem;
  readonly visits: readonly { readonly providerId: string; readonly visitTypeId: string }[];
  readonly #slots: Slot[];
  readonly #patients: Patient[];
  #keys = 0;
  #booked = 0;

  private constructor(system: BareSystem, slots: Slot[], patients: Patient[]) {
    this.system = system;
    this.#slots = slots;
    this.#patients = patients;
    const visits = new Map(
      slots.map(({ providerId, visitTypeId }) => [providerId, { providerId, visitTypeId }]),
    );
    this.visits = [...visits.values()];
  }

  /** @param patients how many fresh patients the bench will need in all */
  static async make(system: BareSystem, patients: number): Promise<BenchWorld> {
    if (patients > PATIENTS_MAX)
      throw new StartError(
        `A bench has at most ${PATIENTS_MAX} patients, not ${patients}: lower --rate or --seconds.`,
      );
    const api = new ApiClient(system.workerd.port, CONNECTIONS);
    const providers = system.directory.providers.slice(0, PROVIDERS);
    const bySlots = await Promise.all(providers.map((provider) => freeSlots(api, provider)));
    api.close();
    // The first start of everybody, then the second one: neighbours in the list are different calendars.
    const longest = Math.max(...bySlots.map((slots) => slots.length));
    const slots: Slot[] = [];
    for (let i = longest - 1; i >= 0; i--)
      for (const list of bySlots) if (list[i] !== undefined) slots.push(list[i] as Slot);
    const ids = inventPatients(patients);
    const tokens = await Promise.all(ids.map((id) => system.patientToken(id)));
    return new BenchWorld(
      system,
      slots,
      ids.map((id, i) => ({ id, token: tokens[i] as string })),
    );
  }

  /** Bookings that were taken from here: as many rows Postgres has once they are made. */
  get booked(): number {
    return this.#booked;
  }

  /** Requests that book, each a patient and a start that nobody had before. */
  bookings(count: number): RawRequest[] {
    return this.starts(count).map((slot) => {
      const patient = this.#patients.pop();
      if (!patient) throw new Error("the bench ran out of patients");
      return this.#booking(slot, patient.token);
    });
  }

  /** Starts that nobody had before; neighbours are of different calendars. Whoever takes them books them. */
  starts(count: number): Slot[] {
    if (this.#slots.length < count) throw new Error("the bench ran out of starts");
    this.#booked += count;
    return this.#slots.splice(-count).reverse();
  }

  /** Takes one start of each calendar; returns requests of other patients for them, all to be refused. */
  async takenStarts(rivals: number): Promise<(count: number) => RawRequest[]> {
    const taken = this.starts(this.visits.length);
    const holders = this.#patients.splice(-taken.length);
    await this.run(taken.map((slot, i) => this.#booking(slot, holders[i]?.token ?? "")));
    const losers = this.#patients.splice(-rivals);
    let next = 0;
    return (count) =>
      Array.from({ length: count }, () => {
        const k = next++;
        return this.#booking(taken[k % taken.length] as Slot, losers[k % losers.length]?.token ?? "");
      });
  }

  /** Makes the edge verify every token once: what a request of a signed-in person costs, not what signing in costs. */
  async verifyTokens(requests: readonly RawRequest[]): Promise<void> {
    const tokens = new Set(requests.map(({ headers }) => headers?.authorization ?? ""));
    await this.run(
      [...tokens].map((authorization) => ({ method: "GET", path: "/v1/-", headers: { authorization } })),
    );
  }

  /** Unmeasured. */
  async run(requests: readonly RawRequest[]): Promise<void> {
    const { port } = this.system.workerd;
    await closedLoop(
      port,
      requests.map((request) => encodeRequest(request, port)),
      CONNECTIONS,
    );
  }

  #booking(slot: Slot, token: string): RawRequest {
    return {
      method: "POST",
      path: "/v1/appointments",
      headers: {
        authorization: `Bearer ${token}`,
        "idempotency-key": `bench-${this.#keys++}`,
        "content-type": "application/json",
      },
      body: JSON.stringify(bookingOf(slot)),
    };
  }
}
