import { accessMatrix } from "../../../support/access/matrix.ts";
import { get, patient, post, sub } from "../../../support/access/requests.ts";
import {
  aConsent,
  aVisit,
  consentBody,
  made,
  patientBody,
  type World,
} from "../../../support/access/world.ts";
import { patientToken } from "../../../support/edge.ts";
import declared from "./consent.json";

async function someoneElse(world: World): Promise<string> {
  return (await made("/patients", world.admin, patientBody(world.here))).body.id;
}

accessMatrix("consent", declared, {
  listProxies: get(sub(patient, "/proxies")),
  listRepresented: get(sub(patient, "/represents")),
  addProxy: async (world, identity) => {
    const other = await someoneElse(world);
    if (identity !== "patient")
      return { method: "POST", path: `${patient(world)}/proxies`, body: consentBody(other) };
    const shown = await made(`/patients/${other}/proxy-codes`, await patientToken(other), {});
    const body = { code: shown.body.code, relation: "other" };
    return { method: "POST", path: `${patient(world)}/proxies`, body };
  },
  removeProxy: async (world) => {
    const consent = await aConsent(world, await someoneElse(world));
    return { method: "DELETE", path: `${patient(world)}/proxies/${consent}` };
  },
  showProxyCode: post(sub(patient, "/proxy-codes")),
  createSignedLink: async (world) => ({
    method: "POST",
    path: `/appointments/${(await aVisit(world)).id}/links`,
    body: { action: "cancel" },
  }),
});
