/** Proves what the issuer's own cookies are like where the site is https, through every flow that sets one. */
import { createExecutionContext, reset } from "cloudflare:test";
import { afterEach, describe, expect, it } from "vitest";
import Identity from "../../../workers/identity/index.ts";
import { forgetKeys } from "../../../workers/identity/signing-keys.ts";
import { BIRTH_DATE, Browser, codeFor, env, someEmail, somePatient } from "../../support/identity.ts";

const SITE = "https://book.example.org";
const HOST_ONLY = /^__Host-openslot\.[\w-]+=[^;]*; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Lax$/;

afterEach(async () => {
  forgetKeys();
  await reset();
});

describe("[SV1] the issuer's cookies", () => {
  it("[SV1] have Secure and __Host- in every flow: code, passkey, clinics' provider, signing out", async () => {
    const set: string[] = [];
    const https = new Identity(createExecutionContext(), { ...env, SITE_URL: SITE });
    const issuer = {
      fetch: async (request: Request): Promise<Response> => {
        const answer = await https.fetch(request);
        set.push(...answer.headers.getSetCookie());
        return answer;
      },
    };
    const browser = new Browser({ site: SITE, issuer });
    const email = someEmail();
    await somePatient({ email });
    await browser.call("POST", "/code/send", { to: email });
    await browser.call("POST", "/code/verify", { to: email, code: await codeFor(email) });
    await browser.call("POST", "/patient/confirm", { birthDate: BIRTH_DATE });
    expect((await browser.call("GET", "/token")).status).toBe(200);
    expect((await browser.call("GET", "/passkey/generate-register-options")).status).toBe(200);
    expect((await browser.call("GET", "/passkey/generate-authenticate-options")).status).toBe(200);
    const start = { provider: "clinic", callbackURL: "/staff" };
    expect((await browser.call("POST", "/sign-in/social", start)).status).toBe(200);
    await browser.call("POST", "/sign-out", {});
    expect(new Set(set.map((line) => line.split("=")[0]))).toEqual(
      new Set([
        "__Host-openslot.session_token",
        "__Host-openslot.better-auth-passkey",
        "__Host-openslot.state",
        // Set by nothing of ours, and ended with the session all the same.
        "__Host-openslot.session_data",
        "__Host-openslot.dont_remember",
      ]),
    );
    for (const line of set) expect(line).toMatch(HOST_ONLY);
    expect(browser.cookie).not.toContain("session_token");
  });
});
