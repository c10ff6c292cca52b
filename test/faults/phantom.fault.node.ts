/**
 * Strangers with invented ids, over HTTP and as sockets. Proves: an invented id is answered like a missing or a foreign
 * one, and no invented id makes an object. Locally an object is a file, so that counting the files counts them.
 */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AGENDA_SHARDS, DEVICE_SHARDS, encodeBytes, makeId, makePatientId } from "../../core/ids.ts";
import { type Answer, ApiClient, type CallOptions } from "../../scripts/load/api-client.ts";
import { type BareSystem, inventPatients, startBareSystem } from "../../scripts/load/bare-system.ts";
import { bookingOf, dateIn, freeSlots, type Slot } from "../../scripts/load/free-slots.ts";
import { OPERATIONS, type Operation } from "../../workers/edge/api/operations.ts";
import { SESSION_SHARDS } from "../../workers/identity/session-store.ts";
import { countByClass } from "../support/bare-objects.ts";
import { makePeople } from "../support/bare-people.ts";
import { untilLagIsZero } from "../support/bare-projection.ts";
import { RawSocket } from "../support/bare-socket.ts";
import type { Person } from "../support/bare-writer.ts";

const INVENTED = 2_000;
const CONNECTIONS = 32;
/** Two characters of a patient id name a shard: this many can be spelled, AGENDA_SHARDS of them exist. */
const SHARDS_SPELLED = 1_024;
const SETTLE_MAX_MS = 10_000;

let system: BareSystem;
let api: ApiClient;
let me: Person;
let slot: Slot;
let realAppointment: string;
let objectsBefore: Readonly<Record<string, number>>;

const part = (chars: number): string => encodeBytes(randomBytes(chars));
const provider = (): string => makeId("prv", randomBytes(12));
const patientOf = (shard: number): string => makePatientId(shard, randomBytes(12));
const patient = (): string => patientOf(randomBytes(2).readUInt16BE() % SHARDS_SPELLED);
/** Well formed: every second one at a calendar that exists, so that only its check can give it away. */
const appointment = (k: number): string =>
  `apt_${k % 2 === 0 ? slot.providerId.slice(4) : part(12)}${part(12)}a${part(7)}`;

/** Without what differs between any two answers. */
const bodyOf = ({ status, text }: Answer): string => `${status} ${text.replace(/"instance":"[^"]*"/, "")}`;

/** Sends `count` requests, a few at a time; the different answers and how often each came. */
async function answersTo(
  count: number,
  request: (k: number) => readonly [method: string, path: string, options?: CallOptions],
): Promise<Record<string, number>> {
  const bodies: Record<string, number> = {};
  let next = 0;
  const work = async (): Promise<void> => {
    for (let k = next++; k < count; k = next++) {
      const body = bodyOf(await api.call(...request(k)));
      bodies[body] = (bodies[body] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
  return bodies;
}

/** Of each operation, for each kind of caller. */
const NAMES_PER_OPERATION = 6;

/** Well formed, of the kind that the place of a name in an address says; of every kind in turn where it does not say. */
const INVENTED_KINDS: Readonly<Record<string, (k: number) => string>> = {
  providers: provider,
  locations: () => makeId("loc", randomBytes(12)),
  "visit-types": () => makeId("vst", randomBytes(12)),
  appointments: appointment,
  patients: patient,
  holds: (k) => appointment(k).replace("apt_", "hld_"),
  blocks: (k) => appointment(k).replace("apt_", "blk_"),
  series: (k) => appointment(k).replace("apt_", "ser_"),
  staff: () => makeId("stf" as "prv", randomBytes(12)),
};

function addressOf(path: string, k: number): string {
  let before = "";
  return path
    .split("/")
    .map((step) => {
      const invent = INVENTED_KINDS[before];
      before = step;
      if (!step.startsWith(":")) return step;
      if (step.startsWith(":file")) return `${appointment(k)}.ics`;
      if (invent) return invent(k);
      const every = Object.values(INVENTED_KINDS);
      return (every[k % every.length] as (k: number) => string)(k);
    })
    .join("/");
}

/** The issuer's objects exist in fixed numbers, whatever is asked; the first sign-in, token or audit entry wakes them. */
const ISSUER_OBJECTS_MAX: Readonly<Record<string, number>> = {
  "openslot-identity-KeyRing": 1,
  "openslot-identity-AuditWitness": 1,
  "openslot-identity-SessionShard": SESSION_SHARDS,
  "openslot-identity-PairingDesk": 1,
  "openslot-identity-PartnerRegistry": 1,
  "openslot-identity-DeviceShard": DEVICE_SHARDS,
};

/** Nothing, a booking's body, and nonsense: whichever comes first, the name or the body, nothing is made. */
const bodyFor = (k: number): unknown => [{}, { start: slot.start }, { ...bookingOf(slot), x: 1 }][k % 3];

const watch = (id: string): string =>
  `/v1/live/providers/${id}?visitTypeId=${slot.visitTypeId}&from=${dateIn(1)}&to=${dateIn(7)}`;

/** An upgrade's status; an accepted one is closed again, and its code is part of the answer. */
async function upgrade(path: string): Promise<string> {
  const socket = new RawSocket({ port: system.workerd.port, path });
  const status = await socket.upgraded;
  if (status === 101) await socket.closed;
  else socket.destroy();
  return `${status} ${socket.closeCode ?? ""} ${socket.frames.length} frames`;
}

async function upgrades(count: number, pathOf: (k: number) => string): Promise<Record<string, number>> {
  const answers: Record<string, number> = {};
  let next = 0;
  const work = async (): Promise<void> => {
    for (let k = next++; k < count; k = next++) {
      const answer = await upgrade(pathOf(k));
      answers[answer] = (answers[answer] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
  return answers;
}

const patientFeed = (id: string): string => `/v1/live/patients/${id}?ticket=${part(24)}`;

let notFound: string;

/** `count` answers, all of them the 404 of an id that was never there. */
const allNotFound = (count: number): Record<string, number> => ({ [notFound]: count });

beforeAll(async () => {
  system = await startBareSystem({ storage: "tmpfs", core: null });
  api = new ApiClient(system.workerd.port, CONNECTIONS);
  const [calendar] = system.directory.providers;
  [me] = (await makePeople(system, 1)) as [Person];
  const slots = await freeSlots(api, calendar as NonNullable<typeof calendar>);
  slot = slots[0] as Slot;
  const options = { token: me.token, key: "mine", body: bookingOf(slot) };
  realAppointment = (JSON.parse((await api.call("POST", "/v1/appointments", options)).text) as { id: string })
    .id;
  // The shards that exist are there from now on: what is counted below is what invented ids add.
  for (const id of inventPatients(AGENDA_SHARDS))
    await api.call("GET", `/v1/patients/${id}/appointments`, { token: await system.patientToken(id) });
  await untilLagIsZero(api, { maxMs: SETTLE_MAX_MS });
  notFound = bodyOf(await api.call("GET", "/v1/nothing", { token: me.token }));
  objectsBefore = countByClass(system.storageDir);
});

afterAll(async () => {
  api?.close();
  await system?.stop();
});

describe("[F5] phantoms", () => {
  it("[F5] invented providers are not there", async () => {
    const paths = ["", "/availability"];
    expect(await answersTo(INVENTED, (k) => ["GET", `/v1/providers/${provider()}${paths[k % 2]}`])).toEqual(
      allNotFound(INVENTED),
    );
  });

  it("[F5] nobody books an invented provider", async () => {
    const answers = await answersTo(INVENTED / 4, (k) => [
      "POST",
      "/v1/appointments",
      { token: me.token, key: `p-${k}`, body: { ...bookingOf(slot), providerId: provider() } },
    ]);
    expect(answers).toEqual(allNotFound(INVENTED / 4));
  });

  it("[F5] invented appointments are answered like somebody else's", async () => {
    const [stranger] = await makePeople(system, 1);
    const foreign = await api.call("GET", `/v1/appointments/${realAppointment}`, {
      token: stranger?.token ?? "",
    });
    expect(bodyOf(foreign)).toBe(notFound);
    const methods = ["GET", "PATCH", "DELETE"];
    const answers = await answersTo(INVENTED, (k) => [
      methods[k % 3] as string,
      `/v1/appointments/${appointment(k)}`,
      {
        token: me.token,
        ifMatch: '"v1"',
        ...(k % 3 === 1 ? { body: { start: slot.start } } : {}),
      },
    ]);
    expect(answers).toEqual(allNotFound(INVENTED));
  });

  it("[F5] invented patients are not there, for a patient and for an administrator", async () => {
    const admin = await system.adminToken();
    const answers = await answersTo(INVENTED, (k) => [
      "GET",
      `/v1/patients/${patient()}/appointments`,
      { token: k % 2 === 0 ? me.token : admin },
    ]);
    expect(answers).toEqual(allNotFound(INVENTED));
  });

  it("[F5] nobody watches an invented provider", async () => {
    expect(await upgrades(INVENTED / 2, () => watch(provider()))).toEqual({ "404  0 frames": INVENTED / 2 });
  });

  it("[F5] an invented patient with an invented ticket looks like a real one with an invented ticket", async () => {
    const real = await upgrade(patientFeed(me.id));
    const invented = await upgrades(INVENTED / 2, (k) => patientFeed(patientOf(k % AGENDA_SHARDS)));
    expect(invented).toEqual({ [real]: INVENTED / 2 });
  });

  it("[F5] a patient of a shard that does not exist gets one answer, whoever it is", async () => {
    const beyond = SHARDS_SPELLED - AGENDA_SHARDS;
    const answers = await upgrades(beyond, (k) => patientFeed(patientOf(AGENDA_SHARDS + k)));
    expect(Object.values(answers)).toEqual([beyond]);
  });

  it("[F5] every operation that names something answers an invented name with a refusal, for strangers, patients and administrators", async () => {
    const named = Object.entries<Operation>(OPERATIONS).filter(([, { path }]) => path.includes(":"));
    const tokens = [undefined, me.token, await system.adminToken()];
    const found: string[] = [];
    for (const [id, { method, path, kind }] of named) {
      for (let k = 0; k < NAMES_PER_OPERATION * tokens.length; k++) {
        const token = tokens[k % tokens.length];
        const address = addressOf(path, k);
        if (kind === "socket") {
          const answer = await upgrade(`${address}?ticket=${part(24)}`);
          if (!/^4\d\d |^101 1008 0 frames/.test(answer)) found.push(`${id}: ${answer}`);
          continue;
        }
        const { status } = await api.call(method, address, {
          key: `every-${id}-${k}`,
          ifMatch: '"v1"',
          ...(token === undefined ? {} : { token }),
          ...(method === "GET" || method === "DELETE" ? {} : { body: bodyFor(k) }),
        });
        if (status < 400 || status >= 500) found.push(`${id} ${method} ${address}: ${status}`);
      }
    }
    console.log(
      `[F5] ${named.length} operations with names, ${NAMES_PER_OPERATION * tokens.length} invented ones each`,
    );
    expect(named.length).toBeGreaterThan(40);
    // Exports and imports name a kind, not a thing; a closure is named by its date, which is checked like any body.
    expect(found).toEqual([]);
  });

  it("[F5] none of them made an object", async () => {
    await untilLagIsZero(api, { maxMs: SETTLE_MAX_MS });
    const objectsAfter = countByClass(system.storageDir);
    console.log("[F5] objects before", objectsBefore, "after", objectsAfter);
    const isFixed = ([kind]: readonly [string, number]): boolean => kind in ISSUER_OBJECTS_MAX;
    const made = Object.entries(objectsAfter).filter((one) => !isFixed(one));
    expect(Object.fromEntries(made)).toEqual(
      Object.fromEntries(Object.entries(objectsBefore).filter((one) => !isFixed(one))),
    );
    for (const [kind, count] of Object.entries(objectsAfter).filter(isFixed))
      expect([kind, count <= (ISSUER_OBJECTS_MAX[kind] as number)]).toEqual([kind, true]);
  });
});
