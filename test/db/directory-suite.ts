/** Reading the directory: whole, by search, by patient. The sample network is in the tables. */
import { sql } from "drizzle-orm";
import { afterEach, describe, expect, it } from "vitest";
import type { Provider } from "../../core/directory/directory.ts";
import type { LocationId, PatientId, ProviderId, VisitTypeId } from "../../core/ids.ts";
import { findPatient } from "../../db/queries/find-patient.ts";
import { listPatients, PATIENTS_PAGE_MAX } from "../../db/queries/list-patients.ts";
import { listProviders, PROVIDERS_PAGE_MAX, type ProviderFilter } from "../../db/queries/list-providers.ts";
import { CLINICS_MAX, loadDirectory } from "../../db/queries/load-directory.ts";
import { foldText } from "../../db/search-text.ts";
import { sampleNetwork } from "../../scripts/local/template.ts";
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
      await use().db.execute(sql`DELETE FROM clinic WHERE name = 'one too many'`);
    });

    it("[D1] gives back every clinic, provider and visit type exactly as it was written, sorted by id", async () => {
      const directory = await loadDirectory(use().db);
      expect(directory.clinics).toEqual(network.clinics.toSorted(byId));
      expect(directory.providers).toEqual(network.providers.toSorted(byId));
      expect(directory.visitTypes).toEqual(
        network.visitTypes
          .toSorted(byId)
          .map(({ id, name, minutes, modality }) => ({ id, name, minutes, modality })),
      );
    });

    it("[D1] gives one provider alone exactly as it is in the whole, with the clinics it works at", async () => {
      const whole = await loadDirectory(use().db);
      const part = await loadDirectory(use().db, first.id);
      expect(part.providers).toEqual(whole.providers.filter(({ id }) => id === first.id));
      expect(part.clinics).toEqual(whole.clinics.filter(({ id }) => first.locationIds.includes(id)));
      expect(part.visitTypes).toEqual(whole.visitTypes);
      expect((await loadDirectory(use().db, "prv_000000000000" as ProviderId)).providers).toEqual([]);
    });

    it("[S6] refuses a visit type longer than eight hours or off the five-minute step", async () => {
      for (const minutes of [485, 12]) {
        const lengthen = use().db.execute(sql`UPDATE visit_type SET minutes = ${minutes}`);
        await expect(lengthen).rejects.toMatchObject({ cause: { code: "23514" } });
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

    it("[D9] finds one patient by id, or null", async () => {
      const [patient] = network.patients;
      expect(await findPatient(use().db, patient?.id as PatientId)).toEqual(patient);
      expect(await findPatient(use().db, "pat_zzzzzzzzzzzzzz" as PatientId)).toBeNull();
    });
  });
}
