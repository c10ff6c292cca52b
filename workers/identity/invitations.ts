/** How the people of the clinics come in: a link, good for a week and once. Mail programs open links; only a press of its button counts. */
import type { StaffId } from "../../core/ids.ts";
import { openInvitation, putInvitation } from "../../db/identity/invitations.ts";
import { logFailure } from "../../durable-objects/shared/log.ts";
import { codeTransport } from "./code-transport.ts";
import type { IdentityEnv } from "./env.ts";
import { invitationHash, newInvitation } from "./invitation-link.ts";
import { dbOf } from "./postgres.ts";
import { problem } from "./problem.ts";
import { invitationQuery } from "./schemas.ts";
import { identitySettings } from "./settings.ts";

const FORM_BYTES_MAX = 1_024;

export interface Invitation {
  readonly link: string;
  /** RFC 3339. */
  readonly expiresAt: string;
}

/** [ID17] Sent where it can be; handed to whoever asked in any case. null: nobody active has this id. */
export async function invite(env: IdentityEnv, staffId: StaffId): Promise<Invitation | null> {
  const { link, ...stored } = newInvitation(identitySettings(env).SITE_URL, Date.now());
  const to = await putInvitation(dbOf(env), { staffId, ...stored });
  if (to === null) return null;
  await codeTransport(env)?.send({ to, kind: "invitation", text: link });
  return { link, expiresAt: stored.expiresAt };
}

const PAGE_HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** Opens nothing. `token` has the shape of one, so it needs no escaping. */
export function invitationPage(url: URL): Response {
  const query = invitationQuery.safeParse(Object.fromEntries(url.searchParams));
  if (!query.success) return problem(404);
  const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Invitation - Openslot</title></head><body><main><h1>You are invited to Openslot</h1>
<p>Accept, and then sign in with your clinic's account.</p>
<form method="post" action="/auth/invitation"><input type="hidden" name="token" value="${query.data.token}">
<button type="submit">Accept the invitation</button></form></main></body></html>`;
  return new Response(page, { headers: PAGE_HEADERS });
}

const seeOther = (location: string): Response =>
  new Response(null, { status: 303, headers: { location, "cache-control": "no-store" } });

/** [ID17] */
export async function openInvitationPage(env: IdentityEnv, request: Request): Promise<Response> {
  const bytes = await request.arrayBuffer();
  if (bytes.byteLength > FORM_BYTES_MAX) return problem(413);
  const form = invitationQuery.safeParse(
    Object.fromEntries(new URLSearchParams(new TextDecoder().decode(bytes))),
  );
  if (!form.success) return problem(404);
  try {
    const opened = await openInvitation(dbOf(env), invitationHash(form.data.token), crypto.randomUUID());
    return seeOther(opened ? "/staff/sign-in?invited=1" : "/staff/sign-in?error=invitation");
  } catch (error) {
    logFailure("identity.invitation_failed", (error as { cause?: unknown }).cause ?? error);
    return problem(503);
  }
}
