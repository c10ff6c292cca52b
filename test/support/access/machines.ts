/** For the access matrix: a screen to pair, a device, a partner; each made anew for whoever asks. */
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { adminToken, call, freshKey, staffToken } from "../edge.ts";

let networks = 0;
/** Every screen from a network of its own: what one network may is another test's. */
const fromSomewhere = () => ({ "cf-connecting-ip": `2001:db8:aaaa:${(networks++).toString(16)}::1` });

export const startingPairing = () => ({
  method: "POST",
  path: "/devices/pairings",
  headers: fromSomewhere(),
});

export const aScreen = async (): Promise<{
  readonly id: string;
  readonly code: string;
  readonly secret: string;
}> => (await call("POST", "/devices/pairings", { headers: fromSomewhere() })).body;

const approval = (code: string, here: string) => ({ code, locationId: here, name: "Access Matrix" });

export const approvingPairing = async ({ here }: { readonly here: string }) => ({
  method: "POST",
  path: "/devices/pairings/approve",
  body: approval((await aScreen()).code, here),
});

export async function aDevice(here: string): Promise<{ readonly deviceId: string; readonly secret: string }> {
  const { id, code, secret } = await aScreen();
  const token = await staffToken(here);
  await call("POST", "/devices/pairings/approve", { token, body: approval(code, here) });
  return (await call("GET", `/devices/pairings/${id}`, { headers: { "pairing-secret": secret } })).body;
}

const pair = await generateKeyPair("ES256", { extractable: true });
export const partnerJwks = async () => ({
  keys: [{ ...(await exportJWK(pair.publicKey)), kid: "matrix", alg: "ES256" }],
});
export const partnerBody = async () => ({
  name: "Access Matrix",
  jwks: await partnerJwks(),
  scopes: ["appointment.read"],
  locationIds: null,
});

export const aPartner = async (): Promise<string> =>
  (
    await call("POST", "/partners", {
      token: await adminToken(),
      key: freshKey(),
      body: await partnerBody(),
    })
  ).body.id;

export async function askingForPartnerToken() {
  const client = await aPartner();
  const assertion = await new SignJWT({})
    .setProtectedHeader({ alg: "ES256", kid: "matrix" })
    .setIssuer(client)
    .setSubject(client)
    .setAudience("https://openslot.test/v1/oauth/token")
    .setJti(crypto.randomUUID())
    .setIssuedAt()
    .setExpirationTime("2m")
    .sign(pair.privateKey);
  return {
    method: "POST",
    path: "/oauth/token",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion: assertion,
    }).toString(),
  };
}
