/**
 * Gives and ends consents for the API and the pages: one path, so that a form and a program cannot be told different things. Whoever
 * asks has been admitted by rule and reach; what is decided here is core/access/consent.ts and the transaction in db/consent/.
 */
import type { Context } from "hono";
import {
  type ClinicReason,
  CODE_LIFE_MS,
  CODE_TRIES_MAX,
  CODE_TRIES_PERIOD_MS,
  CONSENT_CODE,
  type Consent,
  type ConsentId,
  type ConsentRefusal,
  decideConsent,
  type Person,
  PROXIES_MAX,
  REPRESENTED_MAX,
  type Relation,
  readCode,
  type Withdrawer,
  withdrawnBy,
} from "../../core/access/consent.ts";
import type { Principal } from "../../core/access/principal.ts";
import { encodeBytes, type PatientId } from "../../core/ids.ts";
import { type Instant, instant, MINUTE_MS, plus, SECOND_MS } from "../../core/time.ts";
import type { ShownConsent } from "../../db/index.ts";
import { logFailure } from "../../durable-objects/shared/log.ts";
import { NOT_FOUND, type Problem, rateLimited } from "./api/problem.ts";
import { concerns } from "./audited.ts";
import { consentCodeMac, makeConsentCode, spellCode } from "./consent-codes.ts";
import type { EdgeEnv } from "./env.ts";
import { askPostgres, PostgresRefusal } from "./postgres.ts";
import { forgetConsents } from "./represents.ts";
import { patientAgenda } from "./stubs.ts";

const CONSENT_ID_BYTES = 12;
const freshConsentId = (): ConsentId =>
  `cns_${encodeBytes(crypto.getRandomValues(new Uint8Array(CONSENT_ID_BYTES)))}` as ConsentId;

const refusedBy = (rule: string, title: string): Problem => ({
  status: 422,
  slug: "rule-violated",
  title,
  extra: { rule },
});

/** [CO6] Wrong, used, run out, one's own, of somebody whose record has ended: one answer. */
export const CODE_REFUSED = refusedBy(
  "code-refused",
  "That code does not open anything. Ask for a new one and try again.",
);
/** Between the look and the write something changed. */
const CHANGED = refusedBy("consent-changed", "Something changed meanwhile, so nothing was done. Look again.");

/** No `default`: a new refusal must fail to compile. */
function problemOf(refusal: ConsentRefusal): Problem {
  switch (refusal) {
    case "own-record":
      return refusedBy(refusal, "Nobody needs consent to act for themselves.");
    case "record-ended":
      return NOT_FOUND;
    case "already-acts":
      return refusedBy(refusal, "This person acts for the patient already.");
    case "too-many-proxies":
      return refusedBy(refusal, `At most ${PROXIES_MAX} people may act for one patient.`);
    case "too-many-represented":
      return refusedBy(refusal, `One person may act for at most ${REPRESENTED_MAX} patients.`);
    case "until-not-ahead":
      return refusedBy(refusal, "The end must lie ahead.");
    case "until-too-far":
      return refusedBy(
        refusal,
        "The end may lie at most five years ahead; leave it out for one without an end.",
      );
    case "not-a-minor":
      return refusedBy(refusal, "The patient is of age and decides for themselves.");
  }
}

export type Granted =
  | { readonly ok: true; readonly consent: ShownConsent }
  | { readonly ok: false; readonly problem: Problem };

interface Terms {
  readonly relation: Relation;
  readonly until: Instant | null;
}

const no = (problem: Problem): { readonly ok: false; readonly problem: Problem } => ({ ok: false, problem });

/** [CO6] A new code of this patient, as they read it out; an earlier one opens nothing any more. null = there is no such record. */
export async function showCode(
  c: Context<EdgeEnv>,
  proxy: PatientId,
): Promise<{ readonly code: string; readonly expiresAt: Instant } | null> {
  const settings = c.get("settings");
  const code = makeConsentCode();
  const expiresAt = plus(instant(Date.now()), CODE_LIFE_MS);
  const shown = await askPostgres(settings, async (db, { consentPerson, putConsentCode }) => {
    const person = await consentPerson(db, proxy);
    if (!person?.active) return false;
    await putConsentCode(db, proxy, consentCodeMac(settings.ID_KEYS, code), expiresAt);
    return true;
  });
  return shown ? { code: spellCode(code), expiresAt } : null;
}

/** [CO1] [CO6] The patient types the code of whoever is to act for them. Every try counts, also one that can be no code. */
export async function grantByCode(
  c: Context<EdgeEnv>,
  patientId: PatientId,
  { code: typed, ...terms }: Terms & { readonly code: string },
): Promise<Granted> {
  const settings = c.get("settings");
  const code = readCode(typed);
  const codeMac = consentCodeMac(settings.ID_KEYS, code);
  const found = await askPostgres(settings, async (db, queries) => {
    const patient = await queries.consentPerson(db, patientId);
    if (!patient?.active) return "no-record";
    const tries = await queries.countConsentTry(db, patientId); // before the code is looked at
    if (tries > CODE_TRIES_MAX) return "too-many";
    const owner = CONSENT_CODE.test(code) ? await queries.ownerOfCode(db, codeMac) : null;
    const proxy = owner === null || owner === patientId ? null : await queries.consentPerson(db, owner);
    return proxy?.active ? { patient, proxy } : null;
  });
  if (found === "no-record") return no(NOT_FOUND);
  if (found === "too-many") return no(rateLimited(CODE_TRIES_PERIOD_MS / SECOND_MS));
  if (!found) return no(CODE_REFUSED);
  return grant(c, { ...found, ...terms, reason: null, codeMac, bySubject: subjectOf(c) });
}

/** [CO1] A desk that keeps both records, or an administrator, links them and says why. */
export const grantAtDesk = (
  c: Context<EdgeEnv>,
  patient: Person,
  proxy: Person,
  terms: Terms & { readonly reason: ClinicReason },
): Promise<Granted> => grant(c, { patient, proxy, ...terms, codeMac: null, bySubject: subjectOf(c) });

interface Wanted extends Terms {
  readonly patient: Person;
  readonly proxy: Person;
  readonly reason: ClinicReason | null;
  readonly codeMac: string | null;
  readonly bySubject: string;
}

async function grant(c: Context<EdgeEnv>, wanted: Wanted): Promise<Granted> {
  const { patient, proxy, relation, reason, codeMac, bySubject } = wanted;
  const settings = c.get("settings");
  const standing = await askPostgres(settings, async (db, { proxyConsentsOf, consentsTo }) => ({
    proxies: await proxyConsentsOf(db, patient.id),
    patientsOfProxy: (await consentsTo(db, proxy.id)).length,
  }));
  const now = instant(Date.now());
  const decision = decideConsent(wanted, {
    now,
    today: new Date(now).toISOString().slice(0, 10),
    proxiesOfPatient: standing.proxies.map(({ proxyPatientId }) => proxyPatientId),
    patientsOfProxy: standing.patientsOfProxy,
  });
  if (!decision.ok) return no(problemOf(decision.error));
  const id = freshConsentId();
  const row = {
    id,
    patientId: patient.id,
    proxyPatientId: proxy.id,
    relation,
    expiresAt: decision.value.expiresAt,
    reason,
    bySubject,
    codeMac,
  };
  try {
    const consent = await askPostgres(settings, async (db, queries) => {
      await queries.grantConsent(db, row);
      return queries.findConsent(db, patient.id, id);
    });
    return consent ? { ok: true, consent } : no(NOT_FOUND);
  } catch (error) {
    if (!(error instanceof PostgresRefusal)) throw error;
    if (error.constraint === "patient_proxy_open") return no(problemOf("already-acts"));
    if (error.code === "OS412") return no(codeMac === null ? CHANGED : CODE_REFUSED); // used up, or a limit reached, a moment ago
    throw error;
  } finally {
    forgetConsents(proxy.id);
  }
}

/** Long enough to see that it was the wrong one, too short for a change of mind that somebody else should confirm. */
export const UNDO_MS = 10 * MINUTE_MS;

/** [CO13] The patient takes back what they have just ended: the same terms, as a new consent of theirs. */
export async function undoWithdrawal(
  c: Context<EdgeEnv>,
  patientId: PatientId,
  ended: ShownConsent,
): Promise<Granted> {
  const found = await askPostgres(c.get("settings"), async (db, queries) => {
    const isRecent = await queries.wasWithdrawnByPatient(db, ended.id, patientId, UNDO_MS);
    if (!isRecent) return null;
    const [patient, proxy] = await Promise.all([
      queries.consentPerson(db, patientId),
      queries.consentPerson(db, ended.proxyPatientId),
    ]);
    return patient && proxy ? { patient, proxy } : null;
  });
  if (!found) return no(CHANGED);
  const { relation, expiresAt } = ended;
  const terms = { relation, until: expiresAt, reason: null, codeMac: null };
  return grant(c, { ...found, ...terms, bySubject: subjectOf(c) });
}

/** Nobody gets here without having been admitted. */
const subjectOf = (c: Context<EdgeEnv>): string => c.get("principal")?.subject ?? "unknown";

export function withdrawerOf(principal: Principal): Withdrawer {
  return principal.role === "patient"
    ? { kind: "patient", patientId: principal.patientId }
    : { kind: "clinic" };
}

/** How often a live screen is told before its own end has to do. */
const TELLS_MAX = 3;

/**
 * [CO4] [CO8] [CO11] Ends it: in Postgres, then in this isolate, then at open screens. Returns the consent as it ended; null = there is none
 * that this caller may end. Ended before = the same answer, and nothing is written.
 */
export async function withdraw(
  c: Context<EdgeEnv>,
  patient: PatientId,
  id: ConsentId,
  by: Withdrawer,
): Promise<Consent | null> {
  const subject = subjectOf(c);
  const ended = await askPostgres(c.get("settings"), async (db, { findConsent, withdrawConsent }) => {
    const consent = await findConsent(db, patient, id);
    if (consent) concerns(c, { patientId: patient });
    const as = consent && withdrawnBy(consent, by);
    if (!as) return null;
    await withdrawConsent(db, id, as, subject);
    return findConsent(db, patient, id);
  });
  if (!ended) return null;
  forgetConsents(ended.proxyPatientId);
  await closeScreens(c, patient, ended.proxyPatientId);
  return ended;
}

type Pair = Pick<Consent, "patientId" | "proxyPatientId">;

/** Who acts for this record and for whom it acts, to be asked before the record ends and its consents with it [CO5]. */
export const actingAround = (c: Context<EdgeEnv>, id: PatientId): Promise<readonly Pair[]> =>
  askPostgres(c.get("settings"), async (db, { proxyConsentsOf, consentsTo }) => [
    ...(await proxyConsentsOf(db, id)),
    ...(await consentsTo(db, id)),
  ]);

/** [CO8] [CO11] As a withdrawal of each, once they have ended with a record. At most PROXIES_MAX and REPRESENTED_MAX calls. */
export async function endedWithRecord(c: Context<EdgeEnv>, pairs: readonly Pair[]): Promise<void> {
  for (const { proxyPatientId } of pairs) forgetConsents(proxyPatientId);
  await Promise.all(pairs.map(({ patientId, proxyPatientId }) => closeScreens(c, patientId, proxyPatientId)));
}

/** [SV4] The sessions of this patient have ended, and with them their own screens and those at which they act for others. */
export async function closeScreensOf(c: Context<EdgeEnv>, id: PatientId): Promise<void> {
  const actsFor = (await actingAround(c, id)).filter(({ proxyPatientId }) => proxyPatientId === id);
  await Promise.all([
    untilTold(() => patientAgenda(c.env, id).endOwnScreens(id)),
    ...actsFor.map(({ patientId }) => closeScreens(c, patientId, id)),
  ]);
}

const closeScreens = (c: Context<EdgeEnv>, patient: PatientId, proxy: PatientId): Promise<void> =>
  untilTold(() => patientAgenda(c.env, patient).endInsteadOf(patient, proxy));

/** What stays open all the same ends by itself within minutes (agenda-feed.ts, represents.ts). */
async function untilTold(end: () => Promise<void>): Promise<void> {
  for (let tell = 1; tell <= TELLS_MAX; tell++) {
    try {
      await end();
      return;
    } catch (error) {
      logFailure("consent.screens_not_told", error);
    }
  }
}
