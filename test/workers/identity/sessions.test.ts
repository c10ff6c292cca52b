/** Sessions and passkeys: what opens one, what ends one, what goes on without Postgres, and what leaves the issuer. */
import { reset, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../core/time.ts";
import { ROUTES } from "../../../workers/identity/routes.ts";
import { sessionStore } from "../../../workers/identity/session-store.ts";
import { forgetKeys } from "../../../workers/identity/signing-keys.ts";
import {
  BIRTH_DATE,
  Browser,
  claimsOf,
  codeFor,
  control,
  db,
  env,
  issuer,
  leaksIn,
  signInAtClinic,
  signInByCode,
  someEmail,
  somePatient,
  verified,
  watchLog,
} from "../../support/identity.ts";
import { SoftPasskey } from "../../support/soft-passkey.ts";

const log = watchLog();

afterEach(async () => {
  vi.useRealTimers();
  forgetKeys();
  await control("/postgres/open");
  await reset();
});

afterAll(() => {
  expect(leaksIn(log)).toEqual([]);
});

const travel = (ms: number) => vi.setSystemTime(Date.now() + ms);

/** A patient on as many browsers as wanted. */
async function signedIn(browsers = 1) {
  const email = someEmail();
  const patient = await somePatient({ email });
  const all: Browser[] = [];
  for (let n = 0; n < browsers; n++) {
    const { browser, next } = await signInByCode(email);
    if (next === "confirm") await browser.call("POST", "/patient/confirm", { birthDate: BIRTH_DATE });
    all.push(browser);
  }
  return { email, patient, all, browser: all[0] as Browser };
}

describe("without Postgres", () => {
  it("[ID12] whoever is signed in goes on for an hour, with a token every four minutes and a session that is extended", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const { browser, patient } = await signedIn();
    travel(25 * HOUR_MS); // the session is to be extended with the next use
    await control("/postgres/close");
    let extended = 0;
    for (let minute = 0; minute <= 60; minute += 4) {
      const answer = await browser.call("GET", "/token");
      expect(answer.status).toBe(200);
      extended += answer.headers.getSetCookie().length;
      expect((await verified(answer.body.token)).sub).toBe(patient);
      const ours = await issuer.tokenOf(browser.cookie);
      expect((await verified(ours?.token ?? "")).sub).toBe(patient);
      travel(4 * MINUTE_MS);
    }
    expect(extended).toBe(1);
    expect((await browser.call("GET", "/jwks")).body.keys).toHaveLength(1);
    expect((await browser.call("GET", "/list-sessions")).body.sessions).toHaveLength(1);
    travel(29 * DAY_MS);
    expect((await browser.call("GET", "/token")).status).toBe(200);
  });

  it("[ID12] signing out works, everywhere as well", async () => {
    const { all } = await signedIn(3);
    await control("/postgres/close");
    const [first, second, third] = all as [Browser, Browser, Browser];
    expect((await first.call("POST", "/sign-out", {})).body).toEqual({ signedOut: true });
    expect(await claimsOf(second)).not.toBeNull();
    const before = third.cookie;
    expect((await second.call("POST", "/sign-out-everywhere", {})).status).toBe(200);
    expect(await claimsOf(third)).toBeNull();
    expect(await issuer.tokenOf(before)).toBeNull();
  });

  it("[ID12] a new sign-in is told so plainly, and nothing of it is in the log", async () => {
    const email = someEmail();
    const { browser: passkeyHolder } = await signedIn();
    const browser = new Browser();
    expect((await browser.call("POST", "/code/send", { to: email })).status).toBe(200);
    const code = await codeFor(email);
    await control("/postgres/close");
    const answer = await browser.call("POST", "/code/verify", { to: email, code });
    expect([answer.status, answer.body.type]).toEqual([503, "/problems/unavailable"]);
    expect(answer.headers.get("retry-after")).toBe("5");
    expect(answer.headers.get("set-cookie")).toBeNull();
    expect((await passkeyHolder.call("GET", "/passkey/list-user-passkeys")).status).toBe(503);
    const options = await browser.call("GET", "/passkey/generate-authenticate-options");
    expect(options.status).toBe(200);
    const passkey = await SoftPasskey.make(env.SITE_URL);
    const used = await browser.call(
      "POST",
      "/passkey/verify-authentication",
      await passkey.signIn(options.body.challenge),
    );
    expect([used.status, used.body.type]).toEqual([503, "/problems/unavailable"]);
    // A code goes out all the same, and so does the start of a sign-in at the provider, which then ends on its page.
    const later = someEmail();
    await browser.call("POST", "/code/send", { to: later });
    expect(await codeFor(later)).toMatch(/^\d{6}$/);
    const atClinic = await signInAtClinic({ sub: "s", email: later, email_verified: true, amr: ["mfa"] });
    expect(atClinic.location).toBe("/staff/sign-in?error=provider");
    expect(log.join("\n")).toMatch(/identity\.request_failed/);
  });

  it("[ID12] an answer of Postgres that quotes a row leaves no trace of it in the log", async () => {
    const email = someEmail();
    await db().execute(sql`ALTER TABLE auth_user ADD CONSTRAINT no_more CHECK (name = 'nobody') NOT VALID`);
    const browser = new Browser();
    await browser.call("POST", "/code/send", { to: email });
    const answer = await browser.call("POST", "/code/verify", { to: email, code: await codeFor(email) });
    await db().execute(sql`ALTER TABLE auth_user DROP CONSTRAINT no_more`);
    expect(answer.status).toBe(503);
    expect(JSON.stringify(answer.body)).not.toContain(email);
    expect(leaksIn(log)).toEqual([]);
  });
});

describe("signing out", () => {
  it("[ID13] ends this session at once and no other one", async () => {
    const { all } = await signedIn(2);
    const [first, second] = all as [Browser, Browser];
    const before = first.cookie;
    await first.call("POST", "/sign-out");
    expect(first.cookie).not.toContain("session_token");
    expect(await issuer.tokenOf(before)).toBeNull();
    expect(await claimsOf(second)).not.toBeNull();
    expect((await first.call("POST", "/sign-out")).body).toEqual({ signedOut: true });
    // A browser that kept the cookie is told to drop it.
    const kept = new Browser();
    kept.take(before.split("; "));
    expect((await kept.call("GET", "/get-session")).body).toMatchObject({ session: null });
    expect(kept.cookie).not.toContain("session_token");
  });

  it("[ID13] everywhere ends all of them, also those of parallel sign-ins; the next sign-in is new", async () => {
    const { email, all } = await signedIn(1);
    const parallel = await Promise.all(
      [1, 2, 3, 4].map(async () => {
        const browser = new Browser();
        await browser.call("POST", "/code/send", { to: email });
        return browser;
      }),
    );
    const code = await codeFor(email);
    await parallel[0]?.call("POST", "/code/verify", { to: email, code });
    const cookies = [...all, ...parallel].map(({ cookie }) => cookie);
    await all[0]?.call("POST", "/sign-out-everywhere", {});
    for (const cookie of cookies) expect(await issuer.tokenOf(cookie)).toBeNull();
  });

  it("[ID13] one of one's own sessions by its id; a foreign one is not there", async () => {
    const mine = await signedIn(2);
    const foreign = await signedIn(1);
    const [here, there] = mine.all as [Browser, Browser];
    const { sessions } = (await here.call("GET", "/list-sessions")).body;
    expect(sessions).toHaveLength(2);
    expect(sessions.filter(({ isThisOne }: { isThisOne: boolean }) => isThisOne)).toHaveLength(1);
    const other = sessions.find(({ isThisOne }: { isThisOne: boolean }) => !isThisOne);
    const theirs = (await foreign.browser.call("GET", "/list-sessions")).body.sessions[0];
    const refused = await here.call("POST", "/revoke-session", { id: theirs.id });
    const missing = await here.call("POST", "/revoke-session", { id: crypto.randomUUID() });
    expect([refused.status, refused.body]).toEqual([404, missing.body]);
    expect((await here.call("POST", "/revoke-session", { id: other.id })).body).toEqual({ revoked: true });
    expect([await claimsOf(there), (await claimsOf(here))?.sub]).toEqual([null, mine.patient]);
    expect(await claimsOf(foreign.browser)).not.toBeNull();
  });

  it("[ID13] wins over a refresh that read the session before", async () => {
    const store = sessionStore(env);
    await store.set("token-of-a-session", "here", 60);
    await store.delete("token-of-a-session");
    await store.set("token-of-a-session", "back again", 60);
    expect(await store.get("token-of-a-session")).toBeNull();
    await store.set("active-sessions-u", "[]", 60);
    await store.delete("active-sessions-u");
    await store.set("active-sessions-u", "[1]", 60);
    expect(await store.get("active-sessions-u")).toBe("[1]");
  });
});

describe("the store", () => {
  it("[ID10] takes what is good once for one of many, counts exactly, and forgets in time", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const store = sessionStore(env);
    await store.set("once", "value", 60);
    const takes = await Promise.all(Array.from({ length: 20 }, () => store.getAndDelete("once")));
    expect(takes.filter((value) => value !== null)).toEqual(["value"]);
    const counts = await Promise.all(Array.from({ length: 50 }, () => store.increment("n", 60)));
    expect(counts.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
    await store.set("short", "x", 60);
    travel(60_000);
    expect(await store.get("short")).toBeNull();
    expect(await store.increment("n", 60)).toBe(1);
  });

  it("[ID10] drops what has ended by its alarm, and keeps the rest", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const shard = env.SESSIONS.getByName("s0");
    await shard.set("short", "x", MINUTE_MS);
    await shard.set("long", "x", DAY_MS);
    travel(HOUR_MS);
    await runDurableObjectAlarm(shard);
    await runInDurableObject(shard, (_, state) => {
      expect(state.storage.sql.exec("SELECT key FROM kv").toArray()).toEqual([{ key: "long" }]);
    });
    travel(2 * DAY_MS);
    await runDurableObjectAlarm(shard);
    await runInDurableObject(shard, async (_, state) => {
      expect(state.storage.sql.exec("SELECT key FROM kv").toArray()).toEqual([]);
      expect(await state.storage.getAlarm()).toBeNull();
    });
  });
});

describe("the doors", () => {
  it("[ID16] there are no others: what the library mounts beside is not there", async () => {
    const { browser } = await signedIn();
    const hidden = [
      ["POST", "/sign-up/email"],
      ["POST", "/sign-in/email"],
      ["POST", "/update-user"],
      ["POST", "/update-session"],
      ["POST", "/change-email"],
      ["POST", "/link-social"],
      ["POST", "/unlink-account"],
      ["POST", "/delete-user"],
      ["POST", "/get-access-token"],
      ["GET", "/list-accounts"],
      ["POST", "/request-password-reset"],
      ["GET", "/session"],
      ["POST", "/session/end"],
      ["GET", "/callback/other"],
      ["POST", "/passkey/update-passkey"],
      ["GET", "/ok"],
      ["GET", "/error"],
      ["PUT", "/token"],
      ["POST", "/token"],
      ["GET", "//token"],
      ["GET", "/token/"],
    ] as const;
    for (const [method, path] of hidden)
      expect([path, (await browser.call(method, path, method === "GET" ? undefined : {})).status]).toEqual([
        path,
        404,
      ]);
  });

  it("[ID16] take what they know and nothing else", async () => {
    const { browser } = await signedIn();
    for (const route of ROUTES.filter(({ body }) => body !== null)) {
      const extra = await browser.call("POST", route.path, { role: "admin" });
      expect([route.path, extra.status, extra.body.type]).toEqual([route.path, 400, "/problems/validation"]);
    }
    for (const route of ROUTES.filter(
      ({ method, path }) => method === "GET" && !path.startsWith("/callback"),
    ))
      expect([route.path, (await browser.call("GET", `${route.path}?role=admin`)).status]).toEqual([
        route.path,
        400,
      ]);
    const bad: [string, unknown, Record<string, string>?][] = [
      ["/code/send", { to: "not an address" }],
      ["/code/send", { to: `${"x".repeat(300)}@example.org` }],
      ["/code/send", "{"],
      ["/code/send", { to: "a@example.org" }, { "content-type": "text/plain" }],
      ["/code/send", { to: "x".repeat(70_000) }],
      ["/code/verify", { to: "a@example.org", code: "12345" }],
      ["/patient/confirm", { birthDate: "1980-02-30" }],
      ["/sign-in/social", { provider: "clinic", callbackURL: "//evil.example" }],
      ["/sign-in/social", { provider: "clinic", callbackURL: "https://evil.example/" }],
      ["/sign-in/social", { provider: "google" }],
    ];
    for (const [path, body, headers] of bad) {
      const answer = await browser.call("POST", path, body, headers);
      expect([400, 413, 415]).toContain(answer.status);
      expect(answer.headers.get("content-type")).toBe("application/problem+json");
      expect(JSON.stringify(answer.body)).not.toMatch(/evil|not an address/);
    }
  });

  it("[ID16] do nothing for a form of another site, with or without a cookie", async () => {
    const { browser } = await signedIn();
    for (const who of [browser, new Browser()]) {
      for (const { path } of ROUTES.filter(({ method }) => method === "POST")) {
        const answer = await who.call("POST", path, {}, { origin: "https://evil.example" });
        expect([path, answer.status]).toEqual([path, 403]);
      }
    }
    expect(await claimsOf(browser)).not.toBeNull();
  });

  it("[ID16] never show what opens a session, and no answer may be kept", async () => {
    const { browser, email } = await signedIn();
    const token = decodeURIComponent(browser.cookie.split("session_token=")[1] ?? "").split(".")[0] ?? "";
    for (const path of ["/get-session", "/list-sessions", "/token", "/passkey/list-user-passkeys"]) {
      const answer = await browser.call("GET", path);
      expect([path, answer.status, answer.headers.get("cache-control")]).toEqual([path, 200, "no-store"]);
      expect(JSON.stringify(answer.body)).not.toContain(token);
    }
    expect((await browser.call("GET", "/get-session")).body.user).toMatchObject({ email, phone: null });
    const cookie = (await signInByCode(email)).browser.cookie;
    expect(cookie).toMatch(/^openslot\.session_token=/);
    expect((await new Browser().call("GET", "/get-session")).body).toEqual({
      session: null,
      user: null,
      next: null,
    });
  });
});

describe("a passkey", () => {
  const challengeOf = async (browser: Browser, kind: "register" | "authenticate") =>
    (await browser.call("GET", `/passkey/generate-${kind}-options`)).body;

  async function withPasskey() {
    const person = await signedIn();
    const passkey = await SoftPasskey.make(env.SITE_URL);
    const options = await challengeOf(person.browser, "register");
    const made = await person.browser.call(
      "POST",
      "/passkey/verify-registration",
      await passkey.register(options.challenge),
    );
    expect([made.status, Object.keys(made.body).sort()]).toEqual([
      200,
      ["backedUp", "createdAt", "deviceType", "id", "name"],
    ]);
    return { ...person, passkey, id: made.body.id as string };
  }

  it("[ID21] is made by whoever is signed in, and signs them in without an address", async () => {
    const { patient, passkey } = await withPasskey();
    const browser = new Browser();
    const { challenge, rpId } = await challengeOf(browser, "authenticate");
    expect(rpId).toBe("localhost");
    const body = await passkey.signIn(challenge);
    const answer = await browser.call("POST", "/passkey/verify-authentication", body);
    expect([answer.status, answer.body]).toEqual([200, { next: "signed-in" }]);
    expect(await claimsOf(browser)).toMatchObject({ sub: patient, role: "patient", amr: "hwk" });
    // The same answer again opens nothing: its challenge is spent.
    expect((await browser.call("POST", "/passkey/verify-authentication", body)).status).toBe(400);
  });

  it("[ID21] without its PIN, finger or face is refused, when it is made and when it is used", async () => {
    const { browser, passkey } = await withPasskey();
    const touched = await SoftPasskey.make(env.SITE_URL);
    const options = await challengeOf(browser, "register");
    const made = await browser.call(
      "POST",
      "/passkey/verify-registration",
      await touched.register(options.challenge, false),
    );
    expect([made.status, made.body.code]).toEqual([403, "USER_VERIFICATION_REQUIRED"]);
    const other = new Browser();
    const { challenge } = await challengeOf(other, "authenticate");
    const used = await other.call(
      "POST",
      "/passkey/verify-authentication",
      await passkey.signIn(challenge, false),
    );
    expect([used.status, used.body.code]).toEqual([403, "USER_VERIFICATION_REQUIRED"]);
    expect(other.cookie).not.toContain("session_token");
  });

  it("[ID21] is for patients: who proved an address only makes none", async () => {
    const { browser } = await signInByCode(someEmail());
    const passkey = await SoftPasskey.make(env.SITE_URL);
    const { challenge } = await challengeOf(browser, "register");
    const made = await browser.call(
      "POST",
      "/passkey/verify-registration",
      await passkey.register(challenge),
    );
    expect([made.status, made.body.code]).toEqual([403, "NOT_A_PATIENT_YET"]);
  });

  it("[ID21] of another site, of nobody, or without a session is refused", async () => {
    const { browser } = await withPasskey();
    const phished = await SoftPasskey.make("http://localhost.evil.example");
    const options = await challengeOf(browser, "register");
    expect(
      (await browser.call("POST", "/passkey/verify-registration", await phished.register(options.challenge)))
        .status,
    ).toBeGreaterThanOrEqual(400);
    const unknown = await SoftPasskey.make(env.SITE_URL);
    const stranger = new Browser();
    const { challenge } = await challengeOf(stranger, "authenticate");
    expect(
      (await stranger.call("POST", "/passkey/verify-authentication", await unknown.signIn(challenge))).status,
    ).toBe(401);
    expect((await stranger.call("GET", "/passkey/generate-register-options")).status).toBe(401);
    expect((await stranger.call("GET", "/passkey/list-user-passkeys")).status).toBe(401);
  });

  it("[ID21] is deleted by its owner and by nobody else, and then signs nobody in", async () => {
    const { browser, passkey, id } = await withPasskey();
    const foreign = (await signedIn()).browser;
    expect((await foreign.call("POST", "/passkey/delete-passkey", { id })).status).toBeGreaterThanOrEqual(
      400,
    );
    expect((await browser.call("GET", "/passkey/list-user-passkeys")).body).toHaveLength(1);
    expect((await browser.call("POST", "/passkey/delete-passkey", { id })).body).toEqual({ deleted: true });
    const other = new Browser();
    const { challenge } = await challengeOf(other, "authenticate");
    expect(
      (await other.call("POST", "/passkey/verify-authentication", await passkey.signIn(challenge))).status,
    ).toBe(401);
  });
});

describe("the record of sign-ins", () => {
  it("[ID20] says who, how and whether it worked, once each and without an address, until it is acknowledged", async () => {
    const { email, patient, browser } = await signedIn();
    await browser.call("POST", "/code/send", { to: email });
    await browser.call("POST", "/code/verify", { to: email, code: "0".repeat(6) });
    await browser.call("POST", "/sign-out");
    const { entries, marks } = await issuer.takeSignIns(100);
    const told = entries.map(({ subject, kind, outcome }) => `${subject.slice(0, 4)} ${kind} ${outcome}`);
    expect(told.sort()).toEqual([
      "adr_ code accepted",
      "adr_ code refused",
      "pat_ code accepted",
      "pat_ code signed-out",
    ]);
    expect(entries.filter(({ subject }) => subject === patient)).toHaveLength(2);
    expect(JSON.stringify(entries)).not.toContain(email);
    expect((await issuer.takeSignIns(100)).entries).toEqual(entries);
    await issuer.ackSignIns(marks);
    expect((await issuer.takeSignIns(100)).entries).toEqual([]);
    await issuer.ackSignIns([{ outbox: 99, through: 1 }]);
  });
});
