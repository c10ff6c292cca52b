/** Programs of others: registered by an administrator, let in by their signature. What the edge may ask of them. */
import { WorkerEntrypoint } from "cloudflare:workers";
import { importJWK, type JWK } from "jose";
import type { Action } from "../../../core/access/rules.ts";
import type { LocationId, PartnerId } from "../../../core/ids.ts";
import type { NewPartner, Partner } from "../../../durable-objects/partner-registry/partner-registry.ts";
import type { IdentityEnv } from "../env.ts";
import { identitySettings } from "../settings.ts";
import { recordSignIn } from "../sign-in-record.ts";
import { accessToken } from "../tokens.ts";
import { claimedPartner, verifyAssertion } from "./assertion.ts";

/** A partner as an administrator sees it. Its keys are public. */
export type PartnerFacts = Omit<Partner, "jwks"> & { readonly kids: readonly string[] };

export interface PartnerToken {
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly scope: string;
}

export type PartnerTokenAnswer =
  | { readonly ok: true; readonly value: PartnerToken }
  | { readonly ok: false; readonly reason: "client" | "scope" | "too-many" };

/** Where partners ask for tokens, and what they name as the audience of their word. */
export const TOKEN_PATH = "/v1/oauth/token";

const factsOf = ({ jwks, ...partner }: Partner): PartnerFacts => ({
  ...partner,
  kids: (JSON.parse(jwks) as { keys: JWK[] }).keys.map(({ kid }) => kid ?? ""),
});

export class Partners extends WorkerEntrypoint<IdentityEnv> {
  override fetch(): Response {
    return new Response("not found", { status: 404 });
  }

  /** [DV12] "bad-key": one of the keys is no key. "other": the id is another partner's. */
  async register(partner: NewPartner, by: string): Promise<PartnerFacts | "bad-key" | "too-many" | "other"> {
    if (!(await areKeys(partner.jwks))) return "bad-key";
    const made = await this.#registry().register(partner, by);
    if (!made) return "too-many";
    return isSame(made, partner) ? factsOf(made) : "other";
  }

  async list(): Promise<PartnerFacts[]> {
    return (await this.#registry().list()).map(factsOf);
  }

  /** null: there is none in use. */
  async replaceKeys(id: PartnerId, jwks: string): Promise<PartnerFacts | "bad-key" | null> {
    if (!(await areKeys(jwks))) return "bad-key";
    const partner = await this.#registry().replaceKeys(id, jwks);
    return partner && factsOf(partner);
  }

  async deactivate(id: PartnerId): Promise<PartnerFacts | null> {
    const partner = await this.#registry().deactivate(id);
    return partner && factsOf(partner);
  }

  /**
   * [DV11] [DV13] Five minutes of what the partner may do, for an assertion that it signed; `wanted` narrows it. Every way in which
   * an assertion can be wrong is one answer. `clientId` = whose the caller says that it is, beside the assertion.
   */
  async token(
    assertion: string,
    wanted: readonly Action[] | null,
    clientId: string | null,
  ): Promise<PartnerTokenAnswer> {
    const id = claimedPartner(assertion);
    const partner = id && (await this.#registry().find(id));
    if (!partner) return { ok: false, reason: "client" }; // invented: nobody's
    const isMeant = (clientId === null || clientId === partner.id) && partner.endedAt === null;
    const refused = isMeant ? await this.#refusal(partner, assertion, wanted) : "client";
    const subject = partner.id;
    const outcome = refused ? "refused" : "accepted";
    await recordSignIn(this.env, { subject, kind: "partner", outcome });
    if (refused) return { ok: false, reason: refused };
    const scope = (wanted ?? partner.actions).join(" ");
    const clinics: readonly LocationId[] | null = partner.clinics;
    const { token, expiresAt } = await accessToken(this.env, {
      sub: partner.id,
      role: "service",
      scope,
      ...(clinics ? { clinics } : {}),
    });
    return { ok: true, value: { token, expiresAt, scope } };
  }

  /** Why this assertion opens nothing. null: it is good, and is used now. */
  async #refusal(
    { id, jwks, actions }: Partner,
    assertion: string,
    wanted: readonly Action[] | null,
  ): Promise<"client" | "scope" | "too-many" | null> {
    const tokenUrl = `${identitySettings(this.env).SITE_URL}${TOKEN_PATH}`;
    const verified = await verifyAssertion(assertion, id, jwks, tokenUrl);
    if (!verified) return "client";
    if (wanted?.some((action) => !actions.includes(action))) return "scope";
    const used = await this.#registry().use(id, jwks, verified.jti, verified.until);
    if (used === "first") return null;
    return used === "too-many" ? "too-many" : "client";
  }

  /** One object: an invented partner makes nothing. */
  #registry() {
    return this.env.PARTNER_REGISTRY.getByName("partners");
  }
}

/** A repetition asks for the same; its keys may have been replaced since. */
const isSame = (made: Partner, { name, actions, clinics }: NewPartner): boolean =>
  JSON.stringify([made.name, made.actions, made.clinics]) === JSON.stringify([name, actions, clinics]);

/** Whether each of them can be imported: a point that is not on its curve cannot. */
async function areKeys(jwks: string): Promise<boolean> {
  const { keys } = JSON.parse(jwks) as { readonly keys: readonly JWK[] }; // the edge has checked their members
  try {
    await Promise.all(keys.map((key) => importJWK(key)));
    return true;
  } catch {
    return false; // whatever the runtime says about it, it is no key
  }
}
