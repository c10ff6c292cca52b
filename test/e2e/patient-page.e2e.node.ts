/**
 * The patient pages as a person uses them: Chromium against a running system (`OPENSLOT_URL`, local mode). Proves the flows,
 * with and without JavaScript, and what axe can see. Not: what a real screen reader says.
 */
import { mkdirSync } from "node:fs";
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

/** Not `BASE_URL`: Vitest sets that one itself, to "/". */
const BASE = process.env.OPENSLOT_URL ?? "";
const AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const PICTURES = "test-results";
const PHONE = { width: 390, height: 844 };
/** A live change is on the screen within 150 ms; a busy test machine gets more. */
const LIVE_MAX_MS = 3_000;

let browser: Browser;
let opened: Page[] = [];

beforeAll(async () => {
  if (!BASE) throw new Error("OPENSLOT_URL must name a running Openslot, such as http://localhost:8787");
  mkdirSync(PICTURES, { recursive: true });
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
});

/** Gives back what a test booked: a sample patient may have twenty open appointments, and the tests run often. */
afterEach(async () => {
  for (const page of opened) {
    await cancelEverything(page).catch(() => undefined); // the page may be one of nobody's
    await page.context().close();
  }
  opened = [];
});

afterAll(() => browser?.close());

async function open(options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: PHONE, baseURL: BASE, ...options });
  const page = await context.newPage();
  opened.push(page);
  return page;
}

/** `who` = a place in the list of sample patients; each test has its own people. */
async function signedIn(who: number, options?: BrowserContextOptions): Promise<Page> {
  const page = await open(options);
  await page.goto("/sign-in");
  await page.locator("button.choice").nth(who).click();
  await page.getByRole("link", { name: "My appointments" }).waitFor();
  return page;
}

async function cancelEverything(page: Page): Promise<void> {
  for (;;) {
    await page.goto("/me");
    const cancel = page.getByRole("link", { name: "Cancel this appointment" });
    if ((await cancel.count()) === 0) return;
    await cancel.first().click();
    await page.getByRole("button", { name: "Cancel appointment" }).click();
    await heading(page, "Your appointment is cancelled.");
  }
}

/** To the times of a follow-up visit with the first provider that matches. The address of the page. */
async function goToTimes(page: Page, keyword: string): Promise<string> {
  await page.goto("/?sort=name"); // the soonest is somebody else after every booking
  await page.getByLabel("Name or keyword").fill(keyword);
  await page.getByRole("button", { name: "Show providers" }).click();
  await page.locator(".card a").first().click();
  await page.getByRole("link", { name: /^Follow-up visit/ }).click();
  await page.locator("button.slot").first().waitFor();
  return page.url();
}

/** The link of this very appointment: a sample patient may have others, from somebody who tries things out. */
const moveLink = (page: Page, id: string) => page.locator(`a[href$="move=${id}"]`);
const cancelLink = (page: Page, id: string) => page.locator(`a[href="/appointments/${id}/cancel"]`);
const slotAt = (page: Page, value: string) => page.locator(`button.slot[value="${value}"]`);
/** Waits: between a press and its answer there is a moment that belongs to neither page. */
const heading = (page: Page, name: string | RegExp): Promise<void> =>
  page.getByRole("heading", { name }).first().waitFor();

async function slotValue(page: Page, index: number): Promise<string> {
  return (await page.locator("button.slot").nth(index).getAttribute("value")) ?? "";
}

async function goLive(page: Page): Promise<void> {
  await page.locator('.live-note[data-state="live"]').waitFor();
}

/** Presses a slot and waits for the confirmation. The appointment's id. */
async function book(page: Page, value: string): Promise<string> {
  await slotAt(page, value).click();
  await page.waitForURL(/\/me\?booked=/);
  return new URL(page.url()).searchParams.get("booked") ?? "";
}

describe("booking", () => {
  it("[V7] [V9] finds, signs in, books, moves and cancels without JavaScript", async () => {
    const page = await open({ javaScriptEnabled: false });
    await goToTimes(page, "dermatology");
    await expect(page.getByText(/^Times are in .+ Time, .+\.$/).count()).resolves.toBe(1);
    await page.locator("button.slot").nth(2).click();
    await heading(page, "Sign in");
    await page.locator("button.choice").nth(0).click();
    await page.getByRole("button", { name: /^Book \d/ }).click();
    await heading(page, "You're booked.");

    await page.getByRole("link", { name: "Move this appointment" }).first().click();
    await page.locator("button.slot").nth(6).click();
    await page.getByRole("button", { name: /^Move to/ }).click();
    await heading(page, "Your appointment was moved.");

    await page.getByRole("link", { name: "Cancel this appointment" }).first().click();
    await page.getByRole("button", { name: "Cancel appointment" }).click();
    await heading(page, "Your appointment is cancelled.");
  });

  it("[V7] books by keyboard alone", async () => {
    const page = await signedIn(1);
    await goToTimes(page, "pulmonology");
    await goLive(page);
    await page.locator("button.slot").nth(3).focus();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/me\?booked=/);
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("You're booked.");
  });

  it("[V7] Enter in the reason does not press the first time", async () => {
    const page = await signedIn(1);
    const times = await goToTimes(page, "pulmonology");
    await page.locator("summary").click();
    await page.getByLabel("Reason for your visit").fill("A cough");
    await page.keyboard.press("Enter");
    await page.waitForTimeout(300);
    expect(page.url()).toBe(times);
  });

  it("[V10] the same form sent twice is one appointment", async () => {
    const page = await signedIn(2);
    await goToTimes(page, "urology");
    const form = await page.evaluate(() => {
      const data = new FormData(document.querySelector<HTMLFormElement>("#slots form") ?? undefined);
      return Object.fromEntries([...data].map(([name, value]) => [name, String(value)]));
    });
    const send = async (): Promise<string> => {
      const answer = await page.context().request.post("/appointments", {
        form: { ...form, slot: await slotValue(page, 4) },
        headers: { origin: new URL(BASE).origin, "sec-fetch-site": "same-origin" },
        maxRedirects: 0,
      });
      return answer.headers().location ?? `${answer.status()}`;
    };
    const first = await send();
    expect(first).toMatch(/^\/me\?booked=apt_/);
    expect(await send()).toBe(first);
  });

  it("[V17] offers the time that was pressed before signing in, and says so when it is gone", async () => {
    const page = await open();
    const times = await goToTimes(page, "rheumatology");
    const label = await page.locator("button.slot").nth(5).innerText();
    const value = await slotValue(page, 5);
    await slotAt(page, value).click();
    const rival = await signedIn(4);
    await page.locator("button.choice").nth(3).click();
    await expect(page.getByRole("heading", { name: /^You chose/ }).innerText()).resolves.toContain(label);

    await rival.goto(times);
    await book(rival, value);
    await page.reload();
    await page.getByText("The time you chose is no longer free.").waitFor();
  });
});

describe("live", () => {
  it("[V5] strikes a slot in place on another screen, speaks of it once, and frees it again", async () => {
    const [booker, watcher] = [await signedIn(1), await signedIn(2)];
    const times = await goToTimes(booker, "neurology");
    await watcher.goto(times);
    await goLive(watcher);
    const value = await slotValue(watcher, 7);
    const before = await slotAt(watcher, value).boundingBox();
    await book(booker, value);
    const struck = watcher.locator(`button.slot.taken[value="${value}"]`);
    await struck.waitFor({ timeout: LIVE_MAX_MS });
    expect(await struck.boundingBox()).toEqual(before);
    expect(await struck.getAttribute("aria-disabled")).toBe("true");
    expect(await struck.getAttribute("aria-label")).toMatch(/, taken$/);
    await expect
      .poll(() => watcher.locator("#slots [role=status]").innerText(), { timeout: LIVE_MAX_MS })
      .toBe("1 time was just taken");
    await watcher.screenshot({ path: `${PICTURES}/live-struck.png` });
    await struck.click({ force: true });
    expect(watcher.url()).toBe(times);

    await cancelEverything(booker);
    await watcher.locator(`button.slot:not(.taken)[value="${value}"]`).waitFor({ timeout: LIVE_MAX_MS });
  });

  it("[V5] keeps new times behind a button, and moves nothing until it is pressed", async () => {
    const [booker, watcher] = [await signedIn(1), await signedIn(2)];
    const times = await goToTimes(booker, "gastroenterology");
    const value = await slotValue(booker, 3);
    await book(booker, value);
    await watcher.goto(times);
    await goLive(watcher);
    const count = await watcher.locator("button.slot").count();
    const before = await watcher.locator("button.slot").nth(10).boundingBox();
    await cancelEverything(booker);
    const show = watcher.getByRole("button", { name: "1 new time — show" });
    await show.waitFor({ timeout: LIVE_MAX_MS });
    expect(await watcher.locator("button.slot").nth(10).boundingBox()).toEqual(before);
    await watcher.screenshot({ path: `${PICTURES}/live-new.png` });
    await show.click();
    expect(await watcher.locator("button.slot").count()).toBe(count + 1);
    await expect
      .poll(() => watcher.evaluate(() => document.activeElement?.getAttribute("value")))
      .toBe(value);
  });

  it("[V3] catches up by itself after its connection was lost", async () => {
    const [booker, watcher] = [await signedIn(1), await signedIn(2)];
    const times = await goToTimes(booker, "endocrinology");
    const sent: string[] = [];
    let cut = (): unknown => undefined;
    await watcher.routeWebSocket(/\/v1\/live\//, (socket) => {
      const server = socket.connectToServer();
      socket.onMessage((message) => {
        sent.push(String(message));
        server.send(message);
      });
      cut = () => Promise.all([socket.close({ code: 1012 }), server.close({ code: 1000 })]);
    });
    await watcher.goto(times);
    await goLive(watcher);
    await cut();
    await watcher.locator('.live-note[data-state="lost"]').waitFor();
    const value = await slotValue(watcher, 9);
    await book(booker, value);
    await watcher.locator(`button.slot.taken[value="${value}"]`).waitFor({ timeout: 15_000 });
    await goLive(watcher);
    expect(sent.some((text) => text.includes('"resume"'))).toBe(true);
  });

  it("[V3] notices a frame that never came, and asks for what it missed", async () => {
    const [booker, watcher] = [await signedIn(1), await signedIn(2)];
    const times = await goToTimes(booker, "ophthalmology");
    const sent: string[] = [];
    let deltas = 0;
    await watcher.routeWebSocket(/\/v1\/live\//, (socket) => {
      const server = socket.connectToServer();
      socket.onMessage((message) => {
        sent.push(String(message));
        server.send(message);
      });
      server.onMessage((message) => {
        const isDelta = String(message).includes('"delta"');
        if (isDelta) deltas += 1;
        if (!isDelta || deltas > 1) socket.send(message); // the first one is lost on the way
      });
    });
    await watcher.goto(times);
    await goLive(watcher);
    const [lost, seen] = [await slotValue(watcher, 2), await slotValue(watcher, 12)];
    await book(booker, lost);
    await expect.poll(() => deltas).toBe(1);
    await booker.goto(times);
    await book(booker, seen);
    await watcher.locator(`button.slot.taken[value="${lost}"]`).waitFor({ timeout: LIVE_MAX_MS });
    await watcher.locator(`button.slot.taken[value="${seen}"]`).waitFor({ timeout: LIVE_MAX_MS });
    expect(sent.filter((text) => text.includes('"resume"'))).toHaveLength(1);
  });

  it("[V20] changes the open list of a patient in place when another device changes an appointment", async () => {
    const device = await signedIn(3);
    await goToTimes(device, "oncology");
    const id = await book(device, await slotValue(device, 3));
    const list = await signedIn(3);
    const ticket = list.waitForResponse(/live-ticket/);
    await list.goto("/me");
    await ticket;
    await list.waitForTimeout(500); // until the socket that the ticket is for stands
    await cancelEverything(device);
    const card = list.locator(`[data-appointment="${id}"]`);
    await expect.poll(() => card.locator("[data-status]").innerText()).toBe("Cancelled");
    await list.getByText("An appointment changed: cancelled.").waitFor();
  });

  it("[SV5] leaves the screen, and what Back shows, when the session has ended elsewhere", async () => {
    const list = await signedIn(3);
    await list.route("**/me/live-ticket", (route) => route.fulfill({ status: 401, body: "{}" }));
    await list.goto("/");
    await list.goto("/me");
    await list.waitForURL("**/sign-in?ended=1&return=%2Fme");
    await list.goBack();
    expect(new URL(list.url()).pathname).toBe("/");
  });
});

describe("changes", () => {
  it("[V11] a lost race is one sentence and the nearest times, one press away", async () => {
    const [winner, loser] = [await signedIn(5), await signedIn(6, { javaScriptEnabled: false })];
    const times = await goToTimes(winner, "cardiology");
    await loser.goto(times);
    const value = await slotValue(loser, 8);
    await book(winner, value);
    const answer = loser.waitForResponse((response) => response.request().method() === "POST");
    await slotAt(loser, value).click();
    expect((await answer).status()).toBe(409);
    await heading(loser, "That time was just taken. Here are the closest times.");
    expect(await loser.locator("button.choice").count()).toBe(3);
    await loser.locator("button.choice").first().click();
    await heading(loser, "You're booked.");
  });

  it("[V12] moving shows both times, keeps the appointment, and can be left without a change", async () => {
    const page = await signedIn(7);
    await goToTimes(page, "psychiatry");
    const id = await book(page, await slotValue(page, 4));
    const when = await page.locator(".when").first().innerText();
    await moveLink(page, id).click();
    await page.locator("button.slot").nth(9).click();
    await heading(page, "Move your appointment?");
    await expect(page.locator(".compare .card").count()).resolves.toBe(2);
    await expect(page.locator(".compare .card").first().innerText()).resolves.toContain("Now");
    await page.getByRole("link", { name: "Keep my time" }).click();
    const card = page.locator(`[data-appointment="${id}"] .when`);
    await expect(card.innerText()).resolves.toBe(when);

    await moveLink(page, id).click();
    await page.locator("button.slot").nth(9).click();
    await page.getByRole("button", { name: /^Move to/ }).click();
    await page.waitForURL(/\/me\?moved=/);
    expect(new URL(page.url()).searchParams.get("moved")).toBe(id);
    await expect(page.locator(".when").first().innerText()).resolves.not.toBe(when);
  });

  it("[V13] cancelling asks first, and refuses when the appointment changed in the meantime", async () => {
    const page = await signedIn(8);
    await goToTimes(page, "orthopedics");
    const id = await book(page, await slotValue(page, 4));
    await page.goto(`/appointments/${id}/cancel`);
    const other = await page.context().newPage();
    await other.goto("/me");
    await moveLink(other, id).click();
    await other.locator("button.slot").nth(9).click();
    await other.getByRole("button", { name: /^Move to/ }).click();
    await other.waitForURL(/\/me\?moved=/);
    await page.getByRole("button", { name: "Cancel appointment" }).click();
    await heading(page, "Your appointment has changed since you opened that page.");
    await page.goto("/me");
    await cancelLink(page, id).waitFor();
  });
});

describe("weeks and addresses", () => {
  it("[V8] never shows the past, nor what lies beyond the horizon", async () => {
    const page = await open();
    const times = await goToTimes(page, "urology");
    const week = (): Promise<string> => page.locator(".week strong").innerText();
    const thisWeek = await week();
    await expect(page.getByRole("link", { name: "Earlier" }).count()).resolves.toBe(0);
    for (const from of ["2020-01-01", "2026-02-31", "soon"]) {
      await page.goto(`${times}&from=${from}`);
      expect(await week()).toBe(thisWeek);
    }
    await page.getByRole("link", { name: "Later" }).click();
    await expect.poll(week).not.toBe(thisWeek);
    await page.getByRole("link", { name: "Earlier" }).click();
    await expect.poll(week).toBe(thisWeek);
    await page.goto(`${times}&from=2099-01-01`);
    await expect(page.getByRole("link", { name: "Later" }).count()).resolves.toBe(0);
  });

  it("[V19] an unknown address is a page for a browser and a problem for a program", async () => {
    const page = await open();
    const { request } = page.context();
    expect((await page.goto("/nowhere"))?.status()).toBe(404);
    await heading(page, "We can't find that page.");
    const asked = [
      request.get("/nowhere", { headers: { accept: "application/json" } }),
      request.get("/v1/nowhere", { headers: { accept: "text/html" } }),
    ];
    for (const answer of await Promise.all(asked)) {
      expect(answer.status()).toBe(404);
      expect(answer.headers()["content-type"]).toBe("application/problem+json");
    }
  });

  it("[V21] [F7] finds the soonest, page by page, and says what to do when nobody matches", async () => {
    const page = await open();
    // A fresh network fills in the minutes after its start.
    const next = page.getByRole("link", { name: "Next 20 providers" });
    await expect
      .poll(
        async () => {
          await page.goto("/?specialty=primary-care");
          return next.count();
        },
        { timeout: 240_000, interval: 2_000 },
      )
      .toBe(1);
    const first = await page.locator(".card h3").allInnerTexts();
    expect(first).toHaveLength(20);
    const moments = await page
      .locator(".next-open time")
      .evaluateAll((all) => all.map((one) => one.getAttribute("datetime") ?? ""));
    expect(moments).toHaveLength(20);
    expect(moments).toEqual(moments.toSorted());
    await next.click();
    await page.waitForURL(/cursor=/);
    const second = await page.locator(".card h3").allInnerTexts();
    expect(second.filter((name) => first.includes(name))).toEqual([]);
    await page.goto("/?q=zzzzzz");
    await page.getByText("Nobody matches this search.").waitFor();
    await page.getByRole("link", { name: "see every provider" }).click();
    await page.locator(".card").first().waitFor();
  });

  it("[SE11] [V21] filters are fields that work without JavaScript; the next time leads to its week", async () => {
    const page = await open({ javaScriptEnabled: false });
    await page.goto("/");
    await page.getByLabel("Near ZIP code").fill("60612");
    await page.getByText("More filters").click();
    await page.getByLabel("Within").selectOption({ label: "100 miles" });
    await page.getByLabel("Speaks").selectOption({ label: "English" });
    await page.getByLabel("Sort by").selectOption({ label: "Soonest open time" });
    await page.getByRole("button", { name: "Show providers" }).click();
    await page
      .getByText(/\(\d+(\.\d)? miles?\)/)
      .first()
      .waitFor();
    await expect
      .poll(
        async () => {
          await page.reload();
          return page.locator(".next-open a").count();
        },
        { timeout: 240_000, interval: 2_000 },
      )
      .toBeGreaterThan(0);
    const moment = page.locator(".next-open a").first();
    const start = (await moment.locator("time").getAttribute("datetime")) ?? "";
    await moment.click();
    await heading(page, "Choose a time");
    await page
      .locator(`button.slot[value^="${start.slice(0, 10)}"], button.slot`)
      .first()
      .waitFor();
  });

  it("[SE4] [SE11] shows what it searched for instead of a mistyped word, and what was typed on request", async () => {
    const page = await open();
    await page.goto("/?q=cardiolgy&sort=name");
    await page.getByText("Showing results for cardiology.").waitFor();
    await page.getByRole("link", { name: "Search instead for “cardiolgy”" }).click();
    await page.getByText("Nobody matches this search.").waitFor();
  });
});

describe("protection", () => {
  it("[V14] takes forms from its own pages only", async () => {
    const page = await signedIn(9);
    const send = async (headers: Record<string, string>): Promise<number> =>
      (await page.context().request.post("/sign-out", { headers, maxRedirects: 0 })).status();
    expect(await send({})).toBe(403);
    expect(await send({ origin: "https://evil.example" })).toBe(403);
    expect(await send({ origin: new URL(BASE).origin, "sec-fetch-site": "same-site" })).toBe(403);
    expect(await send({ origin: new URL(BASE).origin })).toBe(303);
  });

  it("[V15] hides the session from scripts, and the API does not know it", async () => {
    const page = await signedIn(9);
    expect(await page.evaluate(() => document.cookie)).toBe("");
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Lax", path: "/" });
    expect((await page.context().request.get("/v1/patients/pat_000000000000/appointments")).status()).toBe(
      401,
    );
    await page.context().addCookies([{ name: "openslot_sample", value: "stale", url: BASE }]);
    await page.goto("/me");
    await page.getByText("Your session has ended.").waitFor();
  });

  it("[V16] `return` never leads to another site", async () => {
    const page = await open();
    await page.goto("/sign-in");
    const patientId = (await page.locator("button.choice").first().getAttribute("value")) ?? "";
    for (const back of ["https://evil.example", "//evil.example", "/\\evil.example", "/.//evil.example"]) {
      const answer = await page.context().request.post("/sign-in", {
        form: { patientId, return: back },
        headers: { origin: new URL(BASE).origin },
        maxRedirects: 0,
      });
      expect(answer.headers().location).toBe("/");
    }
  });

  it("[V22] every page forbids framing, foreign scripts and sniffing, and is not stored", async () => {
    const page = await open();
    for (const path of ["/", "/sign-in", "/nowhere"]) {
      const headers = (await page.goto(path))?.headers() ?? {};
      expect(headers["content-security-policy"]).toContain("script-src 'self';");
      expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["referrer-policy"]).toBe("same-origin");
      expect(headers["cache-control"]).toBe("no-store");
    }
  });
});

/** Every page of a whole journey, in order; `look` is called on each, once its heading is there. */
async function journey(page: Page, seen: (step: string) => Promise<void>): Promise<void> {
  const look = async (step: string, name: string | RegExp): Promise<void> => {
    await heading(page, name);
    await page.waitForLoadState();
    await seen(step);
  };
  await page.goto("/?q=zzzzzz");
  await look("nobody", "Find care");
  await page.goto("/nowhere");
  await look("not-found", "We can't find that page.");
  await page.goto("/?near=60612&radiusKm=160&timeOfDay=morning&q=cardiolgy");
  await look("filters", "Find care");
  await page.goto("/");
  await look("find-care", "Find care");
  await page.locator(".card a").first().click();
  await look("visit", "What is the visit for?");
  const times = await goToTimes(page, "dermatology");
  await goLive(page);
  await look("times-signed-out", "Choose a time");
  await page.locator("button.slot").nth(10).click();
  await look("sign-in", "Sign in");
  await page.locator("button.choice").nth(9).click();
  await look("chosen", /^You chose/);
  await page.getByRole("button", { name: /^Book \d/ }).click();
  await look("booked", "You're booked.");
  const id = new URL(page.url()).searchParams.get("booked") ?? "";
  await page.goto(`${times}&from=2099-01-01`);
  await look("last-week", "Choose a time");
  await page.goto("/me");
  await look("mine", "My appointments");
  await moveLink(page, id).click();
  await look("move-times", "Your time now");
  await page.locator("button.slot").nth(14).click();
  await look("move-compare", "Move your appointment?");
  await page.getByRole("link", { name: "Keep my time" }).click();
  await cancelLink(page, id).click();
  await look("cancel", "Cancel this appointment?");
  await page.getByRole("button", { name: "Cancel appointment" }).click();
  await look("cancelled", "Your appointment is cancelled.");
}

describe.each([
  { name: "phone-light", colorScheme: "light", viewport: PHONE },
  { name: "phone-dark", colorScheme: "dark", viewport: PHONE },
  { name: "desktop-light", colorScheme: "light", viewport: { width: 1280, height: 800 } },
  { name: "narrow-dark", colorScheme: "dark", viewport: { width: 320, height: 640 } },
] as const)("looks: $name", ({ name, ...options }) => {
  it("[V18] axe finds nothing on any page, and no page is wider than its screen", async () => {
    const page = await open(options);
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    await journey(page, async (step) => {
      const { violations } = await new AxeBuilder({ page }).withTags(AXE_TAGS).analyze();
      expect(
        violations.map(({ id, nodes }) => `${step}: ${id} ${nodes.map(({ html }) => html).join(" ")}`),
      ).toEqual([]);
      expect([step, await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)]).toEqual([
        step,
        true,
      ]);
      await page.screenshot({ path: `${PICTURES}/${name}-${step}.png`, fullPage: true });
    });
    expect(errors).toEqual([]);
  });
});
