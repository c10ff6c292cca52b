/** Where to go after signing in. A slot that was pressed before travels along and is offered again. */
import type { Context } from "hono";
import type { EdgeEnv } from "../env.ts";
import { originOf } from "../sign-in/issuer.ts";
import { parseSlot } from "./form.ts";
import { safeReturn } from "./session.ts";

export function returnOf(c: Context<EdgeEnv>): string {
  const back = safeReturn(c.req.query("return"), originOf(c));
  const slot = c.req.query("slot");
  if (!slot) return back;
  const url = new URL(back, originOf(c));
  url.searchParams.set("slot", slot);
  return `${url.pathname}${url.search}`;
}

/** The clinic of the slot that somebody comes back to: most likely the one that is going to keep their record. */
export function parseSlotPlace(back: string, origin: string): string | null {
  const slot = URL.parse(back, origin)?.searchParams.get("slot");
  return parseSlot(slot ?? undefined)?.locationId ?? null;
}
