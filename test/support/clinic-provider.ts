/** The clinics' identity provider, for tests in a browser: it says of whoever comes what it was last told to say. */
import { createServer, type IncomingMessage } from "node:http";
import { OAuth2Server } from "oauth2-mock-server";

const HOST = "127.0.0.1";

export interface ClinicProvider {
  /** For the environment of the system under test. */
  readonly settings: Readonly<Record<string, string>>;
  /** `POST` a JSON object of claims here. */
  readonly control: string;
  readonly stop: () => Promise<void>;
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of request) text += String(part);
  return text;
}

export async function startClinicProvider(port: number, controlPort: number): Promise<ClinicProvider> {
  const server = new OAuth2Server();
  await server.issuer.keys.generate("RS256");
  await server.start(port, HOST);
  server.issuer.url = `http://${HOST}:${port}`;
  let claims: object = {};
  let nonce: unknown;
  // It does not give the nonce back by itself, and who does not find theirs again refuses the sign-in.
  server.service.on("beforeAuthorizeRedirect", (_redirect, request: { query: { nonce?: string } }) => {
    nonce = request.query.nonce;
  });
  server.service.on("beforeTokenSigning", (token: { payload: object }) => {
    Object.assign(token.payload, { aud: "openslot", nonce }, claims);
  });
  const control = createServer(async (request, response) => {
    claims = JSON.parse(await textOf(request)) as object; // written by a test
    response.end();
  });
  await new Promise<void>((resolve) => control.listen(controlPort, HOST, resolve));
  return {
    settings: {
      OIDC_DISCOVERY_URL: `http://${HOST}:${port}/.well-known/openid-configuration`,
      OIDC_CLIENT_ID: "openslot",
      OIDC_CLIENT_SECRET: "of the tests",
    },
    control: `http://${HOST}:${controlPort}`,
    stop: async () => {
      control.closeAllConnections();
      control.close();
      await server.stop();
    },
  };
}
