/** What a person sees when everything runs: where it is, whom to be, and something to paste. */
import type pg from "pg";

interface Samples {
  readonly patientId: string;
  readonly clinicId: string;
  readonly providerId: string;
  readonly visitTypeId: string;
}

const DAY_MS = 86_400_000;

/** One patient, their clinic, and a provider with a visit type there. One row, by primary keys. */
async function findSamples(pool: pg.Pool): Promise<Samples | undefined> {
  const { rows } = await pool.query<Samples>(`
    SELECT p.id AS "patientId", p.home_location_id AS "clinicId", s.provider_id AS "providerId",
      (SELECT min(v.visit_type_id) FROM provider_visit_type v WHERE v.provider_id = s.provider_id) AS "visitTypeId"
    FROM patient p JOIN provider_site s ON s.location_id = p.home_location_id AND s.position = 0
    ORDER BY p.id, s.provider_id LIMIT 1`);
  return rows[0];
}

const dateOf = (epochMs: number): string => new Date(epochMs).toISOString().slice(0, 10);

/** `startedAt` is on the clock of `performance.now()`, milliseconds. */
export async function banner(pool: pg.Pool, port: number, startedAt: number): Promise<string> {
  const samples = await findSamples(pool);
  const base = `http://localhost:${port}`;
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const lines = [
    "",
    `  Openslot runs (ready in ${seconds} s). Ctrl-C stops it.`,
    "",
    `  Patients    ${base}/`,
    `  Codes       ${base}/dev (signing in; sample tokens)`,
    `  Health      ${base}/v1/health?deep=1`,
  ];
  if (samples === undefined) return [...lines, ""].join("\n"); // a server of somebody's own, without our sample network
  const week = `from=${dateOf(Date.now() + DAY_MS)}&to=${dateOf(Date.now() + 7 * DAY_MS)}`;
  return [
    ...lines,
    "",
    "  Sample identities (each command prints a token, valid for an hour):",
    `    patient   npm run -s token -- --role patient --id ${samples.patientId}`,
    `    staff     npm run -s token -- --role staff --clinic ${samples.clinicId}`,
    "    admin     npm run -s token -- --role admin",
    "",
    "  Try it:",
    `    curl '${base}/v1/providers/${samples.providerId}/availability?visitTypeId=${samples.visitTypeId}&${week}'`,
    "",
  ].join("\n");
}
