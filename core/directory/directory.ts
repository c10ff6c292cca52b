/** The directory as the rest of the system reads it: clinics, providers, visit types. Its truth is Postgres. */
import type { LocationId, PatientId, ProviderId, VisitTypeId } from "../ids.ts";
import type { CalendarConfig, ResourceKind } from "../schedule/config.ts";

/** Where the runtime may place an object: https://developers.cloudflare.com/durable-objects/reference/data-location/ */
export const LOCATION_HINTS = ["wnam", "enam", "sam", "weur", "eeur", "apac", "oc", "afr", "me"] as const;
export type LocationHint = (typeof LOCATION_HINTS)[number];

export const GENDERS = ["female", "male", "non-binary"] as const;
export type Gender = (typeof GENDERS)[number];

export interface Clinic {
  readonly id: LocationId;
  readonly name: string;
  readonly address: string;
  readonly city: string;
  /** Two-letter US state code. */
  readonly state: string;
  readonly postalCode: string;
  readonly phone: string;
  /** IANA zone name, such as `America/Chicago`. */
  readonly timeZone: string;
  readonly latitude: number;
  readonly longitude: number;
  /** false = deactivated: it keeps its name for what happened there, and nobody is seen there any more. */
  readonly active: boolean;
  /** Where its calendars are made; null = near whoever asks first. */
  readonly locationHint: LocationHint | null;
}

export interface VisitType {
  readonly id: VisitTypeId;
  readonly name: string;
  readonly minutes: number;
  readonly modality: "in-person" | "video" | "phone";
  readonly active: boolean;
}

/** A provider with everything an answer about them shows; `calendar` is what their calendar object decides from. */
export interface Provider {
  readonly id: ProviderId;
  readonly displayName: string;
  readonly title: string;
  readonly specialties: readonly string[];
  /** BCP 47 language tags. */
  readonly languages: readonly string[];
  readonly acceptingNewPatients: boolean;
  /** null = not said. */
  readonly gender: Gender | null;
  /** Codes of the plans that they take. */
  readonly insurances: readonly string[];
  /** [D10] false = deactivated: nobody finds or books them; what was booked stays. */
  readonly active: boolean;
  readonly locationIds: readonly LocationId[];
  readonly visitTypeIds: readonly VisitTypeId[];
  readonly calendar: CalendarConfig;
}

/**
 * [R1] A room, machine or interpreter of one clinic. Its id is a calendar's, because it has one; it is no provider: nobody
 * finds it or books it for itself.
 */
export interface Resource {
  readonly id: ProviderId;
  readonly kind: ResourceKind;
  readonly name: string;
  readonly locationId: LocationId;
  /** [D10] false = nobody is given it any more. */
  readonly active: boolean;
  /** One site with its hours, and no visit types. */
  readonly calendar: CalendarConfig;
}

export interface Patient {
  readonly id: PatientId;
  readonly displayName: string;
  /** `YYYY-MM-DD`. */
  readonly birthDate: string;
  /** null = none known. */
  readonly email: string | null;
  /** E.164; null = none known. */
  readonly phone: string | null;
  readonly homeLocationId: LocationId;
}

/** How a patient wants to be told things; absent = as the clinic does it. */
export interface PatientPreferences {
  readonly channels?: readonly ("sms" | "email" | "push")[];
}
