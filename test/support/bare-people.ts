/** Patients with tokens for a fault test. */
import { type BareSystem, inventPatients } from "../../scripts/load/bare-system.ts";
import type { Person } from "./bare-writer.ts";

export async function makePeople(system: BareSystem, count: number): Promise<Person[]> {
  const ids = inventPatients(count);
  return Promise.all(ids.map(async (id) => ({ id, token: await system.patientToken(id) })));
}
