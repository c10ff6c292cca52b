/**
 * [SV6] Which identity provider the clinics' is. Its own description of itself must name the issuer whose address we were given
 * (OpenID Connect Discovery 4.3): the library takes whatever issuer it reads there, and would verify tokens against that.
 */
import { SECOND_MS } from "../../core/time.ts";
import type { IdentityEnv } from "./env.ts";
import { identitySettings } from "./settings.ts";

/** What stands behind the issuer in the address of its description; `workers/config.ts` wants it there. */
export const DISCOVERY_PATH = "/.well-known/openid-configuration";
/** A provider that hangs must not hold a request for longer; a description is one small file. */
const ANSWER_MAX_MS = 5 * SECOND_MS;

/** A final slash is the issuer's own affair: the description stands at the same address with it and without (Discovery 4.1). */
function isIssuerOf(discoveryUrl: string, named: unknown): named is string {
  const issuer = discoveryUrl.slice(0, -DISCOVERY_PATH.length);
  return named === issuer || named === `${issuer}/`;
}

/** Who the provider of a deployment has said it is. By settings: those of another deploy are asked anew. */
const known = new WeakMap<object, string>();

/** What the clinics' provider called itself when it was found to be it: its tokens say exactly that. null = not asked yet. */
export const pinnedIssuer = (env: IdentityEnv): string | null => known.get(env) ?? null;

async function namedIssuer(discoveryUrl: string): Promise<unknown> {
  try {
    const answer = await fetch(discoveryUrl, {
      redirect: "manual",
      signal: AbortSignal.timeout(ANSWER_MAX_MS),
    });
    if (!answer.ok) return null;
    return (await answer.json<{ issuer?: unknown } | null>())?.issuer;
  } catch {
    return null; // away, or no JSON: nobody signs in by it just now, which the caller says
  }
}

/** False: it does not answer, or says that it is somebody else. Nobody is sent there then. */
export async function isPinnedProvider(env: IdentityEnv): Promise<boolean> {
  const { OIDC_DISCOVERY_URL } = identitySettings(env);
  if (!OIDC_DISCOVERY_URL) return false;
  if (known.has(env)) return true;
  const named = await namedIssuer(OIDC_DISCOVERY_URL);
  if (!isIssuerOf(OIDC_DISCOVERY_URL, named)) return false;
  known.set(env, named);
  return true;
}
