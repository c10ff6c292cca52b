/** The sample network as core types. Pure: the same seed and size give the same network, id by id. */
import type { Clinic, Patient, Provider, Resource } from "../../core/directory/directory.ts";
import { invariant } from "../../core/invariant.ts";
import { CITIES } from "./cities.ts";
import { makeClinics } from "./clinics.ts";
import { makePatients } from "./patients.ts";
import { makePlans } from "./plans.ts";
import { makeProviders } from "./providers.ts";
import type { Random } from "./random.ts";
import { makeResources } from "./resources.ts";
import { makeVisitTypes, type SeedVisitType } from "./visit-types.ts";

export interface Network {
  readonly clinics: readonly Clinic[];
  readonly visitTypes: readonly SeedVisitType[];
  readonly providers: readonly Provider[];
  readonly resources: readonly Resource[];
  readonly patients: readonly Patient[];
}

export interface NetworkSize {
  readonly clinics: number;
  readonly providers: number;
  readonly patients: number;
}

/** What a laptop starts with: the size of the network we build for, small enough to seed in a second. */
export const SAMPLE_SIZE: NetworkSize = { clinics: 200, providers: 2_000, patients: 1_000 };
/** The network that `npm start` shows: the same clinics and providers, and enough people to fill their days. */
export const BUSY_SIZE: NetworkSize = { ...SAMPLE_SIZE, patients: 20_000 };
/** Clinics whose days are full: the first ones, in the largest cities. */
export const FULL_CLINICS = 8;
/** Any number would do; this one never changes, so that ids in notes and scripts stay valid. */
export const SAMPLE_SEED = 20_261_124;

const CLINICS_AVAILABLE = CITIES.reduce((sum, city) => sum + city.clinics, 0);

/** Each kind has a generator of its own: more providers do not change the patients. */
export function makeNetwork(random: Random, size: NetworkSize): Network {
  invariant(size.clinics >= 1 && size.clinics <= CLINICS_AVAILABLE, "a sample network has 1 to 200 clinics");
  const [forTypes, forClinics, forProviders, forPatients, forResources, forPlans] = [
    random.fork(),
    random.fork(),
    random.fork(),
    random.fork(),
    random.fork(),
    random.fork(),
  ];
  const types = makeVisitTypes(forTypes);
  const clinics = makeClinics(forClinics, size.clinics);
  return {
    clinics,
    visitTypes: [...types.values()],
    providers: makeProviders(forProviders, size.providers, clinics, types).map((provider) => ({
      ...provider,
      ...makePlans(forPlans),
    })),
    resources: makeResources(forResources, clinics),
    patients: makePatients(forPatients, size.patients, clinics, clinics.slice(0, FULL_CLINICS)),
  };
}
