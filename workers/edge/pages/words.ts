/** Codes of the directory in the words of a page. */
import type { Clinic, Provider, VisitType } from "../../../core/directory/directory.ts";

/** Made when a page first names a language: it loads names for the whole world, half of what starting this Worker costs. */
let languageNames: Intl.DisplayNames | undefined;

/** Specialties whose code is not their name. */
const SPECIALTY_NAMES: Readonly<Record<string, string>> = { ent: "Ear, nose and throat" };

/** `primary-care` → `Primary care` */
export function specialtyText(code: string): string {
  const words = code.replaceAll("-", " ");
  return SPECIALTY_NAMES[code] ?? words.charAt(0).toUpperCase() + words.slice(1);
}

/** The code itself where there is no name: `Intl` throws at tags that BCP 47 has and it has not. */
function languageText(code: string): string {
  languageNames ??= new Intl.DisplayNames("en-US", { type: "language" });
  try {
    return languageNames.of(code) ?? code;
  } catch {
    return code;
  }
}

export const languagesText = (codes: readonly string[]): string => codes.map(languageText).join(", ");

export const providerText = ({ displayName, title }: Provider): string => `${displayName}, ${title}`;

const MODALITIES: Readonly<Record<VisitType["modality"], string>> = {
  "in-person": "in person",
  video: "by video",
  phone: "by phone",
};

/** `20 minutes, in person` */
export const visitText = ({ minutes, modality }: VisitType): string =>
  `${minutes} minutes, ${MODALITIES[modality]}`;

export const addressText = ({ address, city, state, postalCode }: Clinic): string =>
  `${address}, ${city}, ${state} ${postalCode}`;

/** `+15125550100` → `(512) 555-0100`; anything else stays as it is. */
export const phoneText = (phone: string): string => phone.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, "($1) $2-$3");

/** Plans whose code is not their name. */
const INSURANCE_NAMES: Readonly<Record<string, string>> = {
  "blue-cross-blue-shield": "Blue Cross Blue Shield",
  tricare: "TRICARE",
  "united-healthcare": "UnitedHealthcare",
};

/** `kaiser-permanente` → `Kaiser Permanente` */
export const insuranceText = (code: string): string =>
  INSURANCE_NAMES[code] ??
  code
    .split("-")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(" ");

const KM_PER_MILE = 1.609344;

/** `3.2 miles`: tenths up to ten, whole ones beyond. */
export function milesText(km: number): string {
  const miles = km / KM_PER_MILE;
  const text = miles < 9.95 ? miles.toFixed(1) : String(Math.round(miles));
  return text === "1.0" ? "1 mile" : `${text.replace(/\.0$/, "")} miles`;
}
