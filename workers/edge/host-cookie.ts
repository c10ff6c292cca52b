/**
 * [SV1] The edge's own cookies, all of one kind: hidden from scripts, not sent along by other sites, and on https this host's alone
 * (`__Host-`: no sub-domain and no plain http can set one for us). Browsers refuse the prefix without https, which a laptop has not.
 */
import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import type { EdgeEnv } from "./env.ts";

const isHttps = (c: Context<EdgeEnv>): boolean => c.req.url.startsWith("https:");

/** What stands before the name of every cookie here. */
export const cookiePrefix = (c: Context<EdgeEnv>): "__Host-" | "" => (isHttps(c) ? "__Host-" : "");

/** The name under which a browser has it. */
export const hostCookie = (c: Context<EdgeEnv>, name: string): string => `${cookiePrefix(c)}${name}`;

export const readHostCookie = (c: Context<EdgeEnv>, name: string): string | undefined =>
  getCookie(c, hostCookie(c, name));

export function keepHostCookie(c: Context<EdgeEnv>, name: string, value: string, seconds: number): void {
  setCookie(c, hostCookie(c, name), value, {
    httpOnly: true,
    sameSite: "Lax",
    path: "/", // the prefix allows no other one
    secure: isHttps(c),
    maxAge: seconds,
  });
}

export const dropHostCookie = (c: Context<EdgeEnv>, name: string): void => keepHostCookie(c, name, "", 0);
