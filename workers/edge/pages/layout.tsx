/** The frame of every page: head, header, help and the one way to send it. */
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { ComponentChildren } from "preact";
import { render } from "preact-render-to-string";
import { admission } from "../../../core/access/rules.ts";
import { logFailure } from "../../../durable-objects/shared/log.ts";
import { type EntryAssets, entryAssets } from "../assets.ts";
import type { EdgeEnv } from "../env.ts";
import { isStaffPath } from "../sign-in/visitor.ts";

const CLIENT = { script: "web/patient/client.tsx", style: "web/patient/app.css" };
const NO_ASSETS: EntryAssets = { script: "", preloads: [], styles: [] };
/** A calendar leaf with one free slot; inline, so that no page waits for it. */
const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect x='1' y='2' width='14' height='13' rx='3' fill='%230b5c6b'/%3E%3Crect x='4' y='7' width='8' height='5' rx='1.5' fill='%23ffbf1f'/%3E%3C/svg%3E";

export interface Page {
  readonly title: string;
  readonly status?: ContentfulStatusCode;
  readonly children: ComponentChildren;
}

/** The header's link that is this very page, for `aria-current`. */
const here = (path: string, href: string): "page" | undefined => (path === href ? "page" : undefined);

/** Who the header speaks to. Staff pages have a header of their own; on all others a staff session counts for nothing. */
type Signed = "patient" | "staff" | null;

const SignOut = () => (
  <form method="post" action="/sign-out">
    <button type="submit" class="link">
      Sign out
    </button>
  </form>
);

const PatientLinks = ({ path, signed }: { path: string; signed: Signed }) => (
  <>
    <a href="/" aria-current={here(path, "/")}>
      Find care
    </a>
    {signed === "patient" ? (
      <>
        <a href="/me" aria-current={here(path, "/me")}>
          <span>
            <span class="wide">My </span>
            <span class="rest">appointments</span>
          </span>
        </a>
        <a href="/account" aria-current={here(path, "/account")}>
          Account
        </a>
        <SignOut />
      </>
    ) : (
      <a href="/sign-in" aria-current={here(path, "/sign-in")}>
        Sign in
      </a>
    )}
  </>
);

interface HeaderProps {
  readonly path: string;
  readonly signed: Signed;
  /** Whether the kiosks of some clinic are theirs to keep. */
  readonly keepsDevices: boolean;
}

const StaffLinks = ({ path, signed, keepsDevices }: HeaderProps) =>
  signed === "staff" ? (
    <>
      <a href="/staff" aria-current={here(path, "/staff")}>
        Staff
      </a>
      {keepsDevices ? (
        <a href="/staff/devices" aria-current={here(path, "/staff/devices")}>
          Kiosks
        </a>
      ) : null}
      <SignOut />
    </>
  ) : (
    <a href="/staff/sign-in" aria-current={here(path, "/staff/sign-in")}>
      Staff sign-in
    </a>
  );

function Header({ path, signed, keepsDevices }: HeaderProps) {
  return (
    <header class="site-header">
      <div class="column">
        <a class="brand" href="/">
          Openslot
        </a>
        <nav aria-label="Main">
          {isStaffPath(path) ? (
            <StaffLinks path={path} signed={signed} keepsDevices={keepsDevices} />
          ) : (
            <PatientLinks path={path} signed={signed} />
          )}
        </nav>
      </div>
    </header>
  );
}

/** In the same place on every page (WCAG 3.2.6). */
function HelpBar() {
  return (
    <footer class="help-bar">
      <div class="column">
        <p>
          <strong>Need help?</strong> Call your clinic: its number stands beside every provider and
          appointment. In an emergency, call <a href="tel:911">911</a>.
        </p>
        <p>
          <a href="/privacy">Your data and privacy</a>
        </p>
      </div>
    </footer>
  );
}

function Document({ title, children, assets, nonce, path, signed, keepsDevices }: Page & DocumentContext) {
  return (
    <html lang="en" dir="ltr">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        {nonce ? <meta property="csp-nonce" nonce={nonce} /> : null}
        <title>{`${title} – Openslot`}</title>
        <link rel="icon" href={ICON} />
        {assets.styles.map((href) => (
          <link key={href} rel="stylesheet" href={href} />
        ))}
        {assets.preloads.map((href) => (
          <link key={href} rel="modulepreload" href={href} />
        ))}
        {assets.script ? <script type="module" src={assets.script} /> : null}
      </head>
      <body>
        <a class="skip-link" href="#main">
          Skip to the main content
        </a>
        <Header path={path} signed={signed} keepsDevices={keepsDevices} />
        <main id="main" class="column" tabIndex={-1}>
          {children}
        </main>
        <HelpBar />
      </body>
    </html>
  );
}

interface DocumentContext extends HeaderProps {
  /** [AB8] Where Vite's dev server finds the nonce for the style elements that it makes. */
  readonly nonce: string | undefined;
  readonly assets: EntryAssets;
}

/** A page without its style is still a page: a build that cannot be found must not keep anybody from booking. */
async function assetsOf(env: Env): Promise<EntryAssets> {
  try {
    return await entryAssets(env.ASSETS, CLIENT);
  } catch (error) {
    logFailure("pages.assets_missing", error);
    return NO_ASSETS;
  }
}

function signedOf(c: Context<EdgeEnv>): Signed {
  const principal = c.get("principal");
  if (!principal) return null;
  return principal.role === "patient" ? "patient" : "staff";
}

/** [DV16] What the rules say of the page itself; the header offers nobody a link that would turn them away. */
function keepsDevices(c: Context<EdgeEnv>): boolean {
  const principal = c.get("principal");
  return Boolean(principal) && admission(principal, "device.keep") === "yes";
}

export async function sendPage(c: Context<EdgeEnv>, page: Page): Promise<Response> {
  if (import.meta.env?.DEV) c.set("cspNonce", crypto.randomUUID());
  const context = {
    nonce: c.get("cspNonce"),
    assets: await assetsOf(c.env),
    path: c.req.path,
    signed: signedOf(c),
    keepsDevices: keepsDevices(c),
  };
  return c.html(`<!doctype html>${render(<Document {...page} {...context} />)}`, page.status ?? 200);
}
