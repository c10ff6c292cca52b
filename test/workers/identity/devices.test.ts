/** Proves pairing and secrets at the issuer: bursts of guesses, clocks that move, evictions, and what lies in storage. */
import { reset, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { exports } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { PAIRING_TRIES_MAX } from "../../../core/identity/pairing.ts";
import { type DeviceId, deviceShardOf, type LocationId, type PairingId } from "../../../core/ids.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../core/time.ts";
import type { Devices } from "../../../workers/identity/devices/devices.ts";
import { forgetKeys } from "../../../workers/identity/signing-keys.ts";
import { evict } from "../../support/evict.ts";
import { env } from "../../support/identity.ts";

const devices = (exports as unknown as { Devices: Devices }).Devices;
const CLINIC = "loc_000000000001" as LocationId;
const desk = () => env.PAIRING_DESK.getByName("desk");
const shardOf = (device: DeviceId) => env.DEVICE_SHARD.getByName(`devices-${deviceShardOf(device)}`);

let networks = 0;
async function waiting() {
  const started = await devices.pair(`2001:db8:${(networks++).toString(16)}::/64`);
  if (!started.ok) throw new Error(started.reason);
  return { id: started.id as PairingId, code: started.code.replace("-", ""), secret: started.secret };
}

let approvers = 0;
const approve = (code: string, by = `stf_${approvers++}`, name = "Entrance") =>
  devices.approve({ code, locationId: CLINIC, name, by });

async function paired(): Promise<{ id: DeviceId; credential: string }> {
  const { id, code, secret } = await waiting();
  await approve(code);
  const got = await devices.collect(id, secret);
  if (got?.state !== "approved") throw new Error(got?.state ?? "none");
  return { id: got.device.id as DeviceId, credential: got.credential };
}

/** Other codes that begin the same, so that each is a try at this one. */
const guessesAt = (code: string, count: number): string[] => {
  const letters = "3479ACDEFHJKMNPRTWXY";
  const guesses: string[] = [];
  for (let n = 0; guesses.length < count; n++) {
    const tail = [0, 1, 2, 3].map((place) => letters[Math.floor(n / 20 ** place) % 20]).join("");
    if (`${code.slice(0, 4)}${tail}` !== code) guesses.push(`${code.slice(0, 4)}${tail}`);
  }
  return guesses;
};

const travel = (ms: number): void => {
  vi.setSystemTime(Date.now() + ms);
};

afterEach(async () => {
  vi.useRealTimers();
  forgetKeys();
  await reset();
});

describe("codes under fire", () => {
  it("[DV3] 1,000 guesses at once are three tries, and the right code is dead afterwards", async () => {
    const { id, code, secret } = await waiting();
    const answers = await Promise.all(guessesAt(code, 1_000).map((guess) => approve(guess)));
    expect(answers.filter(({ ok }) => ok)).toEqual([]);
    expect(await triesOf(id)).toBe(PAIRING_TRIES_MAX);
    expect(await approve(code)).toEqual({ ok: false, reason: "refused" });
    expect(await devices.collect(id, secret)).toEqual({ state: "expired" });
  });

  it("[DV3] the right code among two wrong ones at once is never refused", async () => {
    for (let round = 0; round < 10; round++) {
      const { code } = await waiting();
      const [one, two] = guessesAt(code, 2) as [string, string];
      const [, right] = await Promise.all([approve(one), approve(code), approve(two)]);
      expect(right.ok).toBe(true);
    }
  });

  it("[DV3] the same code 20 times at once is one device", async () => {
    const { code } = await waiting();
    const answers = await Promise.all(Array.from({ length: 20 }, () => approve(code, "stf_x", "Same")));
    expect(new Set(answers.map((answer) => (answer.ok ? answer.device.id : answer.reason))).size).toBe(1);
    expect(await devices.list(CLINIC)).toHaveLength(1);
  });

  it("[DV3] one person's wrong codes end after ten in an hour, at any number of screens at once", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const screens = await Promise.all(Array.from({ length: 15 }, waiting));
    const tries = screens.map(({ code }) => approve(guessesAt(code, 1)[0] as string, "stf_guesser"));
    const reasons = (await Promise.all(tries)).map((answer) => (answer.ok ? "in" : answer.reason));
    expect(reasons.filter((reason) => reason === "refused")).toHaveLength(10);
    expect(reasons.filter((reason) => reason === "too-many-misses")).toHaveLength(5);
    const { code } = await waiting();
    expect(await approve(code, "stf_guesser")).toEqual({ ok: false, reason: "too-many-misses" });
    expect((await approve(code, "stf_colleague")).ok).toBe(true);
    travel(HOUR_MS + 1);
    const later = await waiting();
    expect((await approve(later.code, "stf_guesser")).ok).toBe(true);
  });

  it("[DV2] of all together no more wait than the bound, exactly", async () => {
    await runInDurableObject(desk(), (_, { storage }) => {
      for (let n = 0; n < 995; n++)
        storage.sql.exec(
          "INSERT INTO pairing (id, handle, mac, secret_hash, network, started_at, until, tries) VALUES (?, ?, '', '', ?, 0, ?, 0)",
          `pai_${n}`,
          `_${n}`,
          `net_${n}`,
          Date.now() + 10 * MINUTE_MS,
        );
    });
    const answers = await Promise.all(Array.from({ length: 30 }, (_, n) => devices.pair(`net ${n}`)));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(5);
    expect(answers.find(({ ok }) => !ok)).toEqual({ ok: false, reason: "too-many" });
  });

  it("[DV3] a code is good for ten minutes, over an eviction, and is forgotten an hour later", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const [one, two] = [await waiting(), await waiting()];
    travel(10 * MINUTE_MS - 1);
    await evict(desk());
    expect((await approve(one.code)).ok).toBe(true);
    travel(1);
    expect(await approve(two.code)).toEqual({ ok: false, reason: "refused" });
    expect(await devices.collect(two.id, two.secret)).toEqual({ state: "expired" });
    expect((await devices.collect(one.id, one.secret))?.state).toBe("approved");
    travel(2 * HOUR_MS);
    await runDurableObjectAlarm(desk());
    expect(await devices.collect(two.id, two.secret)).toBeNull();
  });
});

describe("a device's secret", () => {
  it("[DV5] ten tabs that renew at once are given one secret, and none of them is locked out", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const { credential } = await paired();
    expect((await devices.token(credential))?.credential).toBeNull();
    travel(DAY_MS);
    const tabs = await Promise.all(Array.from({ length: 10 }, () => devices.token(credential)));
    const renewed = new Set(tabs.map((tab) => tab?.credential));
    expect(renewed.size).toBe(1);
    const [next] = renewed;
    expect(next).toMatch(/^dev_/);
    expect(next).not.toBe(credential);
    travel(20 * DAY_MS); // the answer was lost: the old one works, and gives the same
    expect((await devices.token(credential))?.credential).toBe(next);
    expect(await devices.token(next as string)).not.toBeNull();
    expect(await devices.token(credential)).toBeNull(); // a replay of the old one
  });

  it("[DV6] works after 72 hours and 29 days off, not after 31; an eviction and a clock that goes back change nothing", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const { id, credential } = await paired();
    let held = credential;
    for (const away of [72 * HOUR_MS, 29 * DAY_MS, -5 * DAY_MS, 29 * DAY_MS]) {
      travel(away);
      await evict(shardOf(id));
      const answer = await devices.token(held);
      expect([away, answer?.device.id]).toEqual([away, id]);
      held = answer?.credential ?? held;
    }
    travel(31 * DAY_MS);
    expect(await devices.token(held)).toBeNull();
    expect((await devices.list(CLINIC))[0]).toMatchObject({ ended: { how: "lapsed" } });
    travel(-31 * DAY_MS);
    expect(await devices.token(held)).toBeNull();
  });

  it("[DV6] the alarm ends what was silent, and forgets what is over after 90 days", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const { id } = await paired();
    travel(31 * DAY_MS);
    await runDurableObjectAlarm(shardOf(id));
    expect(await devices.find(id)).toMatchObject({ ended: { how: "lapsed" } });
    travel(91 * DAY_MS);
    await runDurableObjectAlarm(shardOf(id));
    expect(await devices.find(id)).toBeNull();
  });

  it("[DV7] revoked is for ever: before it fetched its secret, after, with the old one, after the row is gone", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const early = await waiting();
    const approved = await approve(early.code);
    if (!approved.ok) throw new Error(approved.reason);
    await devices.revoke(approved.device.id as DeviceId, "stf_1");
    expect(await devices.collect(early.id, early.secret)).toEqual({ state: "expired" });
    const { id, credential } = await paired();
    const [first, second] = await Promise.all([devices.revoke(id, "stf_1"), devices.revoke(id, "stf_2")]);
    expect(second).toEqual(first);
    expect(await devices.standing(CLINIC, [id])).toEqual([]);
    for (const days of [0, 1, 91]) {
      travel(days * DAY_MS);
      await runDurableObjectAlarm(shardOf(id));
      expect(await devices.token(credential)).toBeNull();
    }
  });

  it("[DV5] stands nowhere: neither code nor secret, neither address nor who approved in the clear at the desk", async () => {
    const { id, code, secret } = await waiting();
    await approve(code, "stf_canary");
    const got = await devices.collect(id, secret);
    const credential = got?.state === "approved" ? got.credential : "";
    const dump = async (stub: ReturnType<typeof desk> | ReturnType<typeof shardOf>, tables: string[]) =>
      runInDurableObject(stub as ReturnType<typeof desk>, (_, { storage }) =>
        JSON.stringify(tables.map((table) => storage.sql.exec(`SELECT * FROM ${table}`).toArray())),
      );
    const atDesk = await dump(desk(), ["pairing", "started", "miss"]);
    const device = credential.split(".")[0] as DeviceId;
    const atShard = await dump(shardOf(device), ["device"]);
    for (const text of [atDesk, atShard])
      for (const canary of [secret, code, credential.split(".")[1] as string, "2001:db8"])
        expect(text).not.toContain(canary);
    expect(atDesk).not.toContain("stf_canary");
  });

  it("[DV4] a clinic has a hundred in use and no more; invented ones make no object", async () => {
    const { id } = await paired();
    await runInDurableObject(shardOf(id), (_, { storage }) => {
      for (let n = 1; n < 100; n++)
        storage.sql.exec(
          "INSERT INTO device (id, location, name, current, made_at, approved_at, approved_by, seen_at) VALUES (?, ?, 'x', ?, 0, 0, '', ?)",
          `dev_x${n}`,
          CLINIC,
          `hash${n}`,
          Date.now(),
        );
    });
    const { code } = await waiting();
    expect(await approve(code)).toEqual({ ok: false, reason: "too-many-devices" });
    await devices.revoke(id, "stf_1");
    expect((await approve(code)).ok).toBe(true);
    expect(await devices.token(`dev_zz000000000000.${"A".repeat(43)}`)).toBeNull();
  });
});

const triesOf = (id: PairingId): Promise<number> =>
  runInDurableObject(desk(), (_, { storage }) =>
    Number(storage.sql.exec<{ tries: number }>("SELECT tries FROM pairing WHERE id = ?", id).one().tries),
  );
