/** Proves that every cookie of a sign-in belongs to this host alone, wherever the site is https. */
import { describe, expect, it } from "vitest";
import { MINUTE_MS } from "../../../../core/time.ts";
import { somePatient, token } from "../../../support/edge.ts";
import { FakeIssuer, type Visit, visit } from "../../../support/fake-issuer.ts";

const SITE = "https://openslot.test";
const HOST_ONLY = /^__Host-[\w.]+=[^;]*; (?:Max-Age=\d+; )?Path=\/; HttpOnly; Secure; SameSite=Lax$/;
const BEGIN = "__Host-openslot.session_token=new.mac; Path=/; HttpOnly; Secure; SameSite=Lax";

async function patientIssuer(): Promise<FakeIssuer> {
  const issuer = new FakeIssuer();
  const signed = await token({ sub: somePatient(), role: "patient" });
  issuer.tokens = (cookies) =>
    cookies.includes("__Host-openslot.session_token=")
      ? { token: signed, expiresAt: Date.now() + 5 * MINUTE_MS, setCookie: null }
      : null;
  return issuer;
}

describe("[SV1] a cookie of a site on https", () => {
  it("[SV1] is hidden, secure and this host's alone, at every step of signing in and out", async () => {
    const issuer = await patientIssuer();
    const set: string[] = [];
    const jar = new Map<string, string>();
    const browse = async (path: string, request: Visit = {}): Promise<Response> => {
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
      const answer = await visit(issuer, path, { ...request, site: SITE, cookie });
      for (const line of answer.headers.getSetCookie()) {
        set.push(line);
        const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (/Max-Age=0/.test(line)) jar.delete(name);
        else jar.set(name, value);
      }
      return answer;
    };
    await browse("/sign-in");
    const sent = await browse("/sign-in/address", { form: { to: "ann@example.org", return: "/me" } });
    expect(sent.headers.get("location")).toBe("/sign-in/code");
    expect(await (await browse("/sign-in/code")).text()).toContain("ann@example.org");
    issuer.answers = () => Response.json({ next: "signed-in" }, { headers: { "set-cookie": BEGIN } });
    const arrived = await browse("/sign-in/code", { form: { code: "123456" } });
    expect(arrived.headers.get("location")).toBe("/me");
    issuer.answers = () => Response.json({ signedOut: true });
    await browse("/sign-out", { form: {} });
    await browse("/sign-in", { form: { patientId: somePatient(), return: "/" } }); // a sample person, if there is one
    expect(new Set(set.map((line) => line.split("=")[0]))).toEqual(
      new Set([
        "__Host-openslot_device",
        "__Host-openslot_sign_in",
        "__Host-openslot.session_token",
        "__Host-openslot_sample",
      ]),
    );
    for (const line of set) expect(line).toMatch(HOST_ONLY);
    expect([...jar.keys()]).toEqual(["__Host-openslot_device"]);
  });

  it("[SV5] signing out, by whichever way, tells the browser to drop the pages that it holds, and leaves what is not the session's", async () => {
    for (const [path, request] of [
      ["/sign-out", { form: {} }],
      ["/account/sign-out-everywhere", { form: {} }],
      ["/auth/sign-out", { json: {} }],
      ["/auth/sign-out-everywhere", { json: {} }],
    ] as const) {
      const issuer = await patientIssuer();
      issuer.answers = () => Response.json({ signedOut: true });
      const cookie = `__Host-openslot.session_token=${path}`;
      const answer = await visit(issuer, path, { ...request, site: SITE, cookie });
      expect([path, answer.headers.get("clear-site-data"), answer.headers.get("cache-control")]).toEqual([
        path,
        '"cache"',
        "no-store",
      ]);
    }
    // The page says that somebody is there, and is not to be kept.
    const shown = await visit(await patientIssuer(), "/account", {
      site: SITE,
      cookie: "__Host-openslot.session_token=shown",
    });
    expect([shown.headers.get("cache-control"), shown.headers.get("clear-site-data")]).toEqual([
      "no-store",
      null,
    ]);
  });

  it("[SV1] counts under its full name only: what a sub-domain could have set opens nothing and is handed to nobody", async () => {
    const issuer = await patientIssuer();
    const account = (cookie: string) => visit(issuer, "/account", { site: SITE, cookie });
    for (const name of ["openslot.session_token", "__Secure-openslot.session_token", "openslot_sample"])
      expect((await account(`${name}=tossed`)).headers.get("location")).toMatch(/^\/sign-in\?return=/);
    expect(issuer.tokensAsked).toBe(0);
    issuer.answers = () =>
      Response.json({}, { headers: { "set-cookie": "openslot.session_token=x; Path=/; HttpOnly" } });
    const answer = await visit(issuer, "/auth/code/verify", {
      site: SITE,
      json: {},
      cookie: "__Host-openslot.session_token=own; openslot.session_token=tossed",
    });
    expect(issuer.asked[0]?.headers.get("cookie")).toBe("__Host-openslot.session_token=own");
    expect(answer.headers.getSetCookie()).toEqual([]);
  });
});
