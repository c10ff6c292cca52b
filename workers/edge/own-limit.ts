/** [AB5] How much a patient may book without the clinic: the agenda counts, the caller's role decides whether. */
import type { Context } from "hono";
import type { Principal } from "../../core/access/principal.ts";
import type { TakeRequest } from "../../core/agenda/command-row.ts";
import { SELF_BOOKED_MAX } from "../../core/agenda/decide-take.ts";
import type { EdgeEnv } from "./env.ts";

/** Nothing for the clinic and for programs, which answer for whom they book, nor on laptops. */
export const ownLimit = (c: Context<EdgeEnv>, { role }: Principal): Pick<TakeRequest, "selfBookedMax"> =>
  role === "patient" && c.get("settings").RATE_LIMITS === "standard"
    ? { selfBookedMax: SELF_BOOKED_MAX }
    : {};
