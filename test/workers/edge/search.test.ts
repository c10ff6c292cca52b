/** Proves search on the real runtime: soonest and nearest first, over what the calendars told, corrected after a booking. */
import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { Provider } from "../../../core/directory/directory.ts";
import { MINUTE_MS } from "../../../core/time.ts";
import { loadDirectory } from "../../../db/queries/load-directory.ts";
import { ProviderCalendar } from "../../../durable-objects/provider-calendar/provider-calendar.ts";
import { forgetDirectory } from "../../../workers/edge/directory-cache.ts";
import app from "../../../workers/edge/index.tsx";
import { book, call, db, drainLog, type Slot, somePatient, staffToken } from "../../support/edge.ts";
import { newProvider, removeNewProviders } from "../../support/new-providers.ts";

/** Five providers whose calendars have told their openings. */
const told: Provider[] = [];

beforeAll(async () => {
  for (const name of ["Ann Alba", "Ben Bora", "Cleo Cura", "Dan Dola", "Eva Elda"])
    told.push(await newProvider(name));
  const until = Date.now() + 10_000;
  do await drainLog();
  while ((await soonestOf(told[4] as Provider)).length === 0 && Date.now() < until);
}, 30_000);
afterAll(async () => {
  await removeNewProviders();
  await reset();
});
afterEach(() => {
  vi.restoreAllMocks();
});

interface Start {
  readonly providerId: string;
  readonly locationId: string;
  readonly start: string;
}

async function soonestOf(provider: Provider, more = ""): Promise<Start[]> {
  const places = provider.locationIds.map((id) => `locationId=${id}`).join("&");
  const answer = await call("GET", `/availability?${places}&limit=100${more}`);
  expect(answer.status).toBe(200);
  return answer.body.data.filter((slot: Start) => slot.providerId === provider.id);
}

/** Where the five are: other files leave openings of their own behind, and a page has an end. */
const here = (): string => `locationId=${told[0]?.locationIds[0]}`;

const at = (start: string): number => Date.parse(start);

describe("soonest first", () => {
  it("[SE1] [SE2] lists providers and starts in the order of time, none of them past", async () => {
    const slots = (await call("GET", "/availability?limit=100")).body.data as Start[];
    expect(slots.length).toBeGreaterThan(5);
    expect(slots.map(({ start }) => at(start))).toEqual(
      slots.map(({ start }) => at(start)).toSorted((a, b) => a - b),
    );
    expect(Math.min(...slots.map(({ start }) => at(start)))).toBeGreaterThan(Date.now());
    const page = await call("GET", `/providers?sort=soonest&limit=100&${here()}`);
    const nexts = page.body.data.map(({ nextOpenAt }: { nextOpenAt: string }) => at(nextOpenAt));
    expect(page.body.data.map(({ id }: { id: string }) => id)).toEqual(
      expect.arrayContaining(told.map(({ id }) => id)),
    );
    expect(nexts).toEqual(nexts.toSorted((a: number, b: number) => a - b));
  });

  it("[SE6] pages of it miss and repeat nobody", async () => {
    const page = await call("GET", `/providers?sort=soonest&limit=100&${here()}`);
    const whole = page.body.data.map(({ id }: Provider) => id);
    const found: string[] = [];
    let cursor = "";
    do {
      const { body } = await call(
        "GET",
        `/providers?sort=soonest&limit=2&${here()}${cursor && `&cursor=${cursor}`}`,
      );
      found.push(...body.data.map(({ id }: Provider) => id));
      cursor = body.page.next ?? "";
    } while (cursor);
    expect(found).toEqual(whole);
  });

  it("[SE6] a cursor is of one search only: another order or another filter refuses it", async () => {
    const { body } = await call("GET", `/providers?sort=soonest&limit=1&${here()}`);
    const { next } = body.page;
    for (const other of [`sort=name&${here()}`, "sort=soonest", `sort=soonest&${here()}&language=en`]) {
      const answer = await call("GET", `/providers?${other}&cursor=${next}`);
      expect([other, answer.status]).toEqual([other, 400]);
      expect(answer.body.errors[0].pointer).toBe("/query/cursor");
    }
    const wider = await call("GET", `/providers?sort=soonest&limit=3&${here()}&cursor=${next}`);
    expect(wider.status).toBe(200);
    const mark = JSON.parse(Buffer.from(next, "base64url").toString())[0] as string;
    for (const key of [9e15, -1, 1.5, "x", null]) {
      const made = Buffer.from(JSON.stringify([mark, key, "prv_000000000000"])).toString("base64url");
      const answer = await call("GET", `/providers?sort=soonest&limit=1&${here()}&cursor=${made}`);
      expect([key, answer.status]).toEqual([key, 400]);
    }
  });

  it("[SE2] [S11] the end of a start is by the rules of its place, also where the provider has others", async () => {
    const provider = told[2] as Provider;
    const [visitTypeId] = provider.visitTypeIds;
    const override = [{ visitTypeId, locationId: provider.locationIds[0], minutes: 50 }];
    const set = (overrides: unknown) =>
      db().execute(sql`UPDATE provider SET overrides = ${overrides && JSON.stringify(overrides)}::jsonb
        WHERE id = ${provider.id}`);
    const read = async () => {
      forgetDirectory();
      return (await soonestOf(provider, `&visitTypeId=${visitTypeId}`))[0] as Start & { end: string };
    };
    const usual = await read();
    await set(override);
    const slot = await read();
    await set(null);
    forgetDirectory();
    expect(at(slot.end) - at(slot.start)).toBe(50 * MINUTE_MS);
    expect(at(usual.end) - at(usual.start)).not.toBe(50 * MINUTE_MS);
  });

  it("[SE1] [OP9] what was booked is gone from it within two seconds, and the next start stands there", async () => {
    const [provider] = told as [Provider];
    const first = (await soonestOf(provider))[0] as Start & Slot;
    const booked = await book(provider, first, somePatient());
    expect(booked.status).toBe(201);
    const startedAt = Date.now();
    await expect
      .poll(
        async () => {
          await drainLog();
          const next = await soonestOf(provider);
          return next.some(
            ({ start, locationId }) => start === first.start && locationId === first.locationId,
          );
        },
        { timeout: 4_000, interval: 100 },
      )
      .toBe(false);
    expect(Date.now() - startedAt).toBeLessThan(4_000); // two seconds, and as much again for a busy machine
    const shown = await call("GET", `/providers/${provider.id}`);
    expect(at(shown.body.nextOpenAt)).toBeGreaterThan(Date.now());
  });

  it("[SE7] only times of the part of the day that was asked for, by the clinic's clock", async () => {
    const slots = await soonestOf(told[1] as Provider, "&timeOfDay=afternoon");
    expect(slots.length).toBeGreaterThan(0);
    for (const { start } of slots) {
      expect(Number(start.slice(11, 13))).toBeGreaterThanOrEqual(12);
      expect(Number(start.slice(11, 13))).toBeLessThan(17);
    }
  });
});

describe("near a place", () => {
  it("[SE3] [SE5] lists nearest first with the distance, from a point or a ZIP code", async () => {
    const { clinics } = await loadDirectory(db());
    const clinic = clinics[0];
    const point = `near=${clinic?.latitude},${clinic?.longitude}`;
    for (const place of [point, `near=${clinic?.postalCode}`]) {
      const { status, body } = await call("GET", `/providers?sort=distance&radiusKm=30&limit=50&${place}`);
      expect(status).toBe(200);
      const nearest = body.data.map(({ locations }: { locations: { distanceKm: number }[] }) =>
        Math.min(...locations.map(({ distanceKm }) => distanceKm)),
      );
      expect(nearest.length).toBeGreaterThan(0);
      expect(Math.max(...nearest)).toBeLessThanOrEqual(30);
      expect(nearest).toEqual(nearest.toSorted((a: number, b: number) => a - b));
    }
  });

  it.each([
    ["sort=distance", "/query/near"],
    ["near=99999&sort=distance", "/query/near"],
    ["near=91,0", "/query/near"],
    ["near=0,181", "/query/near"],
    ["radiusKm=5", "/query/radiusKm"],
    ["near=60612&radiusKm=0", "/query/radiusKm"],
    ["availableFrom=2026-12-02&availableTo=2026-12-01", "/query/availableTo"],
    ["near=somewhere", "/query/near"],
    ["near=60612&radiusKm=501", "/query/radiusKm"],
    ["timeOfDay=night", "/query/timeOfDay"],
    ["sort=best", "/query/sort"],
  ])("[K1] %s is refused with a pointer", async (query, pointer) => {
    const answer = await call("GET", `/providers?${query}`);
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toEqual([pointer]);
  });
});

describe("words", () => {
  it("[SE4] a mistyped one is corrected and the answer says so; a right one is left alone", async () => {
    const typo = await call("GET", "/providers?q=dermatoligst&limit=5");
    expect(typo.body.data.length).toBeGreaterThan(0);
    expect(typo.body.correctedQuery).toBe("dermatologist");
    expect(typo.body.data.every(({ specialties }: Provider) => specialties.includes("dermatology"))).toBe(
      true,
    );
    const right = await call("GET", "/providers?q=cardiology&limit=5");
    expect(right.body.correctedQuery).toBeUndefined();
    const exact = await call("GET", "/providers?q=dermatoligst&exact=true&limit=5");
    expect([exact.body.data, exact.body.correctedQuery]).toEqual([[], undefined]);
  });
});

/** What the door to Postgres does from now on. */
function doorDoes(what: () => Promise<Response>): void {
  const { fetch } = globalThis;
  const door = (env as unknown as { NEON_FETCH_ENDPOINT: string }).NEON_FETCH_ENDPOINT;
  vi.spyOn(globalThis, "fetch").mockImplementation((input, init) =>
    String(input).startsWith(door) ? what() : fetch(input, init),
  );
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("while Postgres is away", () => {
  it("[SE10] [K7] what was asked lately is answered, and says that it is old; what was not is a plain 503", async () => {
    const asked = "/providers?sort=soonest&limit=7";
    const before = await call("GET", asked);
    expect(before.headers.get("warning")).toBeNull();
    doorDoes(() => Promise.reject(new Error("planted: Postgres is away")));
    await pause(1_100);
    const old = await call("GET", asked);
    expect(old.status).toBe(200);
    expect(old.headers.get("warning")).toContain("110");
    expect(old.body.data).toEqual(before.body.data);
    const never = await call("GET", "/providers?sort=soonest&limit=8");
    expect(never.status).toBe(503);
    expect(never.headers.get("retry-after")).not.toBeNull();
    expect(never.body.title).toBe("The directory of clinics cannot be read just now.");
  });

  it("[SE10] one that hangs is waited for a second and a half when an old answer is at hand", async () => {
    const asked = `/providers?sort=soonest&limit=9&${here()}`;
    const before = await call("GET", asked);
    doorDoes(() => new Promise(() => undefined));
    await pause(1_100);
    const from = Date.now();
    const old = await call("GET", asked);
    expect([old.status, old.headers.get("warning")?.slice(0, 3)]).toEqual([200, "110"]);
    expect(old.body.data).toEqual(before.body.data);
    expect(Math.abs(Date.parse(old.body.asOf) - from)).toBeLessThan(10_000);
    const took = Date.now() - from;
    expect(took).toBeGreaterThanOrEqual(1_400);
    expect(took).toBeLessThan(4_000);
    const again = Date.now();
    expect((await call("GET", asked)).headers.get("warning")).not.toBeNull();
    expect(Date.now() - again).toBeLessThan(1_000); // for a second nobody else waits
  });
});

describe("lists that are out of date", () => {
  it("[SE8] their calendars are asked to tell again behind the answer, once in five seconds", async () => {
    const provider = told[3] as Provider;
    const asked = vi.spyOn(ProviderCalendar.prototype, "refreshOpenings");
    await db().execute(sql`UPDATE opening SET refresh_at = now() - interval '1 minute'
      WHERE provider_id = ${provider.id}`);
    const work: Promise<unknown>[] = [];
    const context = { waitUntil: (promise: Promise<unknown>) => work.push(promise), props: {} };
    for (const limit of [60, 61]) {
      const url = `https://openslot.test/v1/availability?${here()}&limit=${limit}`;
      const answer = await app.fetch(new Request(url), env, context as never);
      expect(answer.status).toBe(200);
      await answer.text();
    }
    await Promise.all(work);
    expect(asked).toHaveBeenCalledTimes(1);
  });
});

describe("the page", () => {
  const page = async (query: string): Promise<string> => {
    const context = { waitUntil: () => undefined, props: {} };
    return (await app.fetch(new Request(`https://openslot.test/${query}`), env, context as never)).text();
  };

  it("[SE1] [SE11] soonest first: the next time is a link with its zone, and the filters are plain fields", async () => {
    const soonest = await page(`?${here()}`);
    expect(soonest).toMatch(
      /Next open: <a href="\/providers\/prv_\w+\?visitTypeId=vst_\w+&amp;from=\d{4}-\d\d-\d\d"><time datetime="[^"]+">\w{3}, \w{3} \d{1,2}, \d{1,2}:\d\d [AP]M<\/time>/i,
    );
    expect(soonest).toMatch(/(Pacific|Mountain|Central|Eastern) Time/);
    for (const field of ["q", "specialty", "near", "radiusKm", "language", "insurance", "gender"])
      expect(soonest).toContain(`name="${field}"`);
    for (const field of ["availableFrom", "timeOfDay", "acceptingNew", "sort"])
      expect(soonest).toContain(`name="${field}"`);
  });

  it("[SE4] [SE11] says what was searched for instead, and offers what was typed", async () => {
    const corrected = await page("?q=cardiolgy&sort=name");
    expect(corrected).toContain("Showing results for <strong>cardiology</strong>");
    expect(corrected).toMatch(/href="\/\?q=cardiolgy&amp;sort=name&amp;exact=true">Search instead for/);
    expect(await page("?q=cardiolgy&sort=name&exact=true")).toContain("Nobody matches this search.");
  });

  it("[SE3] [SE5] [SE11] distances in miles; a ZIP code that nobody knows, and a time that nobody has, are said plainly", async () => {
    const near = await page("?near=60612&radiusKm=40&sort=distance");
    expect(near).toMatch(/\(\d+(\.\d)? miles?\)/);
    const miles = (html: string) => [...html.matchAll(/\(([\d.]+) miles?\)/g)].map(([, far]) => Number(far));
    expect(miles(await page("?near=60612&sort=distance"))).toEqual(miles(near)); // the form shows 25 miles
    expect(await page("?near=00000")).toContain("know that ZIP code");
    expect(await page("?q=zzzzzz")).toContain("Nobody matches this search.");
    const late = await page("?specialty=primary-care&availableFrom=2098-01-01");
    expect(late).toContain("Nobody has an open time that fits.");
    expect(late).toContain('href="/?specialty=primary-care"');
    expect(await page("?cursor=abc")).toContain('class="cards"'); // an old link begins at the beginning
  });

  it("[SE11] who matches and has told nothing yet is shown all the same, after the others", async () => {
    await db().execute(sql`DELETE FROM opening WHERE provider_id = ${told[4]?.id}`);
    const alone = await page(`?q=Elda&${here()}`);
    expect(alone).toContain("No open times are known yet.");
    expect(alone).toContain("Eva Elda");
    expect(alone).not.toContain("Next open:");
  });
});

describe("calendars that were never told", () => {
  it("[D11] [D25] only an operator has them told", async () => {
    const post = (token?: string) =>
      call("POST", "/rebuild/calendars", { body: {}, ...(token === undefined ? {} : { token }) });
    expect((await post()).status).toBe(401);
    expect((await post(await staffToken("loc_000000000000"))).status).toBe(403);
  });
});
