/** Proves how the directory is written, and that its outbox misses nothing. Runs on PGlite and on a real server. */
import { sql } from "drizzle-orm";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { type LocationId, type ProviderId, VISIT_TYPE_ID, type VisitTypeId } from "../../core/ids.ts";
import { changeDirectory, noted, providersWhere } from "../../db/directory/change.ts";
import {
  markPushed,
  NEWS_MAX,
  newsSince,
  noteUntold,
  PUSH_MAX,
  unpushed,
} from "../../db/directory/outbox.ts";
import { putClosure, removeClosure, replaceSchedule, setProviderActive } from "../../db/directory/writes.ts";
import { listProviders } from "../../db/queries/list-providers.ts";
import { type Directory, loadDirectory } from "../../db/queries/load-directory.ts";
import type { DatabaseUnderTest } from "./database-under-test.ts";

export function changeSuite(use: () => DatabaseUnderTest): void {
  const db = () => use().db;
  let network: Directory;
  let id: ProviderId;
  let clinic: LocationId;
  const versionOf = async (one: ProviderId) =>
    (await loadDirectory(db(), [one])).providers[0]?.calendar.version;
  const codeOf = (error: unknown) => ((error as { cause?: unknown }).cause ?? error) as { code?: string };

  beforeAll(async () => {
    network = await loadDirectory(db());
    id = network.providers[0]?.id as ProviderId;
    clinic = network.providers[0]?.locationIds[0] as LocationId;
  });
  afterEach(async () => {
    await db().execute(sql`DELETE FROM directory_change`);
    await db().execute(sql`UPDATE provider SET config_version = 1, deactivated_at = NULL`);
    await db().execute(sql`UPDATE clinic SET deactivated_at = NULL`);
    await db().execute(sql`UPDATE visit_type SET deactivated_at = NULL`);
    await db().execute(sql`UPDATE resource SET config_version = 1`);
    await db().execute(sql`DELETE FROM clinic_closure WHERE from_date = '2027-02-01'`);
  });

  describe("a change of the directory", () => {
    it("[D12] writes, raises the version of whom it concerns, and leaves news, in one transaction", async () => {
      const news = await changeDirectory(db(), {
        statements: [sql`UPDATE provider SET travel_minutes = travel_minutes WHERE id = ${id}`],
        news: [providersWhere(sql`id = ${id}`), noted("clinic", clinic)],
      });
      expect(news.map(({ kind, id: about }) => [kind, about])).toEqual([
        ["provider", id],
        ["clinic", clinic],
      ]);
      expect(await versionOf(id)).toBe(2);
      expect(await newsSince(db(), 0)).toEqual(news);
    });

    it("[D12] [D17] writes nothing at all when a condition does not hold", async () => {
      const sites = [{ locationId: clinic, hours: [] }];
      const error = await replaceSchedule(db(), id, 7, sites).catch((e: unknown) => e);
      expect(codeOf(error).code).toBe("OS412");
      expect(await newsSince(db(), 0)).toEqual([]);
      expect((await loadDirectory(db(), [id])).providers[0]).toEqual(network.providers[0]);
    });

    it("[D12] writes nothing at all when a statement is refused", async () => {
      const error = await changeDirectory(db(), {
        statements: [
          sql`UPDATE provider SET display_name = 'Somebody else' WHERE id = ${id}`,
          sql`UPDATE provider SET config_version = 0 WHERE id = ${id}`,
        ],
        news: [providersWhere(sql`id = ${id}`)],
      }).catch((e: unknown) => e);
      expect(codeOf(error).code).toBe("23514");
      expect((await loadDirectory(db(), [id])).providers[0]).toEqual(network.providers[0]);
    });

    it("[D12] takes turns, so that whoever follows the outbox misses nothing", async () => {
      const ids = network.providers.slice(0, 30).map((provider) => provider.id);
      let seen = 0;
      const followed: string[] = [];
      let writing = true;
      const follow = (async () => {
        for (;;) {
          const last = !writing; // one more look after the last write
          for (const { seq, id: about } of await newsSince(db(), seen)) {
            seen = seq;
            followed.push(about);
          }
          if (last) return;
        }
      })();
      await Promise.all(
        ids.map((one) => changeDirectory(db(), { statements: [], news: [providersWhere(sql`id = ${one}`)] })),
      );
      writing = false;
      await follow;
      expect(followed.toSorted()).toEqual(ids.toSorted());
    });

    it("[S8] [D12] a closure concerns every calendar of its clinic, rooms too, and nobody else", async () => {
      const news = await putClosure(db(), clinic, { from: "2027-02-01", until: "2027-02-02", name: "Snow" });
      const here = network.providers
        .filter(({ locationIds }) => locationIds.includes(clinic))
        .map((p) => p.id);
      const rooms = network.resources.filter((r) => r.locationId === clinic).map((r) => r.id);
      expect(news.map((one) => one.id).toSorted()).toEqual([...here, ...rooms, clinic].toSorted());
      const [closed] = (await loadDirectory(db(), [id])).providers;
      expect(closed?.calendar.sites[0]?.closures).toContainEqual({ from: "2027-02-01", until: "2027-02-02" });
      await removeClosure(db(), clinic, "2027-02-01");
      const again = await removeClosure(db(), clinic, "2027-02-01").catch((e: unknown) => e);
      expect(codeOf(again).code).toBe("OS412");
    });
  });

  describe("who is deactivated", () => {
    it("[D10] keeps name and sites, offers nothing, and is not found", async () => {
      await setProviderActive(db(), id, 1, false);
      const [gone] = (await loadDirectory(db(), [id])).providers;
      expect(gone).toMatchObject({
        active: false,
        visitTypeIds: [],
        displayName: network.providers[0]?.displayName,
      });
      expect(gone?.calendar.visitTypes).toEqual([]);
      expect(gone?.locationIds).toEqual(network.providers[0]?.locationIds);
      const page = { q: gone?.displayName, limit: 101 };
      expect(await listProviders(db(), page)).not.toContain(id);
      await setProviderActive(db(), id, 2, true);
      expect(await listProviders(db(), page)).toContain(id);
    });

    it("[D10] a clinic and a visit type disappear from whoever works there or offers it", async () => {
      const provider = network.providers.find(({ locationIds }) => locationIds.length === 2);
      const [left, gone] = (provider?.locationIds ?? []) as LocationId[];
      const [dropped] = (provider?.visitTypeIds ?? []) as VisitTypeId[];
      expect(dropped).toMatch(VISIT_TYPE_ID);
      await db().execute(sql`UPDATE clinic SET deactivated_at = now() WHERE id = ${gone}`);
      await db().execute(sql`UPDATE visit_type SET deactivated_at = now() WHERE id = ${dropped}`);
      const directory = await loadDirectory(db(), [provider?.id as ProviderId]);
      expect(directory.providers[0]?.locationIds).toEqual([left]);
      expect(directory.providers[0]?.calendar.sites.map((site) => site.locationId)).toEqual([left]);
      expect(directory.providers[0]?.visitTypeIds).not.toContain(dropped);
      expect(directory.clinics.find((one) => one.id === gone)?.active).toBe(false);
      expect(directory.visitTypes.find((one) => one.id === dropped)?.active).toBe(false);
    });
  });

  describe("the outbox", () => {
    const raise = (ids: readonly ProviderId[]) =>
      changeDirectory(db(), {
        statements: [],
        news: [providersWhere(sql`id = ANY(${sql.param([...ids])}::text[])`)],
      });

    it("[D15] gives calendars that were not told, oldest first, and no longer when they are marked", async () => {
      const [a, b, c] = network.providers.map((provider) => provider.id) as [
        ProviderId,
        ProviderId,
        ProviderId,
      ];
      await raise([b]);
      await raise([a]);
      const first = await unpushed(db(), 2);
      expect(first.ids).toEqual([b, a]);
      await raise([b, c]);
      await markPushed(db(), [b], first.seq);
      expect((await unpushed(db(), PUSH_MAX)).ids.toSorted()).toEqual([a, b, c].toSorted()); // b changed again since
      expect((await unpushed(db(), PUSH_MAX, [c])).ids).toEqual([c]);
      await markPushed(db(), [a, b, c], (await unpushed(db(), PUSH_MAX)).seq);
      expect(await unpushed(db(), PUSH_MAX)).toEqual({ ids: [], seq: 0 });
    });

    it("[D15] counts calendars and not their rows: one that fails hundreds of times keeps nobody waiting", async () => {
      const [a, b, c] = network.providers.map((provider) => provider.id) as [
        ProviderId,
        ProviderId,
        ProviderId,
      ];
      for (let n = 0; n < 5; n++) await raise([a]);
      await raise([b]);
      await raise([c]);
      const { ids, seq } = await unpushed(db(), 2);
      expect(ids).toEqual([a, b]);
      expect((await unpushed(db(), 2, null, [a])).ids).toEqual([b, c]);
      expect((await unpushed(db(), 2, [a, b], [a])).ids).toEqual([b]);
      expect(await markPushed(db(), [a, b], seq)).toBe(2);
      expect(await markPushed(db(), [a, b], seq)).toBe(0); // somebody was first
      expect((await unpushed(db(), 2)).ids).toEqual([c]);
    });

    it("[D25] names every calendar that it has never named, providers first, and each once", async () => {
      const [first, second] = network.providers.map((provider) => provider.id) as [ProviderId, ProviderId];
      await raise([first]);
      await markPushed(db(), [first], (await unpushed(db(), PUSH_MAX)).seq);
      const all = network.providers.length + network.resources.length;
      expect(await noteUntold(db())).toBe(all - 1);
      const { ids } = await unpushed(db(), PUSH_MAX);
      expect(ids).toHaveLength(PUSH_MAX);
      expect(ids).not.toContain(first); // it was told once, and is told again when it changes
      expect(ids[0]).toMatch(/^prv_/);
      expect((await unpushed(db(), PUSH_MAX, [first, second])).ids).toEqual([second]);
      expect(await noteUntold(db())).toBe(0);
      const { rows } = await db().execute(sql`SELECT count(*)::int AS n FROM directory_change`);
      expect(rows[0]?.n).toBe(all);
    });

    it("[D15] clinics and visit types have no calendar and are never pushed", async () => {
      await changeDirectory(db(), {
        statements: [],
        news: [noted("clinic", clinic), noted("visit-type", "vst_x")],
      });
      expect((await unpushed(db(), PUSH_MAX)).ids).toEqual([]);
      expect(await newsSince(db(), 0)).toHaveLength(2);
    });

    it("[D18] is read on from where one is, a bounded number at a time; a load says where that is", async () => {
      await raise(network.providers.slice(0, NEWS_MAX + 10).map((provider) => provider.id));
      const first = await newsSince(db(), 0);
      expect(first).toHaveLength(NEWS_MAX);
      expect(await newsSince(db(), first.at(-1)?.seq ?? 0)).toHaveLength(10);
      const { seq } = await loadDirectory(db(), [id]);
      expect(await newsSince(db(), seq)).toEqual([]);
      await raise([id]);
      expect((await newsSince(db(), seq)).map((one) => one.id)).toEqual([id]);
    });
  });
}
