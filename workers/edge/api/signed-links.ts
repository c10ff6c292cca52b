/** Links for messages to patients, made for staff and for the services that send them. What they open: pages/signed-link.tsx */
import * as z from "zod";
import { LINK_ACTIONS } from "../../../core/access/signed-link.ts";
import { instant } from "../../../core/time.ts";
import { findAppointment } from "../book-appointment.ts";
import { mintSignedLink, signedLinkPath } from "../signed-links.ts";
import type { Handlers } from "./handlers.ts";
import { type Problem, sendProblem } from "./problem.ts";
import { parseBody } from "./schemas.ts";

export const linkBody = z.strictObject({ action: z.enum(LINK_ACTIONS, "must be an action of a link") });

const refusals: Readonly<Record<"not-possible" | "too-late", Problem>> = {
  "not-possible": {
    status: 422,
    slug: "rule-violated",
    title: "A patient cannot do this with the appointment as it is.",
    extra: { rule: "not-possible" },
  },
  "too-late": {
    status: 422,
    slug: "rule-violated",
    title: "It is too late for a link to this appointment.",
    extra: { rule: "too-late" },
  },
};

export const signedLinks = {
  /** [CO20] */
  createSignedLink: async (c, principal) => {
    const body = await parseBody(c, linkBody);
    if (!body.ok) return sendProblem(c, body.problem);
    const found = await findAppointment(c, principal, c.req.param("id"));
    if (!found.ok) return sendProblem(c, found.problem);
    const { action } = body.value;
    const minted = mintSignedLink(c.get("settings").ID_KEYS, found.appointment, action, instant(Date.now()));
    if (!minted.ok) return sendProblem(c, refusals[minted.error]);
    const { token, expiresAt } = minted.value;
    c.header("Cache-Control", "no-store");
    const url = new URL(signedLinkPath(token), c.req.url).href;
    return c.json({ action, url, expiresAt: new Date(expiresAt).toISOString() }, 201);
  },
} satisfies Partial<Handlers>;
