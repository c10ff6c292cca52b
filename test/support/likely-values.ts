/** What a person would send where a schema leaves much open: by the name of the member. Every value fits its schema wherever it stands. */
import type { Json } from "./schema-requests.ts";

/** How often: the rest is whatever the schema allows. */
export const LIKELY_SHARE = 0.85;

const EC_KEY = {
  kid: "fuzz-1",
  kty: "EC",
  alg: "ES256",
  crv: "P-256",
  x: "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
  y: "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
};

export const LIKELY: Readonly<Record<string, readonly Json[]>> = {
  timeZone: ["America/New_York", "America/Los_Angeles"],
  phone: ["+12065550142"],
  state: ["WA", "NY"],
  postalCode: ["98101", "10001"],
  regionId: ["us-west", "us-east"],
  languages: [["en"], ["en", "es"]],
  language: ["en"],
  preferredLanguage: ["en", "es"],
  interpreterLanguage: ["es"],
  specialties: [["family-medicine"], ["cardiology", "pediatrics"]],
  birthDate: ["1980-02-29", "2015-07-01", "1951-12-31"],
  weekday: [1, 2, 3, 4, 5],
  opensAt: [480, 540],
  closesAt: [960, 1020],
  rrule: ["FREQ=WEEKLY;COUNT=3", "FREQ=DAILY;COUNT=2"],
  count: [2, 3, 4],
  intervalWeeks: [1, 2],
  jwks: [{ keys: [EC_KEY] }],
  system: ["other.example"],
  near: ["98101", "47.6,-122.3"],
  scopes: [["appointment.read"], ["appointment.book", "patient.appointments"]],
  q: ["an", "smith"],
};

/** Optional members that are mostly there. */
export const OFTEN: readonly string[] = ["patientId", "clinics", "name", "visitTypeIds", "reasonCode"];

/** Of each two that stand together the second one mostly goes, unless it is required: one or the other is meant. */
export const NOT_TOGETHER: readonly (readonly [string, string])[] = [
  ["providerIds", "holdId"],
  ["providerId", "providerIds"],
  ["rrule", "count"],
  ["rrule", "intervalWeeks"],
  ["code", "reason"],
  ["patientId", "locationId"],
];

/** The first is not after the second. */
export const IN_ORDER: readonly (readonly [string, string])[] = [
  ["start", "end"],
  ["from", "until"],
  ["from", "to"],
];
