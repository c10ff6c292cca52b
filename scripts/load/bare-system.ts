/**
 * The whole system for load and faults: Postgres in one process, the three Workers in one bare workerd, tokens for as
 * many patients as a test wants, and the seeded directory.
 */
import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import type { Patient } from "../../core/directory/directory.ts";
import { AGENDA_SHARDS, makePatientId, type PatientId } from "../../core/ids.ts";
import { listPatients, PATIENTS_PAGE_MAX } from "../../db/queries/list-patients.ts";
import { type Directory, loadDirectory } from "../../db/queries/load-directory.ts";
import type { NetworkSize } from "../../db/seed/network.ts";
import { claimsFor, signToken } from "../local/local-token.ts";
import { publicJwk, readOrMakeIssuer, type SigningJwk } from "../local/settings.ts";
import { makeRunDir, makeStorageDir, type StorageKind } from "./bare-paths.ts";
import { BareWorkerd } from "./bare-workerd.ts";
import { Database, STAND_IN_URL } from "./database.ts";
import { replaceNetwork } from "./small-network.ts";

export interface BareSystemOptions {
  readonly storage: StorageKind;
  /** The core of workerd; null leaves it to the system. */
  readonly core: number | null;
  /** For CPU profiles: see bare-workerd.ts. */
  readonly profile?: boolean;
  /** Another size than the seeded network's, for tests that are about something else than size; never on a server of DATABASE_URL. */
  readonly network?: NetworkSize;
}

export interface BareSystem {
  readonly workerd: BareWorkerd;
  readonly database: Database;
  readonly storageDir: string;
  readonly directory: Directory;
  /** Signs for a patient, seeded or made up: a token is all it takes to book. */
  readonly patientToken: (patient: PatientId) => Promise<string>;
  readonly adminToken: () => Promise<string>;
  /** For any other role; `clinics` of staff and kiosks. */
  readonly tokenFor: (role: string, id: string | undefined, clinics: readonly string[]) => Promise<string>;
  /** Ends everything and deletes what the run wrote. Call it whatever happened. */
  readonly stop: () => Promise<void>;
}

const ID_KEY_BYTES = 32;
const TEXT_KEY_BYTES = 32;

function settingsOf(endpoint: string, issuer: SigningJwk) {
  const database = { DATABASE_URL: STAND_IN_URL, NEON_FETCH_ENDPOINT: endpoint };
  return {
    openslot: {
      ...database,
      LOCAL_MODE: "on",
      RATE_LIMITS: "relaxed",
      ID_KEYS: JSON.stringify({ a: randomBytes(ID_KEY_BYTES).toString("base64url") }),
      TEXT_KEYS: JSON.stringify({ a: randomBytes(TEXT_KEY_BYTES).toString("base64url") }),
      LOCAL_ISSUER_JWKS: JSON.stringify({ keys: [publicJwk(issuer)] }),
    },
    "openslot-identity": {
      ...database,
      LOCAL_MODE: "on",
      SITE_URL: "http://localhost",
      AUTH_SECRET: JSON.stringify({ a: randomBytes(ID_KEY_BYTES).toString("base64url") }),
      SIGNING_KEYS: JSON.stringify({ keys: [issuer] }),
    },
    "openslot-events": database,
  };
}

/** Starts everything and returns when bookings work. Keys are made for this run and die with it. */
export async function startBareSystem({
  storage,
  core,
  profile = false,
  network,
}: BareSystemOptions): Promise<BareSystem> {
  const runDir = makeRunDir();
  const storageDir = makeStorageDir(storage, runDir);
  const database = await Database.start();
  let workerd: BareWorkerd | undefined;
  const stop = async (): Promise<void> => {
    await workerd?.kill();
    await database.stop();
    rmSync(storageDir, { recursive: true, force: true });
    rmSync(runDir, { recursive: true, force: true });
  };
  try {
    if (network) await replaceNetwork(database, network);
    const issuer = await readOrMakeIssuer(runDir);
    const settings = settingsOf(database.endpoint, issuer);
    workerd = await BareWorkerd.prepare({ runDir, storageDir, settings, core, profile });
    await workerd.start();
    const sign = (role: string, id?: string): Promise<string> =>
      signToken(issuer, claimsFor({ role, id, clinics: [] }));
    return {
      workerd,
      database,
      storageDir,
      directory: await loadDirectory(database.db),
      patientToken: (patient) => sign("patient", patient),
      adminToken: () => sign("admin"),
      tokenFor: (role, id, clinics) => signToken(issuer, claimsFor({ role, id, clinics: [...clinics] })),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Patients nobody has heard of, spread over the shards in turn. */
export function inventPatients(count: number): PatientId[] {
  return Array.from({ length: count }, (_, i) => makePatientId(i % AGENDA_SHARDS, randomBytes(12)));
}

/** The first patients of the seed, with names. */
export const seededPatients = (system: BareSystem, limit: number): Promise<Patient[]> =>
  listPatients(system.database.db, { homeLocationIds: null, limit: Math.min(limit, PATIENTS_PAGE_MAX) });
