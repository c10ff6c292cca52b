/** The kiosk's pages: a code to pair the screen with, and the screen once it is. What they show comes from the island (web/kiosk). */
import { type Context, Hono } from "hono";
import type { ComponentChildren } from "preact";
import { render } from "preact-render-to-string";
import { directoryOf } from "../api/directory.ts";
import { entryAssets } from "../assets.ts";
import type { EdgeEnv } from "../env.ts";
import { notFoundPage } from "./outcome.tsx";

const CLIENT = { script: "web/kiosk/client.tsx", style: "web/kiosk/kiosk.css" };

/** Without its script a kiosk is nothing, so that assets which cannot be found are a failure here. */
async function sendKiosk(c: Context<EdgeEnv>, title: string, children: ComponentChildren): Promise<Response> {
  const assets = await entryAssets(c.env.ASSETS, CLIENT);
  const page = (
    <html lang="en" dir="ltr">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>{`${title} – Openslot`}</title>
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
        <header>Openslot</header>
        {children}
        <footer>
          <p>Need help? Ask at the front desk. In an emergency, call 911.</p>
        </footer>
      </body>
    </html>
  );
  return c.html(`<!doctype html>${render(page)}`);
}

const NoScript = () => (
  <noscript>
    <p>This screen needs a browser with JavaScript turned on.</p>
  </noscript>
);

export const kiosk = new Hono<EdgeEnv>()
  /** [DV1] */
  .get("/kiosk", (c) =>
    sendKiosk(
      c,
      "Pair this screen",
      <main id="pairing">
        <h1>Pair this screen</h1>
        <p class="lead">
          At the front desk, open <strong>Staff, Kiosks</strong>, and type this code in.
        </p>
        <div id="code-box" class="code-box" hidden>
          <p id="code" class="code" role="status" aria-label="Code" />
          <p class="left" aria-hidden="true">
            New code in <span id="left" />
          </p>
          <p id="left-spoken" class="sr-only" role="status" />
        </div>
        <p id="pairing-status" class="state" role="status">
          Starting…
        </p>
        <NoScript />
      </main>,
    ),
  )
  /** [DV8] Anybody may open the address; what is live comes over the socket, to whoever is paired. */
  .get("/kiosk/:locationId", async (c) => {
    const clinic = (await directoryOf(c)).clinics.get(c.req.param("locationId"));
    if (!clinic) return notFoundPage(c);
    return sendKiosk(
      c,
      clinic.name,
      <main id="paired" data-location={clinic.id}>
        <h1>{clinic.name}</h1>
        <p class="lead">
          Paired as <strong id="device-name">this screen</strong>. What is live here comes with the kiosk
          release.
        </p>
        <p id="connection" class="state" role="status">
          Starting…
        </p>
        <NoScript />
      </main>,
    );
  });
