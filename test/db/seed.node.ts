/** The sample network: the same every time, and such that every calendar could decide from it. */
import { describe, expect, it } from "vitest";
import { brokenPlaceRule } from "../../core/booking/place-rules.ts";
import {
  AGENDA_SHARDS,
  type AppointmentId,
  agendaShardOf,
  encodeBytes,
  LOCATION_ID,
  PATIENT_ID,
  PROVIDER_ID,
  VISIT_TYPE_ID,
} from "../../core/ids.ts";
import type { CalendarConfig } from "../../core/schedule/config.ts";
import { OpenDays } from "../../core/schedule/open-days.ts";
import { instant, STEP_MINUTES } from "../../core/time.ts";
import { APPOINTMENTS_MAX, makeAppointments } from "../../db/seed/appointments.ts";
import { CITIES } from "../../db/seed/cities.ts";
import { BUSY_SIZE, FULL_CLINICS, makeNetwork, SAMPLE_SEED, SAMPLE_SIZE } from "../../db/seed/network.ts";
import { SPECIALTIES } from "../../db/seed/providers.ts";
import { Random } from "../../db/seed/random.ts";

const { clinics, providers, resources, patients, visitTypes } = makeNetwork(
  new Random(SAMPLE_SEED),
  SAMPLE_SIZE,
);
const clinicOf = new Map(clinics.map((clinic) => [clinic.id, clinic]));
const unique = <T>(items: readonly T[]): T[] => [...new Set(items)];
const onStep = (minutes: number): boolean => Number.isInteger(minutes) && minutes % STEP_MINUTES === 0;

describe("generator", () => {
  it("[Y1] gives the same network for the same seed, another one for another", () => {
    const again = makeNetwork(new Random(SAMPLE_SEED), SAMPLE_SIZE);
    expect(again).toEqual({ clinics, visitTypes, providers, resources, patients });
    expect(makeNetwork(new Random(1), SAMPLE_SIZE).providers[0]?.id).not.toBe(providers[0]?.id);
  });

  it("[Y1] keeps its first ids: notes and scripts name them", () => {
    expect([clinics[0]?.id, providers[0]?.id, patients[0]?.id, visitTypes[0]?.id]).toMatchInlineSnapshot(`
      [
        "loc_3v8r6fjj44r4",
        "prv_2zqn0x5g9b50",
        "pat_00c0zk9a3hb9ma",
        "vst_nvz90004ks3m",
      ]
    `);
  });

  it("[Y2] more of one kind does not change the others", () => {
    const smaller = makeNetwork(new Random(SAMPLE_SEED), { ...SAMPLE_SIZE, providers: 10 });
    expect(smaller.patients).toEqual(patients);
    expect(smaller.resources).toEqual(resources);
    expect(smaller.providers).toEqual(providers.slice(0, 10));
  });

  it("[Y3] has 200 clinics, 2,000 providers, 1,000 patients and 8 visit types, with ids of the right shape, once each", () => {
    expect([clinics, providers, patients, visitTypes].map((rows) => rows.length)).toEqual([
      200, 2_000, 1_000, 8,
    ]);
    for (const [rows, shape] of [
      [clinics, LOCATION_ID],
      [providers, PROVIDER_ID],
      [patients, PATIENT_ID],
      [visitTypes, VISIT_TYPE_ID],
    ] as const) {
      expect(rows.every(({ id }) => shape.test(id))).toBe(true);
      expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
    }
  });
});

describe("clinics", () => {
  it("[Y4] stand in zones that exist, among them those with rules of their own", () => {
    for (const zone of unique(clinics.map((clinic) => clinic.timeZone))) {
      expect(() => new Intl.DateTimeFormat("en-US", { timeZone: zone }), zone).not.toThrow();
    }
    const wanted = [
      "America/Phoenix",
      "America/Anchorage",
      "Pacific/Honolulu",
      "America/Indiana/Indianapolis",
      "America/Boise",
      "America/Chicago",
      "America/Denver",
      "America/New_York",
      "America/Los_Angeles",
      "America/Detroit",
      "America/Kentucky/Louisville",
      "America/Puerto_Rico",
    ];
    expect(unique(clinics.map((clinic) => clinic.timeZone))).toEqual(expect.arrayContaining(wanted));
  });

  it("[Y4] lie within a few miles of their city, each under a name of its own there", () => {
    for (const clinic of clinics) {
      const city = CITIES.find(({ name, state }) => name === clinic.city && state === clinic.state);
      expect(Math.abs(clinic.latitude - (city?.latitude ?? 0))).toBeLessThanOrEqual(0.03 + 1e-9);
      expect(Math.abs(clinic.longitude - (city?.longitude ?? 0))).toBeLessThanOrEqual(0.03 + 1e-9);
      expect(clinic.postalCode).toMatch(/^\d{5}$/);
    }
    expect(new Set(clinics.map(({ name, city, state }) => `${name}, ${city}, ${state}`)).size).toBe(
      clinics.length,
    );
  });

  it("[Y5] nobody real is reached: telephone numbers for fiction, addresses of example.com", () => {
    for (const { phone } of [...clinics, ...patients]) expect(phone).toMatch(/^\+1[2-9]\d{2}55501\d{2}$/);
    for (const { email } of patients) expect(email).toMatch(/^[a-z]+\.[a-z]+\.\d+@example\.com$/);
  });
});

describe("providers", () => {
  it("[Y6] open on five-minute steps, with a lunch break inside, and never at two sites on one weekday", () => {
    for (const { calendar } of providers) {
      const weekdays = calendar.sites.map((site) => unique(site.hours.map((hours) => hours.weekday)));
      expect(new Set(weekdays.flat()).size).toBe(weekdays.flat().length);
      for (const { hours, breaks = [] } of calendar.sites) {
        expect(hours.length).toBeGreaterThan(0);
        expect(unique(hours.map(({ weekday }) => weekday))).toHaveLength(hours.length);
        for (const part of hours) {
          expect(
            onStep(part.opensAt) &&
              onStep(part.closesAt) &&
              part.opensAt < part.closesAt &&
              part.closesAt <= 1440,
          ).toBe(true);
          expect([1, 2, 3, 4, 5, 6, 7]).toContain(part.weekday);
          const lunch = breaks.filter(({ weekday }) => weekday === part.weekday);
          expect(lunch).toHaveLength(part.weekday === 6 ? 0 : 1);
          for (const { opensAt, closesAt } of lunch) {
            expect(onStep(opensAt) && onStep(closesAt) && closesAt - opensAt >= 30).toBe(true);
            expect(part.opensAt < opensAt && closesAt < part.closesAt).toBe(true);
          }
        }
      }
    }
  });

  it("[S8] every clinic is closed on a holiday, and a few visit types have rules of their own", () => {
    expect(
      providers.every(({ calendar }) => calendar.sites.every((site) => site.closures?.length === 1)),
    ).toBe(true);
    expect(visitTypes.filter((type) => type.ageMin === 18 && type.bufferAfterMinutes)).toHaveLength(1);
    expect(visitTypes.filter((type) => type.capacity)).toHaveLength(1);
  });

  it("[Y7] have one or two sites, the second in the same city and zone; some have two", () => {
    for (const provider of providers) {
      const sites = provider.locationIds.map((id) => clinicOf.get(id));
      expect(provider.calendar.sites.map((site) => [site.locationId, site.timeZone])).toEqual(
        sites.map((site) => [site?.id, site?.timeZone]),
      );
      expect(new Set(sites.map((site) => `${site?.city} ${site?.state} ${site?.timeZone}`)).size).toBe(1);
      expect(new Set(provider.locationIds).size).toBe(provider.locationIds.length);
    }
    expect(unique(providers.map((provider) => provider.locationIds.length)).toSorted()).toEqual([1, 2]);
  });

  it("[Y8] offer four to six visit types, whose rules their calendar knows", () => {
    const rules = new Map(
      visitTypes.map(({ name: _, modality: __, active: ___, ...rule }) => [rule.id, rule]),
    );
    for (const { visitTypeIds, calendar } of providers) {
      expect(visitTypeIds.length).toBeGreaterThanOrEqual(4);
      expect(visitTypeIds.length).toBeLessThanOrEqual(6);
      expect(calendar.visitTypes).toEqual(visitTypeIds.map((id) => rules.get(id)));
    }
    for (const type of visitTypes) {
      expect(onStep(type.minutes) && [10, 15, 20, 30].includes(type.gridMinutes)).toBe(true);
      expect(type.noticeMinutes >= 60 && type.noticeMinutes <= 240 && type.horizonDays === 90).toBe(true);
    }
  });

  it("[Y9] every specialty is there, every clinic has primary care, and all speak English", () => {
    expect(unique(providers.flatMap((provider) => provider.specialties)).toSorted()).toEqual(
      [...SPECIALTIES].toSorted(),
    );
    const withPrimaryCare = providers
      .filter((p) => p.specialties[0] === "primary-care")
      .map((p) => p.locationIds[0]);
    expect(new Set(withPrimaryCare).size).toBe(clinics.length);
    for (const { languages } of providers) {
      expect(languages[0]).toBe("en");
      expect(Intl.getCanonicalLocales(languages)).toEqual(languages);
    }
  });
});

describe("resources", () => {
  it("[R1] [Y3] two rooms and a machine in every clinic, under ids of their own, open whenever a provider is", () => {
    expect(resources).toHaveLength(3 * clinics.length);
    expect(new Set([...resources, ...providers].map(({ id }) => id)).size).toBe(
      resources.length + providers.length,
    );
    for (const { id, locationId, calendar } of resources) {
      expect(PROVIDER_ID.test(id) && calendar.providerId === id && calendar.visitTypes.length === 0).toBe(
        true,
      );
      expect(calendar.sites).toMatchObject([{ locationId, timeZone: clinicOf.get(locationId)?.timeZone }]);
    }
    for (const { locationId, opensAt, closesAt, weekday } of providers.flatMap(({ calendar }) =>
      calendar.sites.flatMap((site) =>
        site.hours.map((hours) => ({ ...hours, locationId: site.locationId })),
      ),
    )) {
      const rooms = resources.filter((r) => r.locationId === locationId && r.kind === "room");
      expect(rooms).toHaveLength(2);
      for (const hours of rooms.flatMap(({ calendar }) => calendar.sites[0]?.hours ?? []))
        if (hours.weekday === weekday)
          expect(hours.opensAt <= opensAt && closesAt <= hours.closesAt).toBe(true);
    }
  });

  it("[R2] one visit type needs a room, and nobody has it first", () => {
    const [needing, ...others] = visitTypes.filter((type) => type.requires);
    expect(needing?.requires).toEqual(["room"]);
    expect(others).toEqual([]);
    const first = providers.map(({ visitTypeIds }) => visitTypeIds[0]);
    expect(first).not.toContain(needing?.id);
    expect(providers.some(({ visitTypeIds }) => visitTypeIds.includes(needing?.id as never))).toBe(true);
  });
});

describe("patients", () => {
  it("[Y10] are spread evenly over the agenda shards and at home in a clinic", () => {
    const counts = new Map<number, number>();
    for (const { id, homeLocationId, birthDate } of patients) {
      counts.set(agendaShardOf(id), (counts.get(agendaShardOf(id)) ?? 0) + 1);
      expect(clinicOf.has(homeLocationId)).toBe(true);
      expect(new Date(birthDate).toISOString().slice(0, 10)).toBe(birthDate);
    }
    expect([...counts.keys()].toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: AGENDA_SHARDS }, (_, shard) => shard),
    );
    expect(Math.max(...counts.values()) - Math.min(...counts.values())).toBeLessThanOrEqual(1);
  });
});

describe("appointments", () => {
  const TODAY = "2026-11-25";
  const now = Date.parse(TODAY);
  const busy = makeNetwork(new Random(SAMPLE_SEED), BUSY_SIZE);
  const mint = (calendar: string, bytes: Uint8Array) =>
    `apt_${calendar.slice(4)}${encodeBytes(bytes.subarray(0, 12))}00000000` as AppointmentId;
  const rows = makeAppointments(new Random(SAMPLE_SEED), busy, TODAY, mint);
  const providerOf = new Map(busy.providers.map((provider) => [provider.id, provider]));
  const patientOf = new Map(busy.patients.map((patient) => [patient.id, patient]));
  const taking = rows.filter(({ status }) => status !== "cancelled" && status !== "no-show");

  it("[Y11] are the same for the same seed and day, others for another day, and shift nothing of the network", () => {
    const again = makeAppointments(new Random(SAMPLE_SEED), busy, TODAY, mint);
    expect(again.length).toBe(rows.length);
    expect(again.every((row, n) => JSON.stringify(row) === JSON.stringify(rows[n]))).toBe(true);
    expect(makeAppointments(new Random(SAMPLE_SEED), busy, "2026-11-26", mint)[0]).not.toEqual(rows[0]);
    expect(busy.clinics).toEqual(clinics);
    expect(busy.providers).toEqual(providers);
    expect(busy.patients.slice(0, 1_000)).toEqual(patients);
  });

  it("[Y12] fill the days of eight clinics and a few elsewhere, from 90 days ago to 30 ahead, 150,000 at most", () => {
    expect(rows.length).toBeGreaterThan(100_000);
    expect(rows.length).toBeLessThanOrEqual(APPOINTMENTS_MAX);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
    const starts = rows.map(({ start }) => start).toSorted((a, b) => a - b);
    const daysFromNow = (at: number | undefined) => Math.floor(((at ?? 0) - now) / 86_400_000);
    expect(daysFromNow(starts[0])).toBe(-90);
    expect([29, 30]).toContain(daysFromNow(starts.at(-1)));
    const perClinic = Map.groupBy(rows, ({ locationId }) => locationId);
    const [full, sparse] = [busy.clinics.slice(0, FULL_CLINICS), busy.clinics.slice(FULL_CLINICS)].map(
      (part) => part.map(({ id }) => perClinic.get(id)?.length ?? 0),
    ) as [number[], number[]];
    expect(Math.min(...full)).toBeGreaterThan(8_000);
    expect(Math.max(...sparse)).toBeLessThan(500);
  });

  it("[Y13] are possible: each could have been booked, and nobody is in two places", () => {
    const memory = new Map<string, OpenDays>();
    for (const row of rows.filter((_, n) => n % 17 === 0)) {
      const provider = providerOf.get(row.providerId);
      const open = memory.get(row.providerId) ?? new OpenDays(provider?.calendar as CalendarConfig);
      memory.set(row.providerId, open);
      const asked = instant(row.start - 14 * 86_400_000); // long enough before for every notice
      expect(brokenPlaceRule(open, row, asked), row.id).toBeNull();
    }
    const wrong: string[] = [];
    for (const [who, seats] of [
      ["patientId", false],
      ["providerId", true],
    ] as const) {
      for (const own of Map.groupBy(taking, (row) => row[who]).values()) {
        const sorted = own.toSorted((a, b) => a.start - b.start);
        for (const [n, row] of sorted.entries()) {
          const before = sorted[n - 1];
          const isSession = seats && before?.start === row.start && before.visitTypeId === row.visitTypeId;
          if (before && !isSession && before.end > row.start) wrong.push(row.id);
        }
      }
    }
    for (const session of Map.groupBy(taking, ({ providerId, start }) => `${providerId} ${start}`).values()) {
      const type = visitTypes.find(({ id }) => id === session[0]?.visitTypeId);
      if (session.length > (type?.capacity ?? 1)) wrong.push(`${session[0]?.id}`);
    }
    expect(wrong).toEqual([]);
  });

  it("[Y13] tell what became of them: over or still to come, cancelled before the start, children to pediatrics", () => {
    const counts = Map.groupBy(rows, ({ status }) => status);
    const share = (status: (typeof rows)[number]["status"]) =>
      (counts.get(status)?.length ?? 0) / rows.length;
    expect(share("cancelled")).toBeGreaterThan(0.05);
    expect(share("cancelled")).toBeLessThan(0.15);
    expect(share("no-show")).toBeGreaterThan(0.02);
    const isRight = (row: (typeof rows)[number]): boolean => {
      const isToCome = row.status === "booked" || row.status === "confirmed";
      const isPediatric = providerOf.get(row.providerId)?.specialties.includes("pediatrics");
      return (
        (row.status === "cancelled" || isToCome === row.end > now) &&
        (row.cancelledAt ?? row.start) <= row.start &&
        (row.cancelledAt ?? 0) < now &&
        row.createdAt < row.start &&
        row.updatedAt >= row.createdAt &&
        (patientOf.get(row.patientId)?.birthDate ?? "") >= "2009" === isPediatric
      );
    };
    expect(rows.filter((row) => !isRight(row))).toEqual([]);
    expect([...new Set(rows.map(({ reason }) => reason))].length).toBeLessThan(10);
  });
});
