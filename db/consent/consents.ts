/** Who acts for whom: read for every request of a proxy, written with every condition in the transaction. Rules: core/access/consent.ts */
import { type SQL, sql } from "drizzle-orm";
import {
  type ClinicReason,
  CODE_TRIES_PERIOD_MS,
  type Consent,
  type ConsentId,
  type Person,
  PROXIES_MAX,
  REPRESENTED_MAX,
  type Relation,
  type WithdrawnBy,
} from "../../core/access/consent.ts";
import type { LocationId, PatientId } from "../../core/ids.ts";
import { type Instant, instant } from "../../core/time.ts";
import type { Db } from "../client.ts";
import { changePeople } from "../directory/change.ts";
import { texts } from "../directory/writes.ts";

/** `r` is the consent, `p` whom it is about, `x` who acts. A record that was merged or deactivated stands for nobody. */
const LIVE = sql`r.revoked_at IS NULL AND (r.expires_at IS NULL OR r.expires_at > now())
  AND p.deactivated_at IS NULL AND p.merged_into IS NULL AND x.deactivated_at IS NULL AND x.merged_into IS NULL`;
const BOTH = sql`patient_proxy r JOIN patient p ON p.id = r.patient_id JOIN patient x ON x.id = r.proxy_patient_id`;

/** `epoch` in whole milliseconds, as a number that JSON carries unharmed. */
const ms = (column: SQL): SQL => sql`(extract(epoch FROM ${column}) * 1000)::float8`;

export interface Represented {
  readonly patientId: PatientId;
  /** null = until withdrawn. */
  readonly until: Instant | null;
}

/** Whom somebody acts for now, at most REPRESENTED_MAX. Walks `patient_proxy_proxy_idx`; one row each by key. */
export async function representedBy(db: Db, proxy: PatientId): Promise<Represented[]> {
  const { rows } = await db.execute<{ patient_id: PatientId; until: number | null }>(sql`
    SELECT r.patient_id, ${ms(sql`r.expires_at`)} AS until FROM ${BOTH}
    WHERE r.proxy_patient_id = ${proxy} AND ${LIVE} ORDER BY r.since, r.id LIMIT ${REPRESENTED_MAX}`);
  return rows.map(({ patient_id, until }) => ({
    patientId: patient_id,
    until: until === null ? null : instant(until),
  }));
}

/** One consent with the name of the other side, and no contact of anybody. */
export interface ShownConsent extends Consent {
  readonly displayName: string;
  readonly grantedBy: "patient" | "clinic";
  readonly reason: ClinicReason | null;
}

type ConsentRow = {
  id: ConsentId;
  patient_id: PatientId;
  proxy_patient_id: PatientId;
  relation: Relation;
  since: number;
  until: number | null;
  ended: number | null;
  granted_by: "patient" | "clinic";
  reason: ClinicReason | null;
  display_name: string;
};

const COLUMNS = sql`r.id, r.patient_id, r.proxy_patient_id, r.relation, ${ms(sql`r.since`)} AS since,
  ${ms(sql`r.expires_at`)} AS until, ${ms(sql`r.revoked_at`)} AS ended, r.granted_by, r.reason`;

const toConsent = (row: ConsentRow): ShownConsent => ({
  id: row.id,
  patientId: row.patient_id,
  proxyPatientId: row.proxy_patient_id,
  relation: row.relation,
  grantedAt: instant(row.since),
  expiresAt: row.until === null ? null : instant(row.until),
  withdrawnAt: row.ended === null ? null : instant(row.ended),
  grantedBy: row.granted_by,
  reason: row.reason,
  displayName: row.display_name,
});

/** Who acts for this patient now, oldest first, with their names. */
export async function proxyConsentsOf(db: Db, patient: PatientId): Promise<ShownConsent[]> {
  const { rows } = await db.execute<ConsentRow>(sql`
    SELECT ${COLUMNS}, x.display_name FROM ${BOTH}
    WHERE r.patient_id = ${patient} AND ${LIVE} ORDER BY r.since, r.id LIMIT ${PROXIES_MAX}`);
  return rows.map(toConsent);
}

/** Whom this person acts for now, oldest first, with their names. */
export async function consentsTo(db: Db, proxy: PatientId): Promise<ShownConsent[]> {
  const { rows } = await db.execute<ConsentRow>(sql`
    SELECT ${COLUMNS}, p.display_name FROM ${BOTH}
    WHERE r.proxy_patient_id = ${proxy} AND ${LIVE} ORDER BY r.since, r.id LIMIT ${REPRESENTED_MAX}`);
  return rows.map(toConsent);
}

/** One consent, ended ones too; null = there is none of this patient. `displayName` is the proxy's. By `patient_proxy_pk`. */
export async function findConsent(db: Db, patient: PatientId, id: ConsentId): Promise<ShownConsent | null> {
  const { rows } = await db.execute<ConsentRow>(sql`
    SELECT ${COLUMNS}, x.display_name FROM ${BOTH} WHERE r.id = ${id} AND r.patient_id = ${patient}`);
  return rows[0] ? toConsent(rows[0]) : null;
}

/** The same of whoever is one of its two sides; `displayName` is the other one's. */
export async function consentBetween(
  db: Db,
  oneSide: PatientId,
  id: ConsentId,
): Promise<ShownConsent | null> {
  const { rows } = await db.execute<ConsentRow>(sql`
    SELECT ${COLUMNS}, CASE WHEN r.patient_id = ${oneSide} THEN x.display_name ELSE p.display_name END AS display_name
    FROM ${BOTH} WHERE r.id = ${id} AND ${oneSide} IN (r.patient_id, r.proxy_patient_id)`);
  return rows[0] ? toConsent(rows[0]) : null;
}

/** Whether the patient ended it at most `withinMs` ago. */
export async function wasWithdrawnByPatient(
  db: Db,
  id: ConsentId,
  patient: PatientId,
  withinMs: number,
): Promise<boolean> {
  const { rows } = await db.execute(sql`
    SELECT 1 FROM patient_proxy WHERE id = ${id} AND patient_id = ${patient} AND revoked_by = 'patient'
      AND revoked_at > now() - make_interval(secs => ${withinMs / 1000})`);
  return rows.length > 0;
}

export interface PersonAtHome extends Person {
  readonly homeLocationId: LocationId;
}

/** One side of a consent, as the rules ask for it. */
export async function consentPerson(db: Db, id: PatientId): Promise<PersonAtHome | null> {
  const { rows } = await db.execute<{
    birth_date: string;
    home_location_id: LocationId;
    active: boolean;
  }>(sql`
    SELECT birth_date::text AS birth_date, home_location_id, deactivated_at IS NULL AND merged_into IS NULL AS active
    FROM patient WHERE id = ${id}`);
  const [row] = rows;
  return row
    ? { id, birthDate: row.birth_date, homeLocationId: row.home_location_id, active: row.active }
    : null;
}

// ---- codes ----

/** The proxy's code from now on; an earlier one of theirs opens nothing any more. */
export async function putConsentCode(
  db: Db,
  proxy: PatientId,
  mac: string,
  expiresAt: Instant,
): Promise<void> {
  await db.execute(sql`
    INSERT INTO consent_code (proxy_patient_id, mac, expires_at) VALUES (${proxy}, ${mac}, to_timestamp(${expiresAt} / 1000.0))
    ON CONFLICT (proxy_patient_id) DO UPDATE SET mac = excluded.mac, expires_at = excluded.expires_at`);
}

/** [CO6] Counts one try, whatever becomes of it. Returns how many there were in this period, this one included. */
export async function countConsentTry(db: Db, patient: PatientId): Promise<number> {
  const ended = sql`t.since <= now() - make_interval(secs => ${CODE_TRIES_PERIOD_MS / 1000})`;
  const { rows } = await db.execute<{ tries: number }>(sql`
    INSERT INTO consent_try AS t (patient_id, since, tries) VALUES (${patient}, now(), 1)
    ON CONFLICT (patient_id) DO UPDATE SET
      since = CASE WHEN ${ended} THEN now() ELSE t.since END,
      tries = CASE WHEN ${ended} THEN 1 ELSE least(t.tries + 1, 1000) END
    RETURNING tries`);
  return rows[0]?.tries ?? 0;
}

/** Who shows this code now; null for everything else. Uses nothing up. By `consent_code_mac`. */
export async function ownerOfCode(db: Db, mac: string): Promise<PatientId | null> {
  const { rows } = await db.execute<{ proxy_patient_id: PatientId }>(
    sql`SELECT proxy_patient_id FROM consent_code WHERE mac = ${mac} AND expires_at > now()`,
  );
  return rows[0]?.proxy_patient_id ?? null;
}

// ---- grants and ends ----

export interface NewConsent {
  readonly id: ConsentId;
  readonly patientId: PatientId;
  readonly proxyPatientId: PatientId;
  readonly relation: Relation;
  readonly expiresAt: Instant | null;
  /** null = the patient gave it. */
  readonly reason: ClinicReason | null;
  readonly bySubject: string;
  /** The code that names the proxy; it is used up with this. null = a desk named them. */
  readonly codeMac: string | null;
}

const counted = (column: SQL, id: PatientId): SQL =>
  sql`(SELECT count(*) FROM patient_proxy WHERE ${column} = ${id} AND revoked_at IS NULL
    AND (expires_at IS NULL OR expires_at > now()))`;

/**
 * [CO2] [CO3] [CO6] The consent, its code used up, and the row of `consent_change`: all of it or nothing, and within the limits however
 * many come at once (both records are locked, in one order).
 * @throws `OS412` when a record ended, a limit is reached or the code is used or over; `patient_proxy_open` (23505) when they act already.
 */
export const grantConsent = (db: Db, consent: NewConsent): Promise<void> => {
  const { id, patientId, proxyPatientId, relation, expiresAt, reason, bySubject, codeMac } = consent;
  const until = expiresAt === null ? sql`NULL` : sql`to_timestamp(${expiresAt} / 1000.0)`;
  return changePeople(db, {
    conditions: [
      sql`(SELECT count(*) FROM (SELECT 1 FROM patient WHERE id IN (${patientId}, ${proxyPatientId})
        AND deactivated_at IS NULL AND merged_into IS NULL ORDER BY id FOR UPDATE) both_rows) = 2`,
      sql`${counted(sql`patient_id`, patientId)} < ${PROXIES_MAX}`,
      sql`${counted(sql`proxy_patient_id`, proxyPatientId)} < ${REPRESENTED_MAX}`,
      ...(codeMac === null
        ? []
        : [
            sql`EXISTS (SELECT 1 FROM consent_code WHERE mac = ${codeMac} AND expires_at > now()
              AND proxy_patient_id = ${proxyPatientId} FOR UPDATE)`,
          ]),
    ],
    statements: [
      ...(codeMac === null ? [] : [sql`DELETE FROM consent_code WHERE mac = ${codeMac}`]),
      sql`UPDATE patient_proxy SET revoked_at = expires_at, revoked_by = 'time'
        WHERE patient_id = ${patientId} AND proxy_patient_id = ${proxyPatientId} AND revoked_at IS NULL AND expires_at <= now()`,
      sql`INSERT INTO patient_proxy
          (id, patient_id, proxy_patient_id, relation, since, granted_by, reason, granted_by_subject, expires_at)
        VALUES (${id}, ${patientId}, ${proxyPatientId}, ${relation}, now(), ${reason === null ? "patient" : "clinic"},
          ${reason}, ${bySubject}, ${until})`,
      sql`INSERT INTO consent_change (consent_id, kind) VALUES (${id}, 'granted')`,
    ],
  });
};

/** [CO4] Ends it now. False = it had ended before, and nothing was written. */
export async function withdrawConsent(
  db: Db,
  id: ConsentId,
  by: WithdrawnBy,
  bySubject: string,
): Promise<boolean> {
  const { rows } = await db.execute(sql`
    WITH ended AS (
      UPDATE patient_proxy SET revoked_at = now(), revoked_by = ${by}, revoked_by_subject = ${bySubject}
      WHERE id = ${id} AND revoked_at IS NULL RETURNING id
    )
    INSERT INTO consent_change (consent_id, kind) SELECT id, 'withdrawn' FROM ended RETURNING consent_id`);
  return rows.length > 0;
}

/**
 * [CO5] Records that are merged, deactivated or deleted: what they gave and what they were given ends with them, for good. For the
 * transaction in which that happens.
 */
export const endConsentsOf = (ids: readonly PatientId[]): SQL => sql`
  WITH ended AS (
    UPDATE patient_proxy SET revoked_at = now(), revoked_by = 'record'
    WHERE (patient_id = ANY(${texts(ids)}) OR proxy_patient_id = ANY(${texts(ids)})) AND revoked_at IS NULL
    RETURNING id
  )
  INSERT INTO consent_change (consent_id, kind) SELECT id, 'withdrawn' FROM ended`;
