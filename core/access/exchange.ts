/** Who may bring files in and take them out. */
import type { ExportKind } from "../exchange/kinds.ts";
import type { LocationId } from "../ids.ts";
import type { Principal } from "./principal.ts";

export type ExportReach =
  | { readonly kind: "everything" }
  | { readonly kind: "clinics"; readonly locationIds: readonly LocationId[] }
  | { readonly kind: "nothing" };

/** [IE8] Staff take out what concerns their clinics; who works where is the administrators'. */
export function exportReach(principal: Principal, kind: ExportKind): ExportReach {
  switch (principal.role) {
    case "admin":
      return { kind: "everything" };
    case "staff":
      return kind === "staff" ? { kind: "nothing" } : { kind: "clinics", locationIds: principal.clinics };
    case "patient":
    case "provider":
    case "kiosk":
    case "service":
      return { kind: "nothing" };
  }
}

/** Lists of a clinic's day: for the people who work at its desk. */
export function mayPrintDay(principal: Principal, locationId: LocationId): boolean {
  return principal.role === "admin" || (principal.role === "staff" && principal.clinics.includes(locationId));
}
