/**
 * The secret of this screen: where it is kept, how it becomes a token, and how its successor takes its place. Several tabs of one
 * screen share it; whoever comes too late reads again what the others kept.
 */
import { type AnswerOf, call, type Fetch } from "../shared/api/call.ts";

/** What this screen was told when it was paired. */
export interface Paired {
  readonly deviceId: string;
  readonly locationId: string;
  readonly name: string;
  /** Id and secret in one piece. */
  readonly secret: string;
}

export type TokenAnswer =
  | { readonly kind: "token"; readonly token: string; readonly paired: Paired }
  /** Revoked, silent for too long, or never paired. */
  | { readonly kind: "unpaired" }
  /** Nobody answers; nothing is known. */
  | { readonly kind: "away" };

export interface DevicePorts {
  readonly storage: Pick<Storage, "getItem" | "setItem" | "removeItem">;
  readonly fetch: Fetch;
  /** One tab at a time. */
  readonly alone: <T>(work: () => Promise<T>) => Promise<T>;
}

const KEY = "openslot-kiosk";
const MEMBERS = ["deviceId", "locationId", "name", "secret"] as const;

export function readPaired(storage: DevicePorts["storage"]): Paired | null {
  let value: unknown;
  try {
    value = JSON.parse(storage.getItem(KEY) ?? "null");
  } catch {
    return null; // somebody else's, or half of ours: as good as none
  }
  if (typeof value !== "object" || value === null) return null;
  const known = value as Record<string, unknown>;
  return MEMBERS.every((name) => typeof known[name] === "string") ? (known as unknown as Paired) : null;
}

export const keepPaired = (storage: DevicePorts["storage"], paired: Paired): void =>
  storage.setItem(KEY, JSON.stringify(paired));

const asked = ({ secret }: Paired, { fetch }: DevicePorts): Promise<Response | null> =>
  call(fetch, "post", "/v1/devices/token", { headers: { "Device-Secret": secret } }).catch(() => null); // offline

/** [DV5] A token for this screen. Its successor is kept before anything uses it. */
export function deviceToken(ports: DevicePorts): Promise<TokenAnswer> {
  const { storage } = ports;
  return ports.alone(async () => {
    let paired = readPaired(storage);
    if (!paired) return { kind: "unpaired" };
    let response = await asked(paired, ports);
    const meanwhile = readPaired(storage);
    if (response?.status === 401 && meanwhile && meanwhile.secret !== paired.secret) {
      paired = meanwhile; // another tab, in a browser that cannot keep tabs apart
      response = await asked(paired, ports);
    }
    if (response?.status === 401) {
      storage.removeItem(KEY);
      return { kind: "unpaired" };
    }
    if (!response?.ok) return { kind: "away" };
    const body = (await response.json()) as AnswerOf<"/v1/devices/token", "post", 200>;
    const now: Paired = { ...paired, name: body.name, secret: body.secret ?? paired.secret };
    keepPaired(storage, now);
    return { kind: "token", token: body.token, paired: now };
  });
}

/** In a browser: the tabs of this site take turns. */
export const browserPorts = (): DevicePorts => ({
  storage: localStorage,
  fetch: (path, init) => fetch(path, init),
  alone: (work) => ("locks" in navigator ? navigator.locks.request("openslot-kiosk", () => work()) : work()),
});
