/** Signing in by a code: who is recognised, how often one may try, and what nobody can find out. */
import {
  createExecutionContext,
  evictDurableObject,
  reset,
  runDurableObjectAlarm,
  runInDurableObject,
} from "cloudflare:test";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../core/time.ts";
import { checkCode, contactOf, issueCode } from "../../../workers/identity/codes.ts";
import Identity from "../../../workers/identity/index.ts";
import { forgetKeys } from "../../../workers/identity/signing-keys.ts";
import {
  BIRTH_DATE,
  Browser,
  claimsOf,
  codeFor,
  db,
  env,
  issuer,
  keepDoorOpen,
  leaksIn,
  signInByCode,
  someClinic,
  someEmail,
  somePatient,
  somePhone,
  watchLog,
} from "../../support/identity.ts";

const log = watchLog();

afterEach(async () => {
  vi.useRealTimers();
  forgetKeys();
  await reset();
  await keepDoorOpen();
});

afterAll(() => {
  expect(leaksIn(log)).toEqual([]);
});

const details = async () => ({
  displayName: "New Canary",
  birthDate: BIRTH_DATE,
  homeLocationId: await someClinic(),
});
/** Of a deployment that is no laptop: there it must be https. */
const ELSEWHERE = "https://id.example.org/.well-known/openid-configuration";
const wrong = (code: string): string => (code === "000000" ? "000001" : "000000");

describe("an address that was proven", () => {
  it("[ID8] signs in as the patient at whose one record it stands, once the birth date is known", async () => {
    const email = someEmail();
    const patient = await somePatient({ email: email.toUpperCase() });
    const { browser, next } = await signInByCode(email);
    expect(next).toBe("confirm");
    expect((await browser.call("GET", "/token")).body).toMatchObject({
      status: 403,
      code: "NOT_A_PATIENT_YET",
    });
    expect((await browser.call("GET", "/get-session")).body).toMatchObject({
      next: "confirm",
      session: { role: null },
    });

    const before = browser.cookie;
    const confirmed = await browser.call("POST", "/patient/confirm", { birthDate: BIRTH_DATE });
    expect([confirmed.status, confirmed.body]).toEqual([200, { next: "signed-in" }]);
    expect(browser.cookie).not.toBe(before);
    expect(await issuer.tokenOf(before)).toBeNull();
    expect(await claimsOf(browser)).toMatchObject({ sub: patient, role: "patient", amr: "otp" });
    expect((await signInByCode(email)).next).toBe("signed-in");
  });

  it("[ID8] at several records, or at none, leads to a new record and never to one of them", async () => {
    const shared = someEmail();
    const old = [await somePatient({ email: shared }), await somePatient({ email: shared })];
    for (const email of [shared, someEmail()]) {
      const { browser, next } = await signInByCode(email);
      expect(next).toBe("register");
      const confirm = await browser.call("POST", "/patient/confirm", { birthDate: BIRTH_DATE });
      expect([confirm.status, confirm.body.code]).toEqual([409, "NOTHING_TO_CONFIRM"]);
      expect((await browser.call("POST", "/patient/register", await details())).body).toEqual({
        next: "signed-in",
      });
      const claims = await claimsOf(browser);
      expect(claims?.sub).toMatch(/^pat_/);
      expect(old).not.toContain(claims?.sub);
    }
  });

  it("[ID8] a merged record is whoever stands for it, a closed one is none", async () => {
    const email = someEmail();
    const [stands, merged] = [await somePatient({}), await somePatient({ email })];
    await db().execute(sql`UPDATE patient SET merged_into = ${stands} WHERE id = ${merged}`);
    const { browser, next } = await signInByCode(email);
    expect(next).toBe("confirm");
    await browser.call("POST", "/patient/confirm", { birthDate: BIRTH_DATE });
    expect((await claimsOf(browser))?.sub).toBe(stands);

    const closed = someEmail();
    const gone = await somePatient({ email: closed });
    await db().execute(sql`UPDATE patient SET deactivated_at = now() WHERE id = ${gone}`);
    expect((await signInByCode(closed)).next).toBe("register");
  });

  it("[ID8] a telephone is an address like any other; by both of their addresses somebody is one person", async () => {
    const [email, phone] = [someEmail(), somePhone()];
    const patient = await somePatient({ email, phone });
    for (const to of [email, phone]) {
      const { browser } = await signInByCode(to);
      await browser.call("POST", "/patient/confirm", { birthDate: BIRTH_DATE });
      expect((await claimsOf(browser))?.sub).toBe(patient);
    }
    const { rows } = await db().execute(
      sql`SELECT email, phone_number FROM auth_user WHERE patient_id = ${patient}`,
    );
    expect(rows).toEqual([{ email, phone_number: phone }]);
    for (const to of [email, phone]) expect((await signInByCode(to)).next).toBe("signed-in");
  });

  it("[ID9] the birth date may be wrong three times in a month, whatever sessions are begun and however many try at once", async () => {
    const email = someEmail();
    await somePatient({ email });
    const { browser } = await signInByCode(email);
    const guesses = await Promise.all(
      Array.from({ length: 20 }, (_, day) =>
        browser.call("POST", "/patient/confirm", {
          birthDate: `1980-01-${String(day + 1).padStart(2, "0")}`,
        }),
      ),
    );
    expect(guesses.every(({ status }) => status === 422 || status === 403)).toBe(true);
    const right = await browser.call("POST", "/patient/confirm", { birthDate: BIRTH_DATE });
    expect([right.status, right.body.code]).toEqual([403, "NO_TRIES_LEFT"]);
    const again = await signInByCode(email);
    expect(again.next).toBe("register");
    expect((await again.browser.call("POST", "/patient/confirm", { birthDate: BIRTH_DATE })).status).toBe(
      403,
    );
    expect((await again.browser.call("POST", "/patient/register", await details())).status).toBe(200);
  });

  it("[ID9] two slips and the right date sign in", async () => {
    const email = someEmail();
    const patient = await somePatient({ email });
    const { browser } = await signInByCode(email);
    for (const birthDate of ["1980-02-28", "1980-03-01"]) {
      const slip = await browser.call("POST", "/patient/confirm", { birthDate });
      expect([slip.status, slip.body.code]).toEqual([422, "BIRTH_DATE_DIFFERS"]);
    }
    await browser.call("POST", "/patient/confirm", { birthDate: BIRTH_DATE });
    expect((await claimsOf(browser))?.sub).toBe(patient);
  });

  it("[ID11] makes one record, however often and at how many clinics it is asked for", async () => {
    const email = someEmail();
    const { browser } = await signInByCode(email);
    const body = await details();
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => browser.call("POST", "/patient/register", body)),
    );
    expect(answers.some(({ status }) => status === 200)).toBe(true);
    const { rows } = await db().execute(sql`SELECT id FROM patient WHERE email = ${email}`);
    expect(rows).toHaveLength(1);
    expect((await browser.call("POST", "/patient/register", body)).status).toBeGreaterThanOrEqual(400);
    const nowhere = await signInByCode(someEmail());
    const refused = await nowhere.browser.call("POST", "/patient/register", {
      ...body,
      homeLocationId: "loc_zzzzzzzzzzzz",
    });
    expect([refused.status, refused.body.code]).toEqual([422, "NO_SUCH_CLINIC"]);
  });
});

describe("a code", () => {
  it("[ID6] is good once, for five minutes, and for its own address only", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const [email, other] = [someEmail(), someEmail()];
    const browser = new Browser();
    await browser.call("POST", "/code/send", { to: email });
    const code = await codeFor(email);
    const verify = (to: string) => new Browser().call("POST", "/code/verify", { to, code });
    expect((await verify(other)).status).toBe(401);
    const three = await Promise.all([verify(email), verify(email), verify(email)]);
    expect(three.map(({ status }) => status).sort()).toEqual([200, 401, 401]);

    await browser.call("POST", "/code/send", { to: email });
    const late = await codeFor(email);
    vi.setSystemTime(Date.now() + 5 * MINUTE_MS);
    const answer = await browser.call("POST", "/code/verify", { to: email, code: late });
    expect([answer.status, answer.body.code]).toEqual([401, "CODE_REFUSED"]);
    expect(answer.headers.get("set-cookie")).toBeNull();
  });

  it("[ID6] 300 wrong tries at once are one answer, and the right one is dead afterwards", async () => {
    const email = someEmail();
    const browser = new Browser();
    await browser.call("POST", "/code/send", { to: email });
    const code = await codeFor(email);
    const answers = await Promise.all(
      Array.from({ length: 300 }, () =>
        browser.call("POST", "/code/verify", { to: email, code: wrong(code) }),
      ),
    );
    expect(new Set(answers.map(({ status, body }) => `${status} ${JSON.stringify(body)}`)).size).toBe(1);
    expect((await browser.call("POST", "/code/verify", { to: email, code })).status).toBe(401);
  });

  it("[ID6] the right one among two wrong ones at once is taken", async () => {
    for (let round = 0; round < 15; round++) {
      const contact = contactOf(someEmail());
      const code = (await issueCode(env, contact)) as string;
      const tries = await Promise.all(
        [wrong(code), code, wrong(code)].map((one) => checkCode(env, contact, one)),
      );
      expect(tries).toEqual([false, true, false]);
    }
  });

  it("[ID6] a new code stands, whatever wrong tries at the old one are under way", async () => {
    for (let round = 0; round < 10; round++) {
      const contact = contactOf(someEmail());
      const old = (await issueCode(env, contact)) as string;
      const [, fresh] = await Promise.all([
        checkCode(env, contact, wrong(old)),
        issueCode(env, contact),
        checkCode(env, contact, wrong(old)),
      ]);
      if (fresh !== old) expect(await checkCode(env, contact, old)).toBe(false);
      expect(await checkCode(env, contact, fresh as string)).toBe(fresh !== wrong(old));
    }
  });

  it("[ID6] 10,000 guesses in bursts of 1,000 never get more than three tries at a code", async () => {
    for (let burst = 0; burst < 10; burst++) {
      const contact = contactOf(someEmail());
      const code = (await issueCode(env, contact)) as string;
      // The right code comes fourth, and then again and again: none of them may be looked at.
      const guesses = Array.from({ length: 1_000 }, (_, n) => (n < 3 ? wrong(code) : code));
      const tries = await Promise.all(guesses.map((guess) => checkCode(env, contact, guess)));
      expect(tries.filter(Boolean)).toEqual([]);
    }
  });

  it("[ID6] [ID9] tries and guesses outlive an eviction, and are tidied when they count no more", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const guard = env.CODE_GUARD.getByName("g0");
    expect(await guard.issue("who", "right")).toBe(true);
    for (let n = 0; n < 3; n++) {
      expect([await guard.check("who", "wrong"), await guard.guess("who")]).toEqual([false, true]);
      await evictDurableObject(guard);
    }
    expect([
      await guard.check("who", "right"),
      await guard.guess("who"),
      await guard.mayGuess("who"),
    ]).toEqual([false, false, false]);
    const rows = () =>
      runInDurableObject(guard, (_, { storage }) =>
        ["code", "sent", "guess"].map((table) => storage.sql.exec(`SELECT 1 FROM ${table}`).toArray().length),
      );
    expect(await rows()).toEqual([0, 1, 1]);
    vi.setSystemTime(Date.now() + DAY_MS);
    await runDurableObjectAlarm(guard);
    expect(await rows()).toEqual([0, 0, 1]);
    vi.setSystemTime(Date.now() + 30 * DAY_MS);
    await runDurableObjectAlarm(guard);
    expect(await rows()).toEqual([0, 0, 0]);
    expect(await runDurableObjectAlarm(guard)).toBe(false);
  });

  it("[ID7] a laptop shows the newest 50 codes", async () => {
    for (let n = 0; n < 60; n++)
      await env.CODE_SINK.getByName("sink").put({ at: n, to: "x", kind: "code", text: `${n}` });
    const sent = (await issuer.sentCodes()) ?? [];
    expect([sent.length, sent[0]?.text, sent.at(-1)?.text]).toEqual([50, "59", "10"]);
  });

  it("[ID7] 1,000 requests for codes send five an hour and ten a day, with one answer for all", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const email = someEmail();
    const sent = async () => ((await issuer.sentCodes()) ?? []).filter(({ to }) => to === email).length;
    const answers: string[] = [];
    for (let round = 0; round < 10; round++) {
      const browser = new Browser();
      const calls = Array.from({ length: 100 }, () => browser.call("POST", "/code/send", { to: email }));
      for (const { status, body } of await Promise.all(calls))
        answers.push(`${status} ${JSON.stringify(body)}`);
    }
    expect(new Set(answers)).toEqual(new Set(['200 {"sent":true}']));
    expect(await sent()).toBe(5);
    for (const [after, total] of [
      [HOUR_MS + 1, 10],
      [HOUR_MS + 1, 10],
      [DAY_MS, 15],
    ] as const) {
      vi.setSystemTime(Date.now() + after);
      for (let n = 0; n < 8; n++) await new Browser().call("POST", "/code/send", { to: email });
      expect(await sent()).toBe(total);
    }
  });

  it("[ID7] known and unknown addresses get the same answers, byte by byte, and one message each", async () => {
    const [known, unknown] = [someEmail(), someEmail()];
    await somePatient({ email: known });
    await signInByCode(known);
    const seen = [];
    for (const to of [known, unknown]) {
      const browser = new Browser();
      const send = await browser.call("POST", "/code/send", { to });
      const verify = await browser.call("POST", "/code/verify", { to, code: wrong(await codeFor(to)) });
      seen.push([
        send.status,
        send.body,
        [...send.headers.keys()],
        verify.status,
        verify.body,
        [...verify.headers.keys()],
      ]);
    }
    expect(seen[0]).toEqual(seen[1]);
  });

  it("[ID7] where nobody can be reached, everybody is told so, and nothing is counted", async () => {
    const settings = {
      ...env,
      LOCAL_MODE: "off",
      SITE_URL: "https://book.example.org",
      OIDC_DISCOVERY_URL: ELSEWHERE,
    };
    const elsewhere = new Identity(createExecutionContext(), settings);
    const answer = await elsewhere.fetch(
      new Request("https://book.example.org/auth/code/send", {
        method: "POST",
        headers: { "content-type": "application/json", origin: "https://book.example.org" },
        body: JSON.stringify({ to: someEmail() }),
      }),
    );
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ code: "NO_TRANSPORT", type: "/problems/unavailable" });
    expect(await elsewhere.sentCodes()).toBeNull();
  });

  it("[ID10] objects hold neither an address nor a code nor the token of a session", async () => {
    const email = someEmail();
    await somePatient({ email });
    const { browser } = await signInByCode(email);
    const token = decodeURIComponent(browser.cookie.split("session_token=")[1] ?? "").split(".")[0] ?? "";
    expect(token.length).toBeGreaterThan(20);
    const text: string[] = [];
    for (let shard = 0; shard < 64; shard++) {
      for (const [namespace, prefix, tables] of [
        [env.CODE_GUARD, "g", ["code", "sent", "guess"]],
        [env.SESSIONS, "s", ["kv", "sign_in"]],
      ] as const)
        await runInDurableObject(
          namespace.getByName(`${prefix}${shard}`) as DurableObjectStub,
          (_, state) => {
            for (const table of tables)
              text.push(JSON.stringify(state.storage.sql.exec(`SELECT * FROM ${table}`).toArray()));
          },
        );
    }
    const all = text.join("\n");
    expect(all.length).toBeGreaterThan(1_000);
    expect(all).not.toContain(email);
    expect(all).not.toContain(token);
    expect(all).not.toMatch(/"\d{6}"/);
  });
});
