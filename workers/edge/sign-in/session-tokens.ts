/**
 * Access tokens of sessions, kept per isolate: a page view must not cost a call to the issuer. A session is named by the hash
 * of its cookie, so that the memory of an isolate opens none. [SI2]
 */
import { createHash } from "node:crypto";
import { SECOND_MS } from "../../../core/time.ts";

export interface SessionToken {
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** A token is renewed this long before it ends, so that it is still good wherever the page takes it. */
const RENEW_BEFORE_MS = 20 * SECOND_MS;
/** About 1 KB each. */
export const SESSIONS_KEPT_MAX = 5_000;

/** Not longer than its token lives: the issuer's five minutes are the longest that an ended session goes on here. */
export class SessionTokens {
  readonly #kept = new Map<string, SessionToken>();
  readonly #max: number;

  constructor(max: number = SESSIONS_KEPT_MAX) {
    this.#max = max;
  }

  find(cookie: string, now: number): SessionToken | null {
    const name = nameOf(cookie);
    const kept = this.#kept.get(name);
    if (!kept) return null;
    if (kept.expiresAt - RENEW_BEFORE_MS > now) return kept;
    this.#kept.delete(name);
    return null;
  }

  /** The oldest makes room. */
  keep(cookie: string, token: SessionToken): void {
    const name = nameOf(cookie);
    this.#kept.delete(name); // put last again
    const oldest = this.#kept.keys().next();
    if (this.#kept.size >= this.#max && !oldest.done) this.#kept.delete(oldest.value);
    this.#kept.set(name, token);
  }

  drop(cookie: string): void {
    this.#kept.delete(nameOf(cookie));
  }

  /** Whoever signed out everywhere: the sessions cannot be named here, but whose they are can. */
  dropWhere(isOf: (token: string) => boolean): void {
    for (const [name, { token }] of this.#kept) if (isOf(token)) this.#kept.delete(name);
  }
}

const nameOf = (cookie: string): string => createHash("sha256").update(cookie).digest("base64url");
