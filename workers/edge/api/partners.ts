/** Programs of others: how an administrator registers them, and how they get a token (RFC 6749 §4.4, RFC 7523). Rules: DV. */
import { createHmac } from "node:crypto";
import type { Context } from "hono";
import type { Action } from "../../../core/access/rules.ts";
import { isPartnerAction } from "../../../core/identity/partner.ts";
import { makePartnerId, PARTNER_ID, type PartnerId } from "../../../core/ids.ts";
import { SECOND_MS } from "../../../core/time.ts";
import type { KeyRing } from "../../config.ts";
import type { PartnerFacts } from "../../identity/partners/partners.ts";
import { concerns } from "../audited.ts";
import type { EdgeEnv } from "../env.ts";
import { issuerSays } from "../identity-answer.ts";
import { emptyBody, partnerBody, partnerKeysBody, partnerTokenForm } from "./device-schemas.ts";
import { directoryOf } from "./directory.ts";
import type { Handlers } from "./handlers.ts";
import { idempotencyKey } from "./headers.ts";
import { DIRECTORY_FULL } from "./manage.ts";
import { invalid, KEY_REUSE, NOT_FOUND, type Problem, rateLimited, sendProblem } from "./problem.ts";
import { parseBody, parseBodyIfAny } from "./schemas.ts";

const BAD_KEYS = invalid([{ pointer: "/jwks/keys", message: "must be keys that verify signatures" }]);
const TOO_MANY_ASSERTIONS_SECONDS = 60;

/** RFC 6749 §5.2: the member `error` is OAuth's word, the rest is ours. */
const oauthProblem = (
  status: 400 | 401,
  error: "invalid_request" | "invalid_client" | "invalid_scope" | "unsupported_grant_type",
  title: string,
): Problem => ({ status, slug: "oauth-refused", title, extra: { error } });

const INVALID_CLIENT = oauthProblem(
  401,
  "invalid_client",
  "The assertion is not a good one of a registered partner, or was used before.",
);
const INVALID_SCOPE = oauthProblem(400, "invalid_scope", "The scope names what this partner may not do.");
const INVALID_FORM = oauthProblem(
  400,
  "invalid_request",
  "The form needs grant_type, client_assertion_type and client_assertion, may have scope and client_id, each once, and nothing else.",
);
const UNSUPPORTED_GRANT = oauthProblem(
  400,
  "unsupported_grant_type",
  "The only grant here is client_credentials.",
);

function partnerDto(partner: PartnerFacts) {
  const spelled = (at: number): string => new Date(at).toISOString();
  return {
    id: partner.id,
    name: partner.name,
    scopes: partner.actions,
    locationIds: partner.clinics,
    keyIds: partner.kids,
    active: partner.endedAt === null,
    createdAt: spelled(partner.madeAt),
    keysChangedAt: spelled(partner.keysAt),
    endedAt: partner.endedAt === null ? null : spelled(partner.endedAt),
  };
}

/** Of the administrator's key, so that a repetition names the same partner. */
function partnerIdOf(c: Context<EdgeEnv>, subject: string, key: string): PartnerId {
  const [, secret] = c.get("settings").ID_KEYS[0] as KeyRing[number];
  return makePartnerId(
    createHmac("sha256", secret)
      .update(JSON.stringify(["partner", subject, key]))
      .digest(),
  );
}

/** The members of a form, each once; null: it is no form, or says something twice. */
async function formOf(c: Context<EdgeEnv>): Promise<Record<string, string> | null> {
  const type = c.req.header("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") return null;
  const text = new TextDecoder().decode(await c.req.arrayBuffer()); // text() warns of forms
  const fields = [...new URLSearchParams(text)];
  return new Set(fields.map(([name]) => name)).size === fields.length ? Object.fromEntries(fields) : null;
}

/** The actions in a `scope`; null: one of its words is none. */
function wantedActions(scope: string): readonly Action[] | null {
  const words = scope.split(" ");
  return words.every(isPartnerAction) ? ([...new Set(words)] as Action[]) : null;
}

export const partners = {
  /** [DV11] [DV13] */
  issuePartnerToken: async (c) => {
    c.header("Cache-Control", "no-store");
    const form = await formOf(c);
    if (form?.grant_type !== undefined && form.grant_type !== "client_credentials")
      return sendProblem(c, UNSUPPORTED_GRANT);
    const parsed = partnerTokenForm.safeParse(form);
    if (!parsed.success) return sendProblem(c, INVALID_FORM);
    const { client_assertion: assertion, client_id: clientId, scope } = parsed.data;
    const wanted = scope === undefined ? null : wantedActions(scope);
    if (scope !== undefined && wanted === null) return sendProblem(c, INVALID_SCOPE);
    const answer = await issuerSays(() => c.env.IDENTITY_PARTNERS.token(assertion, wanted, clientId ?? null));
    if (!answer.ok) return sendProblem(c, answer.problem);
    if (!answer.value.ok) {
      switch (answer.value.reason) {
        case "client":
          return sendProblem(c, INVALID_CLIENT);
        case "scope":
          return sendProblem(c, INVALID_SCOPE);
        case "too-many":
          return sendProblem(c, rateLimited(TOO_MANY_ASSERTIONS_SECONDS));
      }
    }
    const { token, expiresAt, scope: granted } = answer.value.value;
    const seconds = Math.max(1, Math.floor((expiresAt - Date.now()) / SECOND_MS));
    return c.json({ access_token: token, token_type: "Bearer", expires_in: seconds, scope: granted });
  },
  /** All of them, those that ended too: some hundreds at most, so there is one page. */
  listPartners: async (c) => {
    const found = await issuerSays(() => c.env.IDENTITY_PARTNERS.list());
    if (!found.ok) return sendProblem(c, found.problem);
    return c.json({ data: found.value.map(partnerDto), page: { next: null } });
  },
  /** [DV12] */
  createPartner: async (c, principal) => {
    const key = idempotencyKey(c, "required");
    if (!key.ok) return sendProblem(c, key.problem);
    const body = await parseBody(c, partnerBody);
    if (!body.ok) return sendProblem(c, body.problem);
    const { name, jwks, scopes, locationIds } = body.value;
    const { clinics } = await directoryOf(c);
    if (locationIds?.some((id) => !clinics.has(id)))
      return sendProblem(c, invalid([{ pointer: "/locationIds", message: "must exist" }]));
    const id = partnerIdOf(c, principal.subject, key.value);
    concerns(c, { of: id });
    const wish = { id, name, jwks: JSON.stringify(jwks), actions: scopes, clinics: locationIds };
    const made = await issuerSays(() => c.env.IDENTITY_PARTNERS.register(wish, principal.subject));
    if (!made.ok) return sendProblem(c, made.problem);
    if (made.value === "bad-key") return sendProblem(c, BAD_KEYS);
    if (made.value === "too-many") return sendProblem(c, DIRECTORY_FULL);
    if (made.value === "other") return sendProblem(c, KEY_REUSE);
    return c.json(partnerDto(made.value), 201);
  },
  replacePartnerKeys: async (c) => {
    const body = await parseBody(c, partnerKeysBody);
    if (!body.ok) return sendProblem(c, body.problem);
    const id = c.req.param("id");
    if (!PARTNER_ID.test(id)) return sendProblem(c, NOT_FOUND);
    const changed = await issuerSays(() =>
      c.env.IDENTITY_PARTNERS.replaceKeys(id as PartnerId, JSON.stringify(body.value.jwks)),
    );
    if (!changed.ok) return sendProblem(c, changed.problem);
    if (changed.value === "bad-key") return sendProblem(c, BAD_KEYS);
    if (changed.value) concerns(c, { of: changed.value.id });
    return changed.value ? c.json(partnerDto(changed.value)) : sendProblem(c, NOT_FOUND);
  },
  /** [DV15] */
  deactivatePartner: async (c) => {
    const body = await parseBodyIfAny(c, emptyBody);
    if (!body.ok) return sendProblem(c, body.problem);
    const id = c.req.param("id");
    if (!PARTNER_ID.test(id)) return sendProblem(c, NOT_FOUND);
    const ended = await issuerSays(() => c.env.IDENTITY_PARTNERS.deactivate(id as PartnerId));
    if (!ended.ok) return sendProblem(c, ended.problem);
    if (ended.value) concerns(c, { of: ended.value.id });
    return ended.value ? c.json(partnerDto(ended.value)) : sendProblem(c, NOT_FOUND);
  },
} satisfies Partial<Handlers>;
