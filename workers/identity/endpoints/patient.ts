/** How a proven address becomes a patient: by the birth date of the one record it stands at, or by a new record. */
import { AGENDA_SHARDS, type LocationId, makePatientId, type PatientId } from "../../../core/ids.ts";
import { insertPatient } from "../../../db/directory/people-writes.ts";
import { findMade } from "../../../db/directory/writes.ts";
import { linkPatient, patientsByContact } from "../../../db/identity/standing.ts";
import { findClinic } from "../../../db/queries/find-settings.ts";
import { birthDateGuard } from "../codes.ts";
import type { IdentityEnv } from "../env.ts";
import { dbOf } from "../postgres.ts";
import { confirmBody, registerBody } from "../schemas.ts";
import { macOf } from "../sealing.ts";
import { identitySettings } from "../settings.ts";
import { recordSignIn } from "../sign-in-record.ts";
import { contactOfUser, type Next } from "./codes.ts";
import {
  APIError,
  beginSession,
  type Call,
  createAuthEndpoint,
  endUnconfirmed,
  type Signed,
  sessionMiddleware,
  signedOf,
} from "./session.ts";

const ID_BYTES = 12;
const randomBytes = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count));
const freshPatientId = (): PatientId =>
  makePatientId((randomBytes(1)[0] as number) % AGENDA_SHARDS, randomBytes(ID_BYTES));

/** Only somebody who came by a code and is nobody yet. */
function requireUnknown({ session }: Signed): void {
  if (session.amr !== "otp" || session.role !== "")
    throw new APIError("CONFLICT", { code: "ALREADY_SIGNED_IN" });
}

/** From now on this browser is signed in as the patient. */
async function becomePatient(
  env: IdentityEnv,
  call: Call,
  { session, user }: Signed,
  patient: PatientId,
): Promise<void> {
  const userId = await linkPatient(dbOf(env), { userId: user.id, contact: contactOfUser(user) }, patient);
  await endUnconfirmed(call, user.id, session);
  await beginSession(call, userId, "otp", session);
  await recordSignIn(env, { subject: patient, kind: "code", outcome: "accepted" });
}

const SIGNED_IN = { next: "signed-in" } as const satisfies { next: Next };

export const patientEndpoints = (env: IdentityEnv) => ({
  /** [ID9] The record at which the proven address stands, and no other one, if its birth date is known. */
  confirmPatient: createAuthEndpoint(
    "/patient/confirm",
    { method: "POST", body: confirmBody, use: [sessionMiddleware] },
    async (endpoint) => {
      const call = endpoint as unknown as Call;
      const signed = signedOf(endpoint);
      requireUnknown(signed);
      const contact = contactOfUser(signed.user);
      const [candidate, second] = await patientsByContact(dbOf(env), contact);
      if (!candidate || second) throw new APIError("CONFLICT", { code: "NOTHING_TO_CONFIRM" });
      const guard = birthDateGuard(env, contact);
      // Counted before it is compared: many at once are no more than three.
      if (!(await guard.guess())) throw new APIError("FORBIDDEN", { code: "NO_TRIES_LEFT" });
      if (candidate.birthDate !== endpoint.body.birthDate)
        throw new APIError("UNPROCESSABLE_ENTITY", {
          code: (await guard.isOpen()) ? "BIRTH_DATE_DIFFERS" : "NO_TRIES_LEFT",
        });
      await guard.forget();
      await becomePatient(env, call, signed, candidate.id);
      return endpoint.json(SIGNED_IN);
    },
  ),

  /** [ID11] A new record, once however often it is asked for; the address that was proven stands in it. */
  registerPatient: createAuthEndpoint(
    "/patient/register",
    { method: "POST", body: registerBody, use: [sessionMiddleware] },
    async (endpoint) => {
      const call = endpoint as unknown as Call;
      const signed = signedOf(endpoint);
      requireUnknown(signed);
      const { displayName, birthDate, homeLocationId, preferredLanguage } = endpoint.body;
      const home = homeLocationId as LocationId; // registerBody checked its shape
      const db = dbOf(env);
      if (!(await findClinic(db, home))?.active)
        throw new APIError("UNPROCESSABLE_ENTITY", { code: "NO_SUCH_CLINIC" });
      const contact = contactOfUser(signed.user);
      const command = macOf(
        identitySettings(env).AUTH_SECRET,
        "register",
        `${signed.user.id}/${contact.address}`,
      );
      const made = await findMade(db, "patient", command);
      const id = (made?.id as PatientId | undefined) ?? freshPatientId();
      if (!made)
        await insertPatient(
          db,
          id,
          {
            displayName,
            birthDate,
            email: contact.kind === "email" ? contact.address : null,
            phone: contact.kind === "phone" ? contact.address : null,
            homeLocationId: home,
            preferredLanguage,
            interpreterLanguage: null,
            accessNeeds: [],
            preferences: null,
          },
          { command, fingerprint: command },
        );
      await becomePatient(env, call, signed, id);
      return endpoint.json(SIGNED_IN);
    },
  ),
});
