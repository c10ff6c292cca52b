/** Proves whose word counts for the clinics' people: one provider, one client, and nobody who only says that they are it. */
import { createExecutionContext, reset } from "cloudflare:test";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import Identity from "../../../workers/identity/index.ts";
import { forgetKeys } from "../../../workers/identity/signing-keys.ts";
import {
  Browser,
  claimsOf,
  control,
  env,
  issuer,
  leaksIn,
  openInvitation,
  signInAtClinic,
  someEmail,
  someStaff,
  watchLog,
} from "../../support/identity.ts";

const log = watchLog();

afterEach(async () => {
  forgetKeys();
  await control("/oidc/issuer", "");
  await reset();
});

afterAll(() => {
  expect(leaksIn(log)).toEqual([]);
});

/** Somebody who is invited, and what the provider says of them. */
async function vouched(more: Record<string, unknown> = {}) {
  const email = someEmail();
  const staff = await someStaff(email);
  await openInvitation((await issuer.invite(staff))?.link ?? "");
  return { staff, claims: { sub: `sub-${email}`, email, email_verified: true, amr: ["mfa"], ...more } };
}

/** An isolate that has asked nobody yet. */
const freshBrowser = (): Browser =>
  new Browser({ site: env.SITE_URL, issuer: new Identity(createExecutionContext(), { ...env }) });

describe("[SV6] the clinics' provider", () => {
  it("[SV6] vouches to us alone: a token for another client, or for others beside us without naming us, is refused", async () => {
    for (const aud of ["another-client", ["another-client"], "", ["openslot-2"]]) {
      const { claims } = await vouched({ aud });
      const { browser, location } = await signInAtClinic(claims);
      expect([aud, location]).toEqual([aud, "/staff/sign-in?error=provider"]);
      expect(browser.cookie).not.toContain("session_token");
    }
    const { staff, claims } = await vouched({ aud: "openslot" });
    expect((await claimsOf((await signInAtClinic(claims)).browser))?.sub).toBe(staff);
  });

  it("[SV6] is the one whose address we were given: a token of another issuer is refused", async () => {
    const { claims } = await vouched({ iss: "https://login.evil.example" });
    expect((await signInAtClinic(claims)).location).toBe("/staff/sign-in?error=provider");
  });

  it("[SV6] signs with the keys of its own description: another key's token is refused", async () => {
    const { claims } = await vouched({ key: "of-somebody-else" });
    const { browser, location } = await signInAtClinic(claims);
    expect(location).toBe("/staff/sign-in?error=provider");
    expect(browser.cookie).not.toContain("session_token");
  });

  it("[SV6] may end in a slash: it is who its description says, and a token says exactly that", async () => {
    const plain = new URL(env.OIDC_DISCOVERY_URL ?? "").origin;
    await control("/oidc/issuer", `${plain}/`);
    const { staff, claims } = await vouched();
    const inOne = freshBrowser();
    expect((await claimsOf((await signInAtClinic(claims, inOne)).browser))?.sub).toBe(staff);
    const without = await signInAtClinic({ ...claims, iss: plain }, freshBrowser());
    expect(without.location).toBe("/staff/sign-in?error=provider");

    for (const other of [`${plain}//`, `${plain}/other`, `${plain}/?`, `${plain}x/`]) {
      await control("/oidc/issuer", other);
      const start = { provider: "clinic", callbackURL: "/staff" };
      const answer = await freshBrowser().call("POST", "/sign-in/social", start);
      expect([other, answer.status, answer.body.code]).toEqual([other, 503, "PROVIDER_NOT_FOUND"]);
    }
  });

  it("[SV6] a description that is elsewhere is not followed there", async () => {
    const path = "/moved/.well-known/openid-configuration";
    const moved = { ...env, OIDC_DISCOVERY_URL: `${env.TEST_CONTROL}${path}` };
    const browser = new Browser({
      site: env.SITE_URL,
      issuer: new Identity(createExecutionContext(), moved),
    });
    const answer = await browser.call("POST", "/sign-in/social", {
      provider: "clinic",
      callbackURL: "/staff",
    });
    expect([answer.status, answer.body.code]).toEqual([503, "PROVIDER_NOT_FOUND"]);
  });

  it("[SV6] that describes itself as another issuer gets nobody sent to it, and signs nobody in", async () => {
    const { staff, claims } = await vouched();
    const other = new URL(env.OIDC_DISCOVERY_URL ?? "");
    other.hostname = "localhost"; // the same server, under a name that we were not given
    await control("/oidc/issuer", other.origin);
    const start = { provider: "clinic", callbackURL: "/staff" };
    const answer = await freshBrowser().call("POST", "/sign-in/social", start);
    expect([answer.status, answer.body.code, answer.body.url]).toEqual([
      503,
      "PROVIDER_NOT_FOUND",
      undefined,
    ]);

    // It changed its mind between our look and the library's: what it signs says so too.
    await control("/oidc/issuer", "");
    const settings = { ...env };
    const late = new Identity(createExecutionContext(), settings);
    const browser = new Browser({ site: env.SITE_URL, issuer: late });
    expect((await browser.call("GET", "/callback/clinic?code=x&state=made-up")).status).toBe(302);
    await control("/oidc", claims);
    expect((await claimsOf((await signInAtClinic(claims, browser)).browser))?.sub).toBe(staff);
    await control("/oidc/issuer", other.origin);
    const lied = await signInAtClinic(
      { ...claims, iss: other.origin },
      new Browser({ site: env.SITE_URL, issuer: late }),
    );
    expect(lied.location).toBe("/staff/sign-in?error=provider");
  });
});
