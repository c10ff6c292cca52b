/** Lists: `{ data, page: { next } }`, an opaque cursor, and the same link in a header. */
import type { Context } from "hono";
import { isPlainText } from "../../../core/plain-text.ts";
import type { EdgeEnv } from "../env.ts";
import { invalid, type Problem } from "./problem.ts";

/** A cursor is where the page before ended; opaque to callers, readable by us. */
export const encodeCursor = (parts: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(parts), "utf8").toString("base64url");

export const BAD_CURSOR: Problem = invalid([
  { pointer: "/query/cursor", message: "must be a cursor from the page before" },
]);

/** null = not a cursor of this list. `check` says what each part must be. */
export function decodeCursor<Parts extends readonly unknown[]>(
  text: string,
  check: (parts: readonly unknown[]) => parts is Parts,
): Parts | null {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    const isOurs =
      Array.isArray(parts) && parts.every((part) => typeof part !== "string" || isPlainText(part));
    return isOurs && check(parts) ? parts : null;
  } catch {
    return null; // a made-up cursor; the caller answers 400
  }
}

export const isText = (parts: readonly unknown[]): parts is readonly [string] =>
  parts.length === 1 && typeof parts[0] === "string";

/** Sends a page. `next` null = the last one. `more` = what else the answer says about the list. */
export function sendPage(
  c: Context<EdgeEnv>,
  data: readonly unknown[],
  next: string | null,
  more: Readonly<Record<string, unknown>> = {},
): Response {
  if (next !== null) {
    const url = new URL(c.req.url);
    url.searchParams.set("cursor", next);
    c.header("Link", `<${url.pathname}${url.search}>; rel="next"`);
  }
  return c.json({ data, page: { next }, ...more });
}

/** [SE10] RFC 7234's word for an answer from before; it left the standard, and programs know it still. */
export const markStale = (c: Context<EdgeEnv>): void =>
  c.header("Warning", '110 - "the search cannot be made anew just now"');

/** A page of a list that is in memory already and ordered by id-like keys. */
export function pageOf<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  after: string | null,
  limit: number,
): { page: T[]; next: string | null } {
  const from = after === null ? 0 : items.findIndex((item) => keyOf(item) > after);
  const page = from === -1 ? [] : items.slice(from, from + limit);
  const last = page.at(-1);
  const more = from !== -1 && from + limit < items.length;
  return { page, next: more && last ? encodeCursor([keyOf(last)]) : null };
}
