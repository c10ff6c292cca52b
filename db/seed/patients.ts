/** The patients of the sample network. */
import type { Clinic, Patient } from "../../core/directory/directory.ts";
import { AGENDA_SHARDS, makePatientId } from "../../core/ids.ts";
import { makeEmail, makePerson, makePhone } from "./names.ts";
import type { Random } from "./random.ts";

const twoDigits = (value: number): string => String(value).padStart(2, "0");

/** Days stop at 28, so that every month has them. */
const makeBirthDate = (random: Random): string =>
  `${random.between(1936, 2022)}-${twoDigits(random.between(1, 12))}-${twoDigits(random.between(1, 28))}`;

/** So many live anywhere; of those after them, most where days are full. */
const SPREAD = 1_000;
const BUSY_PERCENT = 70;

/** Dealt out to the agenda shards in turn, at home in any clinic; beyond a thousand, most of them in one of `busy`. */
export function makePatients(
  random: Random,
  count: number,
  clinics: readonly Clinic[],
  busy: readonly Clinic[],
): Patient[] {
  return Array.from({ length: count }, (_, index) => {
    const home = random.pick(index >= SPREAD && random.chance(BUSY_PERCENT) ? busy : clinics);
    const person = makePerson(random);
    return {
      id: makePatientId(index % AGENDA_SHARDS, random.bytes(12)),
      displayName: `${person.first} ${person.last}`,
      birthDate: makeBirthDate(random),
      email: makeEmail(person, index + 1),
      phone: makePhone(random, home.phone.slice(2, 5)),
      homeLocationId: home.id,
    };
  });
}
