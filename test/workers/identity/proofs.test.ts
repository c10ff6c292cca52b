/** What the proof of an address is worth: for whom, for how long, and where it stops. */
import { createExecutionContext, reset } from "cloudflare:test";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../core/time.ts";
import { releaseAddress, removeStranger } from "../../../db/identity/standing.ts";
import Identity from "../../../workers/identity/index.ts";
import { forgetKeys } from "../../../workers/identity/signing-keys.ts";
import { FRESH_PROOF_MS, SESSIONS_MAX } from "../../../workers/identity/standing.ts";
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
  openInvitation,
  signInAtClinic,
  signInByCode,
  someClinic,
  someEmail,
  somePatient,
  someStaff,
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

const travel = (ms: number) => vi.setSystemTime(Date.now() + ms);

describe("[ID8] whoever proved an address only", () => {
  it("[ID8] is signed out when somebody else at that address gives the birth date, and becomes no patient", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const email = someEmail();
    const patient = await somePatient({ email });
    const { browser: other } = await signInByCode(email);
    const cookie = other.cookie;
    const { browser } = await signInByCode(email);
    await browser.call("POST", "/patient/confirm", { birthDate: BIRTH_DATE });
    expect((await claimsOf(browser))?.sub).toBe(patient);
    expect((await other.call("GET", "/token")).status).toBe(401);
    travel(11 * MINUTE_MS);
    await issuer.patientChanged(patient);
    expect(await issuer.tokenOf(cookie)).toBeNull();
    expect((await claimsOf(browser))?.sub).toBe(patient);
  });

  it("[ID8] stays nobody when the directory says that their person is a patient by now", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const email = someEmail();
    const patient = await somePatient({ email });
    const { browser } = await signInByCode(email);
    await db().execute(sql`UPDATE auth_user SET patient_id = ${patient} WHERE email = ${email}`);
    await issuer.patientChanged(patient);
    expect((await browser.call("GET", "/token")).status).toBe(403);
    travel(11 * MINUTE_MS);
    for (let n = 0; n < 3; n++) expect((await browser.call("GET", "/token")).status).toBe(403);
    expect((await browser.call("GET", "/get-session")).body).toMatchObject({
      next: "confirm",
      session: { role: null },
    });
    await browser.call("POST", "/patient/confirm", { birthDate: BIRTH_DATE });
    expect((await claimsOf(browser))?.sub).toBe(patient);
  });
});

/** An issuer whose sessions can be read and not written. */
function withoutWrites() {
  const SESSIONS = {
    getByName: (name: string) => {
      const stub = env.SESSIONS.getByName(name);
      return new Proxy(stub, {
        get: (_, method) =>
          method === "set"
            ? () => Promise.reject(new Error("not written"))
            : (...values: unknown[]) =>
                (stub as unknown as Record<PropertyKey, (...values: unknown[]) => unknown>)[method]?.(
                  ...values,
                ),
      });
    },
  } as unknown as typeof env.SESSIONS;
  return new Identity(createExecutionContext(), { ...env, SESSIONS });
}

async function signedIn() {
  const email = someEmail();
  const patient = await somePatient({ email });
  const { browser } = await signInByCode(email);
  await browser.call("POST", "/patient/confirm", { birthDate: BIRTH_DATE });
  return { email, patient, browser };
}

const sameBrowser = (browser: Browser, at: Identity): Browser => {
  const same = new Browser({ site: env.SITE_URL, issuer: at });
  same.take(browser.cookie.split("; "));
  return same;
};

describe("[ID13] all sessions", () => {
  it("[ID13] [SV4] are said to have ended only when they have: else 503, and nothing in the record", async () => {
    const { browser, patient } = await signedIn();
    const broken = withoutWrites();
    const answer = await sameBrowser(browser, broken).call("POST", "/sign-out-everywhere", {});
    expect([answer.status, answer.body.type]).toEqual([503, "/problems/unavailable"]);
    expect(answer.headers.get("set-cookie")).toBeNull();
    for (const end of [() => broken.endPatientSessions(patient), () => broken.forgetPatient(patient)])
      await expect(end()).rejects.toThrow("sessions were not ended");
    expect((await claimsOf(browser))?.sub).toBe(patient);
    const { entries } = await issuer.takeSignIns(100);
    expect(entries.filter(({ outcome }) => outcome === "revoked")).toEqual([]);
    expect((await browser.call("POST", "/sign-out-everywhere", {})).status).toBe(200);
    expect(await claimsOf(browser)).toBeNull();
  });

  it("[ID13] are ended by somebody who is signed in: nobody is told that they did it", async () => {
    const answer = await new Browser().call("POST", "/sign-out-everywhere", {});
    expect([answer.status, answer.body.type]).toEqual([401, "/problems/unauthenticated"]);
  });
});

describe("[SV2] a proof", () => {
  it("[SV2] is as old as its code: a birth date or a new record makes it no fresher", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const [email, unknown] = [someEmail(), someEmail()];
    const patient = await somePatient({ email });
    const confirming = await signInByCode(email);
    const registering = await signInByCode(unknown);
    travel(FRESH_PROOF_MS + MINUTE_MS);
    await confirming.browser.call("POST", "/patient/confirm", { birthDate: BIRTH_DATE });
    const made = await registering.browser.call("POST", "/patient/register", {
      displayName: "New Canary",
      birthDate: BIRTH_DATE,
      homeLocationId: await someClinic(),
    });
    expect(made.status).toBe(200);
    expect((await claimsOf(confirming.browser))?.sub).toBe(patient);
    for (const { browser } of [confirming, registering]) {
      expect((await browser.call("GET", "/get-session")).body.session).toMatchObject({
        role: "patient",
        isFresh: false,
      });
      const refused = await browser.call("GET", "/passkey/generate-register-options");
      expect([refused.status, refused.body.code]).toEqual([403, "SESSION_NOT_FRESH"]);
    }
  });

  it("[SV3] whose session takes the place of the one before ends no other one at ten", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const work = someEmail();
    const staff = await someStaff(work);
    await openInvitation((await issuer.invite(staff))?.link ?? "");
    const patient = await somePatient({ email: work });
    const claims = { sub: `sub-${work}`, email: work, email_verified: true, amr: ["mfa"] };
    const all: Browser[] = [];
    for (let n = 1; n < SESSIONS_MAX; n++) {
      travel(1_000);
      all.push((await signInAtClinic(claims)).browser);
    }
    const { browser } = await signInByCode(work);
    await browser.call("POST", "/patient/confirm", { birthDate: BIRTH_DATE });
    expect((await claimsOf(browser))?.sub).toBe(patient);
    for (const one of all) expect((await claimsOf(one))?.sub).toBe(staff);
  });

  it("[SV2] [SV3] of long ago begins a session beside nine others, and ends none of them", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const [email, phone] = [someEmail(), `+1774${String(Date.now()).slice(-7)}`];
    const patient = await somePatient({ email, phone });
    const late = await signInByCode(phone);
    travel(DAY_MS);
    const { browser } = await signInByCode(email);
    await browser.call("POST", "/patient/confirm", { birthDate: BIRTH_DATE });
    const all = [browser];
    for (let n = 2; n < SESSIONS_MAX; n++) {
      travel(HOUR_MS);
      all.push((await signInByCode(email)).browser);
    }
    await late.browser.call("POST", "/patient/confirm", { birthDate: BIRTH_DATE });
    for (const one of [...all, late.browser]) expect((await claimsOf(one))?.sub).toBe(patient);
    const one = (await signInByCode(email)).browser;
    expect((await one.call("GET", "/list-sessions")).body.sessions).toHaveLength(SESSIONS_MAX);
  });
});

describe("[SV14] an address that the desk took out", () => {
  it("[SV14] opens the record of a member of staff no more; their sign-in by the provider goes on", async () => {
    const [work, phone] = [someEmail(), `+1775${String(Date.now()).slice(-7)}`];
    const staff = await someStaff(work);
    await openInvitation((await issuer.invite(staff))?.link ?? "");
    const patient = await somePatient({ email: work, phone });
    for (const to of [phone, work]) {
      const { browser } = await signInByCode(to);
      await browser.call("POST", "/patient/confirm", { birthDate: BIRTH_DATE });
    }
    // By the work address they are one person, whose number is theirs as well.
    await db().execute(sql`UPDATE auth_user SET phone_number = NULL WHERE phone_number = ${phone}`);
    await db().execute(sql`UPDATE auth_user SET phone_number = ${phone} WHERE staff_id = ${staff}`);
    for (const to of [phone, work])
      expect((await claimsOf((await signInByCode(to)).browser))?.sub).toBe(patient);
    await db().execute(sql`UPDATE patient SET email = NULL, phone = NULL WHERE id = ${patient}`);

    const next = await signInByCode(phone);
    expect([next.next, await claimsOf(next.browser)]).toEqual(["register", null]);
    const browser = new Browser();
    await browser.call("POST", "/code/send", { to: work });
    const refused = await browser.call("POST", "/code/verify", { to: work, code: await codeFor(work) });
    expect([refused.status, refused.body.code]).toEqual([401, "CODE_REFUSED"]);
    expect(browser.cookie).not.toContain("session_token");
    const claims = { sub: `sub-${work}`, email: work, email_verified: true, amr: ["mfa"] };
    expect((await claimsOf((await signInAtClinic(claims)).browser))?.sub).toBe(staff);
    const { rows } = await db().execute(
      sql`SELECT email, phone_number FROM auth_user WHERE staff_id = ${staff}`,
    );
    expect(rows).toEqual([{ email: work, phone_number: null }]);
  });

  it("[SV14] still opens it when it stands at another record that was merged into the same one", async () => {
    const { email, patient } = await signedIn();
    const [stands, sibling] = [await somePatient({}), await somePatient({ email })];
    await db().execute(sql`UPDATE patient SET merged_into = ${stands} WHERE id IN (${patient}, ${sibling})`);
    await db().execute(sql`UPDATE patient SET email = NULL WHERE id = ${patient}`);
    expect((await claimsOf((await signInByCode(email)).browser))?.sub).toBe(stands);
  });

  it("[SV14] goes, and no other one that its person has proven meanwhile", async () => {
    const email = someEmail();
    await signInByCode(email);
    const { rows } = await db().execute<{ id: string }>(sql`SELECT id FROM auth_user WHERE email = ${email}`);
    const id = rows[0]?.id ?? "";
    const release = (address: string) =>
      releaseAddress(db(), id, { kind: "email", address }, `${crypto.randomUUID()}@phone.invalid`);
    const kept = () => db().execute(sql`SELECT 1 FROM auth_user WHERE email = ${email}`);
    await release(someEmail());
    expect((await kept()).rows).toHaveLength(1);
    await release(email);
    expect((await kept()).rows).toEqual([]);
  });
});

describe("[ID23] an address that led to nobody", () => {
  const grow = (...emails: string[]) =>
    Promise.all(
      emails.map((email) =>
        db().execute(
          sql`UPDATE auth_user SET updated_at = now() - interval '31 days' WHERE email = ${email}`,
        ),
      ),
    );
  const known = async (email: string): Promise<boolean> =>
    (await db().execute(sql`SELECT 1 FROM auth_user WHERE email = ${email}`)).rows.length > 0;

  it("[ID23] is kept for another 30 days when it is proven again", async () => {
    const [again, gone] = [someEmail(), someEmail()];
    await signInByCode(again);
    await signInByCode(gone);
    await grow(again, gone);
    const { browser } = await signInByCode(again);
    await issuer.forgetStrangers();
    expect([await known(again), await known(gone)]).toEqual([true, false]);
    expect((await browser.call("GET", "/token")).status).toBe(403);
  });

  it("[ID23] goes though sessions of another one cannot be ended, and what was not ended opens nothing", async () => {
    const emails = [someEmail(), someEmail()];
    const [first, second] = [await signInByCode(emails[0] ?? ""), await signInByCode(emails[1] ?? "")];
    await grow(...emails);
    expect(await withoutWrites().forgetStrangers()).toBeGreaterThanOrEqual(2);
    for (const email of emails) expect(await known(email)).toBe(false);
    expect(log.join("\n")).toContain("identity.stranger_kept");
    for (const { browser } of [first, second]) {
      expect(await claimsOf(browser)).toBeNull();
      const confirm = await browser.call("POST", "/patient/confirm", { birthDate: BIRTH_DATE });
      expect(confirm.status).toBeGreaterThanOrEqual(400);
      expect(await claimsOf(browser)).toBeNull();
    }
  });

  it("[ID23] of whoever came again, or became somebody, between looking and removing stays", async () => {
    const email = someEmail();
    await signInByCode(email);
    const { rows } = await db().execute<{ id: string }>(sql`SELECT id FROM auth_user WHERE email = ${email}`);
    const id = rows[0]?.id ?? "";
    expect(await removeStranger(db(), id, new Date(Date.now() - DAY_MS))).toBe(false);
    expect(await known(email)).toBe(true);
    expect(await removeStranger(db(), id, new Date(Date.now() + DAY_MS))).toBe(true);
    expect(await known(email)).toBe(false);
  });
});
