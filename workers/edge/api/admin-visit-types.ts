/** Visit types, the rules that everybody has who offers one: made, changed, deactivated. For administrators; desks read them. */
import type { Context } from "hono";
import { makeId, VISIT_TYPE_ID, type VisitTypeId } from "../../../core/ids.ts";
import type { EdgeEnv } from "../env.ts";
import { askPostgres } from "../postgres.ts";
import { freshDirectory } from "./admin-clinics.ts";
import { applyNow, create, etagOf, freshBytes, previewOrApply } from "./admin-commands.ts";
import { visitTypeBody } from "./admin-schemas.ts";
import type { Handlers } from "./handlers.ts";
import { factsOutside, mayManage, outsideDto } from "./manage.ts";
import { NOT_FOUND, sendProblem } from "./problem.ts";
import { parseBody } from "./schemas.ts";

const findRow = (c: Context<EdgeEnv>, id: string) =>
  VISIT_TYPE_ID.test(id)
    ? askPostgres(c.get("settings"), (db, { findVisitType }) => findVisitType(db, id as VisitTypeId))
    : null;

/** [D20] The calendars that decide by it. All of them are named: the first are told at once, the others from the outbox. */
const offering = (c: Context<EdgeEnv>, id: VisitTypeId) =>
  askPostgres(c.get("settings"), (db, { PROVIDERS_MAX, providersOffering }) =>
    providersOffering(db, id, PROVIDERS_MAX),
  );

export const visitTypeAdministration = {
  createVisitType: (c) =>
    create(c, mayManage(c, "network"), {
      kind: "visit-type",
      path: "visit-types",
      shape: visitTypeBody,
      freshId: () => makeId("vst", freshBytes()),
      insert: (db, { insertVisitType }, { id, body, by }) => insertVisitType(db, id as VisitTypeId, body, by),
      tell: () => [],
      show: async (id) => {
        const row = await findRow(c, id);
        return row ? { body: row, version: row.version } : undefined;
      },
    }),
  /** Every rule of it, with the version that `PUT` wants back. */
  readVisitTypeSettings: async (c) => {
    const row = await findRow(c, c.req.param("id"));
    if (!row) return sendProblem(c, NOT_FOUND);
    c.header("ETag", etagOf(row.version));
    return c.json(row);
  },
  /** [D20] What was promised stays as it was taken ([S10]), so nothing falls out of other rules: done at once. */
  changeVisitType: async (c) => {
    const admitted = mayManage(c, "network");
    if (!admitted.ok) return sendProblem(c, admitted.problem);
    const row = await findRow(c, c.req.param("id"));
    if (!row) return sendProblem(c, NOT_FOUND);
    const id = row.id as VisitTypeId; // visit_type_id_shape
    const parsed = await parseBody(c, visitTypeBody);
    if (!parsed.ok) return sendProblem(c, parsed.problem);
    const calendars = await offering(c, id);
    return applyNow(
      c,
      {
        version: row.version,
        write: (db, { updateVisitType }, version) => updateVisitType(db, id, parsed.value, version),
        tell: calendars,
      },
      { calendars: calendars.length },
    );
  },
  deactivateVisitType: (c) => setActive(c, false),
  activateVisitType: (c) => setActive(c, true),
} satisfies Partial<Handlers>;

/** [D10] Nobody offers it any more; what was booked stays, and is named here. */
async function setActive(c: Context<EdgeEnv>, active: boolean): Promise<Response> {
  const admitted = mayManage(c, "network");
  if (!admitted.ok) return sendProblem(c, admitted.problem);
  const row = await findRow(c, c.req.param("id") ?? "");
  if (!row) return sendProblem(c, NOT_FOUND);
  const id = row.id as VisitTypeId; // visit_type_id_shape
  const calendars = await offering(c, id);
  const known = await freshDirectory(c);
  const changed = calendars.flatMap((one) => {
    const provider = known.providers.get(one);
    if (!provider || active) return [];
    const { calendar } = provider;
    // Without this type only: what falls out of a calendar for another reason is not this change's.
    return [{ provider, next: { ...calendar, visitTypes: calendar.visitTypes.filter((v) => v.id !== id) } }];
  });
  return previewOrApply(c, {
    version: row.version,
    preview: async () => {
      const facts = await factsOutside(c.env, changed);
      return {
        active,
        calendars: calendars.length,
        outside: outsideDto(
          admitted.principal,
          facts.filter(({ visitTypeId }) => visitTypeId === id),
        ),
      };
    },
    write: (db, { setVisitTypeActive }, version) => setVisitTypeActive(db, id, version, active),
    tell: calendars,
  });
}
