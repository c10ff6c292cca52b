/** Proves what the edge lets through to the issuer, whom a cookie makes of a browser, and that forms say what is wrong. */
import { describe, expect, it } from "vitest";
import { MINUTE_MS } from "../../../../core/time.ts";
import { seededPatients, somePatient, token } from "../../../support/edge.ts";
import { FakeIssuer, SITE, visit } from "../../../support/fake-issuer.ts";

let browsers = 0;
/** A session cookie that no other test has. */
const someCookie = (): string => `openslot.session_token=browser-${browsers++}.mac`;
const BEGIN = "openslot.session_token=new-secret.mac; Path=/; HttpOnly; SameSite=Lax";

async function issuerFor(claims: Parameters<typeof token>[0]): Promise<FakeIssuer> {
  const issuer = new FakeIssuer();
  const signed = await token(claims);
  issuer.tokens = () => ({ token: signed, expiresAt: Date.now() + 5 * MINUTE_MS, setCookie: null });
  return issuer;
}
const patientIssuer = () => issuerFor({ sub: somePatient(), role: "patient" });
const staffIssuer = () => issuerFor({ sub: "stf_test", role: "staff", clinics: ["loc_000000000000"] });

describe("[SI1] what the issuer is asked", () => {
  it("is named: everything else is the 404 of an unknown address, and never reaches it", async () => {
    const issuer = new FakeIssuer();
    for (const [method, path] of [
      ["GET", "/auth/ok"],
      ["GET", "/auth/token/"],
      ["GET", "/auth/../auth/ok"],
      ["POST", "/auth/sign-up/email"],
      ["POST", "/auth/update-user"],
      ["POST", "/auth/token"],
      ["GET", "/auth/sign-out"],
      ["DELETE", "/auth/token"],
      ["PUT", "/auth/sign-out"],
    ] as const) {
      const answer = await visit(issuer, path, { method });
      expect([method, path, answer.status]).toEqual([method, path, 404]);
      expect(answer.headers.get("content-type")).toBe("application/problem+json");
    }
    expect(issuer.asked).toEqual([]);
  });

  it("comes from our own pages: other origins, and programs that send none, are refused before it hears of them", async () => {
    const issuer = new FakeIssuer();
    const tries: Record<string, string>[] = [
      { origin: "https://evil.example" },
      { origin: "null" },
      { origin: SITE, "sec-fetch-site": "cross-site" },
      { origin: SITE, "sec-fetch-site": "same-site" },
      { origin: "" },
    ];
    for (const headers of tries) {
      const answer = await visit(issuer, "/auth/code/send", { json: { to: "ann@example.org" }, headers });
      expect([headers, answer.status]).toEqual([headers, 403]);
    }
    expect(issuer.asked).toEqual([]);
    await visit(issuer, "/auth/code/send", {
      json: { to: "a@b.cd" },
      headers: { "sec-fetch-site": "same-origin" },
    });
    expect(issuer.asked.map(({ path }) => path)).toEqual(["/auth/code/send"]);
  });

  it("is told the caller's address and device and its own cookies, and nothing else of the request", async () => {
    const issuer = new FakeIssuer();
    await visit(issuer, "/auth/passkey/verify-authentication?x=1", {
      json: { response: {} },
      cookie:
        "openslot_sample=sample; other=1; openslot.state=st; openslot.session_token=sec; openslot_sign_in=who",
      headers: {
        "cf-connecting-ip": "203.0.113.9",
        "user-agent": `Firefox${"x".repeat(900)}`,
        authorization: "Bearer canary",
        "x-forwarded-for": "canary",
        "x-openslot-internal": "canary",
      },
    });
    const [asked] = issuer.asked;
    expect(asked?.path).toBe("/auth/passkey/verify-authentication?x=1");
    expect(asked?.headers.get("cookie")).toBe("openslot.state=st; openslot.session_token=sec");
    expect(asked?.headers.get("cf-connecting-ip")).toBe("203.0.113.9");
    expect(asked?.headers.get("user-agent")).toHaveLength(512);
    expect(asked?.headers.get("origin")).toBe(SITE);
    expect(JSON.stringify([...(asked?.headers ?? [])])).not.toContain("canary");
  });

  it("answers in headers that are named, with cookies that scripts cannot read", async () => {
    const issuer = new FakeIssuer();
    issuer.answers = () => {
      const headers = new Headers({
        "set-auth-token": "secret",
        "x-session": "secret",
        "access-control-allow-origin": "*",
        "cache-control": "public, max-age=60",
      });
      headers.append("set-cookie", BEGIN);
      headers.append("set-cookie", "openslot.leak=secret; Path=/");
      headers.append("set-cookie", "elsewhere=secret; Path=/; HttpOnly");
      return Response.json({ next: "signed-in" }, { headers });
    };
    const answer = await visit(issuer, "/auth/code/verify", { json: {} });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("set-auth-token")).toBeNull();
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    const cookies = answer.headers.getSetCookie();
    expect(cookies[0]).toBe(BEGIN);
    expect(cookies.join()).not.toContain("=secret");
  });

  it("is a bounded body, and a 503 problem when nobody answers", async () => {
    const issuer = new FakeIssuer();
    const large = await visit(issuer, "/auth/code/send", { json: { to: "x".repeat(20_000) } });
    expect(large.status).toBe(413);
    expect(issuer.asked).toEqual([]);
    issuer.answers = () => {
      throw new Error("no");
    };
    const away = await visit(issuer, "/auth/token");
    expect([away.status, away.headers.get("retry-after")]).toEqual([503, "5"]);
  });

  it("back from the clinics' provider a person reads a page, whatever went wrong", async () => {
    const issuer = new FakeIssuer();
    const location = async (answers: () => Response): Promise<string | null> => {
      issuer.answers = answers;
      return (await visit(issuer, "/auth/callback/clinic?code=c&state=s")).headers.get("location");
    };
    expect(await location(() => Response.redirect(`${SITE}/staff`, 302))).toBe(`${SITE}/staff`);
    expect(await location(() => Response.json({ code: "MFA_REQUIRED" }, { status: 403 }))).toBe(
      "/staff/sign-in?error=mfa",
    );
    expect(await location(() => Response.json({}, { status: 503 }))).toBe("/staff/sign-in?error=away");
    expect(await location(() => Response.json({}, { status: 400 }))).toBe("/staff/sign-in?error=failed");
    expect(
      await location(() => {
        throw new Error("no");
      }),
    ).toBe("/staff/sign-in?error=away");
  });
});

describe("[SI2] a session's cookie", () => {
  it("costs one call for the life of its token, and its person is who the token names", async () => {
    const issuer = await patientIssuer();
    const cookie = someCookie();
    for (let views = 0; views < 3; views++) {
      const page = await visit(issuer, "/", { cookie });
      expect(await page.text()).toContain("Sign out");
    }
    expect(issuer.tokensAsked).toBe(1);
    await visit(issuer, "/", { cookie: someCookie() });
    expect(issuer.tokensAsked).toBe(2);
  });

  it("is extended in the browser when the issuer extends it", async () => {
    const issuer = await patientIssuer();
    const { tokens } = issuer;
    issuer.tokens = (cookies) => {
      const told = tokens(cookies);
      return told && { ...told, setCookie: BEGIN };
    };
    expect((await visit(issuer, "/", { cookie: someCookie() })).headers.getSetCookie()).toContain(BEGIN);
  });

  it("that opens nothing any more leads to sign-in and back, and says that it ended", async () => {
    const answer = await visit(new FakeIssuer(), "/account", { cookie: someCookie() });
    expect(answer.headers.get("location")).toBe("/sign-in?return=%2Faccount&ended=1");
    const stranger = await visit(new FakeIssuer(), "/account");
    expect(stranger.headers.get("location")).toBe("/sign-in?return=%2Faccount");
  });

  it("[SI3] a token that the edge does not take makes nobody", async () => {
    const issuer = new FakeIssuer();
    const forged = await token({ sub: somePatient(), role: "patient" }, { audience: "elsewhere" });
    issuer.tokens = () => ({ token: forged, expiresAt: Date.now() + 5 * MINUTE_MS, setCookie: null });
    const answer = await visit(issuer, "/me", { cookie: someCookie() });
    expect(answer.headers.get("location")).toMatch(/^\/sign-in/);
  });

  it("[SI3] while the issuer is away everybody can look for care, and what needs a person is a 503 that says so", async () => {
    const issuer = new FakeIssuer();
    issuer.tokens = () => {
      throw new Error("no");
    };
    const cookie = someCookie();
    expect((await visit(issuer, "/?sort=name", { cookie })).status).toBe(200);
    for (const path of ["/me", "/account", "/staff"]) {
      const answer = await visit(issuer, path, { cookie });
      expect([path, answer.status]).toEqual([path, 503]);
      expect(await answer.text()).toContain("Signing in does not work just now.");
    }
    issuer.answers = () => Response.json({}, { status: 500 });
    const sent = await visit(issuer, "/sign-in/address", { form: { to: "ann@example.org" } });
    expect(sent.status).toBe(503);
  });

  it("[SI9] signing out drops it here at once, ends it at the issuer, and the browser forgets even if nobody answers", async () => {
    const issuer = await patientIssuer();
    const cookie = someCookie();
    await visit(issuer, "/", { cookie });
    const out = await visit(issuer, "/sign-out", { form: {}, cookie });
    expect(out.headers.get("location")).toBe("/");
    expect(issuer.asked.map(({ path }) => path)).toEqual(["/auth/sign-out"]);
    expect(out.headers.getSetCookie().join()).toMatch(/openslot\.session_token=; Max-Age=0/);
    issuer.tokens = () => null;
    expect((await visit(issuer, "/account", { cookie })).status).toBe(303);

    const gone = await patientIssuer();
    gone.answers = () => {
      throw new Error("no");
    };
    const other = someCookie();
    const half = await visit(gone, "/sign-out", { form: {}, cookie: other });
    expect(half.status).toBe(503);
    expect(half.headers.getSetCookie().join()).toMatch(/openslot\.session_token=; Max-Age=0/);
    expect(await half.text()).toContain("You are signed out in this browser.");
  });

  it("[SI9] signing in ends what this browser was signed in as before", async () => {
    const issuer = new FakeIssuer();
    issuer.answers = ({ path }) =>
      path === "/auth/code/verify"
        ? Response.json({ next: "signed-in" }, { headers: { "set-cookie": BEGIN } })
        : Response.json({});
    const before = someCookie();
    await visit(issuer, "/auth/code/verify", { json: {}, cookie: `${before}; openslot_sample=sample` });
    const ended = issuer.asked.find(({ path }) => path === "/auth/sign-out");
    expect(ended?.headers.get("cookie")).toBe(before);
    // The same session, extended, is not ended.
    await visit(issuer, "/auth/code/verify", { json: {}, cookie: "openslot.session_token=new-secret.mac" });
    expect(issuer.asked.filter(({ path }) => path === "/auth/sign-out")).toHaveLength(1);
  });
});

describe("[SI4] whom a page is for", () => {
  it("staff are nobody on patient pages, which say so, and patients are nobody on staff pages", async () => {
    const staff = await staffIssuer();
    const cookie = someCookie();
    const home = await visit(staff, "/staff", { cookie });
    expect(home.status).toBe(200);
    expect(await home.text()).toContain("Clinic staff");
    for (const path of ["/me", "/account"]) {
      const answer = await visit(staff, path, { cookie });
      expect(answer.headers.get("location")).toBe(`/sign-in?return=${encodeURIComponent(path)}`);
    }
    expect(await (await visit(staff, "/sign-in", { cookie })).text()).toContain(
      "You are signed in as clinic staff",
    );
    expect((await visit(staff, "/me/live-ticket", { method: "POST", cookie })).status).toBe(401);

    const patient = await patientIssuer();
    const mine = someCookie();
    expect((await visit(patient, "/staff", { cookie: mine })).headers.get("location")).toBe("/staff/sign-in");
    expect(await (await visit(patient, "/staff/sign-in", { cookie: mine })).text()).toContain(
      "You are signed in as a patient",
    );
    expect((await visit(patient, "/staffing", { cookie: mine })).status).toBe(404);
  });
});

const pendingOf = (answer: Response): string =>
  answer.headers
    .getSetCookie()
    .find((one) => one.startsWith("openslot_sign_in="))
    ?.split(";")[0] ?? "";

describe("[SI5] the forms", () => {
  it("send a code to what was typed, keep the address out of every URL, and go back to where one was", async () => {
    const issuer = new FakeIssuer();
    const sent = await visit(issuer, "/sign-in/address", {
      form: { to: "(312) 555-0100", return: "/providers/prv_1?slot=x" },
    });
    expect([sent.status, sent.headers.get("location")]).toEqual([303, "/sign-in/code"]);
    expect(issuer.asked[0]?.body).toBe('{"to":"+13125550100"}');
    const cookie = pendingOf(sent);
    const page = await (await visit(issuer, "/sign-in/code", { cookie })).text();
    expect(page).toContain("(312) 555-0100");
    expect(page.match(/autocomplete="one-time-code"/g)).toHaveLength(1);

    issuer.answers = () => Response.json({ next: "signed-in" }, { headers: { "set-cookie": BEGIN } });
    const arrived = await visit(issuer, "/sign-in/code", { form: { code: "123 456" }, cookie });
    expect(issuer.asked[1]?.body).toBe('{"to":"+13125550100","code":"123456"}');
    expect(arrived.headers.get("location")).toBe("/providers/prv_1?slot=x");
    expect(arrived.headers.getSetCookie()).toContain(BEGIN);
    expect(arrived.headers.getSetCookie().join()).toContain("openslot_sign_in=; Max-Age=0");
  });

  it("[SI7] a cookie that somebody wrote themselves begins anew, and leads nowhere else", async () => {
    const issuer = new FakeIssuer();
    const cookieOf = (value: unknown) =>
      `openslot_sign_in=${Buffer.from(JSON.stringify(value)).toString("base64url")}`;
    const good = { to: "ann@example.org", back: "/me", sentAt: Date.now(), tries: 0, step: "code" };
    for (const cookie of [
      "openslot_sign_in=nonsense",
      cookieOf({ ...good, more: 1 }),
      cookieOf({ ...good, step: "done" }),
      cookieOf({ ...good, back: "https://evil.example" }),
      cookieOf({ ...good, step: "register" }),
    ])
      expect((await visit(issuer, "/sign-in/code", { cookie })).headers.get("location")).toBe("/sign-in");
    issuer.answers = () => Response.json({ next: "signed-in" }, { headers: { "set-cookie": BEGIN } });
    const elsewhere = await visit(issuer, "/sign-in/code", {
      form: { code: "123456" },
      cookie: cookieOf({ ...good, back: "//evil.example" }),
    });
    expect(elsewhere.headers.get("location")).toBe("/");
  });

  it.each([
    [{ to: "" }, "Enter your mobile number or e-mail address."],
    [{ to: "nobody" }, "Check it: an e-mail address like name@example.com"],
  ])("an address that is none (%j) is answered with what to do, and nothing is sent", async (form, text) => {
    const issuer = new FakeIssuer();
    const answer = await visit(issuer, "/sign-in/address", { form });
    expect(answer.status).toBe(422);
    const page = await answer.text();
    expect(page).toContain(text);
    expect(page).toContain("<title>Error: Sign in");
    expect(page).toContain('aria-invalid="true"');
    expect(issuer.asked).toEqual([]);
  });

  it("[SI7] a refused code is told apart by what the browser knows: wrong, run out, three times wrong", async () => {
    const issuer = new FakeIssuer();
    issuer.answers = () => Response.json({ code: "CODE_REFUSED" }, { status: 401 });
    const tell = async (minutesAgo: number, tries: number): Promise<string> => {
      const pending = {
        to: "ann@example.org",
        back: "/",
        sentAt: Date.now() - minutesAgo * MINUTE_MS,
        tries,
        step: "code",
      };
      const cookie = `openslot_sign_in=${Buffer.from(JSON.stringify(pending)).toString("base64url")}`;
      const answer = await visit(issuer, "/sign-in/code", { form: { code: "123456" }, cookie });
      expect(answer.status).toBe(422);
      return answer.text();
    };
    expect(await tell(1, 0)).toContain("That is not the code that was sent last.");
    expect(await tell(1, 2)).toContain("That code was wrong three times");
    expect(await tell(6, 0)).toContain("That code has run out.");
    issuer.answers = () => Response.json({}, { status: 429 });
    expect(await tell(1, 0)).toContain("too many tries from your connection");
  });

  it("another code waits half a minute, whoever presses sooner", async () => {
    const issuer = new FakeIssuer();
    const sent = await visit(issuer, "/sign-in/address", { form: { to: "ann@example.org" } });
    const cookie = pendingOf(sent);
    const early = await visit(issuer, "/sign-in/resend", { form: {}, cookie });
    expect(early.headers.get("location")).toBe("/sign-in/code?early=1");
    expect(issuer.asked).toHaveLength(1);
    const pending = {
      to: "ann@example.org",
      back: "/",
      sentAt: Date.now() - MINUTE_MS,
      tries: 2,
      step: "code",
    };
    const late = await visit(issuer, "/sign-in/resend", {
      form: {},
      cookie: `openslot_sign_in=${Buffer.from(JSON.stringify(pending)).toString("base64url")}`,
    });
    expect(late.headers.get("location")).toBe("/sign-in/code?resent=1");
    expect(issuer.asked).toHaveLength(2);
  });

  it("a site that can send nothing says whom to call", async () => {
    const issuer = new FakeIssuer();
    issuer.answers = () => Response.json({ code: "NO_TRANSPORT" }, { status: 503 });
    const answer = await visit(issuer, "/sign-in/address", { form: { to: "ann@example.org" } });
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain("This site cannot send codes yet.");
  });

  it("who one is: a wrong birth date, no tries left, and a session that ended meanwhile each lead on", async () => {
    const issuer = new FakeIssuer();
    const cookieOf = (step: string) =>
      `openslot_sign_in=${Buffer.from(JSON.stringify({ to: "ann@example.org", back: "/me", sentAt: Date.now(), tries: 0, step })).toString("base64url")}`;
    const form = { day: "4", month: "7", year: "1951" };
    const confirm = async (code: string, status: number) => {
      issuer.answers = () => Response.json({ code }, { status });
      return visit(issuer, "/sign-in/confirm", { form, cookie: cookieOf("confirm") });
    };
    const wrong = await confirm("BIRTH_DATE_DIFFERS", 422);
    expect([wrong.status, issuer.asked[0]?.body]).toEqual([422, '{"birthDate":"1951-07-04"}']);
    expect((await confirm("NO_TRIES_LEFT", 403)).headers.get("location")).toBe(
      "/sign-in/register?unconfirmed=1",
    );
    expect((await confirm("ALREADY_SIGNED_IN", 409)).headers.get("location")).toBe("/me");
    expect((await confirm("SESSION_ENDED", 401)).headers.get("location")).toBe(
      "/sign-in?return=%2Fme&ended=1",
    );
    issuer.asked.length = 0;
    const empty = await visit(issuer, "/sign-in/register", {
      form: { displayName: " " },
      cookie: cookieOf("register"),
    });
    expect(empty.status).toBe(422);
    const page = await empty.text();
    for (const text of ["Enter your full name.", "Enter day, month and year of birth.", "Choose the clinic"])
      expect(page).toContain(text);
    expect(issuer.asked).toEqual([]);
  });
});

describe("[SI10] the account", () => {
  it("[SI8] lists what the issuer says, with the words of this device for a new passkey, and takes only ids to end", async () => {
    const issuer = await patientIssuer();
    issuer.answers = ({ path }) => {
      if (path === "/auth/passkey/list-user-passkeys")
        return Response.json([
          {
            id: "6f1f0a52-6a3e-4d9c-8a86-3f7e5e0f5b11",
            name: "<b>Phone</b>",
            createdAt: "2026-11-02T10:00:00Z",
          },
          { id: 7 },
        ]);
      if (path === "/auth/list-sessions")
        return Response.json({
          sessions: [
            {
              id: "a",
              method: "otp",
              createdAt: "2026-11-01T10:00:00Z",
              usedAt: "2026-11-03T10:00:00Z",
              isThisOne: true,
            },
            { id: "b", method: "hwk", createdAt: "2026-11-04T10:00:00Z", usedAt: "soon", isThisOne: false },
          ],
        });
      return Response.json({ user: { email: "ann@example.org" } });
    };
    const cookie = someCookie();
    const page = await (await visit(issuer, "/account?done=constructor", { cookie })).text();
    for (const text of [
      "&lt;b>Phone",
      "Saved on November 2, 2026",
      "With a code",
      "With a passkey",
      "ann@example.org",
      "This browser",
    ])
      expect(page).toContain(text);
    const bad = await visit(issuer, "/account/passkeys/remove", { form: { id: "../x" }, cookie });
    expect(bad.status).toBe(400);
    const foreign = await visit(issuer, "/account/passkeys/remove", {
      form: { id: "6f1f0a52-6a3e-4d9c-8a86-3f7e5e0f5b11" },
      cookie,
    });
    expect(foreign.headers.get("location")).toBe("/account?done=passkey-removed");
    expect(issuer.asked.at(-1)).toMatchObject({ path: "/auth/passkey/delete-passkey" });
  });

  it("[SI9] signing out everywhere drops every session of this person here, and nobody else's", async () => {
    const [ann, ben] = [await patientIssuer(), await patientIssuer()];
    const [one, two, other] = [someCookie(), someCookie(), someCookie()];
    await visit(ann, "/", { cookie: one });
    await visit(ann, "/", { cookie: two });
    await visit(ben, "/", { cookie: other });
    const out = await visit(ann, "/account/sign-out-everywhere", { form: {}, cookie: one });
    expect(out.headers.get("location")).toBe("/sign-in?everywhere=1");
    ann.tokens = () => null;
    expect((await visit(ann, "/account", { cookie: two })).status).toBe(303);
    const asked = ben.tokensAsked;
    await visit(ben, "/", { cookie: other });
    expect(ben.tokensAsked).toBe(asked);
  });
});

describe("[SI11] staff pages", () => {
  it("lead to the provider by a link, not for other sites, and say why it did not work", async () => {
    const issuer = new FakeIssuer();
    issuer.answers = () => Response.json({ url: "https://idp.example/authorize?state=s" });
    expect((await visit(issuer, "/staff/sign-in/start")).headers.get("location")).toBe(
      "https://idp.example/authorize?state=s",
    );
    expect(issuer.asked[0]?.body).toBe('{"provider":"clinic","callbackURL":"/staff"}');
    const foreign = await visit(issuer, "/staff/sign-in/start", {
      headers: { "sec-fetch-site": "cross-site" },
    });
    expect(foreign.headers.get("location")).toBe("/staff/sign-in");
    expect(issuer.asked).toHaveLength(1);
    issuer.answers = () => Response.json({}, { status: 503 });
    expect((await visit(issuer, "/staff/sign-in/start")).headers.get("location")).toBe(
      "/staff/sign-in?error=away",
    );
    for (const word of ["mfa", "not-invited", "no-access", "provider", "invitation", "constructor", "<b>"]) {
      const page = await visit(issuer, `/staff/sign-in?error=${encodeURIComponent(word)}`);
      expect(page.status).toBe(200);
      expect(await page.text()).toContain("Sign in with your clinic&#39;s account".replace("&#39;", "'"));
    }
  });

  it("an invitation is opened by its button, and only if it can be one", async () => {
    const issuer = new FakeIssuer();
    const good = "a".repeat(43);
    expect((await visit(issuer, `/auth/invitation?token=${good}`)).headers.get("location")).toBe(
      `/staff/invitation?token=${good}`,
    );
    expect((await visit(issuer, `/staff/invitation?token=${good}`)).status).toBe(200);
    expect((await visit(issuer, "/staff/invitation?token=%3Cscript%3E")).status).toBe(404);
    expect(issuer.asked).toEqual([]);
    issuer.answers = () =>
      new Response(null, { status: 303, headers: { location: "/staff/sign-in?invited=1" } });
    const accepted = await visit(issuer, "/staff/invitation", { form: { token: good } });
    expect(accepted.headers.get("location")).toBe("/staff/sign-in?invited=1");
    expect(issuer.asked[0]).toMatchObject({ path: "/auth/invitation", body: `token=${good}` });
    issuer.answers = () => new Response(null, { status: 303, headers: { location: "https://evil.example" } });
    const used = await visit(issuer, "/staff/invitation", { form: { token: good } });
    expect(used.headers.get("location")).toBe("/staff/sign-in?error=invitation");
  });
});

describe("[SI12] /dev", () => {
  it("[SI12] shows what was sent and tokens in local mode", async () => {
    const page = await (await visit(new FakeIssuer(), "/dev")).text();
    for (const text of [
      "123456",
      "ann@example.org",
      "sample.adm_dev",
      "exists only where Openslot runs in local mode",
    ])
      expect(page).toContain(text);
    const sent = await (await visit(new FakeIssuer(), "/dev/sent")).json<{ sent: unknown[] }>();
    expect(sent.sent).toHaveLength(1);
  });

  it("[SI12] is not there elsewhere, like any unknown address; sample people neither, and their cookie opens nothing", async () => {
    const settings = { LOCAL_MODE: "off" };
    const issuer = new FakeIssuer();
    const nowhere = await visit(issuer, "/nowhere", { settings });
    for (const path of ["/dev", "/dev/sent"]) {
      const answer = await visit(issuer, path, { settings });
      expect([path, answer.status]).toEqual([path, 404]);
    }
    expect(nowhere.status).toBe(404);
    const page = await (await visit(issuer, "/sign-in", { settings })).text();
    expect(page).toContain("Send the code");
    expect(page).not.toMatch(/sample people|\/dev/i);
    const [patient] = await seededPatients(1);
    const form = { patientId: patient?.id ?? "" };
    expect((await visit(issuer, "/sign-in", { settings, form })).status).toBe(400);
    const sample = await token({ sub: somePatient(), role: "patient" });
    const me = await visit(issuer, "/me", { settings, cookie: `openslot_sample=${sample}` });
    expect(me.headers.get("location")).toBe("/sign-in?return=%2Fme");
  });
});
