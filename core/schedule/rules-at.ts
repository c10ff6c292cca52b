/** The rules of a visit type where it takes place: the provider's own, with what one site has of its own on top. */
import type { LocationId, VisitTypeId } from "../ids.ts";
import type { CalendarConfig, VisitTypeRules } from "./config.ts";

/**
 * [S11] null when the provider does not offer the visit type. A site without rules of its own, and one that the provider
 * does not work at, has the provider's. Decisions ask `OpenDays.rules`, which remembers the answer.
 */
export function rulesAt(
  config: CalendarConfig,
  visitTypeId: VisitTypeId,
  locationId: LocationId,
): VisitTypeRules | null {
  const visit = config.visitTypes.find(({ id }) => id === visitTypeId);
  if (!visit) return null;
  const own = config.overrides?.find(
    (override) => override.visitTypeId === visitTypeId && override.locationId === locationId,
  );
  if (!own) return visit;
  const { visitTypeId: _type, locationId: _place, ...rules } = own;
  return { ...visit, ...rules };
}

/** [B21] Whether the provider has what the visit type asks for. Part of what is free, because it is true for everybody. */
export const hasSpecialty = (config: CalendarConfig, { specialty }: VisitTypeRules): boolean =>
  specialty === undefined || (config.specialties?.includes(specialty) ?? false);
