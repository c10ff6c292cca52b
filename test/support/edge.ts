/** For tests in workerd: calls the edge as its clients do, with tokens of the run's own issuer. */
import "./loaded.ts";
import { env, exports } from "cloudflare:workers";
import { importJWK, type JWK, SignJWT } from "jose";
import { AUDIT_PARTITION_NAMES } from "../../core/audit/entry.ts";
import type { Provider } from "../../core/directory/directory.ts";
import { CONSUMER_GROUPS } from "../../core/events/log.ts";
import { APPOINTMENT_PARTITIONS, partitionName } from "../../core/events/partition.ts";
import { AGENDA_SHARDS, makePatientId, type PatientId, type ProviderId } from "../../core/ids.ts";
import { makeDb } from "../../db/client.ts";
import { listPatients } from "../../db/queries/list-patients.ts";
import { loadDirectory } from "../../db/queries/load-directory.ts";
import { consume } from "../../durable-objects/event-log-partition/consume.ts";
import { effects } from "../../workers/events/effects.ts";
import type { EventsEnv } from "../../workers/events/env.ts";
import type { ForgettingIssuer } from "../../workers/forget-patient.ts";
import { contractMistake } from "./contract-check.ts";

export const BASE = "https://openslot.test/v1";

/** Bindings that only tests have. */
const testEnv = env as unknown as {
  TEST_SIGNING_KEY: string;
  DATABASE_URL: string;
  NEON_FETCH_ENDPOINT: string;
};

export interface Claims {
  readonly sub: string;
  readonly role: string;
  readonly clinics?: readonly string[];
  readonly provider?: string;
}

export interface TokenOptions {
  readonly issuer?: string;
  readonly audience?: string;
  readonly lifetime?: string;
}

export async function token(claims: Claims, options: TokenOptions = {}): Promise<string> {
  const key = JSON.parse(testEnv.TEST_SIGNING_KEY) as JWK;
  const { sub, ...rest } = claims;
  return new SignJWT(rest)
    .setProtectedHeader({ alg: "ES256", kid: "test" })
    .setIssuer(options.issuer ?? "openslot-local")
    .setAudience(options.audience ?? "openslot")
    .setSubject(sub)
    .setIssuedAt()
    .setExpirationTime(options.lifetime ?? "10m")
    .sign(await importJWK(key, "ES256"));
}

export const patientToken = (patient: string): Promise<string> => token({ sub: patient, role: "patient" });
export const staffToken = (...clinics: string[]): Promise<string> =>
  token({ sub: "stf_test", role: "staff", clinics });
export const adminToken = (): Promise<string> => token({ sub: "adm_test", role: "admin" });

export interface CallOptions {
  /** Not held to the contract: what answers is not the edge alone. */
  readonly unchecked?: boolean;
  readonly token?: string;
  readonly key?: string;
  readonly ifMatch?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The answer with its body read: an unread body would keep the request open. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into JSON that it has just asked for
  readonly body: any;
}

/** [OA2] Throws unless the answer is one that the contract of its operation names. */
function keepsContract(method: string, path: string, { status, headers }: Response, text: string): void {
  const contentType = headers.get("content-type");
  const mistake = contractMistake({ method, path: `/v1${path}`, status, contentType, text });
  if (mistake) throw new Error(mistake);
}

export async function call(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
  const headers = new Headers(options.headers);
  if (options.token) headers.set("authorization", `Bearer ${options.token}`);
  if (options.key) headers.set("idempotency-key", options.key);
  if (options.ifMatch) headers.set("if-match", options.ifMatch);
  if (options.body !== undefined && !headers.has("content-type"))
    headers.set("content-type", "application/json");
  const body =
    options.body === undefined
      ? null
      : typeof options.body === "string"
        ? options.body
        : JSON.stringify(options.body);
  const response = await exports.default.fetch(new Request(`${BASE}${path}`, { method, headers, body }));
  const text = new TextDecoder().decode(await response.arrayBuffer()); // text() warns of JSON lines
  if (options.unchecked !== true) keepsContract(method, path, response, text);
  const isJson = /[/+]json\b/.test(response.headers.get("content-type") ?? ""); // not a stream of JSON lines
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

let keys = 0;
export const freshKey = (): string => `key-${Date.now()}-${keys++}`;

const randomBytes = (n: number): Uint8Array => crypto.getRandomValues(new Uint8Array(n));

/** A patient nobody knows; a token is enough to book. */
export function somePatient(): PatientId {
  return makePatientId((randomBytes(1)[0] as number) % AGENDA_SHARDS, randomBytes(12));
}

export const db = () => makeDb(testEnv);

let providers: readonly Provider[] | undefined;
let nextProvider = 0;

/** The title of providers that a test makes: other files share the database and must not be given one. */
export const MADE_HERE = "Made by a test";

/** A provider of the seed that no other test of this file uses. */
export async function someProvider(): Promise<Provider> {
  providers ??= (await loadDirectory(db())).providers.filter(({ title }) => title !== MADE_HERE);
  return providers[nextProvider++] as Provider;
}

export const seededPatients = (limit: number) => listPatients(db(), { homeLocationIds: null, limit });

export interface Slot {
  readonly start: string;
  readonly end: string;
  readonly locationId: string;
}

/**
 * Free slots of a provider's first visit type over the next two weeks, at the site that has most of them: a move that names
 * no other clinic stays at its own.
 */
export async function slotsOf(provider: Provider): Promise<Slot[]> {
  const from = new Date().toISOString().slice(0, 10);
  const to = new Date(Date.now() + 14 * 86_400_000).toISOString().slice(0, 10);
  const answer = await call(
    "GET",
    `/providers/${provider.id}/availability?visitTypeId=${visitOf(provider)}&from=${from}&to=${to}`,
  );
  const slots: Slot[] = answer.body.days.flatMap((day: { slots: Slot[] }) => day.slots);
  const bySite = Map.groupBy(slots, ({ locationId }) => locationId);
  return [...bySite.values()].sort((a, b) => b.length - a.length)[0] ?? [];
}

export const visitOf = (provider: Provider): string => provider.visitTypeIds[0] as string;

export const bookingOf = (
  provider: Provider,
  slot: Slot,
  more: Record<string, unknown> = {},
): Record<string, unknown> => ({
  providerId: provider.id,
  visitTypeId: visitOf(provider),
  locationId: slot.locationId,
  start: slot.start,
  ...more,
});

export async function book(
  provider: Provider,
  slot: Slot,
  patient: PatientId,
  key = freshKey(),
  more: Record<string, unknown> = {},
): Promise<Answer> {
  return call("POST", "/appointments", {
    token: await patientToken(patient),
    key,
    body: bookingOf(provider, slot, more),
  });
}

/** The issuer has its own tests. */
const nobodySignedIn = {
  takeSignIns: async () => ({ entries: [], marks: [] }),
  ackSignIns: async () => {},
  checkpoints: async () => ({ checkpoints: [] }),
  forgetStrangers: async () => 0,
  forgetPatient: (id: PatientId) => (env.IDENTITY as unknown as ForgettingIssuer).forgetPatient(id),
};

const eventsEnv = (): EventsEnv => ({
  EVENT_LOG: env.EVENT_LOG,
  PATIENT_AGENDA: env.PATIENT_AGENDA,
  PROVIDER_CALENDAR: env.PROVIDER_CALENDAR,
  WAKE: env.WAKE,
  IDENTITY: nobodySignedIn,
  get KAFKA_GATEWAY(): never {
    throw new Error("nothing is mirrored here: test/kafka has a broker");
  },
  DATABASE_URL: testEnv.DATABASE_URL,
  NEON_FETCH_ENDPOINT: testEnv.NEON_FETCH_ENDPOINT,
});

/** Runs every consumer group to the end, as the events Worker does when its doorbell rings. */
export async function drainLog(): Promise<void> {
  for (let partition = 0; partition < APPOINTMENT_PARTITIONS; partition++) {
    for (const group of CONSUMER_GROUPS)
      await consume(
        eventsEnv(),
        partitionName("appointments", partition),
        group,
        effects(eventsEnv())[group],
      );
  }
}

/** The same of the audit. */
export async function drainAudit(): Promise<void> {
  for (const partition of AUDIT_PARTITION_NAMES)
    await consume(eventsEnv(), partition, "audit", effects(eventsEnv()).audit);
}

export const calendarOf = (id: ProviderId) => env.PROVIDER_CALENDAR.getByName(id);
