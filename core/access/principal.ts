/** Who is calling, as their verified token says. */
import type { LocationId, PatientId, ProviderId } from "../ids.ts";
import type { Reach } from "./reach.ts";

export type Principal =
  | { readonly role: "patient"; readonly subject: string; readonly patientId: PatientId }
  | { readonly role: "staff"; readonly subject: string; readonly clinics: readonly LocationId[] }
  | { readonly role: "kiosk"; readonly subject: string; readonly clinics: readonly LocationId[] }
  | { readonly role: "provider"; readonly subject: string; readonly providerId: ProviderId }
  | { readonly role: "admin" | "service"; readonly subject: string };

export type Role = Principal["role"];

/** [A2] What each role may see and change of appointments. A kiosk shows openings and tickets, never an appointment. */
export function appointmentReach(principal: Principal): Reach {
  switch (principal.role) {
    case "patient":
      return { kind: "patient", patientId: principal.patientId };
    case "staff":
      return { kind: "clinics", locationIds: principal.clinics };
    case "provider":
      return { kind: "provider", providerId: principal.providerId };
    case "admin":
    case "service":
      return { kind: "everything" };
    case "kiosk":
      return { kind: "nothing" };
  }
}
