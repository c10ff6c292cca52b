/**
 * /docs in Chromium against a running system (`OPENSLOT_URL`): developers read the API there and try it; under the page's policy,
 * without a violation, without a request to anybody else, and as axe would have it. Not: what swagger-ui does beyond that.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OPENAPI_FILE } from "../../scripts/openapi/document.ts";
import { OPERATIONS } from "../../workers/edge/api/operations.ts";

const BASE = process.env.OPENSLOT_URL ?? "";
const AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const PICTURES = "test-results/docs";
const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1280, height: 900 };
/** The dev server bundles 1.7 MB when it is first asked. */
const WAIT_MS = 60_000;

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

type Looks = { readonly viewport: typeof PHONE; readonly colorScheme: "light" | "dark" };

/** The page, and whatever went wrong on it: violations of its policy, errors, requests that left the site. */
async function open(
  looks: Looks,
  path = "/docs",
): Promise<{ readonly page: Page; readonly wrong: string[] }> {
  const wrong: string[] = [];
  const context = await browser.newContext({ baseURL: BASE, ...looks });
  context.setDefaultTimeout(WAIT_MS);
  const page = await context.newPage();
  await page.exposeFunction("reportViolation", (text: string) => wrong.push(text));
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sample }) => {
      const report = (globalThis as unknown as { reportViolation(text: string): void }).reportViolation;
      report(`${effectiveDirective} ${blockedURI} ${sample}`);
    });
  });
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  page.on("pageerror", (error) => wrong.push(`page error: ${error.message}`));
  page.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol !== "data:" && origin !== BASE) wrong.push(`left the site: ${request.url()}`);
  });
  await page.goto(path);
  await page.locator(".opblock").first().waitFor();
  return { page, wrong };
}

const operation = (page: Page, method: string, path: string): Locator =>
  page.locator(`.opblock-${method}`, { has: page.locator(`[data-path="${path}"]`) });

/** Opens an operation and makes it ready to be called. */
async function ready(where: Locator): Promise<void> {
  await where.locator(".opblock-summary-control").click();
  await where.getByRole("button", { name: "Try it out" }).click();
}

describe("/docs", () => {
  it("[OA8] lists every operation of openapi.json", async () => {
    const { page, wrong } = await open({ viewport: DESKTOP, colorScheme: "light" });
    const { paths } = JSON.parse(readFileSync(OPENAPI_FILE, "utf8")) as { paths: Record<string, object> };
    const wanted = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const told = await page
      .locator(".opblock-summary")
      .evaluateAll((all) =>
        all.map(
          (one) =>
            `${one.querySelector(".opblock-summary-method")?.textContent} ${one.querySelector("[data-path]")?.getAttribute("data-path")}`,
        ),
      );
    expect([...new Set(told)].toSorted()).toEqual(wanted.toSorted()); // what has two tags is shown under both
    expect(wanted).toHaveLength(Object.keys(OPERATIONS).length);
    await page.getByPlaceholder("Filter by tag or path").fill("holds");
    await expect.poll(() => page.locator(".opblock").count(), { timeout: WAIT_MS }).toBeLessThan(told.length);
    expect(wrong).toEqual([]);
    await page.context().close();
  });

  it("[OA8] tries a call, with the keyboard alone", async () => {
    const { page, wrong } = await open({ viewport: DESKTOP, colorScheme: "light" });
    const health = operation(page, "get", "/v1/health");
    const summary = health.locator(".opblock-summary-control");
    await summary.focus();
    await page.keyboard.press("Enter");
    const press = async (name: string): Promise<void> => {
      const button = health.getByRole("button", { name, exact: true });
      for (let n = 0; !(await button.evaluate((one) => one === document.activeElement)); n++) {
        expect(n, `${name} is reached by Tab`).toBeLessThan(20);
        await page.keyboard.press("Tab");
      }
      await page.keyboard.press("Enter");
    };
    await health.getByRole("button", { name: "Try it out" }).waitFor();
    await press("Try it out");
    await press("Execute");
    const answer = health.locator(".live-responses-table");
    await answer.waitFor();
    expect(await answer.locator(".response .response-col_status").first().innerText()).toContain("200");
    expect(await answer.innerText()).toContain('"status"');
    expect(wrong).toEqual([]);
    await page.context().close();
  });

  it("[OA8] reads no other description than ours, whatever its address says", async () => {
    const { page, wrong } = await open(
      { viewport: DESKTOP, colorScheme: "light" },
      "/docs?url=https://evil.example/openapi.json&configUrl=https://evil.example/config.json",
    );
    await operation(page, "get", "/v1/health").waitFor();
    expect(wrong).toEqual([]);
    await page.context().close();
  });

  // Each colour and each size once: axe takes long over 114 operations.
  for (const [name, viewport, colorScheme] of [
    ["phone", PHONE, "dark"],
    ["desktop", DESKTOP, "light"],
  ] as const)
    it(`[OA8] [V18] has nothing that axe finds, and fits (${name}, ${colorScheme})`, async () => {
      const { page, wrong } = await open({ viewport, colorScheme });
      await page.screenshot({ path: `${PICTURES}/top-${name}-${colorScheme}.png` });
      const health = operation(page, "get", "/v1/health");
      await ready(health);
      await health.getByRole("button", { name: "Execute" }).click();
      await health.locator(".live-responses-table").waitFor();
      for (const method of ["post", "put", "patch", "delete"]) {
        const one = page.locator(`.opblock-${method}`).first();
        if ((await one.count()) > 0) await ready(one);
      }
      const { violations } = await new AxeBuilder({ page }).withTags(AXE_TAGS).analyze();
      expect(
        violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).slice(0, 3)}`),
      ).toEqual([]);
      const { scroll, screen } = await page.evaluate(() => ({
        scroll: document.documentElement.scrollWidth,
        screen: document.documentElement.clientWidth,
      }));
      expect(scroll).toBeLessThanOrEqual(screen);
      await health.scrollIntoViewIfNeeded();
      await page.screenshot({ path: `${PICTURES}/tried-${name}-${colorScheme}.png` });
      expect(wrong).toEqual([]);
      await page.context().close();
    });
});
