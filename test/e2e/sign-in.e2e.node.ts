/**
 * Signing in as people do it: Chromium with a virtual authenticator against a running system in local mode, its real issuer, and
 * an identity provider beside it; offline. Proves the flows and what axe can see. Not: other browsers' passkeys.
 */
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { AxeBuilder } from "@axe-core/playwright";
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { StaffId } from "../../core/ids.ts";
import { makeDb } from "../../db/client.ts";
import { putInvitation } from "../../db/identity/invitations.ts";
import { STAND_IN_DATABASE_URL } from "../../scripts/local/settings.ts";

const BASE = process.env.OPENSLOT_URL ?? "";
const AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const PICTURES = "test-results/sign-in";
const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1280, height: 900 };
const SESSION = "openslot.session_token";
/** /dev asks for news every two seconds; a busy test machine gets more. */
const SENT_MAX_MS = 60_000;

/** One step of a person's; a busy test machine gets more than anybody would wait. */
const STEP_MAX_MS = 60_000;

let browser: Browser;
let contexts: BrowserContext[] = [];

beforeAll(async () => {
  if (!BASE) throw new Error("OPENSLOT_URL must name a running Openslot, such as http://localhost:8787");
  mkdirSync(PICTURES, { recursive: true });
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
});
afterEach(async () => {
  await Promise.all(contexts.map((context) => context.close()));
  contexts = [];
});
afterAll(() => browser?.close());

async function open(options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: PHONE, baseURL: BASE, ...options });
  context.setDefaultTimeout(STEP_MAX_MS);
  contexts.push(context);
  return context.newPage();
}

/** A device with a fingerprint reader whose owner always agrees. */
async function withAuthenticator(page: Page): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

const heading = (page: Page, name: string | RegExp): Promise<void> =>
  page.getByRole("heading", { name, level: 1 }).waitFor();
const press = (page: Page, name: string | RegExp): Promise<void> =>
  page.getByRole("button", { name }).click();
const fresh = (): string => `p${randomBytes(6).toString("hex")}@example.org`;
const sessionOf = async (page: Page): Promise<string | undefined> =>
  (await page.context().cookies()).find(({ name }) => name === SESSION)?.value;

/** The newest code for an address, from /dev, which a person would have open beside it. */
async function codeFor(to: string): Promise<string> {
  const page = await open();
  await page.goto("/dev");
  const code = page.locator(`[data-sent="code"][data-to="${to}"] strong`).first();
  await code.waitFor({ timeout: SENT_MAX_MS });
  const text = await code.innerText();
  await page.context().close();
  return text;
}

async function askForCode(page: Page, to: string): Promise<void> {
  await page.getByLabel("Mobile number or e-mail address").fill(to);
  await press(page, "Send the code");
  await heading(page, "Enter the code");
}

async function enterCode(page: Page, code: string): Promise<void> {
  await page.getByLabel("6-digit code").fill(code);
  await press(page, "Sign in");
}

async function fillBirthDate(
  page: Page,
  [day, month, year]: readonly [string, string, string],
): Promise<void> {
  await page.getByLabel("Day").fill(day);
  await page.getByLabel("Month").fill(month);
  await page.getByLabel("Year").fill(year);
}

async function register(page: Page, name = "Nora Newcomer"): Promise<void> {
  await heading(page, "About you");
  await page.getByLabel("Full name").fill(name);
  await fillBirthDate(page, ["27", "3", "1985"]);
  const clinic = page.getByLabel("Home clinic");
  if ((await clinic.inputValue()) === "") await clinic.selectOption({ index: 5 });
  await press(page, "Continue");
}

/** A new patient, signed in. */
async function newcomer(page: Page, to = fresh()): Promise<string> {
  await page.goto("/sign-in");
  await askForCode(page, to);
  await enterCode(page, await codeFor(to));
  await register(page);
  await page.getByRole("link", { name: "Account" }).waitFor();
  return to;
}

/** To the times of the first provider of a specialty. */
async function goToTimes(page: Page, keyword: string): Promise<void> {
  await page.goto(`/?q=${keyword}&sort=name`);
  await page.locator(".card a").first().click();
  await page.getByRole("link", { name: /^Follow-up visit/ }).click();
  await page.locator("button.slot").first().waitFor();
}

async function signOut(page: Page): Promise<void> {
  await page.getByRole("banner").getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("link", { name: "Sign in", exact: true }).waitFor();
}

describe("a patient", () => {
  it("[SI5] [SI8] presses a time, signs in by code as somebody new, books, saves a passkey, and comes back with it", async () => {
    const page = await open();
    await withAuthenticator(page);
    await goToTimes(page, "dermatology");
    const slot = await page.locator("button.slot").nth(3).getAttribute("value");
    await page.locator("button.slot").nth(3).click();
    await heading(page, "Sign in");
    const to = fresh();
    await askForCode(page, to);
    expect(page.url()).not.toContain(encodeURIComponent(to));
    await enterCode(page, await codeFor(to));
    await heading(page, "About you");
    // The clinic of the pressed time is chosen already.
    expect(await page.getByLabel("Home clinic").inputValue()).toBe(slot?.split("@")[1]);
    await expect(page.getByRole("button", { name: "Save a passkey" }).count()).resolves.toBe(0);
    await register(page);
    await page.getByRole("heading", { name: /^You chose/ }).waitFor();
    await press(page, /^Book \d/);
    await heading(page, "You're booked.");

    await press(page, "Save a passkey");
    await page.getByText("Your passkey is saved.").waitFor();
    await page.screenshot({ path: `${PICTURES}/passkey-saved.png`, fullPage: true });
    await page.goto("/account");
    await page.locator("section[aria-labelledby=passkeys] .row strong").waitFor();
    await signOut(page);
    await page.goto("/me");
    await heading(page, "Sign in");
    await press(page, "Use a passkey");
    await heading(page, "My appointments");
    await page.getByText("Dermatology").or(page.locator("[data-appointment]")).first().waitFor();
  });

  it("[SI9] signs out everywhere, and the other browser is out as well", async () => {
    const [here, there] = [await open(), await open()];
    const to = await newcomer(here);
    await there.goto("/sign-in");
    await askForCode(there, to);
    await enterCode(there, await codeFor(to));
    await there.getByRole("link", { name: "Account" }).waitFor();
    const taken = await sessionOf(there);
    await there.goto("/account");
    await expect(there.locator("section[aria-labelledby=sessions] .row").count()).resolves.toBe(2);
    await expect(there.getByText("This browser").count()).resolves.toBe(1);

    await here.goto("/account");
    await press(here, "Sign out everywhere");
    await here.getByText("You are signed out everywhere.").waitFor();
    await there.goto("/account");
    await heading(there, "Sign in");
    // The cookie itself opens nothing any more, at the issuer at once.
    const answer = await here
      .context()
      .request.get("/auth/token", { headers: { cookie: `${SESSION}=${taken}` } });
    expect(answer.status()).toBe(401);
  });

  it("[SI9] ends one session from another one", async () => {
    const [here, there] = [await open(), await open()];
    const to = await newcomer(here);
    await there.goto("/sign-in");
    await askForCode(there, to);
    await enterCode(there, await codeFor(to));
    await there.getByRole("link", { name: "Account" }).waitFor();
    await here.goto("/account");
    await press(here, /^Sign out the session/);
    await here.getByText("That session is ended.").waitFor();
    await there.goto("/account"); // what changes an account asks the issuer, not the isolate's memory
    await heading(there, "Sign in");
  });

  it("[SI10] removes a passkey, which then opens nothing", async () => {
    const page = await open();
    await withAuthenticator(page);
    await newcomer(page);
    await page.goto("/account");
    await press(page, "Save a passkey");
    await page.getByText("Your passkey is saved.").waitFor();
    await press(page, /^Remove/);
    await page.getByText("The passkey is removed.").waitFor();
    await signOut(page);
    await page.goto("/sign-in");
    await press(page, "Use a passkey");
    await page.getByText("That passkey does not work here any more. Sign in with a code.").waitFor();
  });

  it("[SI5] works without JavaScript, and says what to do at every wrong turn", async () => {
    const page = await open({ javaScriptEnabled: false });
    const to = fresh();
    await page.goto("/sign-in");
    await press(page, "Send the code");
    await page.getByRole("link", { name: "Enter your mobile number or e-mail address." }).waitFor();
    await page.getByLabel("Mobile number or e-mail address").fill("nora at example");
    await press(page, "Send the code");
    await page.getByRole("link", { name: /^Check it: an e-mail address like/ }).waitFor();
    await askForCode(page, to);
    await press(page, "Send a new code");
    await page.getByText("Your code is on its way.").waitFor();
    await enterCode(page, "12 34");
    await page.getByRole("link", { name: "Enter the 6 digits of the code." }).waitFor();
    const code = await codeFor(to);
    const wrong = code === "000000" ? "000001" : "000000";
    await enterCode(page, wrong);
    await page.getByRole("link", { name: /^That is not the code that was sent last/ }).waitFor();
    await enterCode(page, `${code.slice(0, 3)} ${code.slice(3)}`); // as it is pasted from a message
    await heading(page, "About you");
    await press(page, "Continue");
    await page.getByRole("link", { name: "Enter your full name." }).waitFor();
    await fillBirthDate(page, ["31", "2", "1985"]);
    await press(page, "Continue");
    await page.getByRole("link", { name: "That date does not exist. Check day and month." }).waitFor();
    await register(page);
    await page.getByRole("link", { name: "Account" }).waitFor();
  });

  it("[SI7] three wrong codes spend it, and the page says so", async () => {
    const page = await open();
    const to = fresh();
    await page.goto("/sign-in");
    await askForCode(page, to);
    const code = await codeFor(to);
    const wrong = code === "000000" ? "000001" : "000000";
    for (let tries = 0; tries < 3; tries++) {
      await enterCode(page, wrong);
      await page.getByText("There is a problem").waitFor();
    }
    await page.getByRole("link", { name: /wrong three times/ }).waitFor();
    await enterCode(page, code);
    await page.getByText("There is a problem").waitFor();
    expect(await sessionOf(page)).toBeUndefined();
  });

  it("[SI6] whom the clinic knows confirms the birth date; a wrong one opens nothing", async () => {
    const page = await open();
    const to = fresh();
    await page.goto("/dev");
    const token = await page.getByLabel("Administrator").inputValue();
    const clinics = (await (await page.request.get("/v1/locations?limit=1")).json()) as {
      data: { id: string }[];
    };
    const made = await page.request.post("/v1/patients", {
      headers: { authorization: `Bearer ${token}`, "idempotency-key": to },
      data: {
        displayName: "Kay Known",
        birthDate: "1951-07-04",
        email: to,
        homeLocationId: clinics.data[0]?.id,
      },
    });
    expect(made.status()).toBe(201);
    await page.goto("/sign-in?return=/account");
    await askForCode(page, to);
    await enterCode(page, await codeFor(to));
    await heading(page, "Is this you?");
    await fillBirthDate(page, ["4", "7", "1952"]);
    await press(page, "Continue");
    await page.getByRole("link", { name: /^That is not the date of birth in the record/ }).waitFor();
    await page.goto("/account");
    await heading(page, "Sign in"); // proven an address, and nobody yet
    await page.goto("/sign-in/confirm");
    await fillBirthDate(page, ["4", "7", "1951"]);
    await press(page, "Continue");
    await heading(page, "Account");
    await page.getByText(to).waitFor();
  });

  it("[SI1] [SI3] nothing of the session can be read by scripts, and other sites cannot use it", async () => {
    const page = await open();
    await newcomer(page);
    const session = (await sessionOf(page)) ?? "";
    const secret = decodeURIComponent(session).split(".")[0] ?? "";
    expect(secret.length).toBeGreaterThan(20);
    const [cookie] = (await page.context().cookies()).filter(({ name }) => name === SESSION);
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Lax", path: "/" });
    expect(await page.evaluate(() => document.cookie)).toBe("");
    for (const path of [
      "/auth/token",
      "/auth/get-session",
      "/auth/list-sessions",
      "/auth/passkey/list-user-passkeys",
    ]) {
      const answer = await page.request.get(path);
      expect([path, answer.status()]).toEqual([path, 200]);
      expect(answer.headers()["cache-control"]).toBe("no-store");
      expect(await answer.text()).not.toContain(secret);
    }
    const foreign = await page.request.post("/auth/sign-out-everywhere", {
      headers: { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
      data: {},
    });
    expect(foreign.status()).toBe(403);
    expect((await page.request.get("/auth/ok")).status()).toBe(404);
    expect((await page.request.get("/auth/token")).status()).toBe(200);
  });
});

// ---- staff ----

/** What the provider says of whoever comes next. */
async function providerSays(claims: Record<string, unknown>): Promise<void> {
  const { OPENSLOT_PROVIDER } = process.env;
  if (!OPENSLOT_PROVIDER) throw new Error("OPENSLOT_PROVIDER must name the control of the identity provider");
  await fetch(OPENSLOT_PROVIDER, { method: "POST", body: JSON.stringify(claims) });
}

const database = () =>
  makeDb({
    DATABASE_URL: STAND_IN_DATABASE_URL,
    NEON_FETCH_ENDPOINT: process.env.OPENSLOT_DB ?? `http://127.0.0.1:${Number(new URL(BASE).port) + 1}/sql`,
  });

/** A member of staff of the first clinic, and the token of the link that invites them. */
async function invited(page: Page, email: string): Promise<string> {
  await page.goto("/dev");
  const admin = await page.getByLabel("Administrator").inputValue();
  const clinics = (await (await page.request.get("/v1/locations?limit=1")).json()) as {
    data: { id: string }[];
  };
  const made = await page.request.post("/v1/staff", {
    headers: { authorization: `Bearer ${admin}`, "idempotency-key": email },
    data: { displayName: "Sam Desk", email, role: "staff", clinics: [clinics.data[0]?.id] },
  });
  expect(made.status(), await made.text()).toBe(201);
  const { id } = (await made.json()) as { id: StaffId };
  const token = randomBytes(32).toString("base64url");
  const sent = await putInvitation(database(), {
    staffId: id,
    tokenHash: createHash("sha256").update(token).digest("base64url"),
    expiresAt: new Date(Date.now() + 60_000).toISOString(),
  });
  expect(sent).toBe(email);
  return token;
}

const who = (email: string, amr: readonly string[]) => ({
  sub: `sub-${email}`,
  email,
  email_verified: true,
  name: "Sam Desk",
  amr,
});

describe("staff", () => {
  it("[SI4] [SI11] accept an invitation, sign in with their clinic's account, and are nobody on patient pages", async () => {
    const page = await open({ viewport: DESKTOP });
    const email = fresh();
    const token = await invited(page, email);
    await page.goto(`/auth/invitation?token=${token}`); // as it was mailed
    await heading(page, "You are invited to Openslot");
    await press(page, "Accept the invitation");
    await page.getByText("You have accepted the invitation.").waitFor();
    await providerSays(who(email, ["pwd", "mfa"]));
    await page.getByRole("link", { name: "Sign in with your clinic's account" }).click();
    await heading(page, "You are signed in");
    expect(new URL(page.url()).pathname).toBe("/staff");
    await page.getByText("Clinic staff").waitFor();
    await page.screenshot({ path: `${PICTURES}/staff-home-desktop.png`, fullPage: true });

    await page.goto("/me");
    await page.getByText("You are signed in as clinic staff").waitFor();
    await page.goto("/staff");
    await page.getByRole("banner").getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("link", { name: "Sign in", exact: true }).waitFor();
    await page.goto("/staff");
    await heading(page, "Staff sign-in");

    await page.goto(`/staff/invitation?token=${token}`);
    await press(page, "Accept the invitation");
    await heading(page, "This invitation does not work any more.");
  });

  it("[SI11] without a second factor, or without an invitation, they read what to do", async () => {
    const page = await open();
    const email = fresh();
    const token = await invited(page, email);
    await page.goto(`/staff/invitation?token=${token}`);
    await press(page, "Accept the invitation");
    await providerSays(who(email, ["pwd"]));
    await page.getByRole("link", { name: "Sign in with your clinic's account" }).click();
    await heading(page, "Your clinic's account did not ask for a second factor.");
    expect(await sessionOf(page)).toBeUndefined();
    await page.goto("/staff");
    await heading(page, "Staff sign-in");
    await providerSays(who(fresh(), ["pwd", "mfa"]));
    await page.getByRole("link", { name: "Sign in with your clinic's account" }).click();
    await heading(page, "This account has not been invited.");
  });
});

// ---- what every page must be ----

/** Each new page once, in an order in which one session reaches it. */
async function journey(page: Page, look: (step: string) => Promise<void>): Promise<void> {
  const to = `wider.than.a.narrow.screen.${fresh()}`;
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Use a passkey" }).waitFor();
  await look("sign-in");
  await press(page, "Send the code");
  await page.getByText("There is a problem").waitFor();
  await look("sign-in-error");
  await askForCode(page, to);
  await look("code");
  const code = await codeFor(to);
  await enterCode(page, "no");
  await page.getByText("There is a problem").waitFor();
  await look("code-error");
  await enterCode(page, code);
  await heading(page, "About you");
  await look("register");
  await press(page, "Continue");
  await page.getByText("There is a problem").waitFor();
  await look("register-error");
  await register(page);
  await page.getByRole("link", { name: "Account" }).click();
  await page.getByRole("button", { name: "Save a passkey" }).waitFor();
  await look("account");
  await page.getByRole("main").getByRole("link", { name: "What we keep about you" }).click();
  await heading(page, "Your data and privacy");
  await page.goto("/account");
  await page.getByRole("link", { name: "People who act for you" }).click();
  await page.waitForURL("/me/people");
  await heading(page, "People who act for each other");
  await look("people");
  await goToTimes(page, "urology");
  await page.locator("button.slot").nth(1).click();
  await page.getByRole("button", { name: "Save a passkey" }).waitFor();
  await look("booked");
  await page.getByRole("link", { name: "Cancel this appointment" }).first().click();
  await press(page, "Cancel appointment");
  await page.goto("/dev");
  await page.getByRole("button", { name: /^Copy/ }).first().waitFor();
  await look("dev");
  for (const path of [
    "/staff/sign-in",
    "/staff/sign-in?error=mfa",
    `/staff/invitation?token=${"a".repeat(43)}`,
  ]) {
    await page.goto(path);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await look(path.replaceAll(/[^a-z]+/g, "-").slice(1, 30));
  }
}

describe("every page", () => {
  for (const colorScheme of ["light", "dark"] as const)
    it(`[V18] has nothing that axe finds, and fits a phone and a narrow one (${colorScheme})`, async () => {
      const page = await open({ colorScheme });
      await withAuthenticator(page);
      const found: string[] = [];
      await journey(page, async (step) => {
        const { violations } = await new AxeBuilder({ page }).withTags(AXE_TAGS).analyze();
        found.push(...violations.map(({ id, nodes }) => `${step}: ${id} (${nodes[0]?.html ?? ""})`));
        await page.screenshot({ path: `${PICTURES}/${step}-${colorScheme}.png`, fullPage: true });
        await page.setViewportSize({ width: 320, height: 700 });
        const { scroll, screen } = await page.evaluate(() => ({
          scroll: document.documentElement.scrollWidth,
          screen: document.documentElement.clientWidth,
        }));
        if (scroll > screen) found.push(`${step}: ${scroll} px wide at ${screen} px`);
        if (colorScheme === "light") {
          await page.setViewportSize(DESKTOP);
          await page.screenshot({ path: `${PICTURES}/${step}-desktop.png`, fullPage: true });
        }
        await page.setViewportSize(PHONE);
      });
      expect(found).toEqual([]);
    });
});
