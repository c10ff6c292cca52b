/** How many sessions somebody has, how long, what needs a fresh proof, and who ends those of others. */
import { reset } from "cloudflare:test";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { DAY_MS, MINUTE_MS } from "../../../core/time.ts";
import { forgetKeys } from "../../../workers/identity/signing-keys.ts";
import { FRESH_PROOF_MS, PATIENT_SESSION_MS, SESSIONS_MAX } from "../../../workers/identity/standing.ts";
import {
  BIRTH_DATE,
  Browser,
  claimsOf,
  db,
  env,
  issuer,
  keepDoorOpen,
  leaksIn,
  openInvitation,
  signInAtClinic,
  signInByCode,
  someEmail,
  somePatient,
  someStaff,
  watchLog,
} from "../../support/identity.ts";
import { SoftPasskey } from "../../support/soft-passkey.ts";

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

async function signedIn() {
  const email = someEmail();
  const patient = await somePatient({ email });
  const { browser } = await signInByCode(email);
  await browser.call("POST", "/patient/confirm", { birthDate: BIRTH_DATE });
  return { email, patient, browser };
}

async function savePasskey(browser: Browser) {
  const passkey = await SoftPasskey.make(env.SITE_URL);
  const { challenge } = (await browser.call("GET", "/passkey/generate-register-options")).body;
  const made = await browser.call("POST", "/passkey/verify-registration", await passkey.register(challenge));
  return { passkey, status: made.status, id: made.body.id as string };
}

async function signInByPasskey(passkey: SoftPasskey): Promise<Browser> {
  const browser = new Browser();
  const { challenge } = (await browser.call("GET", "/passkey/generate-authenticate-options")).body;
  const answer = await browser.call(
    "POST",
    "/passkey/verify-authentication",
    await passkey.signIn(challenge),
  );
  expect(answer.status).toBe(200);
  return browser;
}

describe("[SV2] a fresh proof", () => {
  const REFUSED = [403, "SESSION_NOT_FRESH"];

  it("[SV2] is needed to add or remove a passkey and to end other sessions: ten minutes, whatever the session was used for", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const { browser, patient } = await signedIn();
    const { passkey, id, status } = await savePasskey(browser);
    expect(status).toBe(200);
    const other = await signInByPasskey(passkey);
    const before = (await browser.call("GET", "/passkey/generate-register-options")).body;

    travel(FRESH_PROOF_MS - MINUTE_MS);
    expect((await browser.call("GET", "/get-session")).body.session.isFresh).toBe(true);
    travel(MINUTE_MS);
    expect((await browser.call("GET", "/get-session")).body.session.isFresh).toBe(false);
    const late = await SoftPasskey.make(env.SITE_URL);
    const { sessions } = (await browser.call("GET", "/list-sessions")).body;
    for (const [method, path, body] of [
      ["GET", "/passkey/generate-register-options"],
      ["POST", "/passkey/verify-registration", await late.register(before.challenge)],
      ["POST", "/passkey/delete-passkey", { id }],
      ["POST", "/revoke-session", { id: sessions[0].id }],
      ["POST", "/sign-out-everywhere", {}],
    ] as const) {
      const answer = await browser.call(method, path, body);
      expect([path, answer.status, answer.body.code]).toEqual([path, ...REFUSED]);
    }
    expect((await browser.call("GET", "/passkey/list-user-passkeys")).body).toHaveLength(1);
    // Everything else goes on, and so does signing out here.
    expect([(await claimsOf(browser))?.sub, (await claimsOf(other))?.sub]).toEqual([patient, patient]);
    expect((await other.call("POST", "/sign-out", {})).body).toEqual({ signedOut: true });

    const again = await signInByPasskey(passkey);
    expect((await again.call("POST", "/passkey/delete-passkey", { id })).body).toEqual({ deleted: true });
    expect((await again.call("GET", "/passkey/list-user-passkeys")).body).toEqual([]);
    expect((await again.call("POST", "/sign-out-everywhere", {})).status).toBe(200);
    expect(await claimsOf(browser)).toBeNull();
  });
});

describe("[SV3] the sessions of one person", () => {
  it("[SV3] are ten: the next sign-in ends the oldest, says so in the record, and no other", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const { browser, patient } = await signedIn();
    const { passkey } = await savePasskey(browser);
    const all = [browser];
    for (let n = 1; n < SESSIONS_MAX + 2; n++) {
      travel(1_000);
      all.push(await signInByPasskey(passkey));
    }
    const alive = await Promise.all(all.map(async (one) => (await claimsOf(one)) !== null));
    expect(alive).toEqual(all.map((_, n) => n >= 2));
    const { sessions } = (await (all.at(-1) as Browser).call("GET", "/list-sessions")).body;
    expect(sessions).toHaveLength(SESSIONS_MAX);
    const { entries } = await issuer.takeSignIns(100);
    expect(
      entries.filter(({ subject, outcome }) => subject === patient && outcome === "revoked"),
    ).toHaveLength(2);
    const foreign = (await signedIn()).browser;
    expect(await claimsOf(foreign)).not.toBeNull();
  });

  it("[ID15] [SV3] a patient's session that is used every week ends 90 days after it began", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const { browser } = await signedIn();
    const weeks = Math.floor(PATIENT_SESSION_MS / (7 * DAY_MS));
    for (let week = 0; week < weeks; week++) {
      travel(7 * DAY_MS);
      expect([week, (await browser.call("GET", "/token")).status]).toEqual([week, 200]);
    }
    travel(PATIENT_SESSION_MS - weeks * 7 * DAY_MS);
    const ended = await browser.call("GET", "/token");
    expect([ended.status, ended.body.code]).toEqual([401, "SESSION_ENDED"]);
    expect(browser.cookie).not.toContain("session_token");
  });

  it("[ID15] [SV3] a patient's session that nobody used for 30 days has ended", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const { browser } = await signedIn();
    travel(30 * DAY_MS);
    expect((await browser.call("GET", "/token")).status).toBe(401);
  });
});

describe("[SV14] an address", () => {
  it("[SV14] that the desk took out of the record opens it no more, and is whoever's who proves it next; others and passkeys go on", async () => {
    // Numbers of somePhone() begin anew in each file, and other files have people at them.
    const [email, phone] = [someEmail(), `+1773${String(Date.now()).slice(-7)}`];
    const patient = await somePatient({ email, phone });
    for (const to of [email, phone]) {
      const { browser } = await signInByCode(to);
      await browser.call("POST", "/patient/confirm", { birthDate: BIRTH_DATE });
    }
    const { browser } = await signInByCode(email);
    const { passkey } = await savePasskey(browser);
    const fresh = someEmail();
    await db().execute(sql`UPDATE patient SET email = ${fresh} WHERE id = ${patient}`);

    const stranger = await signInByCode(email);
    expect([stranger.next, await claimsOf(stranger.browser)]).toEqual(["register", null]);
    expect((await claimsOf((await signInByCode(phone)).browser))?.sub).toBe(patient);
    expect((await claimsOf(await signInByPasskey(passkey)))?.sub).toBe(patient);
    const renewed = await signInByCode(fresh);
    expect(renewed.next).toBe("confirm");
    await renewed.browser.call("POST", "/patient/confirm", { birthDate: BIRTH_DATE });
    expect((await claimsOf(renewed.browser))?.sub).toBe(patient);

    await db().execute(sql`UPDATE patient SET phone = NULL WHERE id = ${patient}`);
    expect((await signInByCode(phone)).next).toBe("register");
    expect((await claimsOf((await signInByCode(fresh)).browser))?.sub).toBe(patient);
  });

  it("[SV14] of a record that was merged opens whoever stands for it", async () => {
    const { email, patient } = await signedIn();
    const stands = await somePatient({});
    await db().execute(sql`UPDATE patient SET merged_into = ${stands} WHERE id = ${patient}`);
    expect((await claimsOf((await signInByCode(email)).browser))?.sub).toBe(stands);
  });
});

describe("[SV4] an administrator", () => {
  it("[SV4] ends every session of a patient or a member of staff, and of nobody else; they sign in anew", async () => {
    const mine = await signedIn();
    const second = (await signInByCode(mine.email)).browser;
    const foreign = await signedIn();
    await issuer.endPatientSessions(mine.patient);
    expect([await claimsOf(mine.browser), await claimsOf(second)]).toEqual([null, null]);
    expect((await claimsOf(foreign.browser))?.sub).toBe(foreign.patient);
    expect((await signInByCode(mine.email)).next).toBe("signed-in");

    const email = someEmail();
    const staff = await someStaff(email);
    await openInvitation((await issuer.invite(staff))?.link ?? "");
    const claims = { sub: `sub-${email}`, email, email_verified: true, amr: ["mfa"] };
    const { browser } = await signInAtClinic(claims);
    expect((await claimsOf(browser))?.sub).toBe(staff);
    await issuer.endStaffSessions(staff);
    expect(await claimsOf(browser)).toBeNull();
    expect((await claimsOf((await signInAtClinic(claims)).browser))?.sub).toBe(staff);
    const { entries } = await issuer.takeSignIns(100);
    const revoked = entries.filter(({ outcome }) => outcome === "revoked").map(({ subject }) => subject);
    expect(revoked.sort()).toEqual([mine.patient, staff].sort());
  });

  it("[SV4] of a patient who is also staff, ends the sessions by the clinics' provider too, and the record names both", async () => {
    const email = someEmail();
    const staff = await someStaff(email);
    await openInvitation((await issuer.invite(staff))?.link ?? "");
    const claims = { sub: `sub-${email}`, email, email_verified: true, amr: ["mfa"] };
    const { browser } = await signInAtClinic(claims);
    const patient = await somePatient({});
    await db().execute(sql`UPDATE auth_user SET patient_id = ${patient} WHERE staff_id = ${staff}`);
    expect((await claimsOf(browser))?.sub).toBe(staff);
    await issuer.endPatientSessions(patient);
    expect(await claimsOf(browser)).toBeNull();
    const { entries } = await issuer.takeSignIns(100);
    const revoked = entries.filter(({ outcome }) => outcome === "revoked");
    expect(revoked.map(({ subject, kind }) => [subject, kind]).sort()).toEqual([
      [patient, "code"],
      [staff, "oidc"],
    ]);
    expect((await claimsOf((await signInAtClinic(claims)).browser))?.sub).toBe(staff);
  });

  it("[SV4] asks for nobody's sessions in vain: who never signed in leaves nothing", async () => {
    await issuer.endPatientSessions(await somePatient({}));
    await issuer.endStaffSessions(await someStaff(someEmail()));
    expect((await issuer.takeSignIns(100)).entries).toEqual([]);
  });
});
