/** How the people of the clinics come in, what they may act as, and how they stop. */
import { createExecutionContext, reset } from "cloudflare:test";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { makeId, type ProviderId, type StaffId } from "../../../core/ids.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../core/time.ts";
import { insertFirstAdmin } from "../../../db/identity/invitations.ts";
import Identity from "../../../workers/identity/index.ts";
import { newInvitation } from "../../../workers/identity/invitation-link.ts";
import { sessionStore } from "../../../workers/identity/session-store.ts";
import { forgetKeys } from "../../../workers/identity/signing-keys.ts";
import {
  BIRTH_DATE,
  Browser,
  claimsOf,
  control,
  db,
  env,
  issuer,
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
  await control("/postgres/open");
  await reset();
});

afterAll(() => {
  expect(leaksIn(log)).toEqual([]);
});

let subjects = 0;
/** What the provider says of somebody who used their second factor. */
const vouched = (email: string, more: Record<string, unknown> = {}) => ({
  sub: `sub-${Date.now()}-${subjects++}`,
  email,
  email_verified: true,
  name: "Sam Canary",
  amr: ["pwd", "mfa"],
  ...more,
});

async function invited(email: string, role: "staff" | "admin" = "staff") {
  const staff = await someStaff(email, role);
  const invitation = await issuer.invite(staff);
  expect(await openInvitation(invitation?.link ?? "")).toBe("/staff/sign-in?invited=1");
  return staff;
}

describe("staff at the clinics' provider", () => {
  it("[ID14] who opened an invitation and used a second factor acts as what the directory says, now and the next time", async () => {
    const email = someEmail();
    const staff = await invited(email);
    const claims = vouched(email);
    const { browser, status, location } = await signInAtClinic(claims);
    expect([status, location]).toEqual([302, "/staff"]);
    expect(await claimsOf(browser)).toMatchObject({
      sub: staff,
      role: "staff",
      clinics: [await someClinic()],
      amr: "mfa",
    });
    // The account is bound to the provider's subject: another address there is the same person.
    const again = await signInAtClinic({ ...claims, email: someEmail() });
    expect((await claimsOf(again.browser))?.sub).toBe(staff);
    const admin = await invited(someEmail(), "admin");
    const { rows } = await db().execute<{ email: string }>(sql`SELECT email FROM staff WHERE id = ${admin}`);
    const asAdmin = await claimsOf((await signInAtClinic(vouched(rows[0]?.email ?? ""))).browser);
    expect(asAdmin).toMatchObject({ sub: admin, role: "admin" });
    expect(asAdmin).not.toHaveProperty("clinics");
  });

  it("[ID14] no second factor, no sign-in", async () => {
    const email = someEmail();
    await invited(email);
    for (const amr of [["pwd"], [], "mfa", undefined]) {
      const { browser, location } = await signInAtClinic(vouched(email, { amr }));
      expect(location).toBe("/staff/sign-in?error=mfa");
      expect(browser.cookie).not.toContain("session_token");
    }
  });

  it("[ID14] who is not there, was not invited, or was planted is refused, and nothing is kept of them", async () => {
    const [nobody, uninvited, planted, patient] = [someEmail(), someEmail(), someEmail(), someEmail()];
    await someStaff(uninvited);
    const staff = await someStaff(planted);
    await db().execute(sql`INSERT INTO auth_user (id, name, email, email_verified, staff_id)
      VALUES (${crypto.randomUUID()}, 'x', ${planted}, false, ${staff})`);
    await somePatient({ email: patient });
    await signInByCode(patient);
    await someStaff(patient);
    for (const email of [nobody, uninvited, planted, patient]) {
      const { browser, location } = await signInAtClinic(vouched(email));
      expect(location).toBe("/staff/sign-in?error=not-invited");
      expect(browser.cookie).not.toContain("session_token");
    }
    const { rows } =
      await db().execute(sql`SELECT u.email FROM auth_account a JOIN auth_user u ON u.id = a.user_id
      WHERE u.email IN (${nobody}, ${uninvited}, ${planted}, ${patient})`);
    expect(rows).toEqual([]);
  });

  it("[ID14] an answer that was not asked for now is refused: another nonce, another state", async () => {
    const email = someEmail();
    await invited(email);
    const { location } = await signInAtClinic(vouched(email, { nonce: "of another sign-in" }));
    expect(location).toBe("/staff/sign-in?error=provider");
    const answer = await new Browser().call("GET", "/callback/clinic?code=x&state=made-up");
    expect([answer.status, answer.headers.get("location")]).toEqual([302, "/staff/sign-in?error=provider"]);
  });

  it("[ID14] by a code the same person is the patient who they are besides, and nothing more", async () => {
    const email = someEmail();
    const staff = await invited(email);
    const patient = await somePatient({ email });
    const { browser, next } = await signInByCode(email);
    expect(next).toBe("confirm");
    await browser.call("POST", "/patient/confirm", { birthDate: BIRTH_DATE });
    expect(await claimsOf(browser)).toMatchObject({ sub: patient, role: "patient" });
    const atWork = await signInAtClinic(vouched(email));
    expect(await claimsOf(atWork.browser)).toMatchObject({ sub: staff, role: "staff" });
    expect((await claimsOf(browser))?.role).toBe("patient");
  });

  it("[ID14] nothing of the provider's tokens is kept", async () => {
    const email = someEmail();
    await invited(email);
    const claims = vouched(email);
    await signInAtClinic(claims);
    await signInAtClinic(claims);
    const { rows } = await db().execute<Record<string, unknown>>(
      sql`SELECT access_token, refresh_token, id_token FROM auth_account WHERE account_id = ${claims.sub}`,
    );
    expect(rows).toEqual([{ access_token: null, refresh_token: null, id_token: null }]);
  });

  it("[ID14] a provider that hangs keeps nobody else waiting", async () => {
    const hanging = new Identity(createExecutionContext(), {
      ...env,
      OIDC_DISCOVERY_URL: `${env.TEST_CONTROL}/never/.well-known/openid-configuration`,
    });
    const call = (method: string, path: string, body?: object) =>
      hanging.fetch(
        new Request(`${env.SITE_URL}/auth${path}`, {
          method,
          headers: { "content-type": "application/json", origin: env.SITE_URL },
          body: body ? JSON.stringify(body) : null,
        }),
      );
    void call("POST", "/sign-in/social", { provider: "clinic" }).catch(() => undefined);
    const startedAt = performance.now();
    expect((await call("GET", "/jwks")).status).toBe(200);
    expect((await call("POST", "/code/send", { to: someEmail() })).status).toBe(200);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});

describe("a provider who signs in", () => {
  async function asProvider() {
    const provider = makeId("prv", crypto.getRandomValues(new Uint8Array(12))) as ProviderId;
    await db().execute(sql`INSERT INTO provider
        (id, display_name, search_text, title, specialties, languages, accepting_new_patients, config_version)
      VALUES (${provider}, 'Doc', 'doc', 'MD', '{}', '{en}', true, 1)`);
    const email = someEmail();
    const staff = await someStaff(email, "provider", provider);
    await openInvitation((await issuer.invite(staff))?.link ?? "");
    const claims = vouched(email);
    return { provider, staff, claims, browser: (await signInAtClinic(claims)).browser };
  }

  it("[ID22] by the clinics' account acts as that provider, with no clinic and nobody else's calendar", async () => {
    const { provider, staff, browser } = await asProvider();
    const claims = await claimsOf(browser);
    expect(claims).toMatchObject({ sub: staff, role: "provider", provider, amr: "mfa" });
    expect(claims).not.toHaveProperty("clinics");
    const { body } = await browser.call("GET", "/list-sessions");
    expect(body.sessions).toMatchObject([{ role: "provider", method: "mfa" }]);
  });

  it("[ID22] has no access with the next token when the person or the provider is deactivated", async () => {
    for (const end of ["staff", "provider"] as const) {
      const { provider, staff, claims, browser } = await asProvider();
      const id = end === "staff" ? staff : provider;
      await db().execute(sql`UPDATE ${sql.identifier(end)} SET deactivated_at = now() WHERE id = ${id}`);
      await (end === "staff" ? issuer.staffChanged(staff) : issuer.providerChanged(provider));
      expect(await claimsOf(browser)).toBeNull();
      expect((await signInAtClinic(claims)).location).toBe("/staff/sign-in?error=no-access");
      await db().execute(sql`UPDATE ${sql.identifier(end)} SET deactivated_at = NULL WHERE id = ${id}`);
      expect((await claimsOf((await signInAtClinic(claims)).browser))?.provider).toBe(provider);
    }
  });

  it("[ID22] becomes another one, or staff of a clinic, with the next token", async () => {
    const { staff, browser } = await asProvider();
    const { provider: other, staff: once } = await asProvider();
    await db().execute(sql`UPDATE staff SET deactivated_at = now() WHERE id = ${once}`);
    await db().execute(sql`UPDATE staff SET provider_id = ${other} WHERE id = ${staff}`);
    await issuer.staffChanged(staff);
    expect((await claimsOf(browser))?.provider).toBe(other);
    await db().batch([
      db().execute(sql`UPDATE staff SET role = 'staff', provider_id = NULL WHERE id = ${staff}`),
      db().execute(
        sql`INSERT INTO staff_clinic (staff_id, location_id) VALUES (${staff}, ${await someClinic()})`,
      ),
    ]);
    await issuer.staffChanged(staff);
    const claims = await claimsOf(browser);
    expect(claims).toMatchObject({ role: "staff", clinics: [await someClinic()] });
    expect(claims).not.toHaveProperty("provider");
  });
});

describe("a change in the directory", () => {
  it("[ID15] reaches every session with the next token: other clinics, another role, no access at all", async () => {
    const email = someEmail();
    const staff = await invited(email);
    const claims = vouched(email);
    const browsers = [(await signInAtClinic(claims)).browser, (await signInAtClinic(claims)).browser];
    const roles = async () =>
      Promise.all(browsers.map(async (browser) => (await claimsOf(browser))?.role ?? null));
    expect(await roles()).toEqual(["staff", "staff"]);
    await db().execute(sql`UPDATE staff SET role = 'admin' WHERE id = ${staff}`);
    expect(await roles()).toEqual(["staff", "staff"]);
    await issuer.staffChanged(staff);
    expect(await roles()).toEqual(["admin", "admin"]);
    await db().execute(sql`UPDATE staff SET deactivated_at = now() WHERE id = ${staff}`);
    await issuer.staffChanged(staff);
    expect(await roles()).toEqual([null, null]);
    const revoked = (await issuer.takeSignIns(100)).entries.filter(({ outcome }) => outcome === "revoked");
    expect(revoked).toMatchObject([{ subject: staff, kind: "oidc" }]);
    const { location } = await signInAtClinic(claims);
    expect(location).toBe("/staff/sign-in?error=no-access");
  });

  it("[ID15] an end of access reaches sessions that the list of sessions lost", async () => {
    const email = someEmail();
    const staff = await invited(email);
    const { browser } = await signInAtClinic(vouched(email));
    const { rows } = await db().execute<{ id: string }>(
      sql`SELECT id FROM auth_user WHERE staff_id = ${staff}`,
    );
    await sessionStore(env).delete(`active-sessions-${rows[0]?.id}`);
    await db().execute(sql`UPDATE staff SET deactivated_at = now() WHERE id = ${staff}`);
    await issuer.staffChanged(staff);
    expect(await claimsOf(browser)).toBeNull();
  });

  it("[ID15] arrives within minutes when nobody told of it", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const email = someEmail();
    const staff = await invited(email);
    const { browser } = await signInAtClinic(vouched(email));
    await db().execute(sql`UPDATE staff SET deactivated_at = now() WHERE id = ${staff}`);
    vi.setSystemTime(Date.now() + 11 * MINUTE_MS);
    await claimsOf(browser); // asks behind its answer
    await vi.waitFor(async () => expect(await claimsOf(browser)).toBeNull(), { timeout: 5_000 });
  });

  it("[ID15] staff show their second factor again after a shift, also while Postgres is away", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const email = someEmail();
    await invited(email);
    const { browser } = await signInAtClinic(vouched(email));
    await control("/postgres/close");
    for (let hour = 1; hour < 12; hour++) {
      vi.setSystemTime(Date.now() + HOUR_MS);
      expect((await claimsOf(browser))?.role).toBe("staff");
    }
    vi.setSystemTime(Date.now() + HOUR_MS);
    expect((await browser.call("GET", "/token")).status).toBe(401);
    expect(browser.cookie).not.toContain("session_token");
  });

  it("[ID15] a patient who was merged is who stands for them, and one who was closed is nobody", async () => {
    const email = someEmail();
    const [patient, stands] = [await somePatient({ email }), await somePatient({})];
    const { browser } = await signInByCode(email);
    await browser.call("POST", "/patient/confirm", { birthDate: BIRTH_DATE });
    await db().execute(sql`UPDATE patient SET merged_into = ${stands} WHERE id = ${patient}`);
    await issuer.patientChanged(stands);
    expect((await claimsOf(browser))?.sub).toBe(stands);
    await db().execute(sql`UPDATE patient SET deactivated_at = now() WHERE id = ${stands}`);
    await issuer.patientChanged(stands);
    expect(await claimsOf(browser)).toBeNull();
  });

  it("[ID19] a patient who is forgotten has no session, no passkey and no address left; staff stay staff", async () => {
    const [email, work] = [someEmail(), someEmail()];
    const staff = await invited(work);
    for (const to of [email, work]) {
      const patient = await somePatient({ email: to });
      const { browser } = await signInByCode(to);
      await browser.call("POST", "/patient/confirm", { birthDate: BIRTH_DATE });
      await issuer.forgetPatient(patient);
      expect(await claimsOf(browser)).toBeNull();
    }
    const { rows } = await db().execute(
      sql`SELECT email, patient_id, staff_id FROM auth_user WHERE email IN (${email}, ${work})`,
    );
    expect(rows).toEqual([{ email: work, patient_id: null, staff_id: staff }]);
  });
});

describe("an address that led to nobody", () => {
  it("[ID23] is forgotten after 30 days, with its session; patients, staff and newer ones stay", async () => {
    const [stranger, newer, patientAt, work] = [someEmail(), someEmail(), someEmail(), someEmail()];
    await invited(work);
    await somePatient({ email: patientAt });
    const { browser } = await signInByCode(stranger);
    await signInByCode(newer);
    const known = await signInByCode(patientAt);
    await known.browser.call("POST", "/patient/confirm", { birthDate: BIRTH_DATE });
    const all = sql`email IN (${stranger}, ${newer}, ${patientAt}, ${work})`;
    await db().execute(
      sql`UPDATE auth_user SET updated_at = now() - interval '31 days' WHERE ${all} AND email <> ${newer}`,
    );
    expect(await issuer.forgetStrangers()).toBeGreaterThanOrEqual(1);
    const { rows } = await db().execute<{ email: string }>(sql`SELECT email FROM auth_user WHERE ${all}`);
    expect(rows.map(({ email }) => email).toSorted()).toEqual([newer, patientAt, work].toSorted());
    expect((await browser.call("GET", "/token")).status).toBe(401);
    expect(await claimsOf(known.browser)).not.toBeNull();
  });
});

describe("an invitation", () => {
  it("[ID17] is opened once, within a week, by its button and not by looking at it; a newer one takes its place", async () => {
    const email = someEmail();
    const staff = await someStaff(email);
    const first = await issuer.invite(staff);
    const second = await issuer.invite(staff);
    expect(second?.link).toMatch(/^http:\/\/localhost:8787\/auth\/invitation\?token=[\w-]{43}$/);
    expect(await openInvitation(first?.link ?? "")).toBe("/staff/sign-in?error=invitation");
    const query = new URL(second?.link ?? "").search;
    for (let looks = 0; looks < 3; looks++) {
      const page = await new Browser().call("GET", `/invitation${query}`);
      expect([
        page.status,
        page.headers.get("content-security-policy")?.includes("default-src 'none'"),
      ]).toEqual([200, true]);
    }
    const opened = await Promise.all([1, 2, 3].map(() => openInvitation(second?.link ?? "")));
    expect(opened.sort()).toEqual([
      "/staff/sign-in?error=invitation",
      "/staff/sign-in?error=invitation",
      "/staff/sign-in?invited=1",
    ]);
    expect(((await issuer.sentCodes()) ?? []).filter(({ to }) => to === email)).toHaveLength(2);

    const late = await issuer.invite(await someStaff(someEmail()));
    await db().execute(sql`UPDATE staff_invitation SET expires_at = now() - interval '1 second'`);
    expect(await openInvitation(late?.link ?? "")).toBe("/staff/sign-in?error=invitation");
    expect(Date.parse(late?.expiresAt ?? "") - Date.now()).toBeGreaterThan(7 * DAY_MS - MINUTE_MS);
  });

  it("[ID17] is for active staff only, is not stored itself, and its page takes nothing but a token", async () => {
    expect(await issuer.invite("stf_zzzzzzzzzzzz" as StaffId)).toBeNull();
    const gone = await someStaff(someEmail());
    const link = (await issuer.invite(gone))?.link ?? "";
    await db().execute(sql`UPDATE staff SET deactivated_at = now() WHERE id = ${gone}`);
    expect(await issuer.invite(gone)).toBeNull();
    expect(await openInvitation(link)).toBe("/staff/sign-in?error=invitation");
    const { rows } = await db().execute(sql`SELECT * FROM staff_invitation WHERE staff_id = ${gone}`);
    expect(JSON.stringify(rows)).not.toContain(new URL(link).searchParams.get("token"));
    for (const bad of ["", "?token=x", "?token=%3Cscript%3E", `${new URL(link).search}&more=1`])
      expect((await new Browser().call("GET", `/invitation${bad}`)).status).toBe(404);
  });

  it("[ID18] the first administrator is made once, also by two commands at once", async () => {
    await db().execute(sql`UPDATE staff SET deactivated_at = now() WHERE role = 'admin'`);
    const make = (email: string) => {
      const { link: _link, ...stored } = newInvitation(env.SITE_URL, Date.now());
      const staffId = makeId("stf", crypto.getRandomValues(new Uint8Array(12))) as StaffId;
      return insertFirstAdmin(db(), { staffId, displayName: "First", email }, stored);
    };
    const outcomes = await Promise.allSettled([make(someEmail()), make(someEmail())]);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    await expect(make(someEmail())).rejects.toMatchObject({ code: "OS412" });
  });
});
