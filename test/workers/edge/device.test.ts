/** Proves what tells strangers apart: a mark of ours in a cookie, and nothing that a caller makes up. */
import { env, exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import worker from "../../../workers/edge/index.tsx";
import { bookingOf, call, freshKey, type Slot, slotsOf, someProvider } from "../../support/edge.ts";

const strict = { ...env, RATE_LIMITS: "standard" } as Env;

const context = { waitUntil: () => undefined, passThroughOnException: () => undefined, props: {} };

const markOf = (answer: Response): string | undefined =>
  answer.headers.getSetCookie().find((cookie) => /^(__Host-)?openslot_device=/.test(cookie));

async function page(base = "https://openslot.test", headers: Record<string, string> = {}) {
  const answer = await exports.default.fetch(new Request(`${base}/sign-in`, { headers }));
  await answer.text();
  return answer;
}

const pairOf = (cookie: string | undefined): string => cookie?.split(";")[0] ?? "";

it("[AB4] a page gives a browser one mark, which scripts and sub-domains cannot touch and that says nothing", async () => {
  const cookie = markOf(await page());
  expect(cookie).toMatch(
    /^__Host-openslot_device=[\w-]{22}\.[\w-]{43}; Max-Age=86400; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  );
  expect(markOf(await page("https://openslot.test", { cookie: pairOf(cookie) }))).toBeUndefined();
  expect(markOf(await page("http://localhost:8787"))).toMatch(
    /^openslot_device=[^;]+; Max-Age=86400; Path=\/; HttpOnly; SameSite=Lax$/,
  );
});

it("[AB4] one that we did not make counts for nothing: its sender gets a new one and is the device they were", async () => {
  const cookie = pairOf(markOf(await page()));
  const [mark, signature] = cookie.slice(cookie.indexOf("=") + 1).split(".") as [string, string];
  for (const forged of [
    `${mark}.${"A".repeat(43)}`,
    `${"A".repeat(22)}.${signature}`,
    mark,
    "x".repeat(5_000),
  ])
    expect(
      markOf(await page("https://openslot.test", { cookie: `__Host-openslot_device=${forged}` })),
    ).toBeDefined();
});

it("[AB1] [AB4] two people with one kind of browser behind one address hold one each, and a dropped mark wins nothing", async () => {
  const provider = await someProvider();
  const slots = await slotsOf(provider);
  const hold = async (n: number, cookie?: string): Promise<number> => {
    const answer = await worker.fetch(
      new Request("https://openslot.test/v1/holds", {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "idempotency-key": freshKey(),
          "cf-connecting-ip": "2001:db8:1:2::7",
          "user-agent": "one kind",
          ...(cookie ? { cookie } : {}),
        },
        body: JSON.stringify(bookingOf(provider, slots[n * 4] as Slot)),
      }),
      strict,
      context as never,
    );
    await answer.text();
    return answer.status;
  };
  const [ann, bob] = [pairOf(markOf(await page())), pairOf(markOf(await page()))];
  expect(await hold(0, ann)).toBe(201);
  expect(await hold(1, ann)).toBe(422);
  expect(await hold(1, bob)).toBe(201);
  expect(await hold(2)).toBe(201); // the browser itself, once
  expect(await hold(3)).toBe(422);
  expect(await hold(3, "__Host-openslot_device=forged")).toBe(422);
  expect((await call("GET", `/providers/${provider.id}`)).status).toBe(200);
});

it("[AB2] five marks from one network hold, a sixth does not, wherever in the /64 it says it is", async () => {
  const provider = await someProvider();
  const slots = await slotsOf(provider);
  const byDay = [...Map.groupBy(slots, ({ start }) => start.slice(0, 10)).values()]; // [W7] is another limit
  const statuses: number[] = [];
  for (let n = 0; n < 6; n++) {
    const answer = await worker.fetch(
      new Request("https://openslot.test/v1/holds", {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "idempotency-key": freshKey(),
          "cf-connecting-ip": `2001:db8:9:9:${n}::${n}`,
          cookie: pairOf(markOf(await page())),
        },
        body: JSON.stringify(bookingOf(provider, byDay[n]?.[0] as Slot)),
      }),
      strict,
      context as never,
    );
    await answer.text();
    statuses.push(answer.status);
  }
  expect(statuses).toEqual([201, 201, 201, 201, 201, 422]);
});
