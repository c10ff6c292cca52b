/** For the access matrix: how a valid request of an operation is written down, and the same one about nothing that there is. */
import { type Answer, type CallOptions, call, freshKey } from "../edge.ts";
import type { World } from "./world.ts";

export interface Asked extends CallOptions {
  readonly method: string;
  /** From `/v1` on, without it. */
  readonly path: string;
  /** The clock of the edge and its objects while this is asked, milliseconds since the epoch. */
  readonly clock?: number;
}

/** A valid request of this caller. What it acts on is made anew each time where the request changes it. */
export type Builder = (world: World, identity: string) => Asked | Promise<Asked>;

/** From `/v1` on; it may have to make what it names. */
type Path = (world: World) => string | Promise<string>;

export const get =
  (path: Path): Builder =>
  async (world) => ({ method: "GET", path: await path(world) });
export const post =
  (path: Path, body?: (world: World) => unknown): Builder =>
  async (world) => ({ method: "POST", path: await path(world), ...(body ? { body: body(world) } : {}) });
export const creating =
  (path: Path, body: (world: World) => unknown): Builder =>
  async (world) => ({ method: "POST", path: await path(world), key: freshKey(), body: body(world) });

/** A change of the whole, by the version that stands. */
export const changing =
  (path: Path, settings: string, body: (world: World, now: Answer) => unknown): Builder =>
  async (world) => {
    const whole = await path(world);
    const now = await call("GET", `${whole}${settings}`, { token: world.admin });
    const ifMatch = now.headers.get("etag") as string;
    return { method: "PUT", path: whole, ifMatch, body: body(world, now) };
  };

export const watching =
  (path: Path): Builder =>
  async (world) => ({ method: "GET", path: `/live${await path(world)}`, headers: { upgrade: "websocket" } });

export const location = ({ here }: World): string => `/locations/${here}`;
export const provider = (world: World): string => `/providers/${world.provider.id}`;
export const patient = ({ owner }: World): string => `/patients/${owner}`;
export const sub =
  (path: Path, rest: string): Path =>
  async (world) =>
    `${await path(world)}${rest}`;
export const always = (path: string) => (): string => path;

export const settingsWithout = (answer: Answer, ...names: readonly string[]) =>
  Object.fromEntries(Object.entries(answer.body).filter(([name]) => !names.includes(name)));

/** Made once for each world, by whichever operation needs it first. */
export function once<T>(make: (world: World) => Promise<T>): (world: World) => Promise<T> {
  const made = new WeakMap<World, Promise<T>>();
  return (world) => {
    const one = made.get(world) ?? make(world);
    made.set(world, one);
    return one;
  };
}

const INVENTED: Readonly<Record<string, string>> = {
  pat: "pat_0z0000000000zz",
  prv: "prv_zzzzzzzzzz00",
  loc: "loc_zzzzzzzzzz00",
  vst: "vst_zzzzzzzzzz00",
  stf: "stf_zzzzzzzzzz00",
  apt: "apt_zzzzzzzzzz00zzzzzzzzzz00a0000000",
  hld: "hld_zzzzzzzzzz00zzzzzzzzzz00a0000000",
  blk: "blk_zzzzzzzzzz00zzzzzzzzzz00a0000000",
  ser: "ser_zzzzzzzzzz00zzzzzzzzzz00a0000000",
  dev: "dev_00zzzzzzzzzz00",
  prt: "prt_zzzzzzzzzzzzzzzzzz00",
  pai: "pai_zzzzzzzzzzzzzzzzzz00",
};
const invent = (text: string): string =>
  text.replace(
    /\b(pat|prv|loc|vst|stf|apt|hld|blk|ser|dev|prt|pai)_[0-9a-z]+/g,
    (_, prefix) => INVENTED[prefix] as string,
  );

/** The same request about things of which there is none. */
export const aboutNothing = (asked: Asked): Asked => ({
  ...asked,
  path: invent(asked.path),
  ...(asked.body === undefined || typeof asked.body === "string"
    ? {}
    : { body: JSON.parse(invent(JSON.stringify(asked.body))) as unknown }),
});
