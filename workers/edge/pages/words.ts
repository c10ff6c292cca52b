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

export function languagesText(codes: readonly string[]): string {
  languageNames ??= new Intl.DisplayNames("en-US", { type: "language" });
  const names = languageNames;
  return codes.map((code) => names.of(code) ?? code).join(", ");
}

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
