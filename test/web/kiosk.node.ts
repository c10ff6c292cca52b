/** Proves the kiosk's own part: what it keeps, what tabs do to each other, and a screen that is left at its code. */
import { describe, expect, it } from "vitest";
import {
  type DevicePorts,
  deviceToken,
  keepPaired,
  type Paired,
  readPaired,
} from "../../web/kiosk/device.ts";
import { type PairingPorts, type PairingView, pairScreen } from "../../web/kiosk/pairing.ts";

const PAIRED: Paired = { deviceId: "dev_1", locationId: "loc_1", name: "Entrance", secret: "s0" };

function memory(): DevicePorts["storage"] {
  const kept = new Map<string, string>();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}

const json = (body: unknown, status = 200): Response => Response.json(body, { status });
const secretOf = (init: RequestInit): string => new Headers(init.headers).get("device-secret") ?? "";

/** An issuer that renews once, s0 to s1, and keeps s0 good until s1 was used. */
function issuer() {
  let used = false;
  const asked: string[] = [];
  const fetch: DevicePorts["fetch"] = async (_, init) => {
    const secret = secretOf(init);
    asked.push(secret);
    if (secret === "s1") used = true;
    if (secret !== "s1" && (secret !== "s0" || used)) return json({}, 401);
    return json({ token: `t-${secret}`, name: "Entrance", secret: secret === "s0" ? "s1" : null });
  };
  return { fetch, asked };
}

/** As navigator.locks. */
function queue(): DevicePorts["alone"] {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
}
const together: DevicePorts["alone"] = (work) => work();

describe("a screen's secret", () => {
  it("[DV10] its successor is kept before anything uses it", async () => {
    const storage = memory();
    keepPaired(storage, PAIRED);
    const { fetch, asked } = issuer();
    const ports = { storage, fetch, alone: queue() };
    expect(await deviceToken(ports)).toMatchObject({ kind: "token", token: "t-s0" });
    expect(readPaired(storage)?.secret).toBe("s1");
    expect(await deviceToken(ports)).toMatchObject({ kind: "token", token: "t-s1" });
    expect(asked).toEqual(["s0", "s1"]);
  });

  it("[DV10] five tabs at once all get a token, whether their browser keeps them apart or not", async () => {
    for (const alone of [queue(), together]) {
      const storage = memory();
      keepPaired(storage, PAIRED);
      const { fetch } = issuer();
      const tabs = await Promise.all(Array.from({ length: 5 }, () => deviceToken({ storage, fetch, alone })));
      expect(tabs.map(({ kind }) => kind)).toEqual(Array(5).fill("token"));
      expect(readPaired(storage)?.secret).toBe("s1");
    }
  });

  it("[DV10] a tab whose secret was replaced while it asked tries once more with the new one", async () => {
    const storage = memory();
    keepPaired(storage, PAIRED);
    const { fetch } = issuer();
    await fetch("", { headers: { "device-secret": "s1" } }); // another tab has used it
    const slow: DevicePorts["fetch"] = async (path, init) => {
      const answer = await fetch(path, init);
      if (secretOf(init) === "s0") keepPaired(storage, { ...PAIRED, secret: "s1" });
      return answer;
    };
    expect(await deviceToken({ storage, fetch: slow, alone: together })).toMatchObject({ kind: "token" });
  });

  it("[DV10] refused for good it is forgotten; offline or while nobody answers it is kept", async () => {
    const storage = memory();
    keepPaired(storage, PAIRED);
    const answers: (() => Promise<Response>)[] = [
      () => Promise.reject(new TypeError("offline")),
      async () => json({}, 503),
      async () => json({}, 429),
    ];
    for (const answer of answers) {
      expect(await deviceToken({ storage, fetch: answer, alone: together })).toEqual({ kind: "away" });
      expect(readPaired(storage)).toEqual(PAIRED);
    }
    const refused = { storage, fetch: async () => json({}, 401), alone: together };
    expect(await deviceToken(refused)).toEqual({ kind: "unpaired" });
    expect(readPaired(storage)).toBeNull();
    expect(await deviceToken(refused)).toEqual({ kind: "unpaired" });
  });

  it("[DV10] what is not ours in the store is as good as nothing", () => {
    const storage = memory();
    for (const text of ["", "{", "null", "[]", '{"secret":"x"}', '{"deviceId":1}']) {
      storage.setItem("openslot-kiosk", text);
      expect(readPaired(storage)).toBeNull();
    }
  });
});

/** Answers of the two addresses, one after the other; the clock goes on with each sleep. */
function screen(starts: (() => Response)[], looks: (() => Response | Promise<never>)[]) {
  const views: PairingView[] = [];
  let at = 1_000_000;
  const storage = memory();
  const session = memory();
  const ports: PairingPorts = {
    storage,
    session,
    fetch: async (path) => {
      const next = (path === "/v1/devices/pairings" ? starts : looks).shift();
      return next ? next() : json({}, 503);
    },
    sleep: async (ms) => {
      if (looks.length === 0) throw new Error("closed"); // nothing more to say: the tab is closed
      at += ms;
    },
    now: () => at,
    show: (view) => void views.push(view),
  };
  return { ports, views, storage, session };
}
const started = (code: string) => () =>
  json(
    { id: `pai_${code}`, code, secret: "x", expiresAt: new Date(1_600_000).toISOString(), pollSeconds: 2 },
    201,
  );
const pending = () => json({ status: "pending", expiresAt: "" });
const approved = () => json({ status: "approved", ...PAIRED });

describe("a screen at its code", () => {
  it("[DV10] shows it, waits, and keeps what it is given", async () => {
    const { ports, views, storage, session } = screen([started("AAAA-AAAA")], [pending, pending, approved]);
    expect(await pairScreen(ports)).toEqual(PAIRED);
    expect(views.map(({ kind }) => kind)).toEqual(["asking", "code", "code", "code", "paired"]);
    expect(readPaired(storage)).toEqual(PAIRED);
    expect(session.getItem("openslot-pairing")).toBeNull();
  });

  it("[DV10] shows a new one when it ran out or was forgotten, and goes on through outages", async () => {
    const { ports, views } = screen(
      [() => json({}, 503), started("AAAA-AAAA"), started("CCCC-CCCC"), started("DDDD-DDDD")],
      [
        pending,
        () => Promise.reject(new TypeError("offline")),
        () => json({ status: "expired" }),
        () => json({}, 404),
        approved,
      ],
    );
    expect(await pairScreen(ports)).toEqual(PAIRED);
    expect(views.flatMap((view) => (view.kind === "code" ? [view.code] : []))).toEqual([
      "AAAA-AAAA",
      "AAAA-AAAA",
      "AAAA-AAAA",
      "CCCC-CCCC",
      "DDDD-DDDD",
    ]);
    expect(views.filter(({ kind }) => kind === "away")).toHaveLength(2);
  });

  it("[DV10] a reload keeps the code that is shown, until it has run out", async () => {
    const first = screen([started("AAAA-AAAA")], [pending]);
    await expect(pairScreen(first.ports)).rejects.toThrow("closed");
    const again = screen([], [approved]);
    await pairScreen({ ...again.ports, session: first.session });
    expect(again.views).toContainEqual({ kind: "code", code: "AAAA-AAAA", expiresAt: 1_600_000 });
  });
});
