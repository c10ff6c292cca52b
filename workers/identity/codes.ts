/** One-time codes: made here, counted by CodeGuard, which never sees one. */
import type { Contact } from "../../db/identity/standing.ts";
import type { IdentityEnv } from "./env.ts";
import { macOf } from "./sealing.ts";
import { shardOf } from "./session-store.ts";
import { identitySettings } from "./settings.ts";

/** As many as sessions have, and for the same reason. */
const GUARD_SHARDS = 64;
const CODE_DIGITS = 6;
const CODES = 10 ** CODE_DIGITS;
/** The largest multiple of CODES below 2^32: above it some codes would be likelier than others. */
const FAIR_BELOW = Math.floor(2 ** 32 / CODES) * CODES;
const PHONE = /^\+[1-9][0-9]{6,14}$/;

/** An address as it was typed: one person's, however it is spelled. */
export function contactOf(to: string): Contact {
  return PHONE.test(to) ? { kind: "phone", address: to } : { kind: "email", address: to.toLowerCase() };
}

const randomCode = (): string => {
  const [value] = crypto.getRandomValues(new Uint32Array(1)) as unknown as [number];
  return value < FAIR_BELOW ? String(value % CODES).padStart(CODE_DIGITS, "0") : randomCode();
};

function guardOf(env: IdentityEnv, purpose: "address" | "birth-date", text: string) {
  const who = macOf(identitySettings(env).AUTH_SECRET, purpose, text);
  return { who, guard: env.CODE_GUARD.getByName(`g${shardOf(who, GUARD_SHARDS)}`) };
}

const codeMac = (env: IdentityEnv, address: string, code: string): string =>
  macOf(identitySettings(env).AUTH_SECRET, "code", `${address}/${code}`);

/** [ID7] A new code for this address, or null when enough were sent. */
export async function issueCode(env: IdentityEnv, { address }: Contact): Promise<string | null> {
  const { who, guard } = guardOf(env, "address", address);
  const code = randomCode();
  return (await guard.issue(who, codeMac(env, address, code))) ? code : null;
}

/** [ID6] One of three tries. */
export async function checkCode(env: IdentityEnv, { address }: Contact, code: string): Promise<boolean> {
  const { who, guard } = guardOf(env, "address", address);
  return guard.check(who, codeMac(env, address, code));
}

/** [ID9] Guesses at a birth date, counted per address: a new session is no new try. */
export function birthDateGuard(env: IdentityEnv, { address }: Contact) {
  const { who, guard } = guardOf(env, "birth-date", address);
  return {
    isOpen: () => guard.mayGuess(who),
    guess: () => guard.guess(who),
    forget: () => guard.forgetGuesses(who),
  };
}
