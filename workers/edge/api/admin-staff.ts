/** [D23] The people of the clinics: who they are, their role, their clinics. For administrators only. */
import type { Context } from "hono";
import { type LocationId, makeId, STAFF_ID, type StaffId } from "../../../core/ids.ts";
import { logFailure } from "../../../durable-objects/shared/log.ts";
import { concerns } from "../audited.ts";
import type { EdgeEnv } from "../env.ts";
import { askPostgres } from "../postgres.ts";
import { endSessionsOf, staffChanged } from "../tell-issuer.ts";
import { applyNow, create, etagOf, freshBytes, previewOrApply } from "./admin-commands.ts";
import { staffBody } from "./admin-schemas.ts";
import type { Handlers } from "./handlers.ts";
import { mayManage } from "./manage.ts";
import { BAD_CURSOR, decodeCursor, encodeCursor, isText, sendPage } from "./paging.ts";
import { ISSUER_AWAY, NOT_FOUND, sendProblem } from "./problem.ts";
import { listQuery, parseBody, parseQuery } from "./schemas.ts";

const memberOf = (c: Context<EdgeEnv>, id: string) =>
  STAFF_ID.test(id)
    ? askPostgres(c.get("settings"), (db, { findStaff }) => findStaff(db, id as StaffId))
    : null;

/** The member of staff in the address, for an administrator. */
async function managed(c: Context<EdgeEnv>) {
  const admitted = mayManage(c, "network");
  if (!admitted.ok) return { problem: admitted.problem };
  const member = await memberOf(c, c.req.param("id") ?? "");
  if (member) concerns(c, { of: member.id });
  return member ?? { problem: NOT_FOUND };
}

export const staffAdministration = {
  listStaff: async (c) => {
    const admitted = mayManage(c, "network");
    if (!admitted.ok) return sendProblem(c, admitted.problem);
    const query = parseQuery(c, listQuery);
    if (!query.ok) return sendProblem(c, query.problem);
    const { limit, cursor } = query.value;
    const after = cursor === undefined ? [""] : decodeCursor(cursor, isText);
    if (!after) return sendProblem(c, BAD_CURSOR);
    const found = await askPostgres(c.get("settings"), (db, { listStaff }) =>
      listStaff(db, limit + 1, after[0] as string),
    );
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return sendPage(c, page, found.length > limit && last ? encodeCursor([last.id]) : null);
  },
  createStaff: (c) =>
    create(c, mayManage(c, "network"), {
      kind: "staff",
      path: "staff",
      shape: staffBody,
      freshId: () => makeId("stf", freshBytes()),
      insert: (db, { insertStaff }, { id, body, by }) => insertStaff(db, id as StaffId, clinicsOf(body), by),
      tell: null,
      show: async (id) => {
        const member = await memberOf(c, id);
        if (member) concerns(c, { of: member.id });
        return member ? { body: { ...member }, version: member.version } : undefined;
      },
    }),
  readStaff: async (c) => {
    const member = await managed(c);
    if ("problem" in member) return sendProblem(c, member.problem);
    c.header("ETag", etagOf(member.version));
    return c.json(member);
  },
  changeStaff: async (c) => {
    const member = await managed(c);
    if ("problem" in member) return sendProblem(c, member.problem);
    const parsed = await parseBody(c, staffBody);
    if (!parsed.ok) return sendProblem(c, parsed.problem);
    return applyNow(c, {
      version: member.version,
      write: (db, { updateStaff }, version) => updateStaff(db, member.id, clinicsOf(parsed.value), version),
      tell: null,
      after: () => toldIssuer(c, member.id),
    });
  },
  deactivateStaff: (c) => setActive(c, false),
  activateStaff: (c) => setActive(c, true),
  /** [ID17] Sent to their address where this deployment can, and answered in any case. */
  inviteStaff: async (c) => {
    const member = await managed(c);
    if ("problem" in member) return sendProblem(c, member.problem);
    if (!member.active) return sendProblem(c, NOT_FOUND);
    try {
      const invitation = await c.env.IDENTITY.invite(member.id);
      return invitation ? c.json(invitation) : sendProblem(c, NOT_FOUND);
    } catch (error) {
      logFailure("identity.unreachable", error);
      return sendProblem(c, ISSUER_AWAY);
    }
  },
  /** [SV4] A token that they have lives for its five minutes. */
  endStaffSessions: async (c) => {
    const member = await managed(c);
    if ("problem" in member) return sendProblem(c, member.problem);
    const ended = await endSessionsOf(() => c.env.IDENTITY.endStaffSessions(member.id));
    return ended ? c.body(null, 204) : sendProblem(c, ISSUER_AWAY);
  },
} satisfies Partial<Handlers>;

/** In one order, whatever order they came in: the row shows no other. */
const clinicsOf = <T extends { readonly clinics: readonly LocationId[] }>(body: T): T => ({
  ...body,
  clinics: body.clinics.toSorted(),
});

/** Sessions follow with their next token. */
async function toldIssuer(c: Context<EdgeEnv>, id: StaffId): Promise<Record<string, never>> {
  await staffChanged(c.env, id);
  return {};
}

/** For whoever signs people in: not them any more. A token that they have lives for its five minutes. */
async function setActive(c: Context<EdgeEnv>, active: boolean): Promise<Response> {
  const member = await managed(c);
  if ("problem" in member) return sendProblem(c, member.problem);
  return previewOrApply(c, {
    version: member.version,
    preview: async () => ({ active }),
    write: (db, { setStaffActive }, version) => setStaffActive(db, member.id, version, active),
    tell: null,
    after: () => toldIssuer(c, member.id),
  });
}
