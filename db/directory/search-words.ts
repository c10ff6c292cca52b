/** Fills `term`: the words that a search knows, taken from the providers. Small, and rebuilt at any time. */
import { type SQL, sql } from "drizzle-orm";
import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";
import type { ProviderId } from "../../core/ids.ts";

/**
 * What people type for a specialty besides its name. For the names on -ology the one who does it is -ologist, which is
 * added by rule.
 */
const SYNONYMS: Readonly<Record<string, string>> = {
  "primary-care": "family medicine general practice practitioner internist",
  cardiology: "heart",
  dermatology: "skin",
  ent: "ear nose throat otolaryngology otolaryngologist",
  gastroenterology: "stomach digestive",
  neurology: "brain nerve",
  oncology: "cancer",
  ophthalmology: "eye eyes",
  orthopedics: "orthopedist orthopaedics bone joint",
  pediatrics: "pediatrician paediatrics children",
  psychiatry: "psychiatrist mental health",
  pulmonology: "lung",
};

/**
 * Names word by word, a double one also in its parts; folded, because `search_text` begins with the folded name. In SQL,
 * so that 2,000 providers need not travel.
 */
const termsOf = (which: SQL): SQL => sql`
  SELECT DISTINCT 'name' AS kind, w AS value, w AS folded
  FROM (SELECT (string_to_array(search_text, ' '))[1:cardinality(string_to_array(display_name, ' '))] AS words
    FROM provider WHERE deactivated_at IS NULL AND ${which}) p
  CROSS JOIN LATERAL unnest(p.words) AS word
  CROSS JOIN LATERAL unnest(string_to_array(word, '-') || word) AS part
  CROSS JOIN LATERAL regexp_replace(part, '^[^[:alnum:]]+|[^[:alnum:]]+$', '', 'g') AS w
  WHERE length(w) >= 2
  UNION
  SELECT DISTINCT 'specialty', code, rtrim(replace(code, '-', ' ')
    || CASE WHEN code LIKE '%ology' THEN ' ' || regexp_replace(code, 'ology$', 'ologist') ELSE '' END
    || ' ' || coalesce(${JSON.stringify(SYNONYMS)}::jsonb ->> code, ''))
  FROM provider CROSS JOIN LATERAL unnest(specialties) AS code WHERE deactivated_at IS NULL AND ${which}
  UNION
  SELECT DISTINCT 'insurance', code, replace(code, '-', ' ')
  FROM provider CROSS JOIN LATERAL unnest(insurances) AS code WHERE deactivated_at IS NULL AND ${which}`;

const WRITE = sql`INSERT INTO term (kind, value, folded) SELECT kind, value, folded FROM fresh
  ON CONFLICT (kind, value) DO UPDATE SET folded = excluded.folded WHERE term.folded <> excluded.folded`;

/**
 * One statement to run in a batch, a transaction or alone. Of some providers: their words are added, by `provider_pk`. Of
 * `all`: and what nobody is called any more goes. A word that stays too long corrects to nobody, which harms nobody.
 */
export const termsStatement = (of: readonly ProviderId[] | "all"): SQL =>
  of === "all"
    ? sql`WITH fresh AS MATERIALIZED (${termsOf(sql`true`)}), gone AS (
        DELETE FROM term t WHERE NOT EXISTS (SELECT 1 FROM fresh f WHERE f.kind = t.kind AND f.value = t.value))
      ${WRITE}`
    : sql`WITH fresh AS MATERIALIZED (${termsOf(sql`id = ANY(${sql.param([...of])}::text[])`)}) ${WRITE}`;

/** [SE4] Idempotent. */
export async function refreshTerms<H extends PgQueryResultHKT>(
  db: PgDatabase<H>,
  of: readonly ProviderId[] | "all",
): Promise<void> {
  await db.execute(termsStatement(of));
}
