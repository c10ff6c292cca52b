/** Proves the pages of who acts for whom, as a browser without scripts uses them: given, ended, taken back; and booking for somebody. */
import { reset } from "cloudflare:test";
import { exports } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import "../../../workers/edge/index.tsx";
import type { Provider } from "../../../core/directory/directory.ts";
import type { PatientId } from "../../../core/ids.ts";
import { BASE, call, db, patientToken, type Slot, slotsOf, visitOf } from "../../support/edge.ts";
import { consent, newPatient, removeNewPatients } from "../../support/new-patients.ts";
import { newProvider, removeNewProviders } from "../../support/new-providers.ts";

let provider: Provider;
let slots: Slot[];
let nextSlot = 0;

beforeAll(async () => {
  provider = await newProvider("Petra Pages");
  slots = await slotsOf(provider);
}, 30_000); // the first call of the file loads the Worker
afterAll(async () => {
  await removeNewPatients();
  await removeNewProviders();
  await reset();
});

interface Page {
  readonly status: number;
  readonly text: string;
  readonly to: string | null;
}

/** A browser that this patient is signed in with. */
function browserOf(patient: PatientId) {
  const send = async (path: string, init: RequestInit = {}): Promise<Page> => {
    const token = await patientToken(patient);
    const headers = new Headers(init.headers);
    headers.set("cookie", `__Host-openslot_sample=${token}`);
    headers.set("sec-fetch-site", "same-origin");
    const response = await exports.default.fetch(
      new Request(new URL(path, BASE), { ...init, headers, redirect: "manual" }),
    );
    return {
      status: response.status,
      text: (await response.text()).replaceAll("&#39;", "'"),
      to: response.headers.get("location"),
    };
  };
  return {
    get: (path: string) => send(path),
    post: (path: string, fields: Record<string, string> = {}) =>
      send(path, {
        method: "POST",
        body: new URLSearchParams(fields),
        headers: { "content-type": "application/x-www-form-urlencoded" },
      }),
  };
}
const codeIn = ({ text }: Page): string => /<p class="code"><strong>([^<]+)/.exec(text)?.[1] ?? "";

describe("people who act for each other", () => {
  it("[CO13] says who nobody is, shows a code, takes it, names the proxy on both sides", async () => {
    const [patient, proxy] = await Promise.all([
      newPatient({ displayName: "Paul Patient" }),
      newPatient({ displayName: "Carla Carer" }),
    ]);
    const [paul, carla] = [browserOf(patient), browserOf(proxy)];
    const empty = await paul.get("/me/people");
    expect(empty.status).toBe(200);
    expect(empty.text).toContain("Nobody acts for you.");
    expect(empty.text).toContain("You act for nobody else.");
    const code = codeIn(await carla.post("/me/people/code"));
    expect(code).toMatch(/^\w{4}-\w{4}$/);
    const wrong = await paul.post("/me/people", { code: "0000-0000", relation: "carer", until: "" });
    expect(wrong.status).toBe(422);
    expect(wrong.text).toContain('role="alert"');
    expect((await paul.post("/me/people", { code, relation: "boss", until: "" })).status).toBe(400);
    const given = await paul.post("/me/people", { code, relation: "carer", until: "" });
    expect([given.status, given.to]).toEqual([303, expect.stringMatching(/^\/me\/people\?given=cns_/)]);
    const after = await paul.get(given.to as string);
    expect(after.text).toContain("Carla Carer can act for you now.");
    expect((await carla.get("/me/people")).text).toContain("Paul Patient");
  });

  it("[CO13] ends after a question, and can be taken back at once; a stranger finds no such page", async () => {
    const [patient, proxy, stranger] = await Promise.all([
      newPatient(),
      newPatient({ displayName: "Carla Carer" }),
      newPatient(),
    ]);
    const id = await consent(patient, proxy);
    const [mine, theirs] = [browserOf(patient), browserOf(proxy)];
    const asked = await mine.get(`/me/people/${id}/end`);
    expect(asked.text).toContain("Stop Carla Carer acting for you?");
    const list = `/patients/${patient}/appointments`;
    const reaches = async () => (await call("GET", list, { token: await patientToken(proxy) })).status;
    expect(await reaches()).toBe(200); // asking ends nothing
    for (const method of ["get", "post"] as const)
      expect((await browserOf(stranger)[method](`/me/people/${id}/end`)).status).toBe(404);
    const ended = await mine.post(`/me/people/${id}/end`);
    expect(await reaches()).toBe(404);
    const news = await mine.get(ended.to as string);
    expect(news.text).toContain("Carla Carer can no longer act for you.");
    expect(news.text).toContain(`action="/me/people/${id}/undo"`);
    expect((await theirs.post(`/me/people/${id}/undo`)).status).toBe(422); // nobody takes back what somebody else ended
    const back = await mine.post(`/me/people/${id}/undo`);
    expect([back.status, back.to]).toEqual([303, expect.stringMatching(/\?back=cns_/)]);
    expect(await reaches()).toBe(200);
    expect((await mine.post(`/me/people/${id}/undo`)).status).toBe(422);
    await db().execute(sql`UPDATE patient_proxy SET revoked_at = now() - interval '11 minutes', revoked_by = 'patient'
      WHERE patient_id = ${patient}`);
    expect((await mine.get(`/me/people?ended=${id}`)).text).not.toContain("/undo");
    expect((await mine.post(`/me/people/${id}/undo`)).status).toBe(422);
  });

  it("[CO13] a proxy gives up by the same page, and cannot take that back alone", async () => {
    const [patient, proxy] = await Promise.all([newPatient({ displayName: "Paul Patient" }), newPatient()]);
    const id = await consent(patient, proxy);
    const theirs = browserOf(proxy);
    expect((await theirs.get(`/me/people/${id}/end`)).text).toContain("Stop acting for Paul Patient?");
    const ended = await theirs.post(`/me/people/${id}/end`);
    const news = await theirs.get(ended.to as string);
    expect(news.text).toContain("You no longer act for Paul Patient.");
    expect(news.text).not.toContain("/undo");
  });
});

describe("booking for somebody", () => {
  const form = (patient: PatientId | null, key = crypto.randomUUID()) => {
    const slot = slots[nextSlot++ * 3] as Slot;
    return {
      providerId: provider.id,
      visitTypeId: visitOf(provider),
      slot: `${slot.start}@${slot.locationId}`,
      key,
      ...(patient ? { patientId: patient } : {}),
    };
  };
  const times = () => `/providers/${provider.id}?visitTypeId=${visitOf(provider)}`;

  it("[CO13] is asked only of who acts for somebody; the list that follows is theirs, marked, with the way back", async () => {
    const [patient, proxy] = await Promise.all([newPatient({ displayName: "Paul Patient" }), newPatient()]);
    const [alone, carer] = [browserOf(patient), browserOf(proxy)];
    await consent(patient, proxy);
    expect((await alone.get(times())).text).not.toContain("Who is the visit for?");
    expect((await alone.get("/me")).text).not.toContain("Whose appointments");
    const choice = await carer.get(times());
    expect(choice.text).toContain("Who is the visit for?");
    expect(choice.text).toContain(`<option value="${patient}">Paul Patient</option>`);
    const booked = await carer.post("/appointments", form(patient));
    expect(booked.to).toMatch(new RegExp(`^/me\\?booked=apt_\\w+&for=${patient}$`));
    const list = await carer.get(booked.to as string);
    expect(list.text).toContain("You're booked.");
    expect((await carer.get(`/me?for=${patient}`)).text).toContain("<h1>Appointments of Paul Patient</h1>");
    expect((await carer.get("/me")).text).toContain("You have no appointments yet.");
    expect((await alone.get("/me")).text).toContain("Petra Pages");
    const id = /booked=(apt_\w+)/.exec(booked.to as string)?.[1];
    const asked = await carer.get(`/appointments/${id}/cancel`);
    const [, version] = /name="version" value="(\d+)"/.exec(asked.text) ?? [];
    const gone = await carer.post(`/appointments/${id}/cancel`, {
      version: version ?? "",
      key: crypto.randomUUID(),
    });
    expect(gone.to).toBe(`/me?cancelled=${id}&for=${patient}`);
    expect((await carer.post(`/me/live-ticket?for=${patient}`)).status).toBe(200);
  });

  it("[CO8] [CO13] after a withdrawal none of these pages knows the patient", async () => {
    const [patient, proxy] = await Promise.all([newPatient(), newPatient()]);
    const id = await consent(patient, proxy);
    const carer = browserOf(proxy);
    const booked = await carer.post("/appointments", form(patient));
    const appointment = /booked=(apt_\w+)/.exec(booked.to as string)?.[1];
    await browserOf(patient).post(`/me/people/${id}/end`);
    for (const path of [`/me?for=${patient}`, `/appointments/${appointment}/cancel`, `/me?for=pat_x`])
      expect((await carer.get(path)).status).toBe(404);
    expect((await carer.post("/appointments", form(patient))).status).toBe(404);
    expect((await carer.post(`/me/live-ticket?for=${patient}`)).status).toBe(404);
    expect((await carer.get(times())).text).not.toContain("Who is the visit for?");
  });
});
