/** Proves how clinics, providers, visit types and resources are changed, and whose calendars hear of it. On PGlite and on a server. */
import { type SQL, sql } from "drizzle-orm";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Provider } from "../../core/directory/directory.ts";
import { type LocationId, makeId, type ProviderId, type VisitTypeId } from "../../core/ids.ts";
import {
  insertResource,
  insertVisitType,
  setClinicActive,
  setResourceActive,
  setVisitTypeActive,
  updateClinic,
  updateProvider,
  updateResource,
  updateVisitType,
  type VisitTypeSettings,
} from "../../db/directory/network-writes.ts";
import { newsSince } from "../../db/directory/outbox.ts";
import { hasRoom } from "../../db/directory/room.ts";
import { refreshTerms } from "../../db/directory/search-words.ts";
import { insertProvider, putClosure, replaceSchedule } from "../../db/directory/writes.ts";
import { importProviders } from "../../db/exchange/import-directory.ts";
import {
  closuresAt,
  findClinic,
  findResource,
  findVisitType,
  listClosures,
  listResources,
  providersAtClinic,
  providersOffering,
} from "../../db/queries/find-settings.ts";
import {
  CLINICS_MAX,
  DIRECTORY_RESOURCES_MAX,
  type Directory,
  loadDirectory,
  PROVIDERS_MAX,
  VISIT_TYPES_MAX,
} from "../../db/queries/load-directory.ts";
import type { DatabaseUnderTest } from "./database-under-test.ts";

const VISIT: VisitTypeSettings = {
  name: "Visit of a test",
  modality: "video",
  minutes: 30,
  gridMinutes: 15,
  noticeMinutes: 60,
  horizonDays: 90,
  bufferBeforeMinutes: null,
  bufferAfterMinutes: 5,
  capacity: null,
  newPatientsOnly: true,
  ageMin: 18,
  ageMax: null,
  specialty: "urology",
  cancelWindowMinutes: 1_440,
  moveWindowMinutes: null,
  perDayMax: 8,
  requires: ["room", "interpreter"],
};

export function networkSuite(use: () => DatabaseUnderTest): void {
  const db = () => use().db;
  let network: Directory;
  let provider: Provider;
  let clinic: LocationId;
  let nextKey = 0;
  const by = () => ({ command: `network-${nextKey++}`, fingerprint: "f" });
  const bytes = () => crypto.getRandomValues(new Uint8Array(12));
  const codeOf = async (work: Promise<unknown>) => {
    const error = (await work.catch((e: unknown) => e)) as { cause?: unknown; code?: string };
    return ((error.cause ?? error) as { code?: string }).code;
  };
  const calendarsIn = (news: readonly { kind: string; id: string }[], kind: string) =>
    news.filter((one) => one.kind === kind).map(({ id }) => id);

  beforeAll(async () => {
    network = await loadDirectory(db());
    provider = network.providers.find(({ locationIds }) => locationIds.length === 1) as Provider;
    clinic = provider.locationIds[0] as LocationId;
  });
  afterEach(async () => {
    await db().execute(sql`DELETE FROM directory_change`);
    await db().execute(sql`UPDATE provider SET config_version = 1 WHERE config_version > 1`);
    await db().execute(sql`UPDATE resource SET config_version = 1 WHERE config_version > 1`);
    await db().execute(sql`UPDATE clinic SET version = 1, deactivated_at = NULL`);
    await db().execute(sql`UPDATE visit_type SET version = 1, deactivated_at = NULL`);
    await db().execute(sql`DELETE FROM external_id WHERE system = 'openslot:idempotency'`);
  });

  describe("a visit type", () => {
    it("[D20] reaches every calendar that offers it and no other, in one statement, however many they are", async () => {
      const offered = new Map<VisitTypeId, ProviderId[]>();
      for (const { id, visitTypeIds } of network.providers)
        for (const type of visitTypeIds) offered.set(type, [...(offered.get(type) ?? []), id]);
      const [type, ids] = [...offered].sort((a, b) => b[1].length - a[1].length)[0] as [
        VisitTypeId,
        ProviderId[],
      ];
      expect(ids.length).toBeGreaterThan(1_000);
      const row = (await findVisitType(db(), type)) as NonNullable<Awaited<ReturnType<typeof findVisitType>>>;
      const { id: _id, version, active: _active, ...settings } = row;
      const news = await updateVisitType(db(), type, { ...settings, noticeMinutes: 77 }, version);
      expect(calendarsIn(news, "provider").sort()).toEqual(ids.toSorted());
      expect(calendarsIn(news, "visit-type")).toEqual([type]);
      const loaded = await loadDirectory(db());
      for (const { id, calendar } of loaded.providers)
        expect(calendar.version).toBe(ids.includes(id) ? 2 : 1);
      const rules = loaded.providers
        .flatMap(({ calendar }) => calendar.visitTypes)
        .filter(({ id }) => id === type);
      expect(new Set(rules.map(({ noticeMinutes }) => noticeMinutes))).toEqual(new Set([77]));
      expect(await providersOffering(db(), type, PROVIDERS_MAX)).toEqual(ids.toSorted());
      expect(await providersOffering(db(), type, 3)).toEqual(ids.toSorted().slice(0, 3));
      expect(await codeOf(updateVisitType(db(), type, settings, version))).toBe("OS412");
      await updateVisitType(db(), type, settings, version + 1);
    });

    it("[D16] [D20] comes back as it was written; deactivated, it reaches whoever offers it", async () => {
      const id = makeId("vst", bytes()) as VisitTypeId;
      await insertVisitType(db(), id, VISIT, by());
      try {
        expect(await findVisitType(db(), id)).toEqual({ ...VISIT, id, version: 1, active: true });
        await db().execute(sql`INSERT INTO provider_visit_type VALUES (${provider.id}, ${id})`);
        const news = await setVisitTypeActive(db(), id, 1, false);
        expect(news.map((one) => one.id)).toEqual([provider.id, id]);
        expect(await findVisitType(db(), id)).toMatchObject({ version: 2, active: false });
        expect(await codeOf(setVisitTypeActive(db(), id, 1, true))).toBe("OS412");
      } finally {
        await db().execute(sql`DELETE FROM provider_visit_type WHERE visit_type_id = ${id}`);
        await db().execute(sql`DELETE FROM visit_type WHERE id = ${id}`);
      }
    });
  });

  describe("a provider", () => {
    it("[D19] is written as a whole, and keeps unseen what is deactivated", async () => {
      const [kept, dropped, gone] = provider.visitTypeIds as [VisitTypeId, VisitTypeId, VisitTypeId];
      const profile = {
        id: provider.id,
        displayName: "Zora Quux",
        title: "MD",
        specialties: ["urology"],
        languages: ["en", "fr"],
        acceptingNewPatients: false,
        gender: "female" as const,
        insurances: ["humana"],
        visitTypeIds: [kept],
        overrides: [{ visitTypeId: kept, locationId: clinic, minutes: 45 }],
        travelMinutes: 20,
      };
      await db().execute(sql`UPDATE visit_type SET deactivated_at = now() WHERE id = ${gone}`);
      const news = await updateProvider(db(), profile, 1);
      expect(news.map(({ kind, id }) => [kind, id])).toEqual([["provider", provider.id]]);
      const [changed] = (await loadDirectory(db(), [provider.id])).providers;
      const { overrides, travelMinutes, ...shown } = profile;
      expect(changed).toMatchObject(shown);
      expect(changed?.calendar).toMatchObject({ version: 2, overrides, travelMinutes });
      await db().execute(sql`UPDATE visit_type SET deactivated_at = NULL WHERE id = ${gone}`);
      const [back] = (await loadDirectory(db(), [provider.id])).providers;
      expect(back?.visitTypeIds).toEqual([kept, gone].sort());
      expect(back?.visitTypeIds).not.toContain(dropped);
      expect(await codeOf(updateProvider(db(), profile, 1))).toBe("OS412");
      const { calendar, active: _active, locationIds: _locations, ...before } = provider;
      const restored = {
        ...before,
        overrides: calendar.overrides ?? [],
        travelMinutes: calendar.travelMinutes ?? null,
      };
      await updateProvider(db(), restored, 2);
      await refreshTerms(db(), "all"); // the words of the name that it had
      await db().execute(sql`UPDATE provider SET config_version = 1 WHERE id = ${provider.id}`);
      expect((await loadDirectory(db(), [provider.id])).providers).toEqual([provider]);
    });
  });

  describe("a schedule", () => {
    it("[D19] that is written while a clinic is deactivated leaves the hours there as they were", async () => {
      const two = network.providers.find(({ locationIds }) => locationIds.length === 2) as Provider;
      const [left, gone] = two.calendar.sites;
      const hours = [{ weekday: 1, opensAt: 600, closesAt: 660 }];
      const sites = async () => (await loadDirectory(db(), [two.id])).providers[0]?.calendar.sites;
      try {
        await db().execute(sql`UPDATE clinic SET deactivated_at = now() WHERE id = ${gone?.locationId}`);
        await replaceSchedule(db(), two.id, 1, [{ locationId: left?.locationId as LocationId, hours }]);
        expect(await sites()).toHaveLength(1);
        // An isolate that does not know yet writes both: the newer hours, and no refusal.
        const both = [left, gone].map((site) => ({ locationId: site?.locationId as LocationId, hours }));
        await replaceSchedule(db(), two.id, 2, [both[0] as (typeof both)[number]]);
        await db().execute(sql`UPDATE clinic SET deactivated_at = NULL`);
        expect((await sites())?.find((site) => site.locationId === gone?.locationId)?.hours).toEqual(
          gone?.hours,
        );
        await db().execute(sql`UPDATE clinic SET deactivated_at = now() WHERE id = ${gone?.locationId}`);
        await replaceSchedule(db(), two.id, 3, both);
        await db().execute(sql`UPDATE clinic SET deactivated_at = NULL`);
        expect((await sites())?.map((site) => site.hours)).toEqual([hours, hours]);
      } finally {
        await db().execute(sql`UPDATE clinic SET deactivated_at = NULL`);
        await replaceSchedule(db(), two.id, 4, two.calendar.sites);
        await db().execute(sql`UPDATE provider SET config_version = 1 WHERE id = ${two.id}`);
      }
      expect((await loadDirectory(db(), [two.id])).providers).toEqual([two]);
    });
  });

  describe("a clinic", () => {
    it("[D21] tells calendars of a new time zone only, and everybody there when it is deactivated", async () => {
      const row = (await findClinic(db(), clinic)) as NonNullable<Awaited<ReturnType<typeof findClinic>>>;
      const { version, active: _active, ...settings } = row;
      const named = { ...settings, id: clinic, name: "Renamed" };
      expect((await updateClinic(db(), named, version, false)).map(({ id }) => id)).toEqual([clinic]);
      expect(await findClinic(db(), clinic)).toEqual({ ...named, version: 2, active: true });
      expect(await codeOf(updateClinic(db(), named, version, false))).toBe("OS412");
      const here = [
        ...network.providers.filter(({ locationIds }) => locationIds.includes(clinic)),
        ...network.resources.filter(({ locationId }) => locationId === clinic),
      ].map(({ id }) => id as string);
      const everybody = [...here, clinic].sort();
      const moved = await updateClinic(db(), { ...settings, id: clinic }, 2, true);
      expect(moved.map(({ id }) => id).sort()).toEqual(everybody);
      const closed = await setClinicActive(db(), clinic, 3, false);
      expect(closed.map(({ id }) => id).sort()).toEqual(everybody);
      expect(await newsSince(db(), closed.at(-1)?.seq ?? 0)).toEqual([]);
      expect(await providersAtClinic(db(), clinic)).toEqual(
        here.filter((id) => network.providers.some((one) => one.id === id)).sort(),
      );
      expect(await findClinic(db(), clinic)).toMatchObject({ active: false, version: 4 });
    });

    it("[S8] says on which dates it is closed, and nothing of another one", async () => {
      const before = (await closuresAt(db(), [clinic])).get(clinic) ?? [];
      await putClosure(db(), clinic, { from: "2027-03-01", until: "2027-03-02", name: "Snow" });
      try {
        const closed = [
          ...before.map(({ from, until }) => [from, until]),
          ["2027-03-01", "2027-03-02"],
        ].sort();
        const found = (await closuresAt(db(), [clinic])).get(clinic) ?? [];
        expect(found.map(({ from, until }) => [from, until])).toEqual(closed);
        expect((await listClosures(db(), clinic))[0]).toEqual({
          from: "2027-03-01",
          until: "2027-03-02",
          name: "Snow",
        });
        expect((await closuresAt(db(), ["loc_000000000000" as LocationId])).size).toBe(0);
      } finally {
        await db().execute(sql`DELETE FROM clinic_closure WHERE from_date = '2027-03-01'`);
      }
    });
  });

  describe("the directory", () => {
    it("[D26] takes what an isolate can read and no more, one by one and from files", async () => {
      const counted = async (table: "clinic" | "provider" | "visit_type" | "resource"): Promise<number> =>
        Number((await db().execute(sql`SELECT count(*) FROM ${sql.identifier(table)}`)).rows[0]?.count);
      const holds = async (condition: SQL) =>
        (await db().execute<{ holds: boolean }>(sql`SELECT ${condition} AS holds`)).rows[0]?.holds;
      for (const [table, most] of [
        ["clinic", CLINICS_MAX],
        ["provider", PROVIDERS_MAX],
        ["visit_type", VISIT_TYPES_MAX],
        ["resource", DIRECTORY_RESOURCES_MAX],
      ] as const) {
        const free = most - (await counted(table));
        expect([await holds(hasRoom(table, free)), await holds(hasRoom(table, free + 1))]).toEqual([
          true,
          false,
        ]);
      }
      const full = sql`LIKE 'prv_9999%'`;
      await db().execute(sql`INSERT INTO provider (id, display_name, search_text, title, specialties, languages,
          accepting_new_patients, config_version)
        SELECT 'prv_9999' || lpad(n::text, 8, '0'), 'One of many', '', 'MD', '{}', '{}', true, 1
        FROM generate_series(1, ${PROVIDERS_MAX - (await counted("provider"))}::int) AS n`);
      try {
        const values = { displayName: "One too many", title: "MD", specialties: ["x"], languages: ["en"] };
        const row = {
          id: "prv_999900000000",
          externalId: "1",
          fingerprint: "f",
          fresh: true,
          named: true,
          values,
        };
        const change = { system: "d26", rows: [row], apply: true };
        expect(await codeOf(importProviders(db(), change))).toBe("OS412");
        const made = { ...values, id: row.id as ProviderId, sites: [], visitTypeIds: [], insurances: [] };
        const one = { ...made, acceptingNewPatients: true, gender: null };
        expect(await codeOf(insertProvider(db(), one, { command: "d26", fingerprint: "f" }))).toBe("OS412");
        expect(await counted("provider")).toBe(PROVIDERS_MAX);
        expect((await loadDirectory(db())).providers).toHaveLength(PROVIDERS_MAX);
      } finally {
        await db().execute(sql`DELETE FROM provider WHERE id ${full}`);
      }
    });
  });

  describe("a resource", () => {
    it("[D22] comes back as it was written, raises its own calendar only, and stays when it is deactivated", async () => {
      const id = makeId("prv", bytes()) as ProviderId;
      const settings = {
        name: "Room 9",
        hours: [{ weekday: 1, opensAt: 540, closesAt: 600 }],
        exceptions: [{ date: "2027-03-01", kind: "closed" as const }],
      };
      const fixed = { id, kind: "room" as const, locationId: clinic };
      try {
        const made = await insertResource(db(), { ...settings, ...fixed }, by());
        expect(made.map((one) => [one.kind, one.id])).toEqual([["resource", id]]);
        expect(await findResource(db(), id)).toEqual({ ...settings, ...fixed, version: 1, active: true });
        const changed = { ...settings, name: "Room 9a", exceptions: [] };
        expect((await updateResource(db(), id, changed, 1)).map((one) => one.id)).toEqual([id]);
        expect(await codeOf(updateResource(db(), id, changed, 1))).toBe("OS412");
        await setResourceActive(db(), id, 2, false);
        const row = { ...changed, ...fixed, version: 3, active: false };
        expect((await listResources(db(), clinic)).find((one) => one.id === id)).toEqual(row);
        const loaded = (await loadDirectory(db())).resources.find((one) => one.id === id);
        expect(loaded).toMatchObject({ active: false, calendar: { version: 3 } });
      } finally {
        await db().execute(sql`DELETE FROM resource WHERE id = ${id}`);
      }
    });
  });
}
