/**
 * Proves on the real objects that a hundred identities with up to a thousand attempts each, in parallel bursts, never hold or book more
 * than the caps: the rows are counted after every burst. Holds run out in the row, not by the clock. Rules alone:
 * test/core/booking/hold-limits.node.ts.
 */
import { reset, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import "../../workers/edge/index.tsx";
import type { TakeRequest } from "../../core/agenda/command-row.ts";
import { OPEN_BOOKINGS_MAX, SELF_BOOKED_MAX } from "../../core/agenda/decide-take.ts";
import type { PlaceHoldCommand } from "../../core/booking/decide-hold.ts";
import {
  ANONYMOUS_HOLDS_MAX,
  allowanceOf,
  HOLDS_PER_NETWORK_MAX,
  type HolderHash,
  type TokenHash,
} from "../../core/booking/hold.ts";
import type { Provider } from "../../core/directory/directory.ts";
import type { CommandId, LocationId, PatientId, ProviderId, VisitTypeId } from "../../core/ids.ts";
import { instant } from "../../core/time.ts";
import { parseKeyRing } from "../../workers/config.ts";
import { mintAppointmentId, mintHoldId } from "../../workers/edge/routing-ids.ts";
import { patientAgenda } from "../../workers/edge/stubs.ts";
import { calendarOf, type Slot, slotsOf, somePatient, someProvider, visitOf } from "../support/edge.ts";

afterAll(() => reset());

const IDENTITIES = 100;
/** Each; a thousand in `npm run test:real`, a hundred in `npm test`, where they would be a tenth of its time. */
const ATTEMPTS = Number((env as unknown as { HOARDING_ATTEMPTS?: string }).HOARDING_ATTEMPTS ?? 100);
const BURST = 500;
/** Four devices behind each address. */
const NETWORKS = IDENTITIES / 4;

const keys = parseKeyRing((env as unknown as { ID_KEYS: string }).ID_KEYS) ?? [];
const placeOf = (provider: Provider, slot: Slot) => ({
  locationId: slot.locationId as LocationId,
  visitTypeId: visitOf(provider) as VisitTypeId,
  start: instant(Date.parse(slot.start)),
  end: instant(Date.parse(slot.end)),
});

/** Found before the first burst: a quiet minute ends the runtime's connection to the database. */
const known: { readonly provider: Provider; readonly slots: readonly Slot[] }[] = [];

beforeAll(async () => {
  for (let n = 0; n < 3; n++) {
    const provider = await someProvider();
    known.push({ provider, slots: await slotsOf(provider) });
  }
});

let attempt = 0;

function holdBy(identity: number, provider: Provider, slot: Slot): PlaceHoldCommand {
  attempt += 1;
  const name = (text: string) => `${text}-${identity}` as HolderHash;
  const network = `network-${identity % NETWORKS}` as HolderHash;
  return {
    holdId: mintHoldId(keys, provider.id),
    tokenHash: `token-${attempt}` as TokenHash,
    command: `command-${attempt}` as CommandId,
    holder: name("device"),
    yesterday: null,
    anonymous: true,
    allowance: allowanceOf({ kind: "stranger", network, networkYesterday: name("nobody") }),
    fingerprint: "POST",
    place: placeOf(provider, slot),
    configVersion: provider.calendar.version,
  };
}

const sql = <T>(provider: Provider, query: string, ...bindings: (string | number)[]): Promise<T[]> =>
  runInDurableObject(calendarOf(provider.id), (_, state) =>
    state.storage.sql.exec(query, ...bindings).toArray(),
  ) as Promise<T[]>;

const LIVE = "state = 'held' AND expires_at > ?";

describe(`a hundred identities, ${ATTEMPTS} attempts each`, () => {
  it("[AB1] [AB2] [W7] never hold more than the caps of device, network and calendar, burst by burst", async () => {
    const [{ provider, slots }] = known as [(typeof known)[number]];
    let [held, most] = [0, 0];
    for (let burst = 0; burst < (IDENTITIES * ATTEMPTS) / BURST; burst++) {
      const replies = await Promise.all(
        Array.from({ length: BURST }, (_, k) => {
          const slot = slots[(k * 7 + burst * 13) % slots.length] as Slot;
          return calendarOf(provider.id).placeHold(holdBy((burst * BURST + k) % IDENTITIES, provider, slot));
        }),
      );
      held += replies.filter(({ kind }) => kind === "done").length;
      const now = Date.now();
      const per = (column: string) =>
        sql<{ n: number }>(provider, `SELECT count(*) AS n FROM hold WHERE ${LIVE} GROUP BY ${column}`, now);
      const [devices, networks] = [await per("holder"), await per("network")];
      const live = devices.reduce((sum, { n }) => sum + n, 0);
      for (const { n } of devices) expect(n).toBe(1);
      for (const { n } of networks) expect(n).toBeLessThanOrEqual(HOLDS_PER_NETWORK_MAX);
      expect(live).toBeLessThanOrEqual(ANONYMOUS_HOLDS_MAX);
      most = Math.max(most, live);
      // Every eighth burst what is held runs out.
      if (burst % 8 === 7)
        await sql(provider, "UPDATE hold SET expires_at = ? WHERE state = 'held'", now - 1);
    }
    console.log(
      `[AB1] ${attempt} attempts on ${slots.length} starts: ${held} holds made, ${most} at once at most`,
    );
    expect(attempt).toBe(IDENTITIES * ATTEMPTS);
    expect(most).toBeGreaterThan(HOLDS_PER_NETWORK_MAX);
    // [AB3] However long they go on, no time was held in vain more often than a day allows.
    const most3 = await sql<{ n: number }>(
      provider,
      "SELECT max(n) AS n FROM (SELECT count(*) AS n FROM hold GROUP BY start_at)",
    );
    expect(most3[0]?.n).toBeLessThanOrEqual(3);
  }, 300_000);

  it("[AB5] [G7] never have more open bookings than the caps, patient by patient and provider by provider", async () => {
    const providers = known.slice(1).map(({ provider }) => provider);
    const slots = known.slice(1).map((one) => one.slots);
    const patients = Array.from({ length: 10 }, () => somePatient());
    const askedOf = (patient: PatientId, k: number): TakeRequest => {
      const which = k % providers.length;
      const provider = providers[which] as Provider;
      const own = slots[which] as Slot[];
      return {
        command: `take-${patient}-${k}` as CommandId,
        fingerprint: "POST",
        patientId: patient,
        selfBookedMax: SELF_BOOKED_MAX,
        wanted: {
          kind: "book",
          appointmentId: mintAppointmentId(keys, provider.id),
          providerId: provider.id,
          place: placeOf(provider, own[(k * 5) % own.length] as Slot),
          timeZone: "America/Chicago",
          configVersion: provider.calendar.version,
          reason: null,
          notes: null,
          source: "patient",
        },
      };
    };
    let booked = 0;
    for (let burst = 0; burst < 6; burst++) {
      const replies = await Promise.all(
        patients.flatMap((patient) =>
          Array.from({ length: 50 }, (_, k) =>
            patientAgenda(env, patient).take(askedOf(patient, burst * 50 + k)),
          ),
        ),
      );
      booked += replies.filter(({ kind }) => kind === "accepted").length;
      for (const { id } of providers) {
        const rows = await openOn(id);
        for (const { n } of rows) expect(n).toBeLessThanOrEqual(SELF_BOOKED_MAX);
      }
    }
    const all = (await Promise.all(providers.map(({ id }) => openOn(id)))).flat();
    console.log(`[AB5] 3,000 attempts of 10 patients: ${booked} bookings`);
    expect(all.reduce((sum, { n }) => sum + n, 0)).toBe(booked);
    expect(booked).toBeGreaterThan(patients.length);
    expect(booked).toBeLessThanOrEqual(patients.length * OPEN_BOOKINGS_MAX);
  }, 300_000);
});

const openOn = (id: ProviderId): Promise<{ patient: string; n: number }[]> =>
  runInDurableObject(calendarOf(id), (_, state) =>
    state.storage.sql
      .exec<{ patient: string; n: number }>(
        "SELECT patient, count(*) AS n FROM appointment WHERE status = 'booked' GROUP BY patient",
      )
      .toArray(),
  );
