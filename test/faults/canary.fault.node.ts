/**
 * A mark in every field that holds personal data, through every operation of the API and the pages, on a bare system. Proves: none of
 * them is in the log, an address, a refusal, an event, a live frame, an answer that a cache may keep, a file of an object, or a
 * column of Postgres that is not meant for it. What it looks at is shown to hold what it should, so that a blind scan fails.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ApiClient, type CallOptions } from "../../scripts/load/api-client.ts";
import { type BareSystem, startBareSystem } from "../../scripts/load/bare-system.ts";
import { bookingOf, dateIn, freeSlots, type Slot } from "../../scripts/load/free-slots.ts";
import { OPERATIONS, type Operation, type OperationId } from "../../workers/edge/api/operations.ts";
import { untilLagIsZero } from "../support/bare-projection.ts";
import { RawSocket } from "../support/bare-socket.ts";
import {
  CANARIES,
  canariesIn,
  type Heard,
  type Leak,
  leaksOfAnswer,
  leaksOfFrame,
  leaksOfLog,
  leaksOfObjects,
  leaksOfPostgres,
} from "../support/canaries.ts";

const SETTLE_MAX_MS = 20_000;
/** Has two thousand calendars made, which tells nothing that others do not. */
const LEFT_OUT: readonly OperationId[] = ["tellCalendars"];

let system: BareSystem;
let api: ApiClient;
let admin: string;
const leaks: Leak[] = [];
/** Marks that somebody who may see them was shown. */
const shown = new Set<string>();
let answers = 0;
let keys = 0;
const freshKey = (): string => `canary-${keys++}`;

function hear(heard: Heard): Heard {
  answers += 1;
  leaks.push(...leaksOfAnswer(heard));
  if (heard.status < 300) for (const canary of canariesIn(heard.text)) shown.add(canary);
  return heard;
}

async function call(method: string, path: string, options: CallOptions = {}, what = path): Promise<Heard> {
  const { status, headers, text } = await api.call(method, path, options);
  const flat = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  return hear({ what: `${method} ${what}`, status, headers: Object.fromEntries(flat), text });
}

/** Bodies that are no JSON, and pages with their cookie. */
async function send(
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: string,
): Promise<Heard> {
  const url = `http://127.0.0.1:${system.workerd.port}${path}`;
  const response = await fetch(url, { method, headers, redirect: "manual", ...(body ? { body } : {}) });
  const text = await response.text();
  return hear({
    what: `${method} ${path.split("?")[0]}`,
    status: response.status,
    headers: Object.fromEntries(response.headers),
    text,
  });
}

const json = ({ text }: Heard) => JSON.parse(text);
const ok = (heard: Heard): Heard => {
  expect(heard.status, `${heard.what}: ${heard.text}`).toBeLessThan(300);
  return heard;
};

interface Cast {
  readonly clinic: string;
  readonly slots: readonly Slot[];
  readonly provider: string;
  readonly patient: { readonly id: string; readonly token: string };
  readonly other: { readonly id: string; readonly token: string };
  appointment: string;
}
let cast: Cast;

const personBody = (name: string, homeLocationId: string, more: object = {}) => ({
  displayName: `${name} Person`,
  birthDate: CANARIES.birthDate,
  email: `${CANARIES.email}@example.test`,
  phone: `+${CANARIES.phone}`,
  homeLocationId,
  accessNeeds: [CANARIES.need],
  ...more,
});

async function aPatient(name: string, clinic: string): Promise<Cast["patient"]> {
  const made = ok(
    await call("POST", "/v1/patients", { token: admin, key: freshKey(), body: personBody(name, clinic) }),
  );
  const { id } = json(made);
  return { id, token: await system.patientToken(id) };
}

beforeAll(async () => {
  system = await startBareSystem({ storage: "tmpfs", core: null });
  api = new ApiClient(system.workerd.port, 4);
  admin = await system.adminToken();
  const provider = system.directory.providers.find(({ visitTypeIds }) => visitTypeIds.length > 0);
  if (!provider) throw new Error("the seed has providers");
  const slots = await freeSlots(api, provider);
  const clinic = slots[0]?.locationId ?? "";
  const patient = await aPatient(CANARIES.name, clinic);
  const other = await aPatient(CANARIES.otherName, clinic);
  cast = {
    clinic,
    slots: slots.filter((s) => s.locationId === clinic),
    provider: provider.id,
    patient,
    other,
    appointment: "",
  };
}, 120_000);

afterAll(async () => {
  api?.close();
  await system?.stop();
});

/** In the order of the file: what is looked at in the end is what the tests before have done. */
describe("a mark in every personal field", () => {
  it("[PD14] goes through records, bookings, moves, series, status, files, exports and a deletion", async () => {
    const { clinic, slots, patient, other } = cast;
    const slot = (n: number): Slot => slots[n] as Slot;
    const desk = await system.tokenFor("staff", "stf_canary", [clinic]);
    const said = { reason: CANARIES.reason, notes: CANARIES.notes };
    const { token } = patient;

    const path = `/v1/patients/${patient.id}`;
    ok(await call("GET", path, { token: desk }));
    const body = personBody(CANARIES.name, clinic, { preferredLanguage: "es" });
    ok(await call("PUT", path, { token: desk, ifMatch: '"v1"', body }));
    ok(await call("GET", "/v1/patients?limit=100", { token: desk }));
    for (const search of [
      { name: CANARIES.name },
      { email: `${CANARIES.email}@example.test` },
      { name: CANARIES.searched },
    ])
      ok(await call("POST", "/v1/patients/search", { token: desk, body: search }));
    ok(
      await call("POST", "/v1/staff", {
        token: admin,
        key: freshKey(),
        body: {
          displayName: CANARIES.staffName,
          email: `${CANARIES.email}@clinic.test`,
          role: "staff",
          clinics: [clinic],
        },
      }),
    );

    const watched = new RawSocket({
      port: system.workerd.port,
      path: `/v1/live/providers/${cast.provider}?visitTypeId=${slot(0).visitTypeId}&from=${dateIn(1)}&to=${dateIn(14)}`,
      onFrame: ({ text }) => leaks.push(...leaksOfFrame("a provider", text)),
    });
    expect(await watched.upgraded).toBe(101);
    const ticket = json(ok(await call("POST", "/v1/live/tickets", { token, body: {} })));
    const address = new URL(
      ticket.url ?? ticket.path ?? `/v1/live/patients/${patient.id}?ticket=${ticket.ticket}`,
      "http://x",
    );
    const own = new RawSocket({
      port: system.workerd.port,
      path: `${address.pathname}${address.search}`,
      onFrame: ({ text }) => leaks.push(...leaksOfFrame("a patient", text)),
    });
    expect(await own.upgraded).toBe(101);

    const key = freshKey();
    const order = { token, key, body: { ...bookingOf(slot(0)), ...said } };
    const booked = json(ok(await call("POST", "/v1/appointments", order)));
    cast.appointment = booked.id;
    ok(await call("POST", "/v1/appointments", order)); // a repetition
    await call("POST", "/v1/appointments", {
      ...order,
      body: { ...order.body, reason: CANARIES.movedReason },
    }); // key reuse
    await call("POST", "/v1/appointments", { token: other.token, key, body: order.body }); // a lost race
    const at = `/v1/appointments/${booked.id}`;
    ok(
      await call("PATCH", at, {
        token,
        ifMatch: '"v1"',
        body: { start: slot(2).start, reason: CANARIES.movedReason },
      }),
    );
    await call("PATCH", at, { token, ifMatch: '"v1"', body: { reason: CANARIES.reason } }); // stale
    await call("PATCH", at, { token, ifMatch: '"v2"', body: { reason: CANARIES.reason.repeat(100) } }); // too long
    for (const rest of ["", "/history", ".ics"]) ok(await call("GET", `${at}${rest}`, { token }));
    await call("GET", at, { token: other.token });
    ok(await call("POST", `${at}/confirm`, { token }));
    ok(await call("GET", `/v1/patients/${patient.id}/appointments`, { token }));
    const visits = [bookingOf(slot(4)), bookingOf(slot(8))];
    const series = json(
      ok(await call("POST", "/v1/series", { token, key: freshKey(), body: { visits, ...said } })),
    );
    ok(await call("DELETE", `/v1/series/${series.id}`, { token }));
    const held = json(
      ok(await call("POST", "/v1/holds", { token, key: freshKey(), body: bookingOf(slot(12)) })),
    );
    ok(
      await call("POST", "/v1/appointments", {
        token: desk,
        key: freshKey(),
        body: { ...bookingOf(slot(12)), patientId: other.id, holdId: held.id, ...said },
        headers: { "hold-token": held.token },
      }),
    );
    const day = slot(12).start.slice(0, 10);
    ok(await call("GET", `/v1/locations/${clinic}/day-list?date=${day}`, { token: desk }));
    ok(await call("GET", `/v1/locations/${clinic}/downtime`, { token: desk }));
    ok(await call("POST", `/v1/patients/${patient.id}/calendar-links`, { token }));

    const csv = { authorization: `Bearer ${admin}`, "content-type": "text/csv" };
    const people = `id,displayName,birthDate,homeLocationId\nx1,${CANARIES.importedName},1990-01-01,${clinic}\n`;
    ok(await send("POST", "/v1/imports/patients?system=canary&apply=true", csv, people));
    await send(
      "POST",
      "/v1/imports/patients?system=canary",
      csv,
      people.replace("1990-01-01", CANARIES.unknownField),
    );
    const { providerId, visitTypeId, start, end } = slot(16);
    const visit = `v1,${providerId},x1,${clinic},${visitTypeId},${start},${end},${CANARIES.importedReason}`;
    const file = `id,providerId,patientId,locationId,visitTypeId,start,end,reason\n${visit}\n`;
    ok(await send("POST", "/v1/imports/appointments?system=canary&apply=true", csv, file));
    for (const kind of ["patients", "appointments", "staff"])
      ok(await call("GET", `/v1/exports/${kind}`, { token: admin }));

    const cookie = {
      cookie: `openslot_sample=${token}`,
      accept: "text/html",
      "sec-fetch-site": "same-origin",
    };
    for (const page of [
      "/",
      "/me",
      "/privacy",
      "/privacy/export",
      "/privacy/delete",
      `/appointments/${booked.id}/cancel`,
    ])
      ok(await send("GET", page, cookie));
    const form = new URLSearchParams({
      providerId,
      visitTypeId,
      slot: `${slot(20).start}@${clinic}`,
      key: freshKey(),
      reason: CANARIES.reason,
    });
    const formHeaders = { ...cookie, "content-type": "application/x-www-form-urlencoded" };
    const pressed = await send("POST", "/appointments", formHeaders, form.toString());
    expect(pressed.status).toBe(303);
    await send(
      "POST",
      "/appointments",
      formHeaders,
      form.toString().replace(/key=[^&]*/, `key=${freshKey()}`),
    ); // taken by now

    ok(await call("GET", `/v1/patients/${patient.id}/export`, { token }));
    ok(await call("POST", `/v1/patients/${other.id}/deletion`, { token: other.token, body: {} }));
    const gone = { token: other.token, ifMatch: '"v1"', body: { appointments: "cancel" } };
    ok(await call("POST", `/v1/patients/${other.id}/deletion?apply=true`, gone));
    expect(watched.frames.length).toBeGreaterThan(2);
    expect(own.frames.length).toBeGreaterThan(1);
    watched.destroy();
    own.destroy();
  });

  it("[PD14] is an address that somebody signs in with, and a code is sent to", async () => {
    const headers = { host: "localhost", "sec-fetch-site": "same-origin" }; // SITE_URL of a bare system
    const post = (path: string, body: object, more = {}) =>
      call("POST", path, { headers: { ...headers, ...more }, body });
    for (const to of [`${CANARIES.signIn}@example.test`, `+${CANARIES.phone}`]) {
      ok(await post("/auth/code/send", { to }));
      await post("/auth/code/verify", { to, code: "000000" });
      await post("/auth/code/verify", { to, code: CANARIES.unknownField });
    }
    const to = `${CANARIES.signIn}.two@example.test`;
    ok(await post("/auth/code/send", { to }));
    const dev = ok(await call("GET", "/dev", { headers: { ...headers, accept: "text/html" } }));
    const code = /\b\d{6}\b/.exec(dev.text.slice(dev.text.indexOf(to)))?.[0] ?? "";
    const verified = ok(await post("/auth/code/verify", { to, code }));
    const cookie = /[\w.]*session_token=[^;]+/.exec(verified.headers["set-cookie"] ?? "")?.[0] ?? "";
    const { name: displayName, birthDate } = CANARIES;
    ok(
      await post(
        "/auth/patient/register",
        { displayName, birthDate, homeLocationId: cast.clinic },
        { cookie },
      ),
    );
    await call("GET", "/me", { headers: { ...headers, cookie, accept: "text/html" } });
    const form = { "content-type": "application/x-www-form-urlencoded", accept: "text/html" };
    const same = { ...form, "sec-fetch-site": "same-origin" };
    await send("POST", "/sign-in", same, new URLSearchParams({ to }).toString());
  });

  it("[PD14] is sent to every operation by every kind of caller, in bodies, queries and keys that none of them wants", async () => {
    const { clinic, provider, patient, other } = cast;
    const callers: (string | undefined)[] = [
      undefined,
      "not-a-token",
      patient.token,
      other.token,
      admin,
      await system.tokenFor("staff", "stf_canary", [clinic]),
      await system.tokenFor("provider", provider, []),
      await system.tokenFor("kiosk", "ksk_canary", [clinic]),
      await system.tokenFor("service", "svc_canary", []),
    ];
    const ids: Readonly<Record<string, string>> = {
      locations: clinic,
      providers: provider,
      appointments: cast.appointment,
      patients: patient.id,
    };
    const { unknownField } = CANARIES;
    const unwanted = {
      ...personBody(unknownField, unknownField, { birthDate: unknownField, extra: unknownField }),
      reason: [unknownField],
      notes: { text: unknownField },
      start: unknownField,
    };
    const all = (Object.entries(OPERATIONS) as [OperationId, Operation][]).filter(
      ([id]) => !LEFT_OUT.includes(id),
    );
    for (const [, { method, path }] of all) {
      const kind = path.split("/")[2] ?? "";
      const real = path
        .replace(":file{apt_[0-9a-z]+\\.ics}", `${cast.appointment}.ics`)
        .replace(":id", ids[kind] ?? "none")
        .replace(":kind", "patients")
        .replaceAll(/:\w+/g, "none");
      for (const token of callers) {
        const common = { ...(token ? { token } : {}), headers: { "hold-token": unknownField } };
        const body =
          method === "GET" || method === "DELETE" ? {} : { body: unwanted, key: `${unknownField}-${keys++}` };
        await call(method, real, { ...common, ...body }, path);
        const asked = new URLSearchParams({ cursor: unknownField, name: unknownField, extra: unknownField });
        await call(method, `${real}?${asked}`, { ...common, ...body, ifMatch: `"${unknownField}"` }, path);
      }
    }
    expect(answers).toBeGreaterThan(all.length * callers.length);
  });

  it("[PD14] was shown to those who may see it, and is in no refusal, header, link, frame or answer that a cache may keep", () => {
    for (const name of [
      "name",
      "otherName",
      "email",
      "phone",
      "birthDate",
      "need",
      "reason",
      "movedReason",
      "notes",
      "staffName",
    ])
      expect([...shown], name).toContain(name);
    console.log(`[PD14] ${answers} answers`);
    expect(leaks).toEqual([]);
  });

  it("[PD14] is in the columns of Postgres that are meant for it, and in no other", async () => {
    await untilLagIsZero(api, { maxMs: SETTLE_MAX_MS });
    const found = await leaksOfPostgres(system.database.db);
    for (const place of [
      "patient.display_name name",
      "patient.email email",
      "patient.phone phone",
      "staff.email email",
      "auth_user.email signIn",
    ])
      expect([...found.met]).toContain(place);
    expect([...found.met].join()).not.toContain("otherName"); // who was deleted
    expect(found.leaks).toEqual([]);
  });

  it("[PD14] is in no line of the log", async () => {
    await system.workerd.stop();
    const log = system.workerd.log();
    expect(log.split("\n").flatMap(leaksOfLog)).toEqual([]);
    expect(log).not.toContain("pat_");
    console.log(`[PD14] ${log.length} characters of log`);
  });

  it("[PD14] is in no byte of an object's files, events included", () => {
    const objects = leaksOfObjects(system.storageDir);
    console.log(`[PD14] ${objects.files} files of objects`);
    expect(objects.leaks).toEqual([]);
    // The scan sees what is there: the patient's id is in their calendar, their agenda and the log of events.
    for (const kind of ["ProviderCalendar", "PatientAgenda", "EventLogPartition"]) {
      const dir = join(system.storageDir, `openslot-${kind}`);
      const hasId = readdirSync(dir).some((name) => readFileSync(join(dir, name)).includes(cast.patient.id));
      expect([kind, hasId]).toEqual([kind, true]);
    }
  });
});
