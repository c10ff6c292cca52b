/**
 * [AB12] The hook for Cloudflare Turnstile: asks whether a person stands behind a request without an account. Off without
 * `TURNSTILE_SECRET`. It is a second filter in front of exact limits, so when Turnstile cannot be asked, people go on: its outage
 * must not keep anybody from care, and the limits of codes and holds stand without it.
 */
import { createHash } from "node:crypto";
import type { Context } from "hono";
import * as z from "zod";
import { MINUTE_MS, SECOND_MS } from "../../core/time.ts";
import { logFailure } from "../../durable-objects/shared/log.ts";
import type { Problem } from "./api/problem.ts";
import type { EdgeEnv } from "./env.ts";
import { networkOf } from "./hold-token.ts";

/** Turnstile answers in some 100 ms; whoever waits longer has gone. */
const WAIT_MAX_MS = 2 * SECOND_MS;
/** As Turnstile documents it: at most 2,048 characters, good for 300 seconds and once. */
const TOKEN_CHARS_MAX = 2_048;
/** Bounds memory. Turnstile itself refuses a token's second use; this covers the moments in which it cannot be asked. */
const USED_TOKENS_MAX = 10_000;
/** Holds of one network within ten minutes that nobody is asked anything for: a person who changes their mind twice. */
export const HOLDS_UNASKED = 3;
const UNASKED_PERIOD_MS = 10 * MINUTE_MS;
/** Bounds memory; beyond it the count begins anew. */
const NETWORKS_MAX = 10_000;

/** What is asked for; Turnstile's widget on a page names the same. */
export type HumanAction = "hold" | "code";

export const HUMAN_CHECK: Problem = {
  status: 403,
  slug: "human-check-required",
  title: "Show that you are a person, or sign in.",
  detail: "Send the token of the Turnstile widget as Turnstile-Token. Each token is good once.",
};

const verdict = z.object({
  success: z.boolean(),
  hostname: z.string().optional(),
  action: z.string().optional(),
});

const used = new Set<string>();

/**
 * Whether this token says that a person asks for `action` here. True without asking when no secret is set, and when
 * Turnstile is away (logged, without the token).
 */
export async function humanCheck(
  c: Context<EdgeEnv>,
  token: string | undefined,
  action: HumanAction,
): Promise<boolean> {
  const { TURNSTILE_SECRET: secret, TURNSTILE_URL: url } = c.get("settings");
  if (secret === undefined) return true;
  if (token === undefined || token === "" || token.length > TOKEN_CHARS_MAX) return false;
  const name = createHash("sha256").update(token).digest("base64url");
  if (used.has(name)) return false;
  if (used.size >= USED_TOKENS_MAX) used.clear();
  used.add(name); // before the question: two at once are one
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ secret, response: token }).toString(), // without the address: nobody's business
      signal: AbortSignal.timeout(WAIT_MAX_MS),
      redirect: "manual", // the secret goes nowhere else
    });
    if (!answer.ok) throw new Error(`siteverify answered ${answer.status}`);
    const said = verdict.parse(await answer.json());
    const here = said.hostname === undefined || said.hostname === new URL(c.req.url).hostname;
    return (
      said.success && here && (said.action === undefined || said.action === "" || said.action === action)
    );
  } catch (error) {
    logFailure("edge.human_check_away", error);
    return true;
  }
}

let period = -1;
const holds = new Map<string, number>();

/** How many holds without an account this isolate has seen from this network in the present ten minutes. */
function countHold(network: string, now: number): number {
  const current = Math.floor(now / UNASKED_PERIOD_MS);
  if (current !== period || holds.size >= NETWORKS_MAX) {
    period = current;
    holds.clear();
  }
  const made = (holds.get(network) ?? 0) + 1;
  holds.set(network, made);
  return made;
}

/** For a hold: nobody with an account is asked, and nobody for their first few. */
export async function mayHold(c: Context<EdgeEnv>): Promise<boolean> {
  if (c.get("settings").TURNSTILE_SECRET === undefined || c.get("principal") !== null) return true;
  const network = networkOf(c.req.header("cf-connecting-ip") ?? "unknown");
  if (countHold(network, Date.now()) <= HOLDS_UNASKED) return true;
  return humanCheck(c, c.req.header("turnstile-token"), "hold");
}

/**
 * [AB14] The public key of the widget that pages show before they send a code; undefined where codes are not asked for. Without
 * both keys nobody is asked: a page that cannot show the widget must not want its token.
 */
export function widgetOf(c: Context<EdgeEnv>): string | undefined {
  const { TURNSTILE_SECRET, TURNSTILE_SITE_KEY } = c.get("settings");
  return TURNSTILE_SECRET === undefined ? undefined : TURNSTILE_SITE_KEY;
}

/** [AB14] For a code: everybody is asked, because nobody has an account yet. */
export const mayAskForCode = async (c: Context<EdgeEnv>, token: string | undefined): Promise<boolean> =>
  widgetOf(c) === undefined || (await humanCheck(c, token, "code"));
