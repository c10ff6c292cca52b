/** Proves search on the real runtime: soonest and nearest first, over what the calendars told, corrected after a booking. */
import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { Provider } from "../../../core/directory/directory.ts";
import { loadDirectory } from "../../../db/queries/load-directory.ts";
import { book, call, db, drainLog, type Slot, somePatient } from "../../support/edge.ts";
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
    ["near=somewhere", "/query/near"],
    ["radiusKm=501", "/query/radiusKm"],
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
  });
});

describe("while Postgres is away", () => {
  it("[SE10] [K7] what was asked lately is answered, and says that it is old; what was not is a plain 503", async () => {
    const asked = "/providers?sort=soonest&limit=7";
    const before = await call("GET", asked);
    expect(before.headers.get("warning")).toBeNull();
    const { fetch } = globalThis;
    const door = (env as unknown as { NEON_FETCH_ENDPOINT: string }).NEON_FETCH_ENDPOINT;
    vi.spyOn(globalThis, "fetch").mockImplementation((input, init) =>
      String(input).startsWith(door)
        ? Promise.reject(new Error("planted: Postgres is away"))
        : fetch(input, init),
    );
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const old = await call("GET", asked);
    expect(old.status).toBe(200);
    expect(old.headers.get("warning")).toContain("110");
    expect(old.body.data).toEqual(before.body.data);
    const never = await call("GET", "/providers?sort=soonest&limit=8");
    expect(never.status).toBe(503);
    expect(never.headers.get("retry-after")).not.toBeNull();
    expect(never.body.title).toBe("The directory of clinics cannot be read just now.");
  });
});
