/**
 * Providers of a test's own, made as an administrator makes them. For tests that look at what Postgres keeps of calendars: the
 * sample network's are shared by all files, and objects of another file may have told more about them.
 */
import { sql } from "drizzle-orm";
import { expect } from "vitest";
import type { Provider } from "../../core/directory/directory.ts";
import { loadDirectory } from "../../db/queries/load-directory.ts";
import { adminToken, call, db, freshKey, MADE_HERE } from "./edge.ts";

const made: string[] = [];

/** Open every day from nine to five at the first clinic, for follow-up visits. */
export async function newProvider(displayName: string): Promise<Provider> {
  const { clinics, visitTypes } = await loadDirectory(db());
  const visit = visitTypes.find(({ name }) => name === "Follow-up visit");
  const hours = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, opensAt: 9 * 60, closesAt: 17 * 60 }));
  const body = {
    displayName,
    title: MADE_HERE,
    specialties: ["primary-care"],
    languages: ["en"],
    sites: [{ locationId: clinics[0]?.id, hours }],
    visitTypeIds: [visit?.id],
  };
  const answer = await call("POST", "/providers", { token: await adminToken(), key: freshKey(), body });
  expect(answer.status).toBe(201);
  made.push(answer.body.id);
  return (await loadDirectory(db(), [answer.body.id])).providers[0] as Provider;
}

/** At the end of the file: nothing of them stays for others to meet. */
export async function removeNewProviders(): Promise<void> {
  const ids = sql`${sql.param(made)}::text[]`;
  for (const table of ["opening", "incoming_appointment", "provider_visit_type", "provider_site"])
    await db().execute(sql`DELETE FROM ${sql.identifier(table)} WHERE provider_id = ANY(${ids})`);
  await db().execute(sql`DELETE FROM provider WHERE id = ANY(${ids})`);
  for (const table of ["directory_change", "external_id"])
    await db().execute(sql`DELETE FROM ${sql.identifier(table)} WHERE id = ANY(${ids})`);
}
