/** What the proof of an address is worth: for whom, for how long, and where it stops. */
import { reset } from "cloudflare:test";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { MINUTE_MS } from "../../../core/time.ts";
import { forgetKeys } from "../../../workers/identity/signing-keys.ts";
import {
  BIRTH_DATE,
  claimsOf,
  db,
  issuer,
  keepDoorOpen,
  leaksIn,
  signInByCode,
  someEmail,
  somePatient,
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
