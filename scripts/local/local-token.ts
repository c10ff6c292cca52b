/** Tokens of the local issuer, for trying things out. Its key is known in local mode only. */
import { importJWK, SignJWT } from "jose";
import { LOCATION_ID, PATIENT_ID, PROVIDER_ID } from "../../core/ids.ts";
import { AUDIENCE, LOCAL_ISSUER, SIGNING_ALGORITHM, type SigningJwk } from "./settings.ts";

/** Longer than production's, so that a pasted command still works after lunch. */
const LIFETIME = "1h";

export interface TokenWish {
  readonly role: string;
  readonly id?: string | undefined;
  readonly clinics: readonly string[];
}

/** What the caller asked for cannot be; `message` is a sentence for them. */
export class TokenWishError extends Error {
  override readonly name = "TokenWishError";
}

export interface TokenClaims {
  readonly sub: string;
  readonly role: string;
  /** The clinics a staff member or kiosk acts for. */
  readonly clinics?: readonly string[];
  /** The provider that this person is. */
  readonly provider?: string;
}

const SUBJECTS: ReadonlyMap<string, string> = new Map([
  ["staff", "stf_local"],
  ["admin", "adm_local"],
  ["kiosk", "ksk_local"],
  ["service", "svc_local"],
]);
const ROLES = ["patient", "staff", "admin", "kiosk", "provider", "service"];

function requireId(wish: TokenWish, shape: RegExp, prefix: string): string {
  if (wish.id !== undefined && shape.test(wish.id)) return wish.id;
  throw new TokenWishError(`The role ${wish.role} needs --id ${prefix}_…, the id of one in the directory.`);
}

function requireClinics(wish: TokenWish): readonly string[] {
  if (wish.clinics.length > 0 && wish.clinics.every((id) => LOCATION_ID.test(id))) return wish.clinics;
  throw new TokenWishError(
    `The role ${wish.role} needs --clinic loc_…, the id of a clinic (more than one: repeat it).`,
  );
}

/** Throws TokenWishError. */
export function claimsFor(wish: TokenWish): TokenClaims {
  const { role } = wish;
  if (!ROLES.includes(role)) throw new TokenWishError(`--role must be one of ${ROLES.join(", ")}.`);
  if (role === "patient") return { sub: requireId(wish, PATIENT_ID, "pat"), role };
  if (role === "provider") {
    const provider = requireId(wish, PROVIDER_ID, "prv");
    return { sub: provider, role, provider };
  }
  const sub = wish.id ?? (SUBJECTS.get(role) as string); // every other role has one
  return role === "staff" || role === "kiosk" ? { sub, role, clinics: requireClinics(wish) } : { sub, role };
}

/** A signed token, valid from now for an hour. */
export async function signToken(issuer: SigningJwk, { sub, ...claims }: TokenClaims): Promise<string> {
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: SIGNING_ALGORITHM, kid: issuer.kid, typ: "JWT" })
    .setSubject(sub)
    .setIssuer(LOCAL_ISSUER)
    .setAudience(AUDIENCE)
    .setIssuedAt()
    .setExpirationTime(LIFETIME)
    .sign(await importJWK(issuer, SIGNING_ALGORITHM));
}
