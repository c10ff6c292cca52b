/** Gender and insurances of the sample providers. Drawn from a generator of their own, so that no id shifts. */
import { GENDERS, type Gender } from "../../core/directory/directory.ts";
import type { Random } from "./random.ts";

export const INSURANCES = [
  "aetna",
  "anthem",
  "blue-cross-blue-shield",
  "cigna",
  "humana",
  "kaiser-permanente",
  "medicaid",
  "medicare",
  "oscar",
  "tricare",
  "united-healthcare",
] as const;

const UNKNOWN_GENDER_PERCENT = 5;
const NON_BINARY_PERCENT = 2;

function pickGender(random: Random): Gender | null {
  if (random.chance(UNKNOWN_GENDER_PERCENT)) return null;
  return random.chance(NON_BINARY_PERCENT) ? "non-binary" : random.pick(GENDERS.slice(0, 2));
}

/** Two to six plans, by code. */
export function makePlans(random: Random): { gender: Gender | null; insurances: string[] } {
  return { gender: pickGender(random), insurances: random.sample(INSURANCES, random.between(2, 6)).sort() };
}
