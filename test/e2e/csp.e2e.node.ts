/**
 * The Content-Security-Policy and Trusted Types in Chromium, against a running system (`OPENSLOT_URL`): our pages work under them
 * without a single violation, and what they forbid is really stopped. That every answer has them: test/workers/edge/hardening.test.ts.
 */
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";

const BASE = process.env.OPENSLOT_URL ?? "";
/** Each of these takes a moment; a busy test machine gets more. */
const WAIT_MS = 60_000;
/** Pages that anybody may open; what they may not see leads to signing in. */
const PUBLIC = [
  "/",
  "/?sort=name&q=dermatology",
  "/sign-in",
  "/me",
  "/staff",
  "/staff/sign-in",
  "/dev",
  "/privacy",
  "/nothing-here",
];
/** Of the ten sample patients; the pages are looked at, nothing is booked. */
const SIGNED_IN_AS = 5;
const SIGNED_IN = ["/me", "/account", "/privacy"];

let browser: Browser;

beforeAll(async () => {
  if (!BASE) throw new Error("OPENSLOT_URL must name a running Openslot, such as http://localhost:8787");
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
});
afterAll(() => browser?.close());

/** A page that reports each violation to us, with what it says in the console about it. */
async function watched(): Promise<{ readonly page: Page; readonly violations: string[] }> {
  const violations: string[] = [];
  const page = await (await browser.newContext({ baseURL: BASE })).newPage();
  await page.exposeFunction("reportViolation", (text: string) => violations.push(text));
  await page.addInitScript(() => {
    addEventListener(
      "securitypolicyviolation",
      ({ effectiveDirective, blockedURI, sourceFile, lineNumber }) => {
        const report = (globalThis as unknown as { reportViolation(text: string): void }).reportViolation;
        report(`${effectiveDirective} ${blockedURI} ${sourceFile}:${lineNumber}`);
      },
    );
  });
  page.on("console", (message) => {
    if (/content security policy|trusted ?(html|script|type)/i.test(message.text()))
      violations.push(message.text());
  });
  page.on("pageerror", (error) => violations.push(`page error: ${error.message}`));
  return { page, violations };
}

const styled = (page: Page): Promise<number> =>
  page.evaluate(() => [...document.styleSheets].reduce((sum, sheet) => sum + sheet.cssRules.length, 0));

it("[AB8] every patient page works without a violation: its styles, its script, its live times", async () => {
  const { page, violations } = await watched();
  const see = async (path: string): Promise<void> => {
    await page.goto(path);
    await page.locator("main").waitFor();
    expect(await styled(page), path).toBeGreaterThan(20);
  };
  for (const path of PUBLIC) await see(path);
  await page.goto("/?sort=name");
  await page.locator(".card a").first().click();
  await page.getByRole("link", { name: /^Follow-up visit/ }).click();
  await page.locator('.live-note[data-state="live"]').waitFor({ timeout: WAIT_MS });
  expect(await styled(page)).toBeGreaterThan(20);
  await page.goto("/sign-in");
  await page.locator("button.choice").nth(SIGNED_IN_AS).click();
  await page.getByRole("link", { name: "My appointments" }).waitFor();
  for (const path of SIGNED_IN) await see(path);
  expect(violations).toEqual([]);
});

it("[AB8] what a page must not do is stopped by the browser, and seen by this test", async () => {
  const { page, violations } = await watched();
  await page.goto("/");
  const outcome = await page.evaluate(() => {
    const stopped: string[] = [];
    try {
      document.body.insertAdjacentHTML("beforeend", "<b>markup</b>");
    } catch {
      stopped.push("markup");
    }
    try {
      (
        globalThis as unknown as { trustedTypes: { createPolicy(name: string, rules: object): void } }
      ).trustedTypes.createPolicy("ours", {});
    } catch {
      stopped.push("policy");
    }
    const script = document.createElement("script");
    try {
      script.text = "globalThis.ran = true";
    } catch {
      stopped.push("script text");
    }
    document.body.appendChild(script);
    const style = document.createElement("style");
    style.textContent = "body { display: none }";
    document.head.appendChild(style);
    const base = document.createElement("base");
    base.href = "https://evil.example/";
    document.head.appendChild(base);
    const frame = document.createElement("iframe");
    frame.src = "/sign-in";
    document.body.appendChild(frame);
    return {
      stopped,
      ran: "ran" in globalThis,
      shown: getComputedStyle(document.body).display,
      base: document.baseURI,
    };
  });
  expect(outcome).toMatchObject({
    stopped: ["markup", "policy", "script text"],
    ran: false,
    shown: expect.not.stringMatching("none"),
  });
  expect(outcome.base).toBe(`${BASE}/`);
  await expect.poll(() => violations.join("\n"), { timeout: WAIT_MS }).toMatch(/style-src-elem[\s\S]*/);
  const all = violations.join("\n");
  for (const directive of ["require-trusted-types-for", "style-src-elem", "base-uri", "frame-src"])
    expect(all).toContain(directive);
});
