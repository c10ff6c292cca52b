/** Who is calling, as their verified token says. What they may do: rules.ts. */
import type { LocationId, PatientId, ProviderId } from "../ids.ts";
import type { Action } from "./rules.ts";

export type Principal =
  | {
      readonly role: "patient";
      readonly subject: string;
      readonly patientId: PatientId;
      /** [A5] Whom they stand for with consent. Empty for nearly everybody. */
      readonly represents: readonly PatientId[];
    }
  | {
      readonly role: "staff" | "kiosk";
      readonly subject: string;
      readonly clinics: readonly LocationId[];
    }
  | {
      readonly role: "provider";
      readonly subject: string;
      readonly providerId: ProviderId;
    }
  | { readonly role: "admin"; readonly subject: string }
  | {
      readonly role: "service";
      readonly subject: string;
      /** [DV14] A partner's: what they were allowed, of what a service may do. Absent: ours, which may do all of it. */
      readonly actions?: readonly Action[];
      /** [DV14] A partner's: the clinics they were allowed. Absent: all. */
      readonly clinics?: readonly LocationId[];
    };

export type Role = Principal["role"];

/** [A5] Whether a patient stands for this person: themselves, or somebody who consented. */
export const standsFor = (principal: Extract<Principal, { role: "patient" }>, id: PatientId): boolean =>
  principal.patientId === id || principal.represents.includes(id);
