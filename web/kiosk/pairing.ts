/** A screen that waits for somebody to type its code in. Shows a new code when one has run out, for as long as it takes. */
import { type AnswerOf, call } from "../shared/api/call.ts";
import { type DevicePorts, keepPaired, type Paired } from "./device.ts";

/** A screen is left alone for hours: while nothing answers it asks again this often. */
const AGAIN_MS = 5_000;
const SECOND_MS = 1_000;

export interface Waiting {
  readonly id: string;
  readonly code: string;
  readonly secret: string;
  /** Milliseconds since the epoch, by the server's clock. */
  readonly expiresAt: number;
  readonly pollMs: number;
}

export type PairingView =
  | { readonly kind: "asking" }
  | { readonly kind: "code"; readonly code: string; readonly expiresAt: number }
  /** Nobody answers; the code that is shown may still be good. */
  | { readonly kind: "away"; readonly code: string | null; readonly expiresAt: number }
  | { readonly kind: "paired"; readonly paired: Paired };

export interface PairingPorts extends Pick<DevicePorts, "fetch" | "storage"> {
  /** Survives a reload of this tab and nothing else. */
  readonly session: DevicePorts["storage"];
  readonly sleep: (ms: number) => Promise<void>;
  readonly now: () => number;
  readonly show: (view: PairingView) => void;
}

const KEY = "openslot-pairing";

function remembered({ session, now }: PairingPorts): Waiting | null {
  try {
    const waiting = JSON.parse(session.getItem(KEY) ?? "null") as Waiting | null; // written below, in this tab
    return waiting && waiting.expiresAt > now() ? waiting : null;
  } catch {
    return null; // not ours
  }
}

async function start(ports: PairingPorts): Promise<Waiting> {
  for (;;) {
    const response = await call(ports.fetch, "post", "/v1/devices/pairings", {}).catch(() => null); // offline
    if (response?.status === 201) {
      const body = (await response.json()) as AnswerOf<"/v1/devices/pairings", "post", 201>;
      const waiting: Waiting = {
        id: body.id,
        code: body.code,
        secret: body.secret,
        expiresAt: Date.parse(body.expiresAt),
        pollMs: body.pollSeconds * SECOND_MS,
      };
      ports.session.setItem(KEY, JSON.stringify(waiting));
      return waiting;
    }
    ports.show({ kind: "away", code: null, expiresAt: 0 });
    await ports.sleep(Number(response?.headers.get("retry-after") ?? 0) * SECOND_MS || AGAIN_MS);
  }
}

/** What became of it: paired, over, or `null`: still waiting. */
async function look(ports: PairingPorts, waiting: Waiting): Promise<Paired | "over" | "away" | null> {
  const response = await call(ports.fetch, "get", "/v1/devices/pairings/{id}", {
    path: { id: waiting.id },
    headers: { "Pairing-Secret": waiting.secret },
  }).catch(() => null); // offline
  if (response?.status === 404) return "over";
  if (!response?.ok) return "away";
  const body = (await response.json()) as AnswerOf<"/v1/devices/pairings/{id}", "get", 200>;
  if (body.status === "pending") return null;
  if (body.status !== "approved") return "over";
  const { deviceId, locationId, name, secret } = body;
  return { deviceId, locationId, name, secret };
}

/** [DV1] [DV3] Ends when the screen is paired, and only then. */
export async function pairScreen(ports: PairingPorts): Promise<Paired> {
  let waiting = remembered(ports);
  for (;;) {
    if (!waiting) {
      ports.show({ kind: "asking" });
      waiting = await start(ports);
    }
    const { code, expiresAt } = waiting;
    ports.show({ kind: "code", code, expiresAt });
    await ports.sleep(waiting.pollMs);
    const found = await look(ports, waiting);
    if (found === "away") ports.show({ kind: "away", code, expiresAt });
    else if (found === "over") waiting = null;
    else if (found) {
      keepPaired(ports.storage, found);
      ports.session.removeItem(KEY);
      ports.show({ kind: "paired", paired: found });
      return found;
    }
  }
}
