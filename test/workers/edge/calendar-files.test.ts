/**
 * Proves over HTTP who gets which calendar: a file like the appointment itself, a feed by its own address only. What is
 * in them is proven in test/core/ical; that workerd knows the same zones is proven here by one file.
 */
import { reset } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { afterAll, describe, expect, it } from "vitest";
import "../../../workers/edge/index.tsx";
import type { AppointmentFacts } from "../../../core/booking/appointment.ts";
import { agendaShardOf, type PatientId } from "../../../core/ids.ts";
import { DAY_MS, instant, MINUTE_MS } from "../../../core/time.ts";
import { mintFeedToken, opensFeed } from "../../../workers/edge/calendar-links.ts";
import {
  type Answer,
  BASE,
  book,
  call,
  freshKey,
  patientToken,
  type Slot,
  slotsOf,
  somePatient,
  someProvider,
  staffToken,
  token,
} from "../../support/edge.ts";
import { type Component, instantOf, partsOf, readCalendar, textOf } from "../../support/ical-reader.ts";

afterAll(() => reset());

const eventsIn = (answer: Answer): Component[] => partsOf(readCalendar(answer.body), "VEVENT");

async function booked() {
  const provider = await someProvider();
  const slots = await slotsOf(provider);
  const slot = slots[1] as Slot;
  const patient = somePatient();
  const { body } = await book(provider, slot, patient, freshKey(), { reason: "CANARY-REASON" });
  return {
    slot,
    other: slots[9] as Slot,
    patient,
    own: await patientToken(patient),
    path: `/appointments/${body.id}`,
    id: body.id as string,
  };
}

/** The feed's path below the base, as the patient is given it. */
async function feedOf(patient: PatientId): Promise<string> {
  const answer = await call("POST", `/patients/${patient}/calendar-links`, {
    token: await patientToken(patient),
  });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(answer.body.url.startsWith(`${BASE}/patients/${patient}/calendar.ics?token=`)).toBe(true);
  return answer.body.url.slice(BASE.length);
}

describe("a file", () => {
  it("[I5] [I1] [I2] is had by whoever reads the appointment, and follows a move and a cancellation", async () => {
    const { slot, other, own, path, id } = await booked();
    const first = await call("GET", `${path}.ics`, { token: own });
    expect(first.status).toBe(200);
    expect(first.headers.get("content-type")).toBe("text/calendar; charset=utf-8");
    expect(first.headers.get("content-disposition")).toBe('attachment; filename="appointment.ics"');
    expect(first.body).not.toMatch(/CANARY|pat_/);
    expect(eventsIn(first).map((event) => textOf(event, "UID"))).toEqual([`${id}@openslot`]);
    const calendar = readCalendar(first.body);
    expect(instantOf(calendar, partsOf(calendar, "VEVENT")[0] as Component, "DTSTART")).toBe(
      Date.parse(slot.start),
    );
    expect(instantOf(calendar, partsOf(calendar, "VEVENT")[0] as Component, "DTEND")).toBe(
      Date.parse(slot.end),
    );
    const clinic = await call("GET", `/locations/${slot.locationId}`);
    expect(first.body.replaceAll("\r\n ", "").replaceAll("\\,", ",")).toContain(
      `LOCATION:${clinic.body.name}, `,
    );

    const etag = first.headers.get("etag") as string;
    const same = await call("GET", `${path}.ics`, { token: own, headers: { "if-none-match": etag } });
    expect(same.status).toBe(304);
    expect(
      (await call("PATCH", path, { token: own, ifMatch: '"v1"', body: { start: other.start } })).status,
    ).toBe(200);
    const moved = await call("GET", `${path}.ics`, { token: own, headers: { "if-none-match": etag } });
    expect(moved.status).toBe(200);
    expect((await call("DELETE", path, { token: own, ifMatch: '"v2"' })).status).toBe(200);
    const gone = await call("GET", `${path}.ics`, { token: await staffToken(slot.locationId) });
    const events = [first, moved, gone].flatMap(eventsIn);
    expect(events.map((event) => textOf(event, "SEQUENCE"))).toEqual(["0", "1", "2"]);
    expect(new Set(events.map((event) => textOf(event, "UID"))).size).toBe(1);
    expect(textOf(readCalendar(gone.body), "METHOD")).toBe("CANCEL");
  });

  it("[I5] [A1] [A3] is the same 404 for a stranger and an invented id; a kiosk is 403, nobody is 401", async () => {
    const { slot, path } = await booked();
    const stranger = await patientToken(somePatient());
    const invented = await call("GET", `/appointments/apt_${"0".repeat(32)}.ics`, { token: stranger });
    expect(invented).toMatchObject({ status: 404, body: { type: "/problems/not-found" } });
    const bare = ({ body }: Answer) => ({ ...body, instance: null });
    const kiosk = await token({ sub: "k", role: "kiosk", clinics: [slot.locationId] });
    for (const auth of [stranger, await staffToken("loc_000000000000")])
      expect(bare(await call("GET", `${path}.ics`, { token: auth }))).toEqual(bare(invented));
    expect((await call("GET", `${path}.ics`, { token: kiosk })).status).toBe(403);
    expect((await call("GET", `${path}.ics`)).status).toBe(401);
  });
});

describe("a feed", () => {
  it("[I6] [I7] opens with its own address and no header, and shows what the patient's list shows", async () => {
    const { patient, own, path, id } = await booked();
    const feed = await feedOf(patient);
    expect(await feedOf(patient)).toBe(feed);
    const first = await call("GET", feed);
    expect(first.status).toBe(200);
    expect(first.headers.get("content-type")).toBe("text/calendar; charset=utf-8");
    expect(first.headers.get("content-disposition")).toBeNull();
    expect(first.body).not.toMatch(/CANARY|pat_/);
    expect(eventsIn(first).map((event) => textOf(event, "UID"))).toEqual([`${id}@openslot`]);
    const etag = first.headers.get("etag") as string;
    expect((await call("GET", feed, { headers: { "if-none-match": etag } })).status).toBe(304);
    await call("DELETE", path, { token: own, ifMatch: '"v1"' });
    const after = await call("GET", feed, { headers: { "if-none-match": etag } });
    expect(eventsIn(after).map((event) => [textOf(event, "STATUS"), textOf(event, "SEQUENCE")])).toEqual([
      ["CANCELLED", "1"],
    ]);
    const empty = await call("GET", await feedOf(somePatient()));
    expect(empty.status).toBe(200);
    expect(eventsIn(empty)).toEqual([]);
  });

  it("[I6] [A1] a wrong, missing or foreign token is the 404 of a feed that is not there", async () => {
    const { patient, own } = await booked();
    const feed = await feedOf(patient);
    const path = feed.split("?")[0] as string;
    const others = (await feedOf(somePatient())).split("token=")[1];
    const token1 = feed.split("token=")[1] as string;
    const flipped = `${token1.slice(0, -2)}${token1.at(-2) === "A" ? "B" : "A"}${token1.at(-1)}`;
    const bare = ({ status, body }: Answer) => ({ status, ...body, instance: null });
    const missing = bare(await call("GET", "/patients/pat_zz0000000000000/calendar.ics?token=x"));
    expect(missing.status).toBe(404);
    for (const query of [
      "",
      "?token=",
      `?token=${others}`,
      `?token=${flipped}`,
      `?token=${own}`,
      `?token=z${token1.slice(1)}`,
    ])
      expect(bare(await call("GET", path + query))).toEqual(missing);
    expect(bare(await call("GET", path, { token: own }))).toEqual(missing); // not even with the patient's session
    // The feed's token is no session: it opens no list.
    expect((await call("GET", `/patients/${patient}/appointments`, { token: token1 })).status).toBe(401);
  });

  it("[I6] [A2] only the patient gets the address", async () => {
    const { patient, slot } = await booked();
    const path = `/patients/${patient}/calendar-links`;
    expect((await call("POST", path)).status).toBe(401);
    expect((await call("POST", path, { token: await patientToken(somePatient()) })).status).toBe(404);
    expect((await call("POST", path, { token: await staffToken(slot.locationId) })).status).toBe(403);
  });

  it("[I6] a new key changes the address, the old address opens while its key is in the ring, and no longer", () => {
    const patient = somePatient();
    const old = [["a", "x".repeat(43)]] as const;
    const both = [["b", "y".repeat(43)], ...old] as const;
    const given = mintFeedToken(old, patient);
    expect(mintFeedToken(both, patient)).not.toBe(given);
    expect([opensFeed(old, patient, given), opensFeed(both, patient, given)]).toEqual([true, true]);
    expect(opensFeed([["b", "y".repeat(43)]], patient, given)).toBe(false);
    expect(opensFeed(both, somePatient(), given)).toBe(false);
    expect(opensFeed(both, patient, `${given}=`)).toBe(false);
  });

  it("[I7] goes 30 days back and 365 ahead and has at most 500 events", async () => {
    const { slot } = await booked();
    const patient = somePatient();
    const facts = (n: number, start: number): AppointmentFacts => ({
      id: `apt_${String(n).padStart(32, "0")}` as never,
      providerId: "prv_000000000000" as never,
      patientId: patient,
      locationId: slot.locationId as never,
      visitTypeId: "vst_000000000000" as never,
      timeZone: "Europe/Dublin",
      start: instant(start),
      end: instant(start + 20 * MINUTE_MS),
      status: n % 2 ? "cancelled" : "booked",
      version: 1,
      source: "patient",
      createdAt: instant(0),
      updatedAt: instant(0),
      checkedInAt: null,
      cancelledAt: null,
      cancellationReason: null,
      override: null,
    });
    const agenda = env.PATIENT_AGENDA.getByName(`shard-${agendaShardOf(patient)}`);
    const news = (from: number, count: number, day: number) =>
      agenda.observe(
        Array.from({ length: count }, (_, i) => ({
          facts: facts(from + i, Date.now() + day * DAY_MS + i * 30 * MINUTE_MS),
          cause: null,
        })),
      );
    await news(1, 1, -31);
    await news(2, 1, -29);
    await news(3, 1, 364);
    await news(4, 1, 366);
    const feed = await feedOf(patient);
    const ids = async () =>
      eventsIn(await call("GET", feed)).map((event) =>
        Number(/(\d+)@/.exec(textOf(event, "UID") ?? "")?.[1]),
      );
    expect(await ids()).toEqual([2, 3]);
    await news(1_000, 510, 1);
    expect(await ids()).toHaveLength(500);
  });

  it("[I6] answers HEAD as calendar programs ask it", async () => {
    const feed = await feedOf(somePatient());
    const response = await exports.default.fetch(new Request(`${BASE}${feed}`, { method: "HEAD" }));
    expect(response.status).toBe(200);
    expect(response.headers.get("etag")).toMatch(/^"[\w-]{22}"$/);
  });
});
