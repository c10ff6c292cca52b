/** Who is calling, as their verified token says. What they may do: rules.ts. */
import type { LocationId, PatientId, ProviderId } from "../ids.ts";

export type Principal =
  | {
      readonly role: "patient";
      readonly subject: string;
      readonly patientId: PatientId;
      /** [A5] Whom they stand for with consent. Empty for nearly everybody. */
      readonly represents: readonly PatientId[];
      readonly session?: string;
    }
  | {
      readonly role: "staff" | "kiosk";
      readonly subject: string;
      readonly clinics: readonly LocationId[];
      readonly session?: string;
    }
  | {
      readonly role: "provider";
      readonly subject: string;
      readonly providerId: ProviderId;
      readonly session?: string;
    }
  | { readonly role: "admin" | "service"; readonly subject: string; readonly session?: string };

export type Role = Principal["role"];

/** [A5] Whether a patient stands for this person: themselves, or somebody who consented. */
export const standsFor = (principal: Extract<Principal, { role: "patient" }>, id: PatientId): boolean =>
  principal.patientId === id || principal.represents.includes(id);
