/**
 * The page about a person's data, as they use it: Chromium against a running system (`OPENSLOT_URL`, local mode). Proves the flow without
 * JavaScript, and what axe can see, light and dark, on a phone and on a desk.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const BASE = process.env.OPENSLOT_URL ?? "";
const AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const PICTURES = "test-results";
/** Of the sample patients, the last one: other files begin with the first. */
const LAST = -1;

let browser: Browser;

beforeAll(async () => {
  if (!BASE) throw new Error("OPENSLOT_URL must name a running Openslot, such as http://localhost:8787");
  mkdirSync(PICTURES, { recursive: true });
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
});

afterAll(() => browser?.close());

async function signIn(page: Page): Promise<void> {
  await page.goto("/sign-in");
  await page.locator("button.choice").nth(LAST).click();
  await page.getByRole("link", { name: "My appointments" }).waitFor();
}

async function looksRight(page: Page, name: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(AXE_TAGS).analyze();
  expect(violations.map(({ id, nodes }) => `${id} ${nodes.map(({ html }) => html).join(" ")}`)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  await page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true });
}

const LOOKS = [
  { name: "phone-light", colorScheme: "light", viewport: { width: 390, height: 844 } },
  { name: "phone-dark", colorScheme: "dark", viewport: { width: 390, height: 844 } },
  { name: "desktop-light", colorScheme: "light", viewport: { width: 1280, height: 800 } },
  { name: "narrow-dark", colorScheme: "dark", viewport: { width: 320, height: 640 } },
] as const;

describe.each(LOOKS)("your data, $name", ({ name, ...look }) => {
  it("[PD13] [V18] axe finds nothing on its pages, and none is wider than its screen", async () => {
    const context = await browser.newContext({ ...look, baseURL: BASE });
    const page = await context.newPage();
    await page.goto("/privacy");
    await looksRight(page, `${name}-privacy-stranger`);
    await signIn(page);
    await page.getByRole("link", { name: "Your data and privacy" }).click();
    await page.getByRole("heading", { name: "What we keep about you" }).waitFor();
    await looksRight(page, `${name}-privacy`);
    await page.getByRole("link", { name: "See who looked at your record" }).click();
    await page.getByRole("heading", { name: "Who looked at your record" }).waitFor();
    await looksRight(page, `${name}-privacy-looks`);
    await page.goto("/privacy");
    await page.getByRole("link", { name: "Delete my record" }).click();
    await page.getByRole("heading", { name: "Delete your record?" }).waitFor();
    await looksRight(page, `${name}-privacy-delete`);
    await page.getByRole("link", { name: "Keep it" }).click();
    await page.getByRole("heading", { name: "Your data and privacy" }).waitFor();
    await context.close();
  });
});

describe("your data", () => {
  it("[PD12] [PD13] is downloaded as one file, without JavaScript", async () => {
    const context = await browser.newContext({ baseURL: BASE, javaScriptEnabled: false });
    const page = await context.newPage();
    await signIn(page);
    await page.goto("/privacy");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "Download my data" }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^openslot-export-.*\.json$/);
    const { format, patient } = JSON.parse(readFileSync(await download.path(), "utf8"));
    expect([format, typeof patient.displayName]).toEqual(["openslot-patient-export/1", "string"]);
    await context.close();
  });
});
