/** The history of an appointment through HTTP: from the calendar's commands over the log and Postgres to the answer. */
import { reset, runDurableObjectAlarm } from "cloudflare:test";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import "../../../workers/edge/index.tsx";
import {
  book,
  calendarOf,
  call,
  drainLog,
  patientToken,
  type Slot,
  slotsOf,
  somePatient,
  someProvider,
  staffToken,
  token,
} from "../../support/edge.ts";

afterEach(() => vi.restoreAllMocks());
afterAll(() => reset());

async function aLife() {
  const provider = await someProvider();
  const slots = await slotsOf(provider);
  const [first, second] = [slots[0], slots[6]] as [Slot, Slot];
  const patient = somePatient();
  const own = await patientToken(patient);
  const { body: booked } = await book(provider, first, patient);
  const path = `/appointments/${booked.id}`;
  await call("PATCH", path, { token: own, ifMatch: '"v1"', body: { start: second.start } });
  await call("DELETE", path, { token: own, ifMatch: '"v2"' });
  await runDurableObjectAlarm(calendarOf(provider.id));
  return { provider, first, second, own, path: `${path}/history` };
}

describe("GET /v1/appointments/{id}/history", () => {
  it("[P7] [T1] tells each version in clinic time to the patient, the desk and the provider", async () => {
    const { provider, first, second, own, path } = await aLife();
    expect((await call("GET", path, { token: own })).body).toEqual({ data: [] }); // Postgres has not heard yet
    await drainLog();
    const answer = await call("GET", path, { token: own });
    expect(answer.status).toBe(200);
    const place = { providerId: provider.id, locationId: second.locationId };
    expect(answer.body).toEqual({
      data: [
        {
          version: 1,
          change: "booked",
          status: "booked",
          start: first.start,
          end: first.end,
          ...place,
          locationId: first.locationId,
          at: expect.stringMatching(/T.*[+-]\d\d:\d\d$/),
        },
        {
          version: 2,
          change: "moved",
          status: "booked",
          start: second.start,
          end: second.end,
          ...place,
          at: expect.any(String),
        },
        {
          version: 3,
          change: "cancelled",
          status: "cancelled",
          start: second.start,
          end: second.end,
          ...place,
          at: expect.any(String),
        },
      ],
    });
    const desk = await staffToken(second.locationId);
    const doctor = await token({ sub: provider.id, role: "provider", provider: provider.id });
    for (const who of [desk, doctor])
      expect((await call("GET", path, { token: who })).body).toEqual(answer.body);
  });

  it("[P7] [A1] is the one 404 for a stranger, another clinic and an id that is not there; a kiosk is 403", async () => {
    const { own, path } = await aLife();
    await drainLog();
    const elsewhere = await staffToken("loc_aaaaaaaaaaaa");
    const kiosk = await token({ sub: "ksk_test", role: "kiosk", clinics: ["loc_aaaaaaaaaaaa"] });
    const stranger = await patientToken(somePatient());
    const missing = await call("GET", "/appointments/apt_nothing/history", { token: own });
    expect(missing.status).toBe(404);
    for (const who of [elsewhere, stranger]) {
      const answer = await call("GET", path, { token: who });
      expect(answer.body).toEqual({ ...missing.body, instance: expect.any(String) });
    }
    expect((await call("GET", path, { token: kiosk })).status).toBe(403);
    expect((await call("GET", path)).status).toBe(401);
  });

  it("[P7] [K7] is 503 with Retry-After while Postgres is away", async () => {
    const { own, path } = await aLife();
    vi.spyOn(globalThis, "fetch").mockRejectedValue(new Error("planted: Postgres is away"));
    const answer = await call("GET", path, { token: own });
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).not.toBeNull();
  });
});
