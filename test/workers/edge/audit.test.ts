/** The audit as the real routes leave it: drives them, runs the consumer, reads the table. */
import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import {
  type Answer,
  adminToken,
  book,
  call,
  db,
  drainAudit,
  freshKey,
  patientToken,
  seededPatients,
  slotsOf,
  somePatient,
  someProvider,
  staffToken,
} from "../../support/edge.ts";

interface Row {
  readonly operation: string;
  readonly outcome: string;
  readonly problem: string | null;
  readonly role: string;
  readonly subject: string;
  readonly patient_id: string | null;
  readonly appointment_id: string | null;
  readonly location_id: string | null;
  readonly people: number | null;
}

/** The entries that an answer left. */
async function entriesOf(answer: Answer): Promise<Row[]> {
  await drainAudit();
  const { rows } = await db().execute(
    sql`SELECT * FROM audit_entry WHERE id = ${answer.headers.get("x-request-id")}`,
  );
  return rows as unknown as Row[];
}

describe("entries", () => {
  it("[AU1] a booking, its reading and a foreign look at it leave one entry each", async () => {
    const provider = await someProvider();
    const [slot] = await slotsOf(provider);
    if (!slot) throw new Error("a provider of the seed has free times");
    const patient = somePatient();
    const booked = await book(provider, slot, patient);
    expect(booked.status).toBe(201);
    const id = booked.body.id;
    expect(await entriesOf(booked)).toMatchObject([
      {
        operation: "bookAppointment",
        outcome: "allowed",
        problem: null,
        role: "patient",
        subject: patient,
        patient_id: patient,
        appointment_id: id,
        location_id: slot.locationId,
      },
    ]);
    const read = await call("GET", `/appointments/${id}`, { token: await patientToken(patient) });
    expect(await entriesOf(read)).toMatchObject([{ operation: "readAppointment", outcome: "allowed" }]);
    const stranger = somePatient();
    const foreign = await call("GET", `/appointments/${id}`, { token: await patientToken(stranger) });
    expect(foreign.status).toBe(404);
    expect(await entriesOf(foreign)).toMatchObject([
      { outcome: "refused", problem: "not-found", subject: stranger, appointment_id: id, patient_id: null },
    ]);
  });
});
