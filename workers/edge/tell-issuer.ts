/** What changes about people is told to whoever signs them in. A failure is not the author's: sessions look again within ten minutes. */
import type { PatientId, ProviderId, StaffId } from "../../core/ids.ts";
import { logFailure } from "../../durable-objects/shared/log.ts";

/** [ID15] In force with their next token. */
export const staffChanged = (env: Env, staff: StaffId): Promise<void> =>
  tell(() => env.IDENTITY.staffChanged(staff));

/** [ID22] */
export const providerChanged = (env: Env, provider: ProviderId): Promise<void> =>
  tell(() => env.IDENTITY.providerChanged(provider));

/** [ID15] */
export const patientChanged = (env: Env, patient: PatientId): Promise<void> =>
  tell(() => env.IDENTITY.patientChanged(patient));

/** [SV4] Whether it was done; false: the issuer does not answer, or not now. */
export const endSessionsOf = async (end: () => Promise<void>): Promise<boolean> => {
  try {
    await end();
    return true;
  } catch (error) {
    logFailure("identity.unreachable", error);
    return false;
  }
};

async function tell(call: () => Promise<void>): Promise<void> {
  try {
    await call();
  } catch (error) {
    logFailure("identity.not_told", error);
  }
}
