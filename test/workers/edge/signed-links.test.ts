/**
 * Proves on the real runtime what signed links do: one action, once, however often and however close together they are opened; three tries
 * at the date of birth; one page for everything that is wrong; and that GET and strangers learn nothing.
 */
import { reset } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { Provider } from "../../../core/directory/directory.ts";
import type { LocationId, PatientId, ProviderId } from "../../../core/ids.ts";
import "../../../workers/edge/index.tsx";
import {
  type Answer,
  adminToken,
  BASE,
  book,
  calendarOf,
  call,
  patientToken,
  type Slot,
  slotsOf,
  staffToken,
  token,
} from "../../support/edge.ts";
import { evict } from "../../support/evict.ts";
import { newPatient, removeNewPatients, twoClinics } from "../../support/new-patients.ts";
import { newProvider, removeNewProviders } from "../../support/new-providers.ts";

const BORN = "1991-02-03";
let provider: Provider;
let colleague: Provider;
let home: LocationId;
let elsewhere: LocationId;
let desk: string;
let patient: PatientId;
let slots: Slot[];
let nextSlot = 4;

beforeAll(async () => {
  [home, elsewhere] = await twoClinics();
  desk = await staffToken(home);
  provider = await newProvider("Lina Link");
  colleague = await newProvider("Lars Link");
  patient = await newPatient({ displayName: "Canary Person", birthDate: BORN });
  slots = await slotsOf(provider);
}, 30_000); // the first call of the file loads the Worker
afterEach(() => {
  vi.useRealTimers();
});
afterAll(async () => {
  await removeNewPatients();
  await removeNewProviders();
  await reset();
});

async function booked(): Promise<string> {
  const answer = await book(provider, slots[nextSlot++ * 2] as Slot, patient);
  expect(answer.status).toBe(201);
  return answer.body.id;
}
const read = async (id: string): Promise<Answer> =>
  call("GET", `/appointments/${id}`, { token: await patientToken(patient) });
const statusOf = async (id: string): Promise<string> => (await read(id)).body.status;
const mint = (id: string, action: string, auth = desk) =>
  call("POST", `/appointments/${id}/links`, { token: auth, body: { action } });
async function linkTo(id: string, action: string): Promise<string> {
  const answer = await mint(id, action);
  expect(answer.status).toBe(201);
  return new URL(answer.body.url).pathname;
}

interface Page {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}
async function page(path: string, fields?: Record<string, string>): Promise<Page> {
  const init = fields
    ? {
        method: "POST",
        body: new URLSearchParams(fields),
        headers: { "sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded" },
      }
    : {};
  const response = await exports.default.fetch(new Request(new URL(path, BASE), init));
  return { status: response.status, text: await response.text(), headers: response.headers };
}
const post = (path: string, fields: Record<string, string> = {}) => page(path, fields);
const headingOf = ({ text }: Page) => /<h1[^>]*>([^<]*)/.exec(text)?.[1];
const OVER = "This link can&#39;t be used any more.";
/** Without what differs from request to request by design: its id, and the dev server's nonce. */
const bare = ({ text }: Page) => text.replaceAll(/req_[\w-]+/g, "").replaceAll(/nonce="[^"]*"/g, "");
const isOver = (answer: Page) => {
  expect([answer.status, headingOf(answer)?.replace("'", "&#39;")]).toEqual([410, OVER]);
};
/** Nothing of whom, with whom, when and where. */
const saysNothing = ({ text }: Page) => {
  for (const secret of [
    "Canary",
    "Lina",
    "Lars",
    BORN,
    "primary",
    "Follow-up",
    ":00 ",
    home,
    patient,
    "<address",
  ])
    expect(text).not.toContain(secret);
};

describe("making a link", () => {
  it("[CO20] is for the desk of the clinic, administrators and services; a patient and a kiosk cannot", async () => {
    const id = await booked();
    const answer = await mint(id, "cancel");
    expect(answer.body).toEqual({
      action: "cancel",
      url: expect.stringMatching(/^https:\/\/openslot\.test\/l\/[A-Za-z0-9_-]{65}$/),
      expiresAt: expect.any(String),
    });
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const as = async (role: string, more = {}) =>
      (await mint(id, "view", await token({ sub: "someone", role, ...more }))).status;
    expect(await as("service")).toBe(201);
    expect((await mint(id, "view", await adminToken())).status).toBe(201);
    expect(await as("provider", { provider: provider.id })).toBe(201);
    expect(await as("provider", { provider: colleague.id })).toBe(404);
    expect(await as("kiosk", { clinics: [home] })).toBe(403);
    expect((await mint(id, "view", await patientToken(patient))).status).toBe(403);
    const foreign = await mint(id, "view", await staffToken(elsewhere));
    const missing = await mint(id.replace(/.$/, id.endsWith("0") ? "1" : "0"), "view");
    expect([foreign.status, { ...foreign.body, instance: "" }]).toEqual([
      404,
      { ...missing.body, instance: "" },
    ]);
    expect((await mint(id, "delete")).status).toBe(400);
    expect(
      (await call("POST", `/appointments/${id}/links`, { token: desk, body: { action: "view", id } })).status,
    ).toBe(400);
  });

  it("[CO20] for what the patient cannot do any more is refused", async () => {
    const id = await booked();
    await post(await linkTo(id, "cancel"));
    for (const action of ["confirm", "cancel", "move", "view"])
      expect((await mint(id, action)).body.rule).toBe("not-possible");
  });
});

describe("opening a link", () => {
  it.each([
    ["confirm", "confirmed"],
    ["cancel", "cancelled"],
  ])(
    "[CO22] [CO25] %s: GET changes nothing, POST does it once, and then it is over",
    async (action, status) => {
      const id = await booked();
      const path = await linkTo(id, action);
      for (let n = 0; n < 3; n++) {
        const asked = await page(path);
        expect(asked.status).toBe(200);
        saysNothing(asked);
        expect(asked.headers.get("referrer-policy")).toBe("no-referrer");
        expect(asked.headers.get("cache-control")).toBe("no-store");
      }
      expect(await statusOf(id)).toBe("booked");
      const done = await post(path);
      expect(done.status).toBe(200);
      saysNothing(done);
      expect(await statusOf(id)).toBe(status);
      isOver(await post(path));
      isOver(await page(path));
    },
  );

  it("[CO22] twenty at once are one success, also after an eviction of the calendar", async () => {
    const id = await booked();
    const path = await linkTo(id, "confirm");
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(path)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const answer of answers.filter(({ status }) => status !== 200)) isOver(answer);
    expect((await read(id)).body.version).toBe(2);
    await evict(calendarOf(provider.id));
    isOver(await post(path));
    expect((await read(id)).body.version).toBe(2);
  });

  it("[CO22] of two links to the same, each is used for itself", async () => {
    const id = await booked();
    const [one, other] = [await linkTo(id, "confirm"), await linkTo(id, "confirm")];
    expect((await post(one)).status).toBe(200);
    isOver(await post(one));
    isOver(await post(other)); // what it offers is not possible any more
    expect((await read(id)).body.version).toBe(2);
  });

  it("[CO22] what the rules refuse leaves the link as it was", async () => {
    const id = await booked();
    const path = await linkTo(id, "check-in"); // the visit is days away
    const refused = await post(path);
    expect([refused.status, await statusOf(id)]).toEqual([422, "booked"]);
    saysNothing(refused);
    expect((await page(path)).status).toBe(200);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.parse((await read(id)).body.start) - 60_000 });
    expect((await post(path)).status).toBe(200);
    isOver(await post(path));
    vi.useRealTimers();
    expect(await statusOf(id)).toBe("checked-in");
  });

  it("[CO23] forged, expired, used, of a moved and of a cancelled appointment are one page without detail", async () => {
    const id = await booked();
    const [confirm, cancel, view] = await Promise.all(
      ["confirm", "cancel", "view"].map((what) => linkTo(id, what)),
    );
    const [a, b] = [confirm as string, cancel as string];
    const forged = a.slice(0, -1) + (a.endsWith("A") ? "B" : "A");
    const first = await page(forged);
    isOver(first);
    isOver(await post("/l/nonsense"));
    const now = await read(id);
    const moved = await call("PATCH", `/appointments/${id}`, {
      token: await patientToken(patient),
      ifMatch: now.headers.get("etag") as string,
      body: { start: (slots[nextSlot++ * 2] as Slot).start },
    });
    expect(moved.status).toBe(200);
    for (const path of [a, b, view as string]) {
      isOver(await page(path));
      isOver(await post(path, { birthDate: BORN }));
    }
    const fresh = await linkTo(id, "view");
    vi.useFakeTimers({ toFake: ["Date"], now: Date.parse(moved.body.end) + 1_000 });
    isOver(await page(fresh));
    vi.useRealTimers();
    await post(await linkTo(id, "cancel"));
    const late = await page(fresh);
    isOver(late);
    expect(bare(late)).toBe(bare(first).replaceAll(forged, fresh));
    expect(await statusOf(id)).toBe("cancelled");
  });

  it("[CO23] a link does its own action only, whatever the form says", async () => {
    const id = await booked();
    const path = await linkTo(id, "view");
    await post(path, { action: "cancel", slot: `${slots[0]?.start}@${home}`, proof: "x" });
    await post(path, { birthDate: "1900-01-01", action: "confirm" });
    expect((await read(id)).body).toMatchObject({ status: "booked", version: 1 });
    const confirm = await linkTo(id, "confirm");
    await post(confirm, { action: "cancel", birthDate: BORN });
    expect(await statusOf(id)).toBe("confirmed");
  });

  it("[CO25] a form of another site does nothing", async () => {
    const id = await booked();
    const path = await linkTo(id, "cancel");
    const response = await exports.default.fetch(
      new Request(new URL(path, BASE), { method: "POST", headers: { "sec-fetch-site": "cross-site" } }),
    );
    await response.text();
    expect([response.status, await statusOf(id)]).toEqual([403, "booked"]);
  });

  it("[CO23] an appointment that never was creates no calendar, however well it is signed", async () => {
    const { mintSignedLink } = await import("../../../workers/edge/signed-links.ts");
    const { mintAppointmentId } = await import("../../../workers/edge/routing-ids.ts");
    const { parseEdgeSettings } = await import("../../../workers/config.ts");
    const keys = parseEdgeSettings(env).ID_KEYS;
    const id = mintAppointmentId(keys, "prv_000000000000" as ProviderId);
    const start = Date.now() + 86_400_000;
    const facts = { ...(await read(await booked())).body, id, start, end: start + 1_000 };
    const minted = mintSignedLink(keys, facts, "view", Date.now() as never);
    if (!minted.ok) throw new Error(minted.error);
    isOver(await page(`/l/${minted.value.token}`));
  });
});

describe("the date of birth", () => {
  it("[CO24] [CO25] opens a look once; before it nothing is said, and a wrong one changes nothing", async () => {
    const id = await booked();
    const path = await linkTo(id, "view");
    saysNothing(await page(path));
    const wrong = await post(path, { birthDate: "1991-02-04" });
    expect(wrong.status).toBe(422);
    saysNothing(wrong);
    const shown = await post(path, { birthDate: BORN });
    expect(shown.status).toBe(200);
    expect(shown.text).toContain("Lina Link");
    expect(shown.text).not.toContain("Canary");
    isOver(await post(path, { birthDate: BORN }));
    expect((await read(id)).body).toMatchObject({ status: "booked", version: 1 });
  });

  it("[CO24] three tries exactly, in a burst too; from then on the right one is answered like a wrong one", async () => {
    const id = await booked();
    const path = await linkTo(id, "view");
    const wrong = await post(path, { birthDate: "1950-01-01" });
    const burst = await Promise.all(
      Array.from({ length: 30 }, (_, n) => post(path, { birthDate: `19${60 + n}-01-01` })),
    );
    for (const answer of burst) expect([answer.status, bare(answer)]).toEqual([422, bare(wrong)]);
    const right = await post(path, { birthDate: BORN });
    expect([right.status, bare(right)]).toEqual([422, bare(wrong)]);
    await evict(calendarOf(provider.id));
    expect((await post(path, { birthDate: BORN })).status).toBe(422);
    expect((await post(await linkTo(id, "view"), { birthDate: BORN })).status).toBe(200); // the desk makes another one
  });

  it("[CO22] [CO24] the right one ten times at once: one look, and no more than three answers to a guess", async () => {
    const id = await booked();
    const path = await linkTo(id, "view");
    const burst = await Promise.all(Array.from({ length: 10 }, () => post(path, { birthDate: BORN })));
    expect(burst.filter(({ text }) => text.includes("Lina Link"))).toHaveLength(1);
  });

  it("[CO22] opens the choice of another time; of two that are chosen at once one is taken", async () => {
    const id = await booked();
    const path = await linkTo(id, "move");
    saysNothing(await page(path));
    const asked = await post(path, { slot: `${slots[0]?.start}@${home}`, proof: "b.99999999999999.x" });
    saysNothing(asked);
    const choice = await post(path, { birthDate: BORN });
    expect(choice.status).toBe(200);
    const proof = /name="proof" value="([^"]+)"/.exec(choice.text)?.[1] as string;
    const free = [...choice.text.matchAll(/name="slot" value="([^"]+)"/g)].map(
      ([, value]) => value as string,
    );
    expect(free.length).toBeGreaterThan(3);
    const [first, second] = [free[1], free[3]] as [string, string];
    const answers = await Promise.all([
      post(path, { proof, slot: first }),
      post(path, { proof, slot: second }),
      post(path, { proof, slot: first }),
    ]);
    const moved = (await read(id)).body;
    expect(moved.version).toBe(2);
    expect([first.split("@")[0], second.split("@")[0]]).toContain(moved.start);
    expect(answers.filter(({ text }) => text.includes("was moved")).length).toBeGreaterThanOrEqual(1);
    isOver(await post(path, { proof, slot: second }));
    isOver(await page(path));
    const other = await linkTo(id, "move");
    expect((await post(other, { proof, slot: second })).text).not.toContain("was moved"); // a proof is of its link
    expect((await read(id)).body.version).toBe(2);
  });
});
