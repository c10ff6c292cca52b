/** Patients of a test's own, made as an administrator makes them, so that consents can name them; removed at the end of the file. */
import { sql } from "drizzle-orm";
import { expect } from "vitest";
import type { LocationId, PatientId } from "../../core/ids.ts";
import { loadDirectory } from "../../db/queries/load-directory.ts";
import { adminToken, call, db, freshKey, patientToken } from "./edge.ts";

const made: string[] = [];
let clinics: readonly LocationId[] | undefined;

/** Two clinics of the sample network. */
export async function twoClinics(): Promise<readonly [LocationId, LocationId]> {
  clinics ??= (await loadDirectory(db())).clinics.map(({ id }) => id);
  return clinics as unknown as readonly [LocationId, LocationId];
}

export async function newPatient(more: Record<string, unknown> = {}): Promise<PatientId> {
  const [homeLocationId] = await twoClinics();
  const body = { displayName: "Ada Example", birthDate: "1987-04-12", homeLocationId, ...more };
  const answer = await call("POST", "/patients", { token: await adminToken(), key: freshKey(), body });
  expect(answer.status).toBe(201);
  made.push(answer.body.id);
  return answer.body.id;
}

/** The code that this patient shows. */
export async function codeOf(proxy: PatientId): Promise<string> {
  const answer = await call("POST", `/patients/${proxy}/proxy-codes`, { token: await patientToken(proxy) });
  expect(answer.status).toBe(201);
  return answer.body.code;
}

/** `proxy` acts for `patient` from now on. Returns the consent's id. */
export async function consent(
  patient: PatientId,
  proxy: PatientId,
  more: Record<string, unknown> = {},
): Promise<string> {
  const answer = await call("POST", `/patients/${patient}/proxies`, {
    token: await patientToken(patient),
    body: { code: await codeOf(proxy), relation: "carer", ...more },
  });
  expect(answer.status).toBe(201);
  return answer.body.id;
}

export async function removeNewPatients(): Promise<void> {
  const ids = sql`${sql.param(made)}::text[]`;
  await db().execute(sql`DELETE FROM consent_change WHERE consent_id IN
    (SELECT id FROM patient_proxy WHERE patient_id = ANY(${ids}) OR proxy_patient_id = ANY(${ids}))`);
  await db().execute(
    sql`DELETE FROM patient_proxy WHERE patient_id = ANY(${ids}) OR proxy_patient_id = ANY(${ids})`,
  );
  await db().execute(sql`DELETE FROM consent_code WHERE proxy_patient_id = ANY(${ids})`);
  await db().execute(sql`DELETE FROM consent_try WHERE patient_id = ANY(${ids})`);
  await db().execute(sql`UPDATE patient SET merged_into = NULL WHERE id = ANY(${ids})`);
  await db().execute(sql`DELETE FROM patient WHERE id = ANY(${ids})`);
  await db().execute(sql`DELETE FROM external_id WHERE id = ANY(${ids})`);
}
