/** [R1] [D22] Rooms, machines and interpreters of a clinic. For administrators, and the clinic's own desk. */
import type { Context } from "hono";
import type { Clinic } from "../../../core/directory/directory.ts";
import { makeId, PROVIDER_ID, type ProviderId } from "../../../core/ids.ts";
import type { EdgeEnv } from "../env.ts";
import { askPostgres } from "../postgres.ts";
import { applyNow, create, etagOf, freshBytes, previewOrApply } from "./admin-commands.ts";
import { resourceBody, resourceChangeBody } from "./admin-schemas.ts";
import { directoryOf } from "./directory.ts";
import type { Handlers } from "./handlers.ts";
import { type Admitted, mayManage } from "./manage.ts";
import { NOT_FOUND, type Problem, sendProblem } from "./problem.ts";
import { parseBody } from "./schemas.ts";

type Managed =
  | { readonly clinic: Clinic; readonly admitted: Extract<Admitted, { ok: true }> }
  | { readonly problem: Problem };

/** The clinic in the address, for whoever may change it. */
async function clinicOf(c: Context<EdgeEnv>): Promise<Managed> {
  const clinic = (await directoryOf(c)).clinics.get(c.req.param("id") ?? "");
  const admitted = mayManage(c, clinic ? [clinic.id] : "network");
  if (!admitted.ok) return { problem: admitted.problem };
  return clinic ? { clinic, admitted } : { problem: NOT_FOUND };
}

/** The resource in the address; one of another clinic is not there. */
async function resourceOf(c: Context<EdgeEnv>) {
  const found = await clinicOf(c);
  if ("problem" in found) return found;
  const row = await rowOf(c, c.req.param("resource") ?? "");
  return row?.locationId === found.clinic.id
    ? { ...row, id: row.id as ProviderId } // resource_id_shape
    : { problem: NOT_FOUND };
}

const rowOf = (c: Context<EdgeEnv>, id: string) =>
  PROVIDER_ID.test(id)
    ? askPostgres(c.get("settings"), (db, { findResource }) => findResource(db, id as ProviderId))
    : null;

export const resourceAdministration = {
  /** All of a clinic, deactivated ones too: some dozens, so there is one page. */
  listResources: async (c) => {
    const found = await clinicOf(c);
    if ("problem" in found) return sendProblem(c, found.problem);
    const { id } = found.clinic;
    const data = await askPostgres(c.get("settings"), (db, { listResources }) => listResources(db, id));
    return c.json({ data, page: { next: null } });
  },
  createResource: async (c) => {
    const found = await clinicOf(c);
    if ("problem" in found) return sendProblem(c, found.problem);
    const { id: locationId } = found.clinic;
    return create(c, found.admitted, {
      kind: "resource",
      path: `locations/${locationId}/resources`,
      shape: resourceBody,
      freshId: () => makeId("prv", freshBytes()), // it has a calendar, and therefore a calendar's id
      insert: (db, { insertResource }, { id, body, by }) =>
        insertResource(db, { ...body, id: id as ProviderId, locationId }, by),
      tell: (id) => [id as ProviderId],
      show: async (id) => {
        const row = await rowOf(c, id);
        return row ? { body: row, version: row.version } : undefined;
      },
    });
  },
  readResource: async (c) => {
    const row = await resourceOf(c);
    if ("problem" in row) return sendProblem(c, row.problem);
    c.header("ETag", etagOf(row.version));
    return c.json(row);
  },
  /** Name, hours and exceptions. What is reserved stays reserved: the provider's time decides about a visit. */
  changeResource: async (c) => {
    const row = await resourceOf(c);
    if ("problem" in row) return sendProblem(c, row.problem);
    const parsed = await parseBody(c, resourceChangeBody);
    if (!parsed.ok) return sendProblem(c, parsed.problem);
    return applyNow(c, {
      version: row.version,
      write: (db, { updateResource }, version) => updateResource(db, row.id, parsed.value, version),
      tell: [row.id],
    });
  },
  deactivateResource: (c) => setActive(c, false),
  activateResource: (c) => setActive(c, true),
} satisfies Partial<Handlers>;

/** [D10] Nobody is given it any more; who was given it keeps it. */
async function setActive(c: Context<EdgeEnv>, active: boolean): Promise<Response> {
  const row = await resourceOf(c);
  if ("problem" in row) return sendProblem(c, row.problem);
  return previewOrApply(c, {
    version: row.version,
    preview: async () => ({ active }),
    write: (db, { setResourceActive }, version) => setResourceActive(db, row.id, version, active),
    tell: [row.id],
  });
}
