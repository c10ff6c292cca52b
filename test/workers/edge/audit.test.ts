/** The audit as the real routes leave it: drives them, runs the consumer, reads the table. */
import { reset, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import "../../../workers/edge/index.tsx";
import type { ChainHead } from "../../../core/audit/chain.ts";
import {
  AUDIT_RETENTION_MS,
  decideCheckpoint,
  type SignedCheckpoint,
} from "../../../core/audit/checkpoint.ts";
import { AUDIT_PARTITION_NAMES } from "../../../core/audit/entry.ts";
import type { Provider } from "../../../core/directory/directory.ts";
import type { LocationId, PatientId } from "../../../core/ids.ts";
import { instant } from "../../../core/time.ts";
import { loadDirectory } from "../../../db/queries/load-directory.ts";
import { AUDITED } from "../../../workers/edge/api/audited-operations.ts";
import type { OperationId } from "../../../workers/edge/api/operations.ts";
import { trimAudit } from "../../../workers/events/audit-retention.ts";
import { drainSignIns } from "../../../workers/events/sign-ins.ts";
import {
  type Answer,
  adminToken,
  BASE,
  bookingOf,
  type CallOptions,
  call,
  db,
  drainAudit,
  freshKey,
  patientToken,
  type Slot,
  slotsOf,
  somePatient,
  staffToken,
  token,
} from "../../support/edge.ts";
import { FakeIssuer, visit as openPage } from "../../support/fake-issuer.ts";
import { newProvider, removeNewProviders } from "../../support/new-providers.ts";

interface Row {
  readonly id: string;
  readonly operation: string;
  readonly outcome: string;
  readonly problem: string | null;
  readonly role: string;
  readonly subject: string;
  readonly patient_id: string | null;
  readonly appointment_id: string | null;
  readonly location_id: string | null;
  readonly people: number | null;
}

const rowsWhere = async (where: ReturnType<typeof sql>): Promise<Row[]> => {
  await drainAudit();
  return (await db().execute(sql`SELECT * FROM audit_entry WHERE ${where}`)).rows as unknown as Row[];
};
/** The entries that an answer left. */
const entriesOf = (answer: Answer): Promise<Row[]> =>
  rowsWhere(sql`id = ${answer.headers.get("x-request-id")}`);

let admin: string;
let desk: string;
let kiosk: string;
let clinic: LocationId;
let provider: Provider;
let slots: Slot[];
let nextSlot = 0;
const made: string[] = [];

beforeAll(async () => {
  admin = await adminToken();
  const { clinics } = await loadDirectory(db());
  clinic = clinics[0]?.id as LocationId;
  desk = await staffToken(clinic);
  kiosk = await token({ sub: "kiosk_1", role: "kiosk", clinics: [clinic] });
  provider = await newProvider("Una Udit");
  slots = await slotsOf(provider);
});
afterEach(() => vi.restoreAllMocks());
afterAll(async () => {
  const ids = sql`${sql.param(made)}::text[]`;
  await db().execute(sql`UPDATE patient SET merged_into = NULL WHERE id = ANY(${ids})`);
  await db().execute(sql`DELETE FROM consent_change WHERE consent_id IN
    (SELECT id FROM patient_proxy WHERE patient_id = ANY(${ids}))`);
  await db().execute(sql`DELETE FROM patient_proxy WHERE patient_id = ANY(${ids})`);
  await db().execute(sql`DELETE FROM consent_code WHERE proxy_patient_id = ANY(${ids})`);
  await db().execute(sql`DELETE FROM patient WHERE id = ANY(${ids})`);
  await db().execute(sql`DELETE FROM external_id WHERE id = ANY(${ids})`);
  await removeNewProviders();
  await db().execute(sql`DELETE FROM audit_entry`); // the objects that chained them go too
  await reset();
});

/** A start that nobody else of this file takes. */
const freshSlot = (): Slot => slots[nextSlot++ * 2] as Slot;

const record = (more: object = {}) => ({
  displayName: "Wanda Witness",
  birthDate: "1990-05-05",
  homeLocationId: clinic,
  ...more,
});
async function newPatient(): Promise<string> {
  const answer = await call("POST", "/patients", { token: admin, key: freshKey(), body: record() });
  made.push(answer.body.id);
  return answer.body.id;
}
const ask = (method: string, path: string, auth: string, more: CallOptions = {}) =>
  call(method, path, { token: auth, key: freshKey(), ...more });
async function booked(patient: string, slot = freshSlot()): Promise<Answer> {
  return ask("POST", "/appointments", await patientToken(patient), { body: bookingOf(provider, slot) });
}
const series = async (patient: string) =>
  ask("POST", "/series", await patientToken(patient), {
    body: { ...bookingOf(provider, freshSlot()), count: 2 },
  });

/** What an operation does when it is done, and when it is refused about somebody who is there. */
interface Drive {
  readonly done: () => Promise<Answer>;
  /** null = there is nothing that it could be refused about. */
  readonly refused: (() => Promise<Answer>) | null;
}

const stranger = () => patientToken(somePatient());
const visit = async () => {
  const patient = somePatient();
  const { body } = await booked(patient);
  return { patient, own: await patientToken(patient), path: `/appointments/${body.id}`, start: body.start };
};
const onVisit = (method: string, tail: string, more: CallOptions = {}): Drive => ({
  done: async () => {
    const { own, path } = await visit();
    return ask(method, `${path}${tail}`, own, more);
  },
  refused: async () => ask(method, `${(await visit()).path}${tail}`, await stranger(), more),
});
/** By the desk, at the time of the visit, after what has to come before. */
const atTheDesk = (action: string, before: readonly string[] = []): Drive => ({
  done: async () => {
    const { path, start } = await visit();
    vi.spyOn(Date, "now").mockReturnValue(Date.parse(start) + 60_000);
    for (const one of before) expect((await ask("POST", `${path}/${one}`, desk)).status).toBe(200);
    return ask("POST", `${path}/${action}`, desk);
  },
  refused: async () => ask("POST", `${(await visit()).path}/${action}`, kiosk),
});
const onRecord = (
  method: string,
  tail: string,
  more: () => Promise<CallOptions> = async () => ({}),
): Drive => ({
  done: async () => {
    const patient = await newPatient();
    const etag = (await call("GET", `/patients/${patient}`, { token: admin })).headers.get("etag") ?? "";
    return ask(method, `/patients/${patient}${tail}`, desk, { ifMatch: etag, ...(await more()) });
  },
  refused: async () => {
    const foreign = await staffToken("loc_000000000000");
    return ask(method, `/patients/${await newPatient()}${tail}`, foreign, await more());
  },
});
const byRole = (done: () => Promise<Answer>, refused: () => Promise<Answer>): Drive => ({ done, refused });

/** What is the patient's own and a desk's, and a stranger's not. */
const onOwn = (method: string, path: string): Drive => ({
  done: async () => ask(method, `/patients/${await newPatient()}${path}`, desk),
  refused: async () => ask(method, `/patients/${await newPatient()}${path}`, await stranger()),
});
/** Another new patient acts for this one. */
const link = async (patient: string, auth: string): Promise<Answer> =>
  ask("POST", `/patients/${patient}/proxies`, auth, {
    body: { proxyPatientId: await newPatient(), relation: "other", reason: "asked-at-desk" },
  });

const DRIVES: Partial<Record<OperationId, Drive>> = {
  deactivateLocation: byRole(
    () => ask("POST", `/locations/${clinic}/deactivate`, admin, { body: {} }),
    () => ask("POST", `/locations/${clinic}/deactivate`, desk, { body: {} }),
  ),
  putClosure: byRole(
    () => ask("PUT", `/locations/${clinic}/closures/2031-05-05`, desk, { body: { until: "2031-05-05" } }),
    () => ask("PUT", `/locations/${clinic}/closures/2031-05-05`, kiosk, { body: { until: "2031-05-05" } }),
  ),
  deactivateProvider: byRole(
    () => ask("POST", `/providers/${provider.id}/deactivate`, admin, { body: {} }),
    () => ask("POST", `/providers/${provider.id}/deactivate`, desk, { body: {} }),
  ),
  readDayList: byRole(
    () => ask("GET", `/locations/${clinic}/day-list`, desk),
    () => ask("GET", `/locations/${clinic}/day-list`, kiosk),
  ),
  readDowntimeList: byRole(
    () => ask("GET", `/locations/${clinic}/downtime`, desk),
    () => ask("GET", `/locations/${clinic}/downtime`, kiosk),
  ),
  bookAppointment: {
    done: () => booked(somePatient()),
    refused: async () =>
      ask("POST", "/appointments", await stranger(), {
        body: bookingOf(provider, freshSlot(), { patientId: await newPatient() }),
      }),
  },
  readAppointmentFile: onVisit("GET", ".ics"),
  readAppointment: onVisit("GET", ""),
  readAppointmentHistory: onVisit("GET", "/history"),
  moveAppointment: {
    done: async () => {
      const { own, path } = await visit();
      return ask("PATCH", path, own, { ifMatch: '"v1"', body: { start: freshSlot().start } });
    },
    refused: async () =>
      ask("PATCH", (await visit()).path, await stranger(), {
        ifMatch: '"v1"',
        body: { start: freshSlot().start },
      }),
  },
  cancelAppointment: onVisit("DELETE", "", { ifMatch: '"v1"' }),
  confirmAppointment: onVisit("POST", "/confirm"),
  checkInAppointment: atTheDesk("check-in"),
  startAppointment: atTheDesk("start", ["check-in"]),
  completeAppointment: atTheDesk("complete", ["check-in", "start"]),
  missAppointment: atTheDesk("no-show"),
  reopenAppointment: atTheDesk("reopen", ["check-in"]),
  bookSeries: {
    done: () => series(somePatient()),
    refused: async () =>
      ask("POST", "/series", await stranger(), {
        body: { ...bookingOf(provider, freshSlot(), { patientId: await newPatient() }), count: 2 },
      }),
  },
  moveSeries: {
    done: async () => {
      const patient = somePatient();
      const { body } = await series(patient);
      return ask("PATCH", `/series/${body.id}`, await patientToken(patient), {
        body: { start: freshSlot().start },
      });
    },
    refused: async () => {
      const { body } = await series(somePatient());
      return ask("PATCH", `/series/${body.id}`, await stranger(), { body: { start: freshSlot().start } });
    },
  },
  cancelSeries: {
    done: async () => {
      const patient = somePatient();
      return ask("DELETE", `/series/${(await series(patient)).body.id}`, await patientToken(patient));
    },
    refused: async () => ask("DELETE", `/series/${(await series(somePatient())).body.id}`, await stranger()),
  },
  listPatients: byRole(
    () => ask("GET", "/patients?limit=3", desk),
    () => ask("GET", "/patients?limit=3", kiosk),
  ),
  createPatient: byRole(
    async () => {
      const answer = await ask("POST", "/patients", desk, { body: record() });
      made.push(answer.body.id);
      return answer;
    },
    () => ask("POST", "/patients", kiosk, { body: record() }),
  ),
  searchPatients: byRole(
    () => ask("POST", "/patients/search", desk, { body: { birthDate: "1990-05-05" } }),
    () => ask("POST", "/patients/search", kiosk, { body: { birthDate: "1990-05-05" } }),
  ),
  readPatient: onRecord("GET", ""),
  changePatient: onRecord("PUT", "", async () => ({ body: record({ displayName: "Wanda Witness-Doe" }) })),
  endPatientSessions: onRecord("POST", "/sign-out"),
  deactivatePatient: onRecord("POST", "/deactivate", async () => ({ body: {} })),
  activatePatient: onRecord("POST", "/activate", async () => ({ body: {} })),
  mergePatient: onRecord("POST", "/merge", async () => ({ body: { into: await newPatient() } })),
  exportPatient: {
    done: async () => {
      const patient = await newPatient();
      return ask("GET", `/patients/${patient}/export`, await patientToken(patient));
    },
    refused: async () => ask("GET", `/patients/${await newPatient()}/export`, await stranger()),
  },
  deletePatient: onRecord("POST", "/deletion", async () => ({ body: {} })),
  listAudit: byRole(
    () => ask("GET", "/audit?limit=1", desk),
    () => ask("GET", "/audit?limit=1", kiosk),
  ),
  readOwnAudit: {
    done: async () => {
      const patient = somePatient();
      return ask("GET", `/patients/${patient}/audit`, await patientToken(patient));
    },
    refused: async () => ask("GET", `/patients/${await newPatient()}/audit`, await stranger()),
  },
  listPatientAppointments: {
    done: async () => {
      const { own, patient } = await visit();
      return ask("GET", `/patients/${patient}/appointments`, own);
    },
    refused: async () => ask("GET", `/patients/${await newPatient()}/appointments`, await stranger()),
  },
  shareCalendar: {
    done: async () => {
      const patient = somePatient();
      return ask("POST", `/patients/${patient}/calendar-links`, await patientToken(patient));
    },
    refused: async () => ask("POST", `/patients/${await newPatient()}/calendar-links`, desk),
  },
  listProxies: onOwn("GET", "/proxies"),
  listRepresented: onOwn("GET", "/represents"),
  showProxyCode: {
    done: async () => {
      const patient = await newPatient();
      return ask("POST", `/patients/${patient}/proxy-codes`, await patientToken(patient as PatientId));
    },
    refused: async () => ask("POST", `/patients/${await newPatient()}/proxy-codes`, desk),
  },
  addProxy: {
    done: async () => link(await newPatient(), desk),
    refused: async () => link(await newPatient(), await stranger()),
  },
  removeProxy: {
    done: async () => {
      const patient = await newPatient();
      return ask("DELETE", `/patients/${patient}/proxies/${(await link(patient, desk)).body.id}`, desk);
    },
    refused: async () => {
      const patient = await newPatient();
      const { body } = await link(patient, desk);
      return ask("DELETE", `/patients/${patient}/proxies/${body.id}`, await stranger());
    },
  },
  createSignedLink: {
    done: async () => ask("POST", `${(await visit()).path}/links`, desk, { body: { action: "view" } }),
    refused: async () =>
      ask("POST", `${(await visit()).path}/links`, await stranger(), { body: { action: "view" } }),
  },
  readCalendarFeed: {
    done: async () => {
      const patient = somePatient();
      const link = await ask("POST", `/patients/${patient}/calendar-links`, await patientToken(patient));
      return call("GET", link.body.url.slice(BASE.length));
    },
    refused: null, // a token that does not open it says nothing about whether the patient is there
  },
  issueTicket: {
    done: async () => {
      const patient = somePatient();
      return ask("POST", "/live/tickets", await patientToken(patient), { body: { patientId: patient } });
    },
    refused: async () =>
      ask("POST", "/live/tickets", await stranger(), { body: { patientId: await newPatient() } }),
  },
  importFile: byRole(
    () =>
      ask("POST", "/imports/patients?system=audit-test", admin, {
        headers: { "content-type": "text/csv" },
        body: `id,displayName,birthDate,homeLocationId\r\nx1,"Doe, Jane",1980-02-29,${clinic}`,
      }),
    () => ask("POST", "/imports/patients?system=audit-test", desk, { body: "" }),
  ),
  exportFile: byRole(
    () => ask("GET", "/exports/patients", desk),
    () => ask("GET", "/exports/patients", kiosk),
  ),
};

/** A socket's answer carries no headers of ours: its entry is found by whom it is about. */
const DRIVEN_APART: readonly OperationId[] = ["watchPatient"];

/** Who may come to the data: audit-administration.test.ts. */
const AUDITED_IDS = (Object.keys(AUDITED) as OperationId[]).filter(
  (id) => AUDITED[id] !== "none" && AUDITED[id] !== "administration",
);

describe("operations on patients' data", () => {
  it("[AU1] every one of them is driven here", () => {
    const driven = [...Object.keys(DRIVES), ...DRIVEN_APART].toSorted();
    expect(driven).toEqual(AUDITED_IDS.toSorted());
  });

  it.each(Object.keys(DRIVES))(
    "[AU1] %s leaves one entry when it is done, and one when it is refused",
    async (operation) => {
      const { done, refused } = DRIVES[operation as OperationId] as Drive;
      const answer = await done();
      expect([operation, answer.status < 300, answer.status]).toEqual([operation, true, answer.status]);
      const name = expect.stringMatching(new RegExp(`^${operation}(:|$)`));
      vi.restoreAllMocks();
      expect(await entriesOf(answer)).toMatchObject([{ operation: name, outcome: "allowed", problem: null }]);
      if (!refused) return;
      const no = await refused();
      expect([403, 404]).toContain(no.status);
      const [entry, ...more] = await entriesOf(no);
      expect(more).toEqual([]);
      expect(entry).toMatchObject({ operation: name, outcome: "refused" });
      expect(["forbidden", "not-found"]).toContain(entry?.problem);
    },
  );

  it("[AU1] a socket that opens leaves one entry, by token and by ticket", async () => {
    const patient = somePatient();
    const auth = await patientToken(patient);
    const { body } = await ask("POST", "/live/tickets", auth, { body: { patientId: patient } });
    for (const [query, headers] of [
      [`?ticket=${body.ticket}`, {}],
      ["", { authorization: `Bearer ${auth}` }],
    ] as const) {
      const answer = await exports.default.fetch(
        new Request(`${BASE}/live/patients/${patient}${query}`, {
          headers: { upgrade: "websocket", ...headers },
        }),
      );
      expect(answer.status).toBe(101);
      answer.webSocket?.accept();
      answer.webSocket?.close();
    }
    const rows = await rowsWhere(sql`operation = 'watchPatient' AND patient_id = ${patient} ORDER BY role`);
    expect(rows.map(({ role, subject, outcome }) => [role, subject, outcome])).toEqual([
      ["link", "-", "allowed"],
      ["patient", patient, "allowed"],
    ]);
  });

  it("[AU1] an entry says who, what, on whom and where", async () => {
    const patient = somePatient();
    const answer = await booked(patient);
    const about = { patient_id: patient, appointment_id: answer.body.id, location_id: clinic };
    expect(await entriesOf(answer)).toMatchObject([{ role: "patient", subject: patient, ...about }]);
    const read = await ask("GET", `/appointments/${answer.body.id}`, desk);
    expect(await entriesOf(read)).toMatchObject([{ role: "staff", subject: "stf_test", ...about }]);
    const unknown = await patientToken(somePatient());
    const foreign = await ask("GET", `/appointments/${answer.body.id}`, unknown);
    expect(await entriesOf(foreign)).toMatchObject([
      { outcome: "refused", problem: "not-found", appointment_id: answer.body.id, patient_id: null },
    ]);
    const list = await ask("GET", `/patients?limit=3`, desk);
    expect(await entriesOf(list)).toMatchObject([
      { patient_id: null, location_id: clinic, people: list.body.data.length },
    ]);
  });

  it("[AU1] what is invented, anonymous, lost in a race or not about patients leaves nothing", async () => {
    const nobody = await stranger();
    const slot = freshSlot();
    expect((await booked(somePatient(), slot)).status).toBe(201);
    for (const answer of [
      await ask("GET", `/patients/${somePatient()}/appointments`, nobody),
      await ask("GET", "/appointments/apt_000000000000000000000000000000000", nobody),
      await ask("GET", `/patients/${somePatient()}`, admin),
      await call("GET", `/patients/${somePatient()}/appointments`),
      await booked(somePatient(), slot),
      await ask("GET", "/providers?limit=1", admin),
    ])
      expect([answer.status, await entriesOf(answer)]).toEqual([answer.status, []]);
  });

  it("[AU1] a page about somebody leaves one entry, one about nobody none", async () => {
    const patient = somePatient();
    const issuer = new FakeIssuer();
    const token = await patientToken(patient);
    issuer.tokens = () => ({ token, expiresAt: Date.now() + 60_000, setCookie: null });
    const page = (path: string) => openPage(issuer, path, { cookie: "openslot.session_token=one" });
    const own = await page("/me");
    expect([own.status, (await own.text()).includes("My appointments")]).toEqual([200, true]);
    const rows = await rowsWhere(sql`id = ${own.headers.get("x-request-id")}`);
    expect(rows).toMatchObject([{ operation: "page:/me", patient_id: patient, outcome: "allowed" }]);
    const front = await page("/");
    expect(front.status).toBe(200);
    expect(await rowsWhere(sql`id = ${front.headers.get("x-request-id")}`)).toEqual([]);
  });
});

describe("the door to the log", () => {
  it("[AU9] of many answers at once each is recorded, once", async () => {
    const { own, path } = await visit();
    const answers = await Promise.all(Array.from({ length: 60 }, () => ask("GET", path, own)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    await drainAudit();
    const ids = answers.map(({ headers }) => headers.get("x-request-id"));
    const rows = await rowsWhere(sql`id = ANY(${sql.param(ids)}::text[])`);
    expect(rows.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
  });

  /** What the partitions answer from now on: the namespace's stubs share a prototype that cannot be spied on, so the door is. */
  const broken = (names: (name: string) => boolean) => {
    const real = env.EVENT_LOG.getByName.bind(env.EVENT_LOG);
    return vi
      .spyOn(env.EVENT_LOG, "getByName")
      .mockImplementation(((name: string) =>
        names(name) && name.startsWith("audit/")
          ? { appendAudit: () => Promise.reject(new Error("away")) }
          : real(name)) as never);
  };

  it("[AU9] a partition that does not answer is stood in for by another one", async () => {
    const { own, path } = await visit();
    let first: string | null = null;
    broken((name) => {
      first ??= name;
      return name === first;
    });
    const answer = await ask("GET", path, own);
    expect(answer.status).toBe(200);
    vi.restoreAllMocks();
    expect(await entriesOf(answer)).toHaveLength(1);
  });

  it("[AU9] nobody waits for the entry of another request", async () => {
    const { own, path } = await visit();
    let isSlowDone = false;
    const slow = async (): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      isSlowDone = true;
    };
    const doors = vi
      .spyOn(env.EVENT_LOG, "getByName")
      .mockImplementationOnce((() => ({ appendAudit: slow })) as never);
    const first = ask("GET", path, own);
    await vi.waitUntil(() => doors.mock.calls.length > 0);
    const other = await ask("GET", path, own);
    expect([other.status, isSlowDone]).toEqual([200, false]);
    expect([(await first).status, isSlowDone]).toEqual([200, true]);
  });

  it("[AU9] a clock that is set back after a failure keeps nobody out", async () => {
    const { own, path } = await visit();
    vi.spyOn(console, "error").mockReturnValue(undefined);
    const log = broken(() => true);
    expect((await ask("GET", path, own)).status).toBe(503);
    log.mockRestore();
    expect((await ask("GET", path, own)).status).toBe(503);
    vi.spyOn(Date, "now").mockReturnValue(Date.now() - 60_000);
    expect((await ask("GET", path, own)).status).toBe(200);
    vi.restoreAllMocks();
    await new Promise((resolve) => setTimeout(resolve, 1_100)); // until the door of this isolate opens again
  });

  it("[AU9] with no partition nothing of a patient goes out, and a write that was done is recorded later", async () => {
    const { own, path } = await visit();
    const patient = somePatient();
    const auth = await patientToken(patient);
    const key = freshKey();
    const body = bookingOf(provider, freshSlot());
    vi.spyOn(console, "error").mockReturnValue(undefined);
    const log = broken(() => true);
    const undone = await ask("POST", "/appointments", auth, { key, body });
    expect([undone.status, undone.body.type]).toEqual([503, "/problems/outcome-unknown"]);
    const read = await ask("GET", path, own);
    expect([read.status, JSON.stringify(read.body).includes(path.slice(-20))]).toEqual([503, false]);
    expect(read.headers.get("retry-after")).toBe("1");
    expect((await ask("GET", "/providers?limit=1", own)).status).toBe(200);
    log.mockRestore();
    const again = Date.now() + 1_500;
    vi.spyOn(Date, "now").mockReturnValue(again);
    const done = await ask("POST", "/appointments", auth, { key, body });
    expect([done.status, done.headers.get("idempotency-replayed")]).toEqual([201, "true"]);
    vi.restoreAllMocks();
    expect(await entriesOf(done)).toHaveLength(1);
    expect(await entriesOf(undone)).toMatchObject([{ operation: "bookAppointment", outcome: "allowed" }]);
    expect(await entriesOf(read)).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 1_100)); // until the door of this isolate opens again
  });

  it("[AU7] an entry that somebody put in the place of one that comes stops the group, and stays", async () => {
    const { own, path } = await visit();
    await drainAudit();
    const heads = await Promise.all(
      AUDIT_PARTITION_NAMES.map((name) => env.EVENT_LOG.getByName(name).chainHead()),
    );
    for (const [partition, { seq }] of heads.entries())
      await db().execute(sql`INSERT INTO audit_entry
        (partition, seq, id, at, role, subject, operation, outcome, hash)
        VALUES (${partition}, ${seq + 1}, 'req_forged', 1, 'admin', 'x', 'x', 'allowed', 'forged')`);
    const answer = await ask("GET", path, own);
    expect(answer.status).toBe(200);
    vi.spyOn(console, "error").mockReturnValue(undefined);
    const told = vi.spyOn(console, "log").mockReturnValue(undefined);
    expect(await entriesOf(answer)).toEqual([]);
    expect(told.mock.calls.flat().join()).toContain("audit.contradicted");
    await db().execute(sql`DELETE FROM audit_entry WHERE id = 'req_forged'`);
    expect(await entriesOf(answer)).toHaveLength(1);
  });
});

describe("reading the audit", () => {
  it("[AU8] administrators read all of it, a desk what concerns its clinics, a patient who was at their record", async () => {
    const patient = await newPatient();
    const own = await patientToken(patient);
    const foreign = await staffToken("loc_000000000000");
    expect((await ask("GET", `/patients/${patient}`, desk)).status).toBe(200);
    expect((await ask("GET", `/patients/${patient}`, foreign)).status).toBe(404);
    expect((await ask("GET", `/patients/${patient}`, own)).status).toBe(200);
    await drainAudit();
    const operations = async (auth: string, query = "") => {
      const answer = await call("GET", `/audit?patientId=${patient}${query}`, { token: auth });
      expect(answer.status).toBe(200);
      return answer.body.data.map((e: Row) => [e.operation, e.role, e.outcome]);
    };
    const all = [
      ["readPatient", "patient", "allowed"],
      ["readPatient", "staff", "refused"],
      ["readPatient", "staff", "allowed"],
      ["createPatient", "admin", "allowed"],
    ];
    expect(await operations(admin)).toEqual(all);
    expect(await operations(desk, "&outcome=refused")).toEqual([all[1]]);
    expect(await operations(foreign)).toEqual([]);
    const day = new Date().toISOString().slice(0, 10);
    expect(await operations(admin, `&from=${day}&to=${day}&subject=${patient}`)).toEqual([all[0]]);
    expect(await operations(admin, "&from=2020-01-01&to=2020-01-02")).toEqual([]);
    const page = await call("GET", `/audit?patientId=${patient}&limit=3`, { token: admin });
    const rest = await call("GET", `/audit?patientId=${patient}&cursor=${page.body.page.next}`, {
      token: admin,
    });
    expect([page.body.data.length, rest.body.data.length, rest.body.page.next]).toEqual([3, 1, null]);
    expect((await call("GET", "/audit?cursor=nonsense", { token: admin })).status).toBe(400);
    expect((await call("GET", "/audit?patientId=Ann", { token: admin })).status).toBe(400);

    const { body } = await call("GET", `/patients/${patient}/audit`, { token: own });
    expect(body.data.map(({ at: _at, ...entry }: { at: string }) => entry)).toEqual([
      { by: "self", operation: "readPatient", locationId: clinic },
      { by: "staff", operation: "readPatient", locationId: clinic },
      { by: "admin", operation: "createPatient", locationId: clinic },
    ]);
    expect(JSON.stringify(body)).not.toMatch(/stf_|adm_/);
  });

  it("[AU8] goes out as a file, to administrators whole and to a desk its own part", async () => {
    await visit();
    await drainAudit();
    const lines = async (auth: string) => {
      const answer = await call("GET", "/exports/audit?format=ndjson", { token: auth });
      expect(answer.status).toBe(200);
      return (answer.body as string)
        .trimEnd()
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line));
    };
    const [whole, own, none] = [
      await lines(admin),
      await lines(desk),
      await lines(await staffToken("loc_000000000000")),
    ];
    const { rows } = await db().execute(sql`SELECT count(*)::int AS n FROM audit_entry`);
    expect(whole.length).toBe(Number(rows[0]?.n));
    expect(whole[0]).toMatchObject({ id: expect.stringMatching(/^\d\/\d+$/), hash: expect.any(String) });
    expect(new Set(own.map(({ locationId }) => locationId))).toEqual(new Set([clinic]));
    expect(none.every(({ locationId }) => locationId === "loc_000000000000")).toBe(true);
  });

  it("[AU5] [AU6] the ends of the chains are signed when somebody asks, each once; what was wound back is told", async () => {
    // The issuer's own witness remembers the chains of other files, whose objects are gone by now: here is one for this file.
    const signed: SignedCheckpoint[] = [];
    const IDENTITY = {
      addCheckpoint: async (end: ChainHead & { readonly partition: number }) => {
        const last = signed.findLast(({ partition }) => partition === end.partition) ?? null;
        const at = instant(Date.now());
        const decision = decideCheckpoint(last, { ...end, at });
        if (!decision.ok) return { ok: false, refusal: decision.error };
        if (decision.value === "known") return { ok: true, checkpoint: last };
        signed.push({ ...end, at, signature: "jws" });
        return { ok: true, checkpoint: signed.at(-1) };
      },
    };
    for (const name of AUDIT_PARTITION_NAMES)
      await runInDurableObject(env.EVENT_LOG.getByName(name), (partition) => {
        Object.assign(partition, { env: { ...env, IDENTITY } });
      });
    const { path, own } = await visit();
    const seal = async () => (await ask("POST", "/audit/checkpoints", admin)).body;
    const first = await seal();
    expect(first.refused).toEqual([]);
    const heads = await Promise.all(
      AUDIT_PARTITION_NAMES.map((name) => env.EVENT_LOG.getByName(name).chainHead()),
    );
    const written = heads.flatMap(({ seq, hash }, partition) => (seq > 0 ? [{ partition, seq, hash }] : []));
    expect(first.data).toMatchObject(written);
    expect(await seal()).toEqual(first);
    expect((await ask("GET", path, own)).status).toBe(200);
    expect((await seal()).data).not.toEqual(first.data);
    vi.spyOn(console, "error").mockReturnValue(undefined);
    for (const [index, one] of signed.entries()) signed[index] = { ...one, seq: one.seq + 1_000 };
    const { data, refused } = await seal();
    expect(data).toEqual([]);
    expect(refused).toEqual(written.map(({ partition }) => ({ partition, refusal: "goes-back" })));
    expect((await call("GET", "/audit/checkpoints?partition=99", { token: admin })).status).toBe(400);
  });

  it("[AU3] a repeated append is one entry, and what is no entry is refused", async () => {
    const log = env.EVENT_LOG.getByName("audit/7");
    const entry = {
      id: `req_${freshKey()}`,
      at: Date.now() as never,
      role: "admin" as const,
      subject: "adm",
      operation: "readPatient",
      outcome: "allowed" as const,
      problem: null,
      patientId: null,
      appointmentId: null,
      locationId: null,
      count: null,
    };
    const { seq } = await log.chainHead();
    await log.appendAudit([entry, entry]);
    await log.appendAudit([entry]);
    expect((await log.chainHead()).seq).toBe(seq + 1);
    expect(await rowsWhere(sql`id = ${entry.id}`)).toHaveLength(1);
    // Inside the object: what it throws over a call is also reported as nobody's.
    await runInDurableObject(log, (partition) => {
      expect(() => partition.appendAudit([{ ...entry, id: "a b" }])).toThrow("audit entry");
    });
    await runInDurableObject(env.EVENT_LOG.getByName("appointments/0"), (partition) => {
      expect(() => partition.appendAudit([entry])).toThrow("audit partition");
    });
    expect((await log.chainHead()).seq).toBe(seq + 1);
  });

  it("[AU11] sign-ins come from the issuer's outbox, each once whatever comes again", async () => {
    const patient = somePatient();
    const entries = [
      { id: freshKey(), at: Date.now(), subject: patient, kind: "code", outcome: "accepted" as const },
      {
        id: freshKey(),
        at: Date.now(),
        subject: "adr_0123456789",
        kind: "code",
        outcome: "refused" as const,
      },
      {
        id: freshKey(),
        at: Date.now(),
        subject: "stf_0000000000aa",
        kind: "oidc",
        outcome: "signed-out" as const,
      },
    ];
    let acknowledged = 0;
    const outbox = {
      takeSignIns: async () =>
        acknowledged < 2 ? { entries, marks: [{ outbox: 0, through: 3 }] } : { entries: [], marks: [] },
      ackSignIns: async () => void acknowledged++, // the first acknowledgement is lost, so they come again
      checkpoints: async () => ({ checkpoints: [] }),
    };
    await drainSignIns({ EVENT_LOG: env.EVENT_LOG, IDENTITY: outbox });
    expect(acknowledged).toBe(2);
    const ids = entries.map(({ id }) => `sgn_${id}`);
    const rows = await rowsWhere(sql`id = ANY(${sql.param(ids)}::text[]) ORDER BY operation, outcome`);
    expect(
      rows.map(({ role, operation, outcome, patient_id }) => [role, operation, outcome, patient_id]),
    ).toEqual([
      ["patient", "sign-in:code", "allowed", patient],
      ["nobody", "sign-in:code", "refused", null],
      ["staff", "sign-out:oidc", "allowed", null],
    ]);
  });

  it("[AU10] the job takes whole old segments away, and nothing younger", async () => {
    await drainAudit();
    const heads = await Promise.all(
      AUDIT_PARTITION_NAMES.map((name) => env.EVENT_LOG.getByName(name).chainHead()),
    );
    const partition = heads.findIndex(({ seq }) => seq > 3);
    const seq = heads[partition]?.seq ?? 0;
    const at = Date.now();
    const points = [2, seq].map((one) => ({ partition, seq: one, hash: "h", at: at as never }));
    const issuer = {
      ...{ takeSignIns: async () => ({ entries: [], marks: [] }), ackSignIns: async () => {} },
      checkpoints: async (page: { partition: number; after: number }) => ({
        checkpoints: page.partition === partition ? points.filter((one) => one.seq > page.after) : [],
      }),
    };
    const bindings = env as unknown as { DATABASE_URL: string; NEON_FETCH_ENDPOINT: string };
    const { DATABASE_URL, NEON_FETCH_ENDPOINT } = bindings;
    const trim = (now: number) => trimAudit({ IDENTITY: issuer, DATABASE_URL, NEON_FETCH_ENDPOINT }, now);
    const stored = async () => (await rowsWhere(sql`partition = ${partition}`)).length;
    const before = await stored();
    await trim(at + AUDIT_RETENTION_MS - 1_000);
    expect(await stored()).toBe(before);
    points.pop();
    await trim(at + AUDIT_RETENTION_MS + 1_000);
    expect(await stored()).toBe(before - 2);
  });
});
