/** What the issuer's tests stand on: an embedded Postgres whose door can be closed, an identity provider, and who moves them. */

import type { IncomingMessage } from "node:http";
import { createServer } from "node:http";
import { OAuth2Server } from "oauth2-mock-server";
import { type Shim, startShim } from "../../scripts/local/neon-shim.ts";
import { openPglite } from "../../scripts/local/postgres.ts";

const portOf = (name: string): number => Number(process.env[`TEST_IDENTITY_${name}_PORT`]);

/** A provider that says of whoever comes what the last `POST /oidc` told it to say. */
async function startProvider() {
  const server = new OAuth2Server();
  await server.issuer.keys.generate("RS256");
  await server.start(portOf("OIDC"), "127.0.0.1");
  server.issuer.url = `http://127.0.0.1:${portOf("OIDC")}`;
  let claims: Record<string, unknown> = {};
  let nonce: unknown;
  server.service.on("beforeAuthorizeRedirect", (_redirect, request: { query: { nonce?: string } }) => {
    nonce = request.query.nonce; // it does not give it back by itself
  });
  server.service.on("beforeTokenSigning", (token: { header: { kid?: string }; payload: object }) => {
    // `key`: says that another key signed it than did.
    if (typeof claims.key === "string") token.header.kid = claims.key;
    Object.assign(token.payload, { aud: "openslot" }, claims, { nonce: claims.nonce ?? nonce });
  });
  return {
    says: (next: Record<string, unknown>) => {
      claims = next;
    },
    /** What it says that it is called; empty: what it is. */
    isCalled: (text: string) => {
      server.issuer.url = (JSON.parse(text) as string) || `http://127.0.0.1:${portOf("OIDC")}`;
    },
    stop: () => server.stop(),
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of request) text += String(part);
  return text;
}

/** vitest globalSetup: runs once in Node, before the first test file, and returns how to end it. */
export default async function setup(): Promise<() => Promise<void>> {
  const postgres = await openPglite(null);
  const provider = await startProvider();
  const open = (): Promise<Shim> => startShim({ port: portOf("DB"), poolFor: () => postgres.pool });
  let door: Shim | null = await open();

  const control = createServer(async (request, response) => {
    if (request.url?.startsWith("/moved/")) {
      const location = `http://127.0.0.1:${portOf("OIDC")}${request.url.slice("/moved".length)}`;
      response.writeHead(302, { location }).end();
      return;
    }
    if (request.url?.startsWith("/never/")) return; // a provider that accepts and does not answer
    if (request.url === "/postgres/close") {
      await door?.close();
      door = null;
    } else if (request.url === "/oidc/issuer") provider.isCalled(await textOf(request));
    else if (request.url === "/postgres/open") door ??= await open();
    else if (request.url === "/oidc")
      provider.says(JSON.parse(await textOf(request)) as Record<string, unknown>);
    else response.statusCode = 404;
    response.end();
  });
  await new Promise<void>((resolve) => control.listen(portOf("CONTROL"), "127.0.0.1", resolve));
  return async () => {
    control.closeAllConnections();
    control.close();
    await provider.stop();
    await door?.close();
    await postgres.close();
  };
}
