/** How the people of the clinics come in: by a link that is good once. Only its hash is stored. */
import { sql } from "drizzle-orm";
import type { StaffId } from "../../core/ids.ts";
import type { Db } from "../client.ts";
import { changePeople } from "../directory/change.ts";

/** Any number. Two commands that make a first administrator at once must not make two. */
const FIRST_ADMIN_LOCK = 823_773;

export interface NewInvitation {
  readonly staffId: StaffId;
  /** SHA-256 of the link's token. */
  readonly tokenHash: string;
  /** RFC 3339. */
  readonly expiresAt: string;
}

const invitation = ({ staffId, tokenHash, expiresAt }: NewInvitation) => sql`
  INSERT INTO staff_invitation (staff_id, token_hash, expires_at)
  SELECT id, ${tokenHash}, ${expiresAt} FROM staff WHERE id = ${staffId} AND deactivated_at IS NULL
  ON CONFLICT (staff_id) DO UPDATE SET token_hash = excluded.token_hash, expires_at = excluded.expires_at`;

/** [ID17] In the place of the one before. Where it goes to; null = nobody active has this id. */
export async function putInvitation(db: Db, wanted: NewInvitation): Promise<string | null> {
  const { rows } = await db.execute<{ email: string }>(
    sql`WITH put AS (${invitation(wanted)} RETURNING staff_id) SELECT s.email FROM staff s JOIN put ON put.staff_id = s.id`,
  );
  return rows[0]?.email ?? null;
}

/**
 * [ID17] The one moment at which a member of staff becomes somebody who can sign in. Who has an account with this address, as a
 * patient, keeps it and is both. null: used, replaced, over, or never there.
 */
export async function openInvitation(
  db: Db,
  tokenHash: string,
  newUserId: string,
): Promise<{ readonly userId: string; readonly staffId: StaffId } | null> {
  const open = sql`i.token_hash = ${tokenHash} AND i.expires_at > now() AND s.deactivated_at IS NULL`;
  const [, result] = await db.batch([
    // Whoever was invited under an address that they do not have any more.
    db.execute(sql`UPDATE auth_user u SET staff_id = NULL, updated_at = now()
      FROM staff_invitation i JOIN staff s ON s.id = i.staff_id
      WHERE ${open} AND u.staff_id = s.id AND u.email <> lower(s.email)`),
    db.execute<{ id: string; staff_id: StaffId }>(sql`
      WITH opened AS (
        DELETE FROM staff_invitation i USING staff s WHERE s.id = i.staff_id AND ${open}
        RETURNING s.id, s.email, s.display_name)
      INSERT INTO auth_user (id, name, email, email_verified, staff_id)
      SELECT ${newUserId}, display_name, lower(email), true, id FROM opened
      ON CONFLICT (email) DO UPDATE SET email_verified = true, staff_id = excluded.staff_id, updated_at = now()
      RETURNING id, staff_id`),
  ]);
  const [row] = result.rows;
  return row ? { userId: row.id, staffId: row.staff_id } : null;
}

export interface FirstAdmin {
  readonly staffId: StaffId;
  readonly displayName: string;
  /** Lower-case. */
  readonly email: string;
}

/**
 * [ID18] The administrator who makes all others, with their invitation.
 * @throws `OS412` when there is one already, `staff_email` (23505) when somebody has this address.
 */
export const insertFirstAdmin = (
  db: Db,
  { staffId, displayName, email }: FirstAdmin,
  { tokenHash, expiresAt }: Omit<NewInvitation, "staffId">,
): Promise<void> =>
  changePeople(db, {
    conditions: [
      sql`pg_try_advisory_xact_lock(${FIRST_ADMIN_LOCK})`,
      sql`NOT EXISTS (SELECT 1 FROM staff WHERE role = 'admin' AND deactivated_at IS NULL)`,
    ],
    statements: [
      sql`INSERT INTO staff (id, display_name, email, role) VALUES (${staffId}, ${displayName}, ${email}, 'admin')`,
      invitation({ staffId, tokenHash, expiresAt }),
    ],
  });
