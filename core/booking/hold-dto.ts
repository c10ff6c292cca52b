/** A hold as clients see it, field by field. The token is added by whoever made it. */
import type { ProviderId } from "../ids.ts";
import { spellInZone } from "../schedule/clinic-time.ts";
import { type Instant, MINUTE_MS, plus } from "../time.ts";
import { HOLD_TOTAL_MINUTES_MAX, isLive, type StoredHold } from "./hold.ts";

export interface HoldDto {
  readonly id: string;
  readonly status: "held" | "expired" | "released" | "converted";
  readonly expiresAt: string;
  /** No extension goes beyond this. */
  readonly extendableUntil: string;
  readonly providerId: string;
  readonly locationId: string;
  readonly visitTypeId: string;
  readonly start: string;
  readonly end: string;
  readonly timeZone: string;
}

/** Who holds, and the hash of the token, stay inside. */
export function holdDto(hold: StoredHold, providerId: ProviderId, now: Instant): HoldDto {
  const spell = (at: Instant): string => spellInZone(at, hold.timeZone);
  return {
    id: hold.id,
    status: hold.state === "held" && !isLive(hold, now) ? "expired" : hold.state,
    expiresAt: spell(hold.expiresAt),
    extendableUntil: spell(plus(hold.placedAt, HOLD_TOTAL_MINUTES_MAX * MINUTE_MS)),
    providerId,
    locationId: hold.place.locationId,
    visitTypeId: hold.place.visitTypeId,
    start: spell(hold.place.start),
    end: spell(hold.place.end),
    timeZone: hold.timeZone,
  };
}
