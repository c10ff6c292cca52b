/**
 * Who signed in, how and whether it worked: a line for each, for the audit to fetch. No address and no name: a subject is
 * an id of ours, or a keyed hash where nobody was recognised.
 */
import { logFailure } from "../../durable-objects/shared/log.ts";
import type { IdentityEnv } from "./env.ts";
import { macOf } from "./sealing.ts";
import { shardOf } from "./session-store.ts";
import { identitySettings } from "./settings.ts";

export interface SignIn {
  /** `pat_…`, `stf_…`, a device's or partner's id; `adr_…` for an address that nobody was recognised by. */
  readonly subject: string;
  readonly kind: "code" | "passkey" | "oidc" | "device" | "partner";
  readonly outcome: "accepted" | "refused" | "signed-out" | "revoked";
}

export interface SignInEntry extends SignIn {
  /** The same for a repeated reading. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Up to where an outbox has been read. */
export interface SignInMark {
  readonly outbox: number;
  readonly through: number;
}

/** Sign-ins of one subject stay in order; four objects take several thousand a second. */
const OUTBOXES = 4;

const outbox = (env: IdentityEnv, number: number) => env.SESSIONS.getByName(`a${number}`);

/** Names an address to whoever holds the secret, and to nobody else. */
export const addressSubject = (env: IdentityEnv, to: string): string =>
  `adr_${macOf(identitySettings(env).AUTH_SECRET, "address", to).slice(0, 16)}`;

/** [ID20] Durable when it returns. @throws when it cannot be written: who cannot be recorded is not let in. */
export async function recordSignIn(env: IdentityEnv, { subject, kind, outcome }: SignIn): Promise<void> {
  const entry: SignInEntry = { id: crypto.randomUUID(), at: Date.now(), subject, kind, outcome };
  const number = shardOf(macOf(identitySettings(env).AUTH_SECRET, "sign-in", subject), OUTBOXES);
  if (!(await outbox(env, number).putSignIn(JSON.stringify(entry))))
    logFailure("identity.sign_ins_unread", null, { outbox: number });
}

/** [ID20] What has not been acknowledged yet, oldest first within each outbox; at most `max` of each. */
export async function takeSignIns(
  env: IdentityEnv,
  max: number,
): Promise<{ readonly entries: SignInEntry[]; readonly marks: SignInMark[] }> {
  const read = await Promise.all(
    Array.from({ length: OUTBOXES }, async (_, number) => ({
      number,
      rows: await outbox(env, number).takeSignIns(max),
    })),
  );
  return {
    entries: read.flatMap(({ rows }) => rows.map(({ entry }) => JSON.parse(entry) as SignInEntry)), // written by recordSignIn
    marks: read.flatMap(({ number, rows }) => {
      const last = rows.at(-1);
      return last ? [{ outbox: number, through: last.seq }] : [];
    }),
  };
}

export async function ackSignIns(env: IdentityEnv, marks: readonly SignInMark[]): Promise<void> {
  const known = marks.filter(
    ({ outbox: number }) => Number.isInteger(number) && number >= 0 && number < OUTBOXES,
  );
  await Promise.all(known.map(({ outbox: number, through }) => outbox(env, number).ackSignIns(through)));
}
