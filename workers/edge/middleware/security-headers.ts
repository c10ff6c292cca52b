/**
 * [AB8] What a browser must not do with our answers. Every answer gets the headers here, in one place, so that no page can forget
 * them; one that has a policy of its own (the printed lists, the description of the API) keeps it.
 */
import type { Context } from "hono";
import type { EdgeEnv } from "../env.ts";

/** A year, as browsers' preload lists want it at least; sent over https only, elsewhere it means nothing. */
const HSTS = "max-age=31536000; includeSubDomains";

/** What our pages use: nothing of it. Passkeys are ours alone. */
const PERMISSIONS =
  "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), " +
  "microphone=(), midi=(), payment=(), usb=(), publickey-credentials-get=(self), publickey-credentials-create=(self)";

const COMMON = [
  ["X-Content-Type-Options", "nosniff"],
  ["Cross-Origin-Resource-Policy", "same-origin"],
] as const;

/**
 * An answer that is data: nothing in it runs, loads or is framed, if ever a browser shows it as a page. What acts on documents
 * alone is left out: each header costs about half a microsecond, and these are most of our answers.
 */
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'";

const DATA_HEADERS: readonly (readonly [string, string])[] = [
  ...COMMON,
  ["Referrer-Policy", "no-referrer"],
  ["Content-Security-Policy", DATA_POLICY],
];

/** [AB14] Where Turnstile's script and frame come from, on the pages that show its widget. */
export const TURNSTILE_HOST = "https://challenges.cloudflare.com";

/**
 * Scripts, styles and forms are our own files only; text becomes markup nowhere (Trusted Types without a policy). The socket's
 * address is named because not every browser counts it as 'self'. Vite's dev server puts style elements into the page: they carry
 * the nonce of the answer, which exists there only.
 */
function pagePolicy(c: Context<EdgeEnv>, trustedTypes = "'none'"): string {
  const { protocol, host } = new URL(c.req.url);
  const nonce = c.get("cspNonce");
  const widget = c.get("showsWidget") === true;
  return [
    "default-src 'none'",
    widget ? `script-src 'self' ${TURNSTILE_HOST}` : "script-src 'self'",
    ...(widget ? [`frame-src ${TURNSTILE_HOST}`] : []),
    nonce ? `style-src 'self' 'nonce-${nonce}'` : "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self' ${protocol === "https:" ? "wss" : "ws"}://${host}`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    // Somebody else's script makes markup as it likes: where the widget is, Trusted Types would only stop it.
    ...(widget ? [] : ["require-trusted-types-for 'script'", `trusted-types ${trustedTypes}`]),
  ].join("; ");
}

/** Of /docs: swagger-ui brings DOMPurify, which makes its policy of this name as soon as it is loaded. Nothing else differs. */
export const docsPolicy = (c: Context<EdgeEnv>): string => pagePolicy(c, "dompurify");

/** A policy for a page that runs nothing and has one style element, named by `hash` ('sha256-…'). */
export const styledPolicy = (hash: string): string =>
  `default-src 'none'; style-src '${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; ` +
  "require-trusted-types-for 'script'; trusted-types 'none'";

const isPage = (headers: Headers): boolean => headers.get("content-type")?.startsWith("text/html") === true;

/** Names and values to set on an answer with these headers. */
export function securityHeaders(
  c: Context<EdgeEnv>,
  headers: Headers,
): readonly (readonly [name: string, value: string])[] {
  const given = isPage(headers)
    ? [
        ...COMMON,
        ["Cross-Origin-Opener-Policy", "same-origin"] as const,
        ["Permissions-Policy", PERMISSIONS] as const,
        ["Referrer-Policy", c.req.path.startsWith("/l/") ? "no-referrer" : "same-origin"] as const, // [CO25]
        ["Content-Security-Policy", pagePolicy(c)] as const,
      ]
    : DATA_HEADERS;
  const own = headers.has("content-security-policy") ? given.filter(([name]) => !headers.has(name)) : given;
  return c.req.url.startsWith("https:") ? [...own, ["Strict-Transport-Security", HSTS]] : own;
}
