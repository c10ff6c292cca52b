/** better-auth's second storage over our shards. What reaches an object is a hash and a sealed text. */
import { createHash } from "node:crypto";
import type { BetterAuthOptions } from "better-auth";
import { SECOND_MS } from "../../core/time.ts";
import type { SessionShard } from "../../durable-objects/session-shard/session-shard.ts";
import { logFailure } from "../../durable-objects/shared/log.ts";
import type { IdentityEnv } from "./env.ts";
import { seal, unseal } from "./sealing.ts";
import { identitySettings } from "./settings.ts";

type SecondaryStorage = NonNullable<BetterAuthOptions["secondaryStorage"]>;

/** One awake object costs a local process three file descriptors; 100,000 people online renew 333 times a second. */
export const SESSION_SHARDS = 64;
/** Longer than any session: for values that say no end themselves. */
const DEFAULT_SECONDS = 90 * 86_400;
/** This list is written anew by every sign-in; everything else that is deleted was good once. */
const REUSED = /^active-sessions-/;

const hashOf = (key: string): string => createHash("sha256").update(key).digest("base64url");

/** A shard of its own for every hash, out of 64. */
export const shardOf = (hash: string, shards: number): number =>
  Buffer.from(hash, "base64url").readUInt16BE(0) % shards;

function shard(env: IdentityEnv, hash: string): DurableObjectStub<SessionShard> {
  return env.SESSIONS.getByName(`s${shardOf(hash, SESSION_SHARDS)}`);
}

/** [ID10] The five methods, each one call to one object. */
export function sessionStore(env: IdentityEnv): SecondaryStorage {
  const ring = identitySettings(env).AUTH_SECRET;
  const open = async (hash: string, stored: string | null): Promise<string | null> => {
    // A counter is not sealed: the object itself adds to it.
    if (stored === null || /^\d{1,15}$/.test(stored)) return stored;
    const text = await unseal(ring, "session", hash, stored);
    if (text === null) logFailure("identity.session_unreadable", null);
    return text;
  };
  return {
    get: async (key) => {
      const hash = hashOf(key);
      return open(hash, await shard(env, hash).get(hash));
    },
    set: async (key, value, ttl) => {
      const hash = hashOf(key);
      const sealed = await seal(ring, "session", hash, value);
      await shard(env, hash).set(hash, sealed, (ttl ?? DEFAULT_SECONDS) * SECOND_MS);
    },
    delete: async (key) => {
      const hash = hashOf(key);
      await shard(env, hash).remove(hash, !REUSED.test(key));
    },
    getAndDelete: async (key) => {
      const hash = hashOf(key);
      return open(hash, await shard(env, hash).take(hash));
    },
    increment: async (key, ttl) => {
      const hash = hashOf(key);
      return shard(env, hash).increment(hash, ttl * SECOND_MS);
    },
  };
}
