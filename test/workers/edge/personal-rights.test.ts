/** Proves what a patient can have of us: everything we hold of them as a file, and that we forget it, whatever breaks meanwhile. */
import { runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { describe, expect, it, vi } from "vitest";
import type { Provider } from "../../../core/directory/directory.ts";
import { agendaShardOf, type PatientId, type ProviderId } from "../../../core/ids.ts";
import * as queries from "../../../db/index.ts";
import { isTheirs } from "../../../workers/edge/api/patient-deletion.ts";
import { type Forgetting, forgetPatient, goOnForgetting } from "../../../workers/forget-patient.ts";
import {
  type Answer,
  adminToken,
  book,
  calendarOf,
  call,
  db,
  drainAudit,
  drainLog,
  freshKey,
  patientToken,
  slotsOf,
  somePatient,
  someProvider,
  staffToken,
} from "../../support/edge.ts";

const forgetting = { ...env } as unknown as Forgetting;
const agendaOf = (patient: PatientId) => env.PATIENT_AGENDA.getByName(`shard-${agendaShardOf(patient)}`);

interface Person {
  readonly id: PatientId;
  readonly token: string;
  readonly homeLocationId: string;
}

/** Somebody with everything that a record can have. */
async function aPerson(homeLocationId: string): Promise<Person> {
  const made = await call("POST", "/patients", {
    token: await adminToken(),
    key: freshKey(),
    body: {
      displayName: "Canary Person",
      birthDate: "1984-05-17",
      email: "canary-person@example.test",
      phone: "+15555550123",
      homeLocationId,
      preferredLanguage: "es",
      accessNeeds: ["wheelchair"],
      preferences: { channels: ["sms"] },
    },
  });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  const id = made.body.id as PatientId;
  return { id, token: await patientToken(id), homeLocationId };
}

async function aVisit(provider: Provider, person: Person, at: number): Promise<Answer> {
  const slot = (await slotsOf(provider))[at];
  if (!slot) throw new Error("a seeded provider has free times");
  const booked = await book(provider, slot, person.id, freshKey(), {
    reason: "CANARY-REASON",
    notes: "CANARY-NOTES",
  });
  expect(booked.status).toBe(201);
  return booked;
}

/** The calendars tell the log from their alarms, some milliseconds later. */
const toldPostgres = (...visits: readonly Answer[]): Promise<void> =>
  vi.waitFor(
    async () => {
      await drainLog();
      const known = await queries.projectedAmong(
        db(),
        visits.map(({ body }) => body.id),
      );
      expect(known.size).toBe(visits.length);
    },
    { timeout: 5_000, interval: 50 },
  );

const rowsWithText = (provider: ProviderId, patient: PatientId) =>
  runInDurableObject(calendarOf(provider), (_, { storage }) =>
    storage.sql
      .exec<{ n: number }>(
        `SELECT count(*) AS n FROM appointment WHERE patient = ? AND
           (reason IS NOT NULL OR notes IS NOT NULL OR recent LIKE '%"reason":"%' OR recent LIKE '%"notes":"%')`,
        patient,
      )
      .one(),
  ).then(({ n }) => n);

const commandsWithText = (patient: PatientId) =>
  runInDurableObject(agendaOf(patient), (_, { storage }) =>
    storage.sql
      .exec<{ n: number }>(
        `SELECT count(*) AS n FROM command WHERE patient = ? AND (row LIKE '%"reason":"a.%' OR row LIKE '%"reason":"b.%' OR row LIKE '%"notes":"b.%')`,
        patient,
      )
      .one(),
  ).then(({ n }) => n);

const deletionOf = async (patient: PatientId) =>
  (
    await db().execute<{ requested_by: string; done: boolean }>(
      sql`SELECT requested_by, done_at IS NOT NULL AS done FROM patient_deletion WHERE patient_id = ${patient}`,
    )
  ).rows[0];

const remove = (
  id: string,
  token: string,
  more: { ifMatch?: string; apply?: boolean; cancel?: boolean } = {},
) =>
  call("POST", `/patients/${id}/deletion${more.apply ? "?apply=true" : ""}`, {
    token,
    ...(more.ifMatch ? { ifMatch: more.ifMatch } : {}),
    body: more.cancel ? { appointments: "cancel" } : {},
  });

describe("an export", () => {
  it("[PD12] has the record, each appointment with its texts, and what became of it; it is a file that no cache keeps", async () => {
    const provider = await someProvider();
    const person = await aPerson(provider.calendar.sites[0]?.locationId ?? "");
    const first = await aVisit(provider, person, 0);
    await toldPostgres(first);
    const second = await aVisit(provider, person, 6); // the log has not told Postgres of it
    const answer = await call("GET", `/patients/${person.id}/export`, { token: person.token });
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(answer.headers.get("content-disposition")).toMatch(
      /^attachment; filename="openslot-export-\d{4}-\d\d-\d\d\.json"$/,
    );
    const { patient, appointments, proxies, page } = answer.body;
    expect(patient).toMatchObject({ id: person.id, displayName: "Canary Person", birthDate: "1984-05-17" });
    expect(proxies).toEqual({ whoActForYou: [], forWhomYouAct: [] });
    expect(page).toEqual({ next: null });
    const byId = new Map(appointments.map((one: { id: string }) => [one.id, one]));
    expect([...byId.keys()].sort()).toEqual([first.body.id, second.body.id].sort());
    expect(byId.get(first.body.id)).toMatchObject({
      ...first.body,
      notes: "CANARY-NOTES",
      provider: provider.displayName,
      history: [{ version: 1, change: "booked", status: "booked", start: first.body.start }],
    });
  });

  it("[PD12] is the home clinic's too, who gets of appointments what they may read; to others there is none", async () => {
    const provider = await someProvider();
    const home = provider.calendar.sites[0]?.locationId ?? "";
    const person = await aPerson(home);
    await aVisit(provider, person, 0);
    const path = `/patients/${person.id}/export`;
    const desk = await call("GET", path, { token: await staffToken(home) });
    expect([desk.status, desk.body.patient.id]).toEqual([200, person.id]);
    for (const { locationId } of desk.body.appointments) expect(locationId).toBe(home);
    const strangers = [await patientToken(somePatient()), await staffToken("loc_000000000000")];
    for (const token of strangers) expect((await call("GET", path, { token })).status).toBe(404);
    expect((await call("GET", path)).status).toBe(401);
    expect((await call("GET", `${path}?cursor=x`, { token: person.token })).status).toBe(400);
  });
});

describe("proxies", () => {
  it("[PD9] [PD12] are in the export in both directions, and end with the record", async () => {
    const provider = await someProvider();
    const home = provider.calendar.sites[0]?.locationId ?? "";
    const [parent, person, child] = [await aPerson(home), await aPerson(home), await aPerson(home)];
    await db().execute(sql`INSERT INTO patient_proxy (id, patient_id, proxy_patient_id, relation, since, granted_by, granted_by_subject) VALUES
      ('cns_0000000000p1', ${person.id}, ${parent.id}, 'parent', '2026-01-02T00:00:00Z', 'patient', ${person.id}),
      ('cns_0000000000p2', ${child.id}, ${person.id}, 'guardian', '2026-03-04T00:00:00Z', 'patient', ${child.id})`);
    const { body } = await call("GET", `/patients/${person.id}/export`, { token: person.token });
    expect(body.proxies).toEqual({
      whoActForYou: [
        { patientId: parent.id, relation: "parent", since: "2026-01-02T00:00:00.000Z", revokedAt: null },
      ],
      forWhomYouAct: [
        { patientId: child.id, relation: "guardian", since: "2026-03-04T00:00:00.000Z", revokedAt: null },
      ],
    });
    expect((await remove(person.id, person.token, { apply: true, ifMatch: '"v1"' })).status).toBe(200);
    const { rows } = await db().execute<{ open: number }>(
      sql`SELECT count(*)::int AS open FROM patient_proxy
        WHERE ${person.id} IN (patient_id, proxy_patient_id) AND revoked_at IS NULL`,
    );
    expect(rows[0]?.open).toBe(0);
  });

  it("[PD11] delete nobody's record but their own", () => {
    const [own, other] = [somePatient(), somePatient()];
    const proxy = { role: "patient", subject: own, patientId: own, represents: [other] } as const;
    expect([isTheirs(proxy, { id: own }), isTheirs(proxy, { id: other })]).toEqual([true, false]);
    expect(isTheirs({ role: "staff", subject: "stf_1", clinics: [] }, { id: other })).toBe(true);
  });
});

describe("a deletion", () => {
  it("[PD11] is told first: what goes, what stays and why, what stands; nothing has changed", async () => {
    const provider = await someProvider();
    const person = await aPerson(provider.calendar.sites[0]?.locationId ?? "");
    const visit = await aVisit(provider, person, 0);
    const told = await remove(person.id, person.token);
    expect([told.status, told.headers.get("etag")]).toEqual([200, '"v1"']);
    expect(told.body).toMatchObject({ applied: false, version: 1, standing: { count: 1 } });
    expect(told.body.standing.appointments[0].id).toBe(visit.body.id);
    expect(told.body.deletes).toContain("reasons-and-notes");
    expect(told.body.keeps).toContainEqual({ what: "year-of-birth", why: "medical-record" });
    const record = await call("GET", `/patients/${person.id}`, { token: person.token });
    expect(record.body).toMatchObject({ displayName: "Canary Person", version: 1, active: true });
  });

  it("[PD11] waits for what is to come, unless that is to be cancelled with it, and for the version that was seen", async () => {
    const provider = await someProvider();
    const person = await aPerson(provider.calendar.sites[0]?.locationId ?? "");
    const visit = await aVisit(provider, person, 0);
    expect((await remove(person.id, person.token, { apply: true })).status).toBe(428);
    expect(
      (await remove(person.id, person.token, { apply: true, ifMatch: '"v7"', cancel: true })).status,
    ).toBe(412);
    const kept = await remove(person.id, person.token, { apply: true, ifMatch: '"v1"' });
    expect([kept.status, kept.body.rule, kept.body.left]).toEqual([422, "future-appointments", 1]);
    const read = () => call("GET", `/appointments/${visit.body.id}`, { token: person.token });
    expect((await read()).body.status).toBe("booked");
    const done = await remove(person.id, person.token, { apply: true, ifMatch: '"v1"', cancel: true });
    expect(done.body).toMatchObject({ applied: true, version: 2, finished: true });
    expect((await read()).body).toMatchObject({ status: "cancelled", cancellationReason: "patient-request" });
  });

  it("[PD9] takes away what says who somebody is, and every text wherever it lies; times and status stay", async () => {
    const [one, other] = [await someProvider(), await someProvider()];
    const person = await aPerson(one.calendar.sites[0]?.locationId ?? "");
    const [first, second] = [await aVisit(one, person, 0), await aVisit(other, person, 9)];
    await toldPostgres(first, second);
    expect([await rowsWithText(one.id, person.id), await rowsWithText(other.id, person.id)]).toEqual([1, 1]);
    expect(await commandsWithText(person.id)).toBe(2);
    const done = await remove(person.id, person.token, { apply: true, ifMatch: '"v1"', cancel: true });
    expect(done.body).toMatchObject({ applied: true, finished: true });
    expect([await rowsWithText(one.id, person.id), await rowsWithText(other.id, person.id)]).toEqual([0, 0]);
    expect(await commandsWithText(person.id)).toBe(0);
    expect(await deletionOf(person.id)).toEqual({ requested_by: "patient", done: true });
    const { rows } = await db().execute(sql`SELECT * FROM patient WHERE id = ${person.id}`);
    expect(JSON.stringify(rows)).not.toMatch(/canary|Canary|555|wheelchair|-05-17|"es"|sms/);
    expect(rows[0]).toMatchObject({ display_name: "Deleted person", birth_date: "1984-01-01" });
    for (const visit of [first, second]) {
      const read = await call("GET", `/appointments/${visit.body.id}`, { token: person.token });
      expect(read.body).toMatchObject({ start: visit.body.start, status: "cancelled" });
      expect(read.body).not.toHaveProperty("reason");
    }
    const found = await call("POST", "/patients/search", {
      token: await adminToken(),
      body: { name: "Canary Person", birthDate: "1984-05-17" },
    });
    expect(found.body.data.map(({ id }: { id: string }) => id)).not.toContain(person.id);
  });

  it("[PD11] cannot be undone: nobody changes, activates or merges a deleted record; asking again says how far it is", async () => {
    const provider = await someProvider();
    const home = provider.calendar.sites[0]?.locationId ?? "";
    const [person, double] = [await aPerson(home), await aPerson(home)];
    const desk = await staffToken(home);
    const done = await remove(person.id, desk, { apply: true, ifMatch: '"v1"' });
    expect(done.body).toMatchObject({ applied: true, finished: true });
    expect((await deletionOf(person.id))?.requested_by).toBe("clinic");
    const again = await remove(person.id, desk, { apply: true });
    expect([again.status, again.body.applied, again.body.finished]).toEqual([200, true, true]);
    const body = {
      displayName: "Back",
      birthDate: "1984-05-17",
      email: null,
      phone: null,
      homeLocationId: home,
    };
    const refused = [
      await call("PUT", `/patients/${person.id}`, { token: desk, ifMatch: '"v2"', body }),
      await call("POST", `/patients/${person.id}/activate?apply=true`, {
        token: desk,
        ifMatch: '"v2"',
        body: {},
      }),
      await call("POST", `/patients/${double.id}/merge?apply=true`, {
        token: desk,
        ifMatch: '"v1"',
        body: { into: person.id },
      }),
    ];
    for (const { status, body: problem } of refused)
      expect([status, problem.rule]).toEqual([422, "patient-deleted"]);
  });

  it("[PD11] is nobody else's: not a stranger's, not a foreign desk's", async () => {
    const provider = await someProvider();
    const person = await aPerson(provider.calendar.sites[0]?.locationId ?? "");
    for (const token of [await patientToken(somePatient()), await staffToken("loc_000000000000")])
      expect((await remove(person.id, token, { apply: true, ifMatch: '"v1"' })).status).toBe(404);
    expect(await deletionOf(person.id)).toBeUndefined();
  });

  it("[PD10] that breaks off at any step is gone on with, and ends the same", async () => {
    const [one, other] = [await someProvider(), await someProvider()];
    const person = await aPerson(one.calendar.sites[0]?.locationId ?? "");
    const visits = [await aVisit(one, person, 0), await aVisit(other, person, 9)];
    for (const { body } of visits)
      await call("DELETE", `/appointments/${body.id}`, { token: person.token, ifMatch: '"v1"' });
    await toldPostgres(...visits);
    await queries.deletePatient(db(), { id: person.id, mergedFrom: [], version: 1, by: "patient" }); // and the process died
    const [open] = await queries.openDeletions(db(), 1, person.id);
    if (!open) throw new Error("it is open");

    const dead = () => {
      throw new Error("planted: the call died");
    };
    const broken: Forgetting[] = [
      { ...forgetting, PATIENT_AGENDA: { getByName: dead } as never },
      { ...forgetting, PROVIDER_CALENDAR: { getByName: dead } as never },
      { ...forgetting, IDENTITY: { forgetPatient: dead } },
    ];
    for (const parts of broken) {
      await expect(forgetPatient(parts, db(), queries, open)).rejects.toThrow("planted");
      expect((await deletionOf(person.id))?.done).toBe(false);
    }
    const forgotten: PatientId[] = [];
    const issuer = { forgetPatient: async (id: PatientId) => void forgotten.push(id) };
    await goOnForgetting({ ...forgetting, IDENTITY: issuer }, db(), queries);
    expect(forgotten).toContain(person.id);
    expect((await deletionOf(person.id))?.done).toBe(true);
    expect([await rowsWithText(one.id, person.id), await rowsWithText(other.id, person.id)]).toEqual([0, 0]);
    expect(await forgetPatient(forgetting, db(), queries, open)).toBe(true);
  });

  it("[PD10] follows an appointment to the calendar that it went to, before the log has told of it", async () => {
    const [one, other] = [await someProvider(), await someProvider()];
    const person = await aPerson(one.calendar.sites[0]?.locationId ?? "");
    const visit = await aVisit(one, person, 0);
    await toldPostgres(visit);
    const slot = (await slotsOf(other))[20];
    const moved = await call("PATCH", `/appointments/${visit.body.id}`, {
      token: await adminToken(),
      ifMatch: '"v1"',
      body: {
        providerId: other.id,
        start: slot?.start,
        locationId: slot?.locationId,
        visitTypeId: other.visitTypeIds[0],
      },
    });
    expect(moved.status, JSON.stringify(moved.body)).toBe(200);
    expect(await rowsWithText(other.id, person.id)).toBe(1);
    const done = await remove(person.id, person.token, { apply: true, ifMatch: '"v1"', cancel: true });
    expect(done.body, JSON.stringify(done.body)).toMatchObject({ applied: true });
    await toldPostgres(visit);
    await goOnForgetting(forgetting, db(), queries);
    expect(await rowsWithText(other.id, person.id)).toBe(0);
    expect((await deletionOf(person.id))?.done).toBe(true);
  });
});

describe("the page", () => {
  const page = async (method: string, path: string, token?: string, form?: Record<string, string>) => {
    const headers = new Headers({ "sec-fetch-site": "same-origin", accept: "text/html" });
    if (token) headers.set("cookie", `__Host-openslot_sample=${token}`);
    const body = form ? new URLSearchParams(form) : null;
    const request = new Request(`https://openslot.test${path}`, {
      method,
      headers,
      body,
      redirect: "manual",
    });
    const response = await exports.default.fetch(request);
    return { status: response.status, headers: response.headers, text: await response.text() };
  };

  it("[PD13] says to everybody what is kept, where, how long and who sees it, and stands in the foot of every page", async () => {
    const told = await page("GET", "/privacy");
    expect([told.status, told.headers.get("cache-control")]).toEqual([200, "no-store"]);
    for (const part of ["What we keep about you", "How long:", "Who sees it:", "/sign-in?return=/privacy"])
      expect(told.text).toContain(part);
    expect(told.text).not.toContain("/privacy/delete");
    expect((await page("GET", "/sign-in")).text).toContain('href="/privacy"');
    const stranger = await page("GET", "/privacy/delete");
    expect([stranger.status, stranger.headers.get("location")]).toEqual([
      303,
      "/sign-in?return=%2Fprivacy%2Fdelete",
    ]);
  });

  it("[PD13] gives the file, shows what a deletion takes, does it to the version that was shown, and ends the session", async () => {
    const provider = await someProvider();
    const person = await aPerson(provider.calendar.sites[0]?.locationId ?? "");
    const visit = await aVisit(provider, person, 0);
    const file = await page("GET", "/privacy/export", person.token);
    expect(JSON.parse(file.text).appointments[0]).toMatchObject({
      id: visit.body.id,
      reason: "CANARY-REASON",
    });
    await drainAudit();
    const looks = await page("GET", "/privacy/looks", person.token);
    expect(looks.status).toBe(200);
    expect(looks.text).toMatch(/<\/time>:\s*You\s+booked or made something\./);
    expect(looks.text).toMatch(/An administrator\s+booked or made something\./);
    const asked = await page("GET", "/privacy/delete", person.token);
    expect(asked.text).toContain("These appointments are cancelled with it");
    expect((await page("POST", "/privacy/delete", person.token, { version: "x" })).status).toBe(400);
    expect((await page("POST", "/privacy/delete", person.token, { version: "9" })).status).toBe(412);
    const done = await page("POST", "/privacy/delete", person.token, { version: "1" });
    expect([done.status, done.headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(done.text).toContain("Your record is deleted.");
    expect(done.headers.get("set-cookie")).toMatch(/__Host-openslot_sample=;/);
    expect((await deletionOf(person.id))?.done).toBe(true);
  });
});
