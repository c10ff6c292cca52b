/** Proves what a page does with a session that is not young any more, and that the desk and administrators end the sessions of others. */
import { afterAll, describe, expect, it } from "vitest";
import { MINUTE_MS } from "../../../../core/time.ts";
import { adminToken, somePatient, token } from "../../../support/edge.ts";
import { FakeIssuer, visit } from "../../../support/fake-issuer.ts";
import { newPatient, removeNewPatients, twoClinics } from "../../../support/new-patients.ts";

const PASSKEY = "6f1f0a52-6a3e-4d9c-8a86-3f7e5e0f5b11";
afterAll(removeNewPatients);

let browsers = 0;
const someCookie = (): string => `openslot.session_token=fresh-${browsers++}.mac`;

async function patientIssuer(isFresh: boolean): Promise<FakeIssuer> {
  const issuer = new FakeIssuer();
  const signed = await token({ sub: somePatient(), role: "patient" });
  issuer.tokens = () => ({ token: signed, expiresAt: Date.now() + 5 * MINUTE_MS, setCookie: null });
  const times = { createdAt: "2026-11-01T10:00:00Z", usedAt: "2026-11-03T10:00:00Z" };
  issuer.answers = ({ method, path }) => {
    if (method === "POST")
      return isFresh ? Response.json({}) : Response.json({ code: "SESSION_NOT_FRESH" }, { status: 403 });
    if (path === "/auth/passkey/list-user-passkeys")
      return Response.json([{ id: PASSKEY, name: "Phone", createdAt: times.createdAt }]);
    if (path === "/auth/list-sessions")
      return Response.json({
        sessions: [
          { id: "a", method: "otp", ...times, isThisOne: true },
          { id: "b", method: "otp", ...times, isThisOne: false },
        ],
      });
    return Response.json({ session: { isFresh }, user: { email: "ann@example.org" } });
  };
  return issuer;
}

const FORMS = ["/account/passkeys/remove", "/account/sessions/end", "/account/sign-out-everywhere"];

describe("[SV2] the account", () => {
  it("[SV2] offers what changes how one signs in to who has just signed in, and to others the way there and back", async () => {
    const pages = [];
    for (const isFresh of [true, false])
      pages.push(
        await (await visit(await patientIssuer(isFresh), "/account", { cookie: someCookie() })).text(),
      );
    const [fresh = "", stale = ""] = pages;
    for (const path of FORMS) {
      expect(fresh).toContain(`action="${path}"`);
      expect(stale).not.toContain(`action="${path}"`);
    }
    expect(fresh).toContain('data-passkey="add"');
    expect(stale).not.toContain('data-passkey="add"');
    expect(stale).toContain('href="/sign-in?again=1&amp;return=%2Faccount"');
    expect(fresh).not.toContain("again=1");
    expect(stale).toContain("Phone");
  });

  it("[SV2] a form of a page that was open for long leads to another sign-in, which says why, and back", async () => {
    const issuer = await patientIssuer(false);
    const cookie = someCookie();
    for (const path of FORMS) {
      const answer = await visit(issuer, path, { form: { id: PASSKEY }, cookie });
      expect([path, answer.headers.get("location")]).toEqual([path, "/sign-in?again=1&return=%2Faccount"]);
    }
    const page = await (await visit(issuer, "/sign-in?again=1&return=%2Faccount", { cookie })).text();
    expect(page).toContain("Show again that it is you");
    expect(page).toContain('value="/account"');
  });
});

describe("[SI9] [SI10] an answer that did nothing", () => {
  const answering = async (status: number, code = "SOMETHING") => {
    const issuer = await patientIssuer(true);
    issuer.answers = () => Response.json({ code }, { status });
    return issuer;
  };

  it.each([
    [401, 303, "/sign-in?return=%2Faccount"],
    [400, 503, null],
    [403, 503, null],
    [429, 503, null],
    [302, 503, null],
    [500, 503, null],
  ])("is not called done in the account: %i", async (status, shown, location) => {
    for (const path of FORMS) {
      const cookie = someCookie();
      const answer = await visit(await answering(status), path, { form: { id: PASSKEY }, cookie });
      expect([path, answer.status, answer.headers.get("location")]).toEqual([path, shown, location]);
      expect(answer.headers.getSetCookie().join()).not.toContain("session_token=;");
    }
  });

  it("is not called done: a passkey or session that is not there leads to the list", async () => {
    for (const path of FORMS.slice(0, 2)) {
      const form = { id: PASSKEY };
      const answer = await visit(await answering(404), path, { form, cookie: someCookie() });
      expect([path, answer.headers.get("location")]).toEqual([path, "/account"]);
    }
  });

  it.each([
    [401, 303, "/sign-in?ended=1"],
    [403, 503, null],
    [429, 503, null],
  ])(
    "to signing out here: the browser forgets, and the page says what is so: %i",
    async (status, shown, location) => {
      const answer = await visit(await answering(status), "/sign-out", { form: {}, cookie: someCookie() });
      expect([answer.status, answer.headers.get("location")]).toEqual([shown, location]);
      expect(answer.headers.getSetCookie().join()).toMatch(/openslot\.session_token=; Max-Age=0/);
      if (location === null) expect(await answer.text()).toContain("could not end the session everywhere");
    },
  );
});

describe("[SV4] the sessions of others", () => {
  const post = async (issuer: FakeIssuer, path: string, bearer: string) =>
    visit(issuer, `/v1${path}`, { method: "POST", headers: { authorization: `Bearer ${bearer}` } });

  it("[SV4] are ended by the desk at home and by administrators; to anybody else there is nobody; an issuer that is away is a 503", async () => {
    const [patient, [here, there]] = [await newPatient(), await twoClinics()];
    const desk = (clinic: string) => token({ sub: "stf_desk", role: "staff", clinics: [clinic] });
    const issuer = new FakeIssuer();
    const path = `/patients/${patient}/sign-out`;
    const seen = [];
    for (const bearer of [
      await adminToken(),
      await desk(here),
      await desk(there),
      await token({ sub: patient, role: "patient" }),
    ])
      seen.push((await post(issuer, path, bearer)).status);
    expect(seen).toEqual([204, 204, 404, 403]);
    expect(issuer.ended).toEqual([patient, patient]);
    expect((await post(issuer, "/staff/stf_000000000000/sign-out", await adminToken())).status).toBe(404);
    issuer.answers = () => {
      throw new Error("away");
    };
    const away = await post(issuer, path, await adminToken());
    expect([away.status, away.headers.get("retry-after")]).toEqual([503, "2"]);
    expect(issuer.ended).toHaveLength(2);
  });
});
