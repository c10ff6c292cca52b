/**
 * Who can sign in: what better-auth keeps about a person, bound to the patient or the member of staff that they are. Sessions,
 * codes and keys are in the issuer's objects. Personal data: never in logs, events or URLs.
 */
import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
} from "drizzle-orm/pg-core";
import { moment } from "./checks.ts";
import { patient, staff } from "./people.ts";

/** better-auth counts in `Date`s. */
const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: "date" });

export const authUser = pgTable(
  "auth_user",
  {
    id: text("id").notNull(),
    name: text("name").notNull(),
    /** Lower-case. Of somebody known by telephone only: a made-up one under `phone.invalid`, never verified. */
    email: text("email").notNull(),
    emailVerified: boolean("email_verified").notNull().default(false),
    image: text("image"),
    /** E.164, proven by a code. */
    phoneNumber: text("phone_number"),
    /** The record that this person confirmed or made; null = not yet. */
    patientId: text("patient_id"),
    /** Set by opening an invitation, and by nothing else. */
    staffId: text("staff_id"),
    createdAt: time("created_at").notNull().defaultNow(),
    updatedAt: time("updated_at").notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ name: "auth_user_pk", columns: [t.id] }),
    unique("auth_user_email").on(t.email),
    unique("auth_user_phone").on(t.phoneNumber),
    unique("auth_user_patient").on(t.patientId),
    unique("auth_user_staff").on(t.staffId),
    index("auth_user_stranger_idx").on(t.updatedAt).where(sql`patient_id IS NULL AND staff_id IS NULL`), // [ID23]
    foreignKey({
      name: "auth_user_patient_fk",
      columns: [t.patientId],
      foreignColumns: [patient.id],
    }).onDelete("set null"),
    foreignKey({ name: "auth_user_staff_fk", columns: [t.staffId], foreignColumns: [staff.id] }),
    check("auth_user_email_lower", sql`${t.email} = lower(${t.email})`),
  ],
);

/** Which person an identity provider's `sub` is. We keep none of its tokens: they hold names and addresses. */
export const authAccount = pgTable(
  "auth_account",
  {
    id: text("id").notNull(),
    accountId: text("account_id").notNull(),
    providerId: text("provider_id").notNull(),
    userId: text("user_id").notNull(),
    accessToken: text("access_token"),
    refreshToken: text("refresh_token"),
    idToken: text("id_token"),
    accessTokenExpiresAt: time("access_token_expires_at"),
    refreshTokenExpiresAt: time("refresh_token_expires_at"),
    scope: text("scope"),
    password: text("password"),
    createdAt: time("created_at").notNull().defaultNow(),
    updatedAt: time("updated_at").notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ name: "auth_account_pk", columns: [t.id] }),
    unique("auth_account_key").on(t.providerId, t.accountId),
    foreignKey({ name: "auth_account_user_fk", columns: [t.userId], foreignColumns: [authUser.id] }).onDelete(
      "cascade",
    ),
    index("auth_account_user_idx").on(t.userId),
    check(
      "auth_account_no_secret",
      sql`num_nonnulls(${t.accessToken}, ${t.refreshToken}, ${t.idToken}, ${t.password}) = 0`,
    ),
  ],
);

export const authPasskey = pgTable(
  "auth_passkey",
  {
    id: text("id").notNull(),
    name: text("name"),
    publicKey: text("public_key").notNull(),
    userId: text("user_id").notNull(),
    credentialID: text("credential_id").notNull(),
    counter: integer("counter").notNull(),
    deviceType: text("device_type").notNull(),
    backedUp: boolean("backed_up").notNull(),
    transports: text("transports"),
    createdAt: time("created_at"),
    aaguid: text("aaguid"),
  },
  (t) => [
    primaryKey({ name: "auth_passkey_pk", columns: [t.id] }),
    unique("auth_passkey_credential").on(t.credentialID),
    foreignKey({ name: "auth_passkey_user_fk", columns: [t.userId], foreignColumns: [authUser.id] }).onDelete(
      "cascade",
    ),
    index("auth_passkey_user_idx").on(t.userId),
  ],
);

/** The one invitation under way of a member of staff. Its link holds the token, this row the hash. */
export const staffInvitation = pgTable(
  "staff_invitation",
  {
    staffId: text("staff_id").notNull(),
    tokenHash: text("token_hash").notNull(),
    expiresAt: moment("expires_at").notNull(),
  },
  (t) => [
    primaryKey({ name: "staff_invitation_pk", columns: [t.staffId] }),
    unique("staff_invitation_token").on(t.tokenHash),
    foreignKey({ name: "staff_invitation_staff_fk", columns: [t.staffId], foreignColumns: [staff.id] }),
  ],
);
