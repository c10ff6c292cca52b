/** Asks the issuer. What it does not answer is one plain 503; its word is never guessed. */
import { logFailure } from "../../durable-objects/shared/log.ts";
import type { Problem } from "./api/problem.ts";

export const ISSUER_AWAY: Problem = {
  status: 503,
  slug: "overloaded",
  title: "Who is let in cannot be asked just now.",
  retryAfterSeconds: 2,
};

export type IssuerAnswer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: Problem };

/** `P` and not its value: what a call over RPC may answer is a union of promises. */
export async function issuerSays<P extends PromiseLike<unknown>>(
  question: () => P,
): Promise<IssuerAnswer<Awaited<P>>> {
  try {
    return { ok: true, value: await question() };
  } catch (error) {
    logFailure("edge.issuer_unreachable", error);
    return { ok: false, problem: ISSUER_AWAY };
  }
}
