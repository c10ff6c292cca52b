/**
 * A kiosk as a clinic has it: Chromium against a running system (`OPENSLOT_URL`, local mode). Pairs, goes live, is renamed and
 * revoked; what axe can see of each page, light and dark.
 */
import { mkdirSync } from "node:fs";
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { claimsFor, signToken } from "../../scripts/local/local-token.ts";
import { readOrMakeIssuer } from "../../scripts/local/settings.ts";
import { SAMPLE_COOKIE } from "../../workers/edge/sign-in/issuer.ts";
import { limitMs, machineNow } from "../support/bare-machine.ts";

const BASE = process.env.OPENSLOT_URL ?? "";
const AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const PICTURES = "test-results";
const SCREEN = { width: 1080, height: 1920 };
const REVOKED_MAX_MS = 5_000;
/** A screen polls every two seconds; a busy test machine gets more. */
const PAIRED_MAX_MS = 60_000;

let browser: Browser;
const contexts: BrowserContext[] = [];
let clinics: readonly { readonly id: string; readonly name: string }[] = [];

beforeAll(async () => {
  if (!BASE) throw new Error("OPENSLOT_URL must name a running Openslot, such as http://localhost:8787");
  mkdirSync(PICTURES, { recursive: true });
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
  const answer = await fetch(`${BASE}/v1/locations?limit=2`);
  clinics = ((await answer.json()) as { data: typeof clinics }).data;
});

afterAll(async () => {
  for (const context of contexts) await context.close();
  await browser?.close();
});

async function open(colorScheme: "light" | "dark" = "light"): Promise<Page> {
  const context = await browser.newContext({ viewport: SCREEN, baseURL: BASE, colorScheme });
  contexts.push(context);
  return context.newPage();
}

/** Somebody of this clinic's desk, with a token of the laptop's issuer: how they sign in is shown in sign-in.e2e.node.ts. */
async function desk(clinic: string): Promise<Page> {
  const page = await open();
  const issuer = await readOrMakeIssuer(process.env.OPENSLOT_DIR);
  const token = await signToken(issuer, claimsFor({ role: "staff", clinics: [clinic] }));
  await page.context().addCookies([{ name: SAMPLE_COOKIE, value: token, url: BASE }]);
  return page;
}

async function isAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(AXE_TAGS).analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
}

async function shownCode(page: Page): Promise<string> {
  await page.goto("/kiosk");
  await page.locator('html[data-state="code"]').waitFor({ timeout: PAIRED_MAX_MS });
  return (await page.locator("#code").textContent()) ?? "";
}

async function pairAt(staff: Page, clinic: string, code: string, name: string): Promise<void> {
  await staff.goto(`/staff/devices?clinic=${clinic}`);
  await staff.getByLabel("Code on the screen").fill(code.toLowerCase());
  await staff.getByLabel("Where it stands").fill(name);
  await staff.getByRole("button", { name: /^Pair with/ }).click();
}

const isLive = (page: Page): Promise<void> =>
  page.locator('html[data-state="connected"]').waitFor({ timeout: PAIRED_MAX_MS });

describe("a kiosk", () => {
  it("[DV1] [DV7] [DV17] is paired by its code, goes live, survives a reload, and goes dark within seconds of being revoked", async () => {
    const [clinic] = clinics;
    if (!clinic) throw new Error("there is no clinic");
    const screen = await open();
    const code = await shownCode(screen);
    expect(code).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    expect(await screen.locator("#left").textContent()).toMatch(/^(10:00|9:[0-5]\d)$/);
    await isAccessible(screen);
    await screen.screenshot({ path: `${PICTURES}/kiosk-code.png` });

    const staff = await desk(clinic.id);
    await staff.goto("/staff");
    await staff.getByRole("banner").getByRole("link", { name: "Kiosks" }).click();
    await staff.getByRole("heading", { name: `Kiosks of ${clinic.name}` }).waitFor();
    await pairAt(staff, clinic.id, "AAAA-AAAA", "Main entrance");
    await staff.getByRole("alert").filter({ hasText: "No screen shows this code now." }).waitFor();
    expect(await staff.getByLabel("Where it stands").inputValue()).toBe("Main entrance");
    await isAccessible(staff);
    await pairAt(staff, clinic.id, code, "Main entrance");
    await staff.getByText("The screen is paired.").waitFor();
    await isAccessible(staff);

    await screen.waitForURL(`${BASE}/kiosk/${clinic.id}`, { timeout: PAIRED_MAX_MS });
    await isLive(screen);
    await screen.getByRole("heading", { name: clinic.name }).waitFor();
    expect(await screen.locator("#device-name").textContent()).toBe("Main entrance");
    await isAccessible(screen);
    await screen.reload();
    await isLive(screen);
    await screen.goto("/kiosk"); // a paired screen goes where it belongs
    await screen.waitForURL(`${BASE}/kiosk/${clinic.id}`);
    await isLive(screen);

    await staff.goto(`/staff/devices?clinic=${clinic.id}`);
    await staff.getByRole("link", { name: "Rename Main entrance" }).click();
    await isAccessible(staff);
    await staff.getByLabel("Where it stands").fill("Side entrance");
    await staff.getByRole("button", { name: "Rename" }).click();
    await staff.getByRole("link", { name: "Revoke Side entrance" }).click();
    await isAccessible(staff);
    const gone = screen.locator(
      'html[data-state="lost"], html[data-state="asking"], html[data-state="code"]',
    );
    const pressedAt = performance.now();
    const elapsedMs = (): number => performance.now() - pressedAt;
    const [darkAfterMs, answeredAfterMs] = await Promise.all([
      gone.waitFor({ timeout: limitMs(REVOKED_MAX_MS) }).then(elapsedMs),
      staff.waitForResponse((response) => response.request().method() === "POST").then(elapsedMs),
      staff.getByRole("button", { name: "Revoke" }).click(),
    ]);
    console.log(
      `answered ${Math.round(answeredAfterMs)} ms, dark ${Math.round(darkAfterMs)} ms after the press (${machineNow()})`,
    );
    expect(darkAfterMs).toBeLessThan(limitMs(REVOKED_MAX_MS));
    await staff.getByText("The kiosk is revoked.").waitFor();
    await screen.locator('html[data-state="code"]').waitFor({ timeout: PAIRED_MAX_MS });
    expect(new URL(screen.url()).pathname).toBe("/kiosk");
  });

  it("[DV17] both pages are readable in the dark, and on a phone's width the code breaks and nothing is cut", async () => {
    const [clinic] = clinics;
    if (!clinic) throw new Error("there is no clinic");
    const screen = await open("dark");
    await shownCode(screen);
    await isAccessible(screen);
    await screen.setViewportSize({ width: 320, height: 640 });
    const overflow = await screen.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    await screen.screenshot({ path: `${PICTURES}/kiosk-code-narrow-dark.png` });
    const staff = await desk(clinic.id);
    await staff.emulateMedia({ colorScheme: "dark" });
    await staff.goto("/staff/devices");
    await isAccessible(staff);
    await staff.setViewportSize({ width: 320, height: 640 });
    const cut = await staff.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(cut).toBeLessThanOrEqual(0);
    // Each can be pressed: nothing lies over it.
    const header = staff.getByRole("banner");
    for (const link of await header.getByRole("link").all()) await link.click({ trial: true });
    await header.getByRole("button", { name: "Sign out" }).click({ trial: true });
    await staff.screenshot({ path: `${PICTURES}/kiosk-desk-narrow-dark.png`, fullPage: true });
  });

  it("[DV16] [DV17] nobody signed in, and staff of another clinic, see nothing of it", async () => {
    const [clinic, other] = clinics;
    if (!clinic || !other) throw new Error("there are no two clinics");
    const stranger = await open();
    await stranger.goto("/staff/devices");
    expect(new URL(stranger.url()).pathname).toContain("/sign-in");
    const staff = await desk(other.id);
    const answer = await staff.goto(`/staff/devices?clinic=${clinic.id}`);
    expect(answer?.status()).toBe(404);
  });
});
