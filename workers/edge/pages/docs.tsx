/** /docs: the API to read and to try, for everybody, as openapi.json is. What shows it is swagger-ui (web/docs), a static file of this page alone. */
import { Hono } from "hono";
import { render } from "preact-render-to-string";
import { entryAssets } from "../assets.ts";
import type { EdgeEnv } from "../env.ts";
import { docsPolicy } from "../middleware/security-headers.ts";

const CLIENT = { script: "web/docs/client.ts", style: "web/docs/docs.css" };

export const docs = new Hono<EdgeEnv>().get("/docs", async (c) => {
  if (import.meta.env?.DEV) c.set("cspNonce", crypto.randomUUID());
  const nonce = c.get("cspNonce");
  const assets = await entryAssets(c.env.ASSETS, CLIENT);
  const page = (
    <html lang="en" dir="ltr">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        {nonce ? <meta property="csp-nonce" nonce={nonce} /> : null}
        <title>The API – Openslot</title>
        <link rel="icon" href="data:," />
        {assets.styles.map((href) => (
          <link key={href} rel="stylesheet" href={href} />
        ))}
        {assets.preloads.map((href) => (
          <link key={href} rel="modulepreload" href={href} />
        ))}
        <script type="module" src={assets.script} />
      </head>
      <body>
        <header class="page-header">
          <a class="brand" href="/">
            Openslot
          </a>
          <h1>The API</h1>
          <p>
            The same as a file: <a href="/openapi.json">openapi.json</a>. What you try here is really done. A
            token that you give stays in this tab and is forgotten with it.
          </p>
        </header>
        <main id="operations">
          <noscript>
            <p class="noscript">
              This page needs JavaScript. <a href="/openapi.json">openapi.json</a> says the same without.
            </p>
          </noscript>
        </main>
      </body>
    </html>
  );
  c.header("Content-Security-Policy", docsPolicy(c));
  return c.html(`<!doctype html>${render(page)}`);
});
