/** What changes in the directory means for whoever is signed in: told by the edge, in force with the next token. */
import { sql } from "drizzle-orm";
import type { PatientId, ProviderId, StaffId } from "../../core/ids.ts";
import { DAY_MS } from "../../core/time.ts";
import {
  findStanding,
  removeStranger,
  staffOfPatient,
  staffOfProvider,
  strangersBefore,
  userOfStaff,
  usersOfPatient,
} from "../../db/identity/standing.ts";
import { logFailure } from "../../durable-objects/shared/log.ts";
import { endAll, type OurSession, refreshStanding } from "./endpoints/session.ts";
import type { IdentityEnv } from "./env.ts";
import { authOf } from "./handle.ts";
import { dbOf } from "./postgres.ts";
import { recordSignIn } from "./sign-in-record.ts";

async function refreshSessions(env: IdentityEnv, userId: string): Promise<void> {
  const { internalAdapter } = await authOf(env).$context;
  const sessions = (await internalAdapter.listSessions(userId)) as unknown as OurSession[];
  await Promise.all(sessions.map((session) => refreshStanding(env, internalAdapter, session)));
}

/** [ID15] Role, clinics or an end of access. @throws when Postgres does not answer */
export async function staffChanged(env: IdentityEnv, staffId: StaffId): Promise<void> {
  const db = dbOf(env);
  const userId = await userOfStaff(db, staffId);
  if (!userId) return;
  if ((await findStanding(db, userId))?.staff) return refreshSessions(env, userId);
  // The list of sessions may miss one of two that began at the same moment; this end reaches all of them.
  await endAllOf(env, userId);
  await recordSignIn(env, { subject: staffId, kind: "oidc", outcome: "revoked" });
}

/** [ID22] Deactivated, or active again: whoever is this provider. @throws when Postgres does not answer */
export async function providerChanged(env: IdentityEnv, providerId: ProviderId): Promise<void> {
  const staffId = await staffOfProvider(dbOf(env), providerId);
  if (staffId) await staffChanged(env, staffId);
}

/** [ID15] Merged, closed, or somebody else may act for them. @throws when Postgres does not answer */
export async function patientChanged(env: IdentityEnv, patientId: PatientId): Promise<void> {
  const users = await usersOfPatient(dbOf(env), patientId);
  await Promise.all(users.map((userId) => refreshSessions(env, userId)));
}

async function endAllOf(env: IdentityEnv, userId: string): Promise<void> {
  await endAll(env, await authOf(env).$context, userId);
}

/** [SV4] Every session that somebody of the clinics has, here or as a patient. @throws when Postgres does not answer, or they are not ended */
export async function endStaffSessions(env: IdentityEnv, staffId: StaffId): Promise<void> {
  const userId = await userOfStaff(dbOf(env), staffId);
  if (!userId) return; // never signed in
  await endAllOf(env, userId);
  await recordSignIn(env, { subject: staffId, kind: "oidc", outcome: "revoked" });
}

/** [SV4] Every session of a patient, by whichever of their addresses. @throws when Postgres does not answer, or they are not ended */
export async function endPatientSessions(env: IdentityEnv, patientId: PatientId): Promise<void> {
  const users = await usersOfPatient(dbOf(env), patientId);
  for (const userId of users) await endAllOf(env, userId);
  if (users.length > 0) await recordSignIn(env, { subject: patientId, kind: "code", outcome: "revoked" });
  for (const subject of await staffOfPatient(dbOf(env), patientId)) // their shift ended with it
    await recordSignIn(env, { subject, kind: "oidc", outcome: "revoked" });
}

/** [ID19] Nobody signs in as this patient any more: sessions, passkeys and addresses go. Staff stay staff. */
export async function forgetPatient(env: IdentityEnv, patientId: PatientId): Promise<void> {
  const db = dbOf(env);
  for (const userId of await usersOfPatient(db, patientId)) {
    await endAllOf(env, userId);
    await db.batch([
      db.execute(sql`DELETE FROM auth_passkey WHERE user_id = ${userId}`),
      db.execute(sql`DELETE FROM auth_user WHERE id = ${userId} AND staff_id IS NULL`),
      db.execute(sql`UPDATE auth_user SET patient_id = NULL, phone_number = NULL WHERE id = ${userId}`),
    ]);
  }
}

/** An address that was proven and led to no record is kept this long: as long as a session that nobody uses. */
export const STRANGER_KEPT_MS = 30 * DAY_MS;
/** Of one call; the cron comes every hour. */
const STRANGERS_MAX = 200;

/**
 * [ID23] How many went. Who cannot be removed is tried again by the next call; whose sessions cannot be ended has some that belong to
 * nobody, and end when they ask what they may act as.
 * @throws when Postgres does not say who they are
 */
export async function forgetStrangers(env: IdentityEnv): Promise<number> {
  const db = dbOf(env);
  const before = new Date(Date.now() - STRANGER_KEPT_MS);
  let removed = 0;
  for (const userId of await strangersBefore(db, before, STRANGERS_MAX)) {
    try {
      if (!(await removeStranger(db, userId, before))) continue;
      removed++;
      await endAllOf(env, userId);
    } catch (error) {
      logFailure("identity.stranger_kept", error);
    }
  }
  return removed;
}
