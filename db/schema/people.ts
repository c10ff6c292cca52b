/** Patients, who may act for them, and the people of the clinics. Personal data: never in logs, events or URLs. */
import { sql } from "drizzle-orm";
import {
  bigserial,
  check,
  date,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { CLINIC_REASONS, CONSENT_ID, RELATIONS } from "../../core/access/consent.ts";
import type { PatientPreferences } from "../../core/directory/directory.ts";
import { PATIENT_ID, STAFF_ID } from "../../core/ids.ts";
import { deactivatedAt, hasShape, moment, version } from "./checks.ts";
import { clinic, provider } from "./directory.ts";

export const patient = pgTable(
  "patient",
  {
    id: text("id").notNull(),
    displayName: text("display_name").notNull(),
    birthDate: date("birth_date", { mode: "string" }).notNull(),
    /** Null = none known. */
    email: text("email"),
    /** E.164; null = none known. */
    phone: text("phone"),
    homeLocationId: text("home_location_id").notNull(),
    /** `foldText(displayName)`; whoever writes the one writes the other. */
    searchText: text("search_text").notNull().default(""),
    /** BCP 47, of messages to them; null = the clinic's. */
    preferredLanguage: text("preferred_language"),
    /** BCP 47 of the interpreter they need; null = none. */
    interpreterLanguage: text("interpreter_language"),
    /** Codes, such as `wheelchair`. */
    accessNeeds: text("access_needs").array().notNull().default([]),
    /** Over which channels, and when, they want to hear from us. */
    preferences: jsonb("preferences").$type<PatientPreferences>(),
    version: version(),
    deactivatedAt: deactivatedAt(),
    /** The other row of the same person, which stands for both from then on. */
    mergedInto: text("merged_into"),
  },
  (t) => [
    primaryKey({ name: "patient_pk", columns: [t.id] }),
    foreignKey({ name: "patient_home_clinic_fk", columns: [t.homeLocationId], foreignColumns: [clinic.id] }),
    check("patient_id_shape", hasShape(t.id, PATIENT_ID)),
    foreignKey({ name: "patient_merged_fk", columns: [t.mergedInto], foreignColumns: [t.id] }),
    check("patient_not_itself", sql`${t.mergedInto} <> ${t.id}`),
    index("patient_home_idx").on(t.homeLocationId, t.id),
    index("patient_birth_idx").on(t.birthDate, t.id),
    index("patient_search_idx").using("gin", sql`search_text gin_trgm_ops`),
    /** Whose address a person who signs in has proven. */
    index("patient_email_idx").on(sql`lower(${t.email})`).where(sql`email IS NOT NULL`),
    index("patient_phone_idx").on(t.phone).where(sql`phone IS NOT NULL`),
    index("patient_merged_idx").on(t.mergedInto).where(sql`merged_into IS NOT NULL`),
  ],
);

/**
 * Who may act for a patient, one row for each consent: core/access/consent.ts. Ended ones stay. No names, no contacts: who they are
 * stands in `patient`.
 */
export const patientProxy = pgTable(
  "patient_proxy",
  {
    id: text("id").notNull(),
    patientId: text("patient_id").notNull(),
    proxyPatientId: text("proxy_patient_id").notNull(),
    relation: text("relation", { enum: RELATIONS }).notNull(),
    since: moment("since").notNull(),
    grantedBy: text("granted_by", { enum: ["patient", "clinic"] }).notNull(),
    /** Of a clinic: why it gave the consent in the patient's stead. */
    reason: text("reason", { enum: CLINIC_REASONS }),
    /** Who was signed in. */
    grantedBySubject: text("granted_by_subject").notNull(),
    /** Null = until withdrawn. */
    expiresAt: moment("expires_at"),
    /** Null = it was not ended; whether it still counts, `expires_at` says too. */
    revokedAt: moment("revoked_at"),
    /** `time` = it had run out before the next one was given; `record` = one of the two records was merged or deactivated. */
    revokedBy: text("revoked_by", { enum: ["patient", "proxy", "clinic", "time", "record"] }),
    revokedBySubject: text("revoked_by_subject"),
  },
  (t) => [
    primaryKey({ name: "patient_proxy_pk", columns: [t.id] }),
    foreignKey({ name: "patient_proxy_patient_fk", columns: [t.patientId], foreignColumns: [patient.id] }),
    foreignKey({ name: "patient_proxy_proxy_fk", columns: [t.proxyPatientId], foreignColumns: [patient.id] }),
    check("patient_proxy_id_shape", hasShape(t.id, CONSENT_ID)),
    check("patient_proxy_not_itself", sql`${t.patientId} <> ${t.proxyPatientId}`),
    check(
      "patient_proxy_relation",
      sql`${t.relation} IN ('parent', 'guardian', 'carer', 'partner', 'other')`,
    ),
    check("patient_proxy_granted_by", sql`${t.grantedBy} IN ('patient', 'clinic')`),
    check("patient_proxy_reason", sql`${t.reason} IN ('minor', 'legal-guardian', 'asked-at-desk')`),
    check("patient_proxy_clinic_says_why", sql`(${t.grantedBy} = 'clinic') = (${t.reason} IS NOT NULL)`),
    check("patient_proxy_ends_later", sql`${t.expiresAt} > ${t.since}`),
    check(
      "patient_proxy_revoked_by",
      sql`${t.revokedBy} IN ('patient', 'proxy', 'clinic', 'time', 'record') AND (${t.revokedAt} IS NULL) = (${t.revokedBy} IS NULL)`,
    ),
    /** One open consent for a pair, however many ask at once. */
    uniqueIndex("patient_proxy_open").on(t.patientId, t.proxyPatientId).where(sql`revoked_at IS NULL`),
    index("patient_proxy_patient_idx").on(t.patientId, t.since),
    index("patient_proxy_proxy_idx").on(t.proxyPatientId),
  ],
);

/** What happened to consents, in the transaction in which it did: for messages and audits. Says which consent, and never who. */
export const consentChange = pgTable(
  "consent_change",
  {
    seq: bigserial("seq", { mode: "number" }).notNull(),
    consentId: text("consent_id").notNull(),
    kind: text("kind", { enum: ["granted", "withdrawn"] }).notNull(),
    at: moment("at").notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ name: "consent_change_pk", columns: [t.seq] }),
    foreignKey({
      name: "consent_change_consent_fk",
      columns: [t.consentId],
      foreignColumns: [patientProxy.id],
    }),
    check("consent_change_kind", sql`${t.kind} IN ('granted', 'withdrawn')`),
  ],
);

/** The code that a proxy shows, at most one each: as an HMAC, so that the table opens nothing. Overwritten by the next one. */
export const consentCode = pgTable(
  "consent_code",
  {
    proxyPatientId: text("proxy_patient_id").notNull(),
    mac: text("mac").notNull(),
    expiresAt: moment("expires_at").notNull(),
  },
  (t) => [
    primaryKey({ name: "consent_code_pk", columns: [t.proxyPatientId] }),
    foreignKey({ name: "consent_code_proxy_fk", columns: [t.proxyPatientId], foreignColumns: [patient.id] }),
    unique("consent_code_mac").on(t.mac),
  ],
);

/** How often a patient has typed a code lately, right or wrong. */
export const consentTry = pgTable(
  "consent_try",
  {
    patientId: text("patient_id").notNull(),
    /** Of the first try of the period. */
    since: moment("since").notNull(),
    tries: integer("tries").notNull(),
  },
  (t) => [
    primaryKey({ name: "consent_try_pk", columns: [t.patientId] }),
    foreignKey({ name: "consent_try_patient_fk", columns: [t.patientId], foreignColumns: [patient.id] }),
  ],
);

/**
 * [PD9] Whose record was deleted. The row of `patient` stays without what says who it was, because appointments refer to it; this one
 * says how far the rest is: texts in objects, sign-in.
 */
export const patientDeletion = pgTable(
  "patient_deletion",
  {
    patientId: text("patient_id").notNull(),
    /** Who asked, by role: never a name. */
    requestedBy: text("requested_by", { enum: ["patient", "clinic"] }).notNull(),
    requestedAt: moment("requested_at").notNull().defaultNow(),
    /** Null = something is still to be destroyed; whoever finds such a row goes on. */
    doneAt: moment("done_at"),
    /** The last calendar that has nothing left. */
    afterProvider: text("after_provider").notNull().default(""),
  },
  (t) => [
    primaryKey({ name: "patient_deletion_pk", columns: [t.patientId] }),
    foreignKey({ name: "patient_deletion_patient_fk", columns: [t.patientId], foreignColumns: [patient.id] }),
    check("patient_deletion_requested_by", sql`${t.requestedBy} IN ('patient', 'clinic')`),
    index("patient_deletion_open_idx").on(t.requestedAt).where(sql`done_at IS NULL`),
  ],
);

export const staff = pgTable(
  "staff",
  {
    id: text("id").notNull(),
    displayName: text("display_name").notNull(),
    email: text("email").notNull(),
    role: text("role", { enum: ["staff", "admin", "provider"] }).notNull(),
    /** Whose calendar is theirs, of the role provider; null of every other. */
    providerId: text("provider_id"),
    version: version(),
    deactivatedAt: deactivatedAt(),
  },
  (t) => [
    primaryKey({ name: "staff_pk", columns: [t.id] }),
    unique("staff_email").on(t.email),
    check("staff_id_shape", hasShape(t.id, STAFF_ID)),
    check("staff_role", sql`${t.role} IN ('staff', 'admin', 'provider')`),
    check("staff_provider_link", sql`(${t.role} = 'provider') = (${t.providerId} IS NOT NULL)`),
    foreignKey({ name: "staff_provider_fk", columns: [t.providerId], foreignColumns: [provider.id] }),
    /** One person signs in as a provider; who had been it before may be kept beside them. */
    uniqueIndex("staff_provider").on(t.providerId).where(sql`deactivated_at IS NULL`),
  ],
);

export const staffClinic = pgTable(
  "staff_clinic",
  { staffId: text("staff_id").notNull(), locationId: text("location_id").notNull() },
  (t) => [
    primaryKey({ name: "staff_clinic_pk", columns: [t.staffId, t.locationId] }),
    foreignKey({ name: "staff_clinic_staff_fk", columns: [t.staffId], foreignColumns: [staff.id] }),
    foreignKey({ name: "staff_clinic_clinic_fk", columns: [t.locationId], foreignColumns: [clinic.id] }),
    index("staff_clinic_location_idx").on(t.locationId, t.staffId),
  ],
);
