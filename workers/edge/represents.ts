/**
 * Whom a signed-in patient stands for, as Postgres has it. Asked only when it matters: a principal is made without it, and a request
 * of a patient that would be answered 404 is looked at again with it (api/router.ts). So whoever stands for nobody never pays.
 */
import type { Context } from "hono";
import { CONSENT_FRESH_MS, CONSENT_LAST_KNOWN_MS, NOBODY_FRESH_MS } from "../../core/access/consent.ts";
import type { Principal } from "../../core/access/principal.ts";
import type { PatientId } from "../../core/ids.ts";
import { type Instant, plus, SECOND_MS } from "../../core/time.ts";
import type { Represented } from "../../db/index.ts";
import type { EdgeEnv } from "./env.ts";
import { askPostgres, PostgresUnavailable } from "./postgres.ts";

export type PatientPrincipal = Extract<Principal, { role: "patient" }>;

interface Known {
  readonly represented: readonly Represented[];
  /** When it was asked, not when the answer came. */
  readonly at: number;
}

/** In memory, per isolate. */
const known = new Map<PatientId, Known>();
/** Bounds memory: about 200 bytes each. */
const KNOWN_MAX = 20_000;
/** Longest wait for consents: an answer that would be "not found" anyway must not hang on a Postgres that hangs. */
const LOOK_MS_MAX = SECOND_MS;
/** After a look that failed the isolate goes by what it knows for this long, instead of waiting again with every request. */
const AWAY_MS = 2 * SECOND_MS;
let awayUntil = 0;
/** Counts what was forgotten: a look that began before a change must not be kept, or acted on, after it. */
let changes = 0;
/** A look that changes keep overtaking gives up, and stands for nobody. */
const LOOKS_MAX = 3;

const NOBODY: readonly Represented[] = [];

const freshMs = ({ represented }: Known): number =>
  represented.length > 0 ? CONSENT_FRESH_MS : NOBODY_FRESH_MS;

/** [CO9] Without those that have run out since. */
const live = (represented: readonly Represented[], now: number): readonly Represented[] =>
  represented.filter(({ until }) => until === null || until > now);

/** [CO9] [CO10] Whom this patient stands for now. Never throws for a Postgres that is away. */
export async function representedNow(c: Context<EdgeEnv>, proxy: PatientId): Promise<readonly Represented[]> {
  for (let look = 0; look < LOOKS_MAX; look++) {
    const now = Date.now();
    const last = known.get(proxy);
    if (last && now - last.at < freshMs(last)) return live(last.represented, now);
    const began = changes;
    const asked = now < awayUntil ? null : await ask(c, proxy);
    if (changes !== began) continue; // somebody's consent changed here meanwhile: perhaps this one's
    if (!asked)
      return last && now - last.at < CONSENT_LAST_KNOWN_MS ? live(last.represented, Date.now()) : NOBODY;
    if (known.size >= KNOWN_MAX) known.clear();
    known.set(proxy, { represented: asked, at: now });
    return live(asked, Date.now());
  }
  return NOBODY;
}

/** null = Postgres did not say. */
async function ask(c: Context<EdgeEnv>, proxy: PatientId): Promise<readonly Represented[] | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLong = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, LOOK_MS_MAX, null);
  });
  try {
    const answer = await Promise.race([
      askPostgres(c.get("settings"), (db, { representedBy }) => representedBy(db, proxy)).catch(
        (error: unknown) => {
          if (error instanceof PostgresUnavailable) return null; // logged there
          throw error;
        },
      ),
      tooLong,
    ]);
    if (answer === null) awayUntil = Date.now() + AWAY_MS;
    return answer;
  } finally {
    clearTimeout(timer);
  }
}

/** [CO8] What this isolate does next knows of a grant or an end. */
export function forgetConsents(...proxies: readonly PatientId[]): void {
  changes += 1;
  for (const id of proxies) known.delete(id);
}

/** The same for a record that ended: everybody may have stood for it. */
export function forgetAllConsents(): void {
  changes += 1;
  known.clear();
}

/** For tests: as after a start. */
export function forgetEverythingAboutConsents(): void {
  forgetAllConsents();
  awayUntil = 0;
}

/** The same caller with whom they stand for, if this isolate knows of somebody; else as they came. Asks nobody. */
export function asKnown(principal: PatientPrincipal): PatientPrincipal {
  const now = Date.now();
  const last = known.get(principal.patientId);
  return last && now - last.at < freshMs(last) ? acting(principal, live(last.represented, now)) : principal;
}

const acting = (principal: PatientPrincipal, represented: readonly Represented[]): PatientPrincipal =>
  represented.length === 0
    ? principal
    : { ...principal, represents: represented.map(({ patientId }) => patientId) };

/** [A5] The same caller with whom they stand for. */
export async function withRepresented(
  c: Context<EdgeEnv>,
  principal: PatientPrincipal,
): Promise<PatientPrincipal> {
  return acting(principal, await representedNow(c, principal.patientId));
}

/** A proxy's socket or ticket is good for this long at most; then the page asks again, and is asked for the consent. */
const PROXY_SOCKET_MS_MAX = CONSENT_LAST_KNOWN_MS;

/** Who opens a socket in somebody's stead, and until when it may stand. null = nobody's stead. */
export interface InsteadOf {
  readonly proxy: PatientId;
  readonly until: Instant;
}

/** [CO11] For a socket of `patient` that `principal` opens, who has been admitted to it. */
export function insteadOf(principal: Principal, patient: PatientId): InsteadOf | null {
  if (principal.role !== "patient" || principal.patientId === patient) return null;
  const now = Date.now() as Instant;
  const consent = known.get(principal.patientId)?.represented.find(({ patientId }) => patientId === patient);
  const latest = plus(now, PROXY_SOCKET_MS_MAX);
  return { proxy: principal.patientId, until: Math.min(consent?.until ?? latest, latest) as Instant };
}
