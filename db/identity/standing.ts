/** What a person who signed in may act as, read anew from the directory; and whose record an address stands at. */
import { sql } from "drizzle-orm";
import type { LocationId, PatientId, ProviderId, StaffId } from "../../core/ids.ts";
import type { Db } from "../client.ts";

export interface Standing {
  readonly userId: string;
  /** Who stands for the record that they confirmed, after every merge; null = none, or closed. */
  readonly patientId: PatientId | null;
  /** null = nobody of ours, or not any more. */
  readonly staff: {
    readonly id: StaffId;
    readonly role: "staff" | "admin" | "provider";
    /** Whose calendar is theirs, of the role provider. */
    readonly providerId: ProviderId | null;
    readonly clinics: readonly LocationId[];
  } | null;
}

/**
 * Whom a patient stands for is not read here: a consent can be withdrawn at any moment, so the edge asks for it itself.
 * One person by `auth_user_pk`; null = there is none. The shapes are checked where the ids are stored.
 */
export async function findStanding(db: Db, userId: string): Promise<Standing | null> {
  const { rows } = await db.execute<{
    patient_id: PatientId | null;
    staff_id: StaffId | null;
    role: "staff" | "admin" | "provider";
    provider_id: ProviderId | null;
    clinics: LocationId[];
  }>(sql`
    SELECT t.id AS patient_id, s.id AS staff_id, s.role, s.provider_id,
      coalesce((SELECT json_agg(c.location_id ORDER BY c.location_id) FROM staff_clinic c WHERE c.staff_id = s.id),
        '[]'::json) AS clinics
    FROM auth_user u
    LEFT JOIN patient p ON p.id = u.patient_id
    LEFT JOIN patient t ON t.id = coalesce(p.merged_into, p.id) AND t.deactivated_at IS NULL
    LEFT JOIN staff s ON s.id = u.staff_id AND s.deactivated_at IS NULL AND (s.role <> 'provider'
      OR EXISTS (SELECT 1 FROM provider d WHERE d.id = s.provider_id AND d.deactivated_at IS NULL))
    WHERE u.id = ${userId}`);
  const [row] = rows;
  if (!row) return null;
  return {
    userId,
    patientId: row.patient_id,
    staff: row.staff_id
      ? { id: row.staff_id, role: row.role, providerId: row.provider_id, clinics: row.clinics }
      : null,
  };
}

/** An address that a person has proven to be theirs. */
export type Contact =
  | { readonly kind: "email"; readonly address: string }
  | { readonly kind: "phone"; readonly address: string };

export interface Candidate {
  readonly id: PatientId;
  readonly birthDate: string;
}

/** Active patients at whom this address stands, merged ones as who stands for them: at most two, because two are too many. */
export async function patientsByContact(db: Db, { kind, address }: Contact): Promise<Candidate[]> {
  const matches = kind === "email" ? sql`lower(p.email) = ${address}` : sql`p.phone = ${address}`;
  const { rows } = await db.execute<{ id: PatientId; birth_date: string }>(sql`
    SELECT DISTINCT t.id, t.birth_date FROM patient p JOIN patient t ON t.id = coalesce(p.merged_into, p.id)
    WHERE ${matches} AND t.deactivated_at IS NULL ORDER BY t.id LIMIT 2`);
  return rows.map((row) => ({ id: row.id, birthDate: row.birth_date }));
}

/**
 * Whether an address still stands at this record, or at any other one that is the same person after every merge: the desk may have
 * taken it out since somebody proved it.
 */
export async function standsAt(db: Db, { kind, address }: Contact, patientId: PatientId): Promise<boolean> {
  const matches = kind === "email" ? sql`lower(p.email) = ${address}` : sql`p.phone = ${address}`;
  const { rows } = await db.execute(sql`
    SELECT 1 FROM patient p WHERE ${matches} AND coalesce(p.merged_into, p.id) =
      (SELECT coalesce(merged_into, id) FROM patient WHERE id = ${patientId}) LIMIT 1`);
  return rows.length > 0;
}

/** An address that is somebody's no more is free for whoever proves it next; nothing happens when they have another one meanwhile. `instead`: a made-up one. */
export async function releaseAddress(
  db: Db,
  userId: string,
  { kind, address }: Contact,
  instead: string,
): Promise<void> {
  await db.execute(
    kind === "email"
      ? sql`UPDATE auth_user SET email = ${instead}, email_verified = false, updated_at = now()
          WHERE id = ${userId} AND email = ${address}`
      : sql`UPDATE auth_user SET phone_number = NULL, updated_at = now()
          WHERE id = ${userId} AND phone_number = ${address}`,
  );
}

/** Whoever signs in as this member of staff. By `auth_user_staff`. */
export async function userOfStaff(db: Db, staffId: StaffId): Promise<string | null> {
  const { rows } = await db.execute<{ id: string }>(
    sql`SELECT id FROM auth_user WHERE staff_id = ${staffId}`,
  );
  return rows[0]?.id ?? null;
}

/** Members of staff who are this patient too: their sessions are one list. */
export async function staffOfPatient(db: Db, patientId: PatientId): Promise<StaffId[]> {
  const { rows } = await db.execute<{ id: StaffId }>(
    sql`SELECT u.staff_id AS id FROM auth_user u JOIN patient p ON p.id = u.patient_id
        WHERE (p.id = ${patientId} OR p.merged_into = ${patientId}) AND u.staff_id IS NOT NULL ORDER BY u.staff_id`,
  );
  return rows.map(({ id }) => id);
}

/** The one member of staff who is this provider. By `staff_provider`. */
export async function staffOfProvider(db: Db, providerId: ProviderId): Promise<StaffId | null> {
  const { rows } = await db.execute<{ id: StaffId }>(
    sql`SELECT id FROM staff WHERE provider_id = ${providerId} AND deactivated_at IS NULL`,
  );
  return rows[0]?.id ?? null;
}

/** Whoever signs in as this patient, or as one who was merged with them. By `auth_user_patient`. At most MERGED_MAX and one. */
export async function usersOfPatient(db: Db, patientId: PatientId): Promise<string[]> {
  const { rows } = await db.execute<{ id: string }>(
    sql`SELECT u.id FROM auth_user u JOIN patient p ON p.id = u.patient_id
        WHERE p.id = ${patientId} OR p.merged_into = ${patientId} ORDER BY u.id`,
  );
  return rows.map(({ id }) => id);
}

interface Self {
  readonly userId: string;
  readonly contact: Contact;
}

/**
 * This person is that patient. Somebody who already signs in as the patient by another address is the same person: then the
 * address goes over to them and the new user goes. Answers with who is signed in from now on.
 */
export async function linkPatient(db: Db, { userId, contact }: Self, patientId: PatientId): Promise<string> {
  const earlier = (await usersOfPatient(db, patientId)).filter((id) => id !== userId)[0];
  const link = db.execute(
    sql`UPDATE auth_user SET patient_id = ${patientId}, updated_at = now() WHERE id = ${userId}`,
  );
  if (!earlier) {
    await link;
    return userId;
  }
  const { rows } = await db.execute<{ staff_id: string | null }>(
    sql`SELECT staff_id FROM auth_user WHERE id = ${userId}`,
  );
  if (rows[0]?.staff_id) {
    // A member of staff keeps their user, to which the identity provider is bound.
    await db.batch([
      db.execute(sql`UPDATE auth_user SET patient_id = NULL, updated_at = now() WHERE id = ${earlier}`),
      link,
    ]);
    return userId;
  }
  const takeOver =
    contact.kind === "email"
      ? sql`UPDATE auth_user SET email = ${contact.address}, email_verified = true, updated_at = now() WHERE id = ${earlier}`
      : sql`UPDATE auth_user SET phone_number = ${contact.address}, updated_at = now() WHERE id = ${earlier}`;
  await db.batch([db.execute(sql`DELETE FROM auth_user WHERE id = ${userId}`), db.execute(takeOver)]);
  return earlier;
}

/** [ID23] People who proved an address before `before` and became nobody's record since, the oldest first, by `auth_user_stranger_idx`. */
export async function strangersBefore(db: Db, before: Date, max: number): Promise<string[]> {
  const { rows } = await db.execute<{ id: string }>(sql`
    SELECT id FROM auth_user WHERE patient_id IS NULL AND staff_id IS NULL AND updated_at < ${before.toISOString()}
    ORDER BY updated_at LIMIT ${max}`);
  return rows.map(({ id }) => id);
}

/** [ID23] They proved their address again. Nothing happens to whoever is somebody. */
export async function touchStranger(db: Db, userId: string): Promise<void> {
  await db.execute(
    sql`UPDATE auth_user SET updated_at = now() WHERE id = ${userId} AND patient_id IS NULL AND staff_id IS NULL`,
  );
}

/** [ID23] With their passkeys; whether they went. Nothing happens to one who became somebody, or came again, meanwhile. */
export async function removeStranger(db: Db, userId: string, before: Date): Promise<boolean> {
  const { rows } = await db.execute(
    sql`DELETE FROM auth_user WHERE id = ${userId} AND patient_id IS NULL AND staff_id IS NULL
        AND updated_at < ${before.toISOString()} RETURNING id`,
  );
  return rows.length > 0;
}
