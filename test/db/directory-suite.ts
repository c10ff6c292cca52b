/** Reading the directory: whole, by search, by patient. The sample network is in the tables. */
import { sql } from "drizzle-orm";
import { afterEach, describe, expect, it } from "vitest";
import type { Patient, Provider } from "../../core/directory/directory.ts";
import type { AppointmentId, LocationId, PatientId, ProviderId, VisitTypeId } from "../../core/ids.ts";
import { findPatient } from "../../db/queries/find-patient.ts";
import { isKnownToProvider } from "../../db/queries/is-known-to-provider.ts";
import { listPatients, PATIENTS_PAGE_MAX } from "../../db/queries/list-patients.ts";
import { listProviders, type ProviderFilter } from "../../db/queries/list-providers.ts";
import { CLINICS_MAX, DIRECTORY_RESOURCES_MAX, loadDirectory } from "../../db/queries/load-directory.ts";
import { PROVIDERS_PAGE_MAX } from "../../db/queries/search-conditions.ts";
import { foldText } from "../../db/search-text.ts";
import { sampleNetwork } from "../../scripts/local/sample.ts";
import type { DatabaseUnderTest } from "./database-under-test.ts";

const network = sampleNetwork();
const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);
const byName = (a: Provider, b: Provider): number =>
  a.displayName === b.displayName ? byId(a, b) : a.displayName < b.displayName ? -1 : 1;
const inListOrder = network.providers.toSorted(byName);
const first = inListOrder[0] as Provider;

export function directorySuite(use: () => DatabaseUnderTest): void {
  const all = async (
    filter: Omit<ProviderFilter, "limit" | "after">,
    limit = PROVIDERS_PAGE_MAX,
  ): Promise<ProviderId[]> => {
    const found: ProviderId[] = [];
    for (;;) {
      const last = network.providers.find((provider) => provider.id === found.at(-1));
      const page = await listProviders(use().db, { ...filter, limit, after: last });
      found.push(...page);
      if (page.length < limit) return found;
    }
  };
  const expectSame = async (
    filter: Omit<ProviderFilter, "limit" | "after">,
    matches: (p: Provider) => boolean,
  ) => {
    const expected = inListOrder.filter(matches).map((p) => p.id);
    expect(expected.length).toBeGreaterThan(0);
    expect(await all(filter)).toEqual(expected);
  };

  describe("loading the directory", () => {
    afterEach(async () => {
      await use().db.execute(sql`DELETE FROM resource WHERE name = 'one too many'`);
      await use().db.execute(sql`DELETE FROM clinic WHERE name = 'one too many'`);
    });

    it("[D1] gives back every clinic, provider and visit type exactly as it was written, sorted by id", async () => {
      const directory = await loadDirectory(use().db);
      expect(directory.clinics).toEqual(network.clinics.toSorted(byId));
      expect(directory.providers).toEqual(network.providers.toSorted(byId));
      expect(directory.resources).toEqual(network.resources.toSorted(byId));
      expect(directory.visitTypes).toEqual(
        network.visitTypes
          .toSorted(byId)
          .map(({ id, name, minutes, modality, active }) => ({ id, name, minutes, modality, active })),
      );
    });

    it("[D1] gives one provider alone exactly as it is in the whole, with the clinics it works at", async () => {
      const whole = await loadDirectory(use().db);
      const part = await loadDirectory(use().db, [first.id]);
      expect(part.providers).toEqual(whole.providers.filter(({ id }) => id === first.id));
      expect(part.clinics).toEqual(whole.clinics.filter(({ id }) => first.locationIds.includes(id)));
      expect(part.visitTypes).toEqual(whole.visitTypes);
      expect(part.resources).toEqual(
        whole.resources.filter(({ locationId }) => first.locationIds.includes(locationId)),
      );
      expect(part.resources).toHaveLength(3 * first.locationIds.length);
      expect((await loadDirectory(use().db, ["prv_000000000000" as ProviderId])).providers).toEqual([]);
    });

    it("[S6] refuses a visit type longer than eight hours or off the five-minute step", async () => {
      for (const minutes of [485, 12]) {
        const lengthen = use().db.execute(sql`UPDATE visit_type SET minutes = ${minutes}`);
        await expect(lengthen).rejects.toMatchObject({ cause: { code: "23514" } });
      }
    });

    it("[D1] [S7] [S8] [S9] [S11] [B21] gives back a schedule that uses everything, and leaves out what is not there", async () => {
      const { db } = use();
      const locationId = first.locationIds[0] as LocationId;
      const visitTypeId = first.visitTypeIds[0] as VisitTypeId;
      const hours = [
        { weekday: 1, opensAt: 480, closesAt: 720, from: "2026-01-01", until: "2026-12-31" },
        { weekday: 1, opensAt: 780, closesAt: 1440 },
      ];
      const breaks = [{ weekday: 1, opensAt: 600, closesAt: 615, until: "2026-11-30" }];
      const exceptions = [
        { date: "2026-12-24", kind: "closed" },
        { date: "2026-12-28", kind: "instead", hours: [{ opensAt: 600, closesAt: 660 }] },
        { date: "2026-12-29", kind: "extra", hours: [] },
      ];
      const overrides = [{ visitTypeId, locationId, minutes: 30, noticeMinutes: 0, specialty: "urology" }];
      const [site] = first.calendar.sites;
      const list = (value: unknown) => sql`${JSON.stringify(value)}::jsonb`;
      try {
        await db.execute(sql`UPDATE provider_site SET hours = ${list(hours)}, breaks = ${list(breaks)},
          exceptions = ${list(exceptions)} WHERE provider_id = ${first.id} AND location_id = ${locationId}`);
        await db.execute(sql`UPDATE provider SET overrides = ${list(overrides)}, travel_minutes = 30
          WHERE id = ${first.id}`);
        await db.execute(sql`INSERT INTO clinic_closure VALUES (${locationId}, '2026-11-26', '2026-11-27')`);
        const [loaded] = (await loadDirectory(db, [first.id])).providers;
        expect(loaded?.calendar).toEqual({
          ...first.calendar,
          sites: [
            {
              ...site,
              hours,
              breaks,
              exceptions,
              closures: [{ from: "2026-11-26", until: "2026-11-27" }, ...(site?.closures ?? [])],
            },
            ...first.calendar.sites.slice(1),
          ],
          overrides,
          travelMinutes: 30,
          specialties: first.specialties,
        });
      } finally {
        await db.execute(sql`DELETE FROM clinic_closure WHERE from_date = '2026-11-26'`);
        await db.execute(
          sql`UPDATE provider SET overrides = NULL, travel_minutes = NULL WHERE id = ${first.id}`,
        );
        await db.execute(sql`UPDATE provider_site SET hours = ${list(site?.hours)}, breaks = ${list(site?.breaks)},
          exceptions = NULL WHERE provider_id = ${first.id} AND location_id = ${locationId}`);
      }
      expect((await loadDirectory(db, [first.id])).providers[0]).toEqual(first);
    });

    it("[D1] [R1] gives back a resource that closes early one day, and with its clinic", async () => {
      const { db } = use();
      const [room] = network.resources;
      const [site] = room?.calendar.sites ?? [];
      const hours = [{ weekday: 1, opensAt: 480, closesAt: 720, until: "2026-12-31" }];
      const exceptions = [{ date: "2026-12-24", kind: "instead", hours: [{ opensAt: 600, closesAt: 660 }] }];
      const list = (value: unknown) => sql`${JSON.stringify(value)}::jsonb`;
      const load = async () => (await loadDirectory(db)).resources.find(({ id }) => id === room?.id);
      try {
        await db.execute(sql`UPDATE resource SET hours = ${list(hours)}, exceptions = ${list(exceptions)},
          config_version = 2 WHERE id = ${room?.id}`);
        await db.execute(
          sql`INSERT INTO clinic_closure VALUES (${room?.locationId}, '2026-11-26', '2026-11-27')`,
        );
        const closures = [{ from: "2026-11-26", until: "2026-11-27" }, ...(site?.closures ?? [])];
        const sites = [{ ...site, hours, exceptions, closures }];
        expect(await load()).toEqual({ ...room, calendar: { ...room?.calendar, version: 2, sites } });
      } finally {
        await db.execute(sql`DELETE FROM clinic_closure WHERE from_date = '2026-11-26'`);
        await db.execute(sql`UPDATE resource SET hours = ${list(site?.hours)}, exceptions = NULL,
          config_version = 1 WHERE id = ${room?.id}`);
      }
      expect(await load()).toEqual(room);
    });

    it("[R1] refuses a resource that could not be a calendar, or is nowhere", async () => {
      const { db } = use();
      const id = network.resources[0]?.id;
      for (const [assignment, code] of [
        ["id = 'room 1'", "23514"],
        ["kind = 'car'", "23514"],
        ["config_version = 0", "23514"],
        [`hours = '[{"weekday":1,"opensAt":1,"closesAt":600}]'`, "23514"],
        [`exceptions = '[{"kind":"closed"}]'`, "23514"],
        ["location_id = 'loc_000000000000'", "23503"],
      ] as const) {
        const update = db.execute(sql`UPDATE resource SET ${sql.raw(assignment)} WHERE id = ${id}`);
        await expect(update, assignment).rejects.toMatchObject({ cause: { code } });
      }
    });

    it("[D2] [R1] refuses more resources than an isolate should hold", async () => {
      await use().db.execute(sql`
        INSERT INTO resource SELECT 'prv_' || lpad(n::text, 12, '0'), 'room', 'one too many',
          ${first.locationIds[0]}, '[]', NULL, 1
        FROM generate_series(1, ${DIRECTORY_RESOURCES_MAX}::int) AS n`);
      await expect(loadDirectory(use().db)).rejects.toThrow("DIRECTORY_RESOURCES_MAX");
    });

    it("[S1] [S7] [S8] [S9] [S11] refuses rules that a calendar could not read", async () => {
      const { db } = use();
      const span = { opensAt: 540, closesAt: 600 };
      const wrong: [table: string, column: string, value: unknown][] = [
        ...["hours", "breaks"].flatMap((column): [string, string, unknown][] => [
          ["provider_site", column, { weekday: 1, ...span }],
          ["provider_site", column, [{ ...span }]],
          ["provider_site", column, [{ weekday: 8, ...span }]],
          [
            "provider_site",
            column,
            [
              { weekday: 1, ...span },
              { weekday: 1, opensAt: 541, closesAt: 600 },
            ],
          ],
          ["provider_site", column, [{ weekday: 1, opensAt: 600, closesAt: 540 }]],
          ["provider_site", column, [{ weekday: 1, opensAt: 0, closesAt: 1445 }]],
          ["provider_site", column, [{ weekday: 1, ...span, from: "soon" }]],
        ]),
        ["provider_site", "exceptions", [{ kind: "closed" }]],
        ["provider_site", "exceptions", [{ date: "2026-12-24", kind: "half" }]],
        ["provider_site", "exceptions", [{ date: "2026-12-24", kind: "extra" }]],
        ["provider_site", "exceptions", [{ date: "2026-12-24", kind: "extra", hours: [{ opensAt: 5 }] }]],
        [
          "provider_site",
          "exceptions",
          [{ date: "2026-12-24", kind: "instead", hours: [span, { opensAt: 1, closesAt: 2 }] }],
        ],
        ["provider", "overrides", [{ minutes: 20 }]],
        [
          "provider",
          "overrides",
          [{ visitTypeId: first.visitTypeIds[0], locationId: first.locationIds[0], minutes: 12 }],
        ],
      ];
      for (const [table, column, value] of wrong) {
        const update = db.execute(
          sql`UPDATE ${sql.identifier(table)} SET ${sql.identifier(column)} = ${JSON.stringify(value)}::jsonb`,
        );
        await expect(update, JSON.stringify(value)).rejects.toMatchObject({ cause: { code: "23514" } });
      }
      const backwards = sql`INSERT INTO clinic_closure VALUES (${first.locationIds[0]}, '2026-12-02', '2026-12-01')`;
      await expect(db.execute(backwards)).rejects.toMatchObject({ cause: { code: "23514" } });
      for (const assignment of [
        "age_min = 9, age_max = 8",
        "capacity = 0",
        "buffer_after_minutes = 7",
        "requires = '{car}'",
      ]) {
        const update = db.execute(sql`UPDATE visit_type SET ${sql.raw(assignment)}`);
        await expect(update, assignment).rejects.toMatchObject({ cause: { code: "23514" } });
      }
    });

    it("[D2] refuses to leave anything out: a directory beyond its limit is an error", async () => {
      await use().db.execute(sql`
        INSERT INTO clinic SELECT 'loc_' || lpad(n::text, 12, '0'), 'one too many', '', '', '', '', '', 'UTC', 0, 0
        FROM generate_series(1, ${CLINICS_MAX}::int) AS n`);
      await expect(loadDirectory(use().db)).rejects.toThrow("CLINICS_MAX");
    });
  });

  describe("searching providers", () => {
    it("[D4] pages through everybody once, by name and then id, whatever the page size", async () => {
      const names = network.providers.map((provider) => provider.displayName);
      expect(new Set(names).size).toBeLessThan(names.length); // equal names are among them
      expect(await all({})).toEqual(inListOrder.map((provider) => provider.id));
      expect(await all({ specialty: "urology" }, 7)).toEqual(
        inListOrder
          .filter((provider) => provider.specialties.includes("urology"))
          .map((provider) => provider.id),
      );
    });

    it("[D5] applies each filter, and all of them together", async () => {
      const locationId = first.locationIds[0] as LocationId;
      const visitTypeId = first.visitTypeIds[0] as VisitTypeId;
      const language = "es";
      await expectSame({ locationId }, (p) => p.locationIds.includes(locationId));
      await expectSame({ visitTypeId }, (p) => p.visitTypeIds.includes(visitTypeId));
      await expectSame({ language }, (p) => p.languages.includes(language));
      await expectSame({ acceptingNew: true }, (p) => p.acceptingNewPatients);
      await expectSame({ acceptingNew: false }, (p) => !p.acceptingNewPatients);
      await expectSame(
        { language, visitTypeId, acceptingNew: true, specialty: "primary-care" },
        (p) =>
          p.languages.includes(language) &&
          p.visitTypeIds.includes(visitTypeId) &&
          p.acceptingNewPatients &&
          p.specialties.includes("primary-care"),
      );
    });

    it("[D6] finds names without their accents and case, words in any order, and specialties", async () => {
      const accented = network.providers.find(
        (p) => foldText(p.displayName) !== p.displayName.toLowerCase(),
      ) as Provider;
      const typed = foldText(accented.displayName).toUpperCase().split(" ").toReversed().join("  ");
      const found = await all({ q: typed });
      expect(found).toContain(accented.id);
      await expectSame({ q: "primary care" }, (p) => p.specialties.includes("primary-care"));
    });

    it("[D6] takes what a person typed as letters, never as a pattern", async () => {
      for (const q of ["%", "_", "\\", "a%a", "' OR true --"]) expect(await all({ q })).toEqual([]);
    });

    it("[D7] a page has 1 to 101 rows", async () => {
      for (const limit of [0, PROVIDERS_PAGE_MAX + 1])
        await expect(listProviders(use().db, { limit })).rejects.toThrow("1 to 101");
      for (const limit of [0, PATIENTS_PAGE_MAX + 1]) {
        await expect(listPatients(use().db, { limit, homeLocationIds: null })).rejects.toThrow("1 to 101");
      }
    });
  });

  describe("patients", () => {
    const walk = async (homeLocationIds: readonly LocationId[] | null) => {
      const found = [];
      for (;;) {
        const page = await listPatients(use().db, { homeLocationIds, limit: 40, after: found.at(-1)?.id });
        found.push(...page);
        if (page.length < 40) return found;
      }
    };

    it("[D8] pages through all patients once, sorted by id", async () => {
      expect(await walk(null)).toEqual(network.patients.toSorted(byId));
    });

    it("[D8] gives the patients at home in the named clinics, and nobody for no clinic", async () => {
      const clinics = network.clinics.slice(0, 12).map((clinic) => clinic.id);
      expect(await walk(clinics)).toEqual(
        network.patients.filter((p) => clinics.includes(p.homeLocationId)).toSorted(byId),
      );
      expect(await walk([])).toEqual([]);
    });

    it("[B19] knows whom a provider has an appointment with, but for the one that is being moved", async () => {
      const { db } = use();
      const [patient, other] = network.patients as [Patient, Patient];
      const put = (id: string, status: string) =>
        db.execute(sql`INSERT INTO appointment VALUES (${id}, ${first.id}, ${patient.id}, 'loc', 'vst', 'UTC',
          now(), now(), ${status}, 1, 'patient', now(), now(), NULL, NULL)`);
      const isKnown = (who: Patient, except: string | null = null) =>
        isKnownToProvider(db, who.id, first.id, except as AppointmentId | null);
      try {
        await put("apt_a", "cancelled");
        await put("apt_b", "no-show");
        expect(await isKnown(patient)).toBe(false);
        await put("apt_c", "booked");
        expect(await isKnown(patient)).toBe(true);
        expect(await isKnown(patient, "apt_c")).toBe(false);
        expect(await isKnown(other)).toBe(false);
        const elsewhere = network.providers.find(({ id }) => id !== first.id) as Provider;
        expect(await isKnownToProvider(db, patient.id, elsewhere.id, null)).toBe(false);
      } finally {
        await db.execute(sql`DELETE FROM appointment WHERE id IN ('apt_a', 'apt_b', 'apt_c')`);
      }
    });

    it("[D9] finds one patient by id, or null", async () => {
      const [patient] = network.patients;
      expect(await findPatient(use().db, patient?.id as PatientId)).toEqual(patient);
      expect(await findPatient(use().db, "pat_zzzzzzzzzzzzzz" as PatientId)).toBeNull();
    });
  });
}
