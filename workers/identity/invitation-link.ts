/** The link of an invitation: its token is shown once, its hash is stored. Runs in the issuer and in the command for the first administrator. */
import { createHash, randomBytes } from "node:crypto";
import { DAY_MS } from "../../core/time.ts";

/** Somebody on leave finds it when they come back. */
export const INVITATION_LIFE_MS = 7 * DAY_MS;
const TOKEN_BYTES = 32;

export const invitationHash = (token: string): string =>
  createHash("sha256").update(token).digest("base64url");

/** What is stored of a new link, and the link. `siteUrl` is an origin. */
export function newInvitation(siteUrl: string, now: number) {
  const token = randomBytes(TOKEN_BYTES).toString("base64url");
  return {
    link: `${siteUrl}/auth/invitation?token=${token}`,
    tokenHash: invitationHash(token),
    /** RFC 3339. */
    expiresAt: new Date(now + INVITATION_LIFE_MS).toISOString(),
  };
}
