import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { testBindings } from "./test/support/test-bindings.ts";

// Times in tests are instants or name their zone; what is left must not depend on the machine.
process.env.TZ ??= "UTC";

const workers = {
  plugins: [
    cloudflareTest({
      wrangler: { configPath: "./wrangler.toml" },
      miniflare: {
        cf: false,
        bindings: await testBindings(),
        workers: [
          {
            // Stand-in for the identity Worker: the tests' own key pair travels in LOCAL_ISSUER_JWKS.
            name: "openslot-identity",
            modules: true,
            compatibilityDate: "2026-08-15",
            script: "export default { fetch: () => new Response('no', { status: 404 }) };",
          },
        ],
      },
    } as never), // the plugin's type does not know Miniflare 5's `workers` yet
  ],
  test: {
    name: "workers",
    include: ["test/**/*.test.ts"],
    globalSetup: "./test/support/postgres-setup.ts",
    testTimeout: 60_000, // a gentle eviction sometimes waits 30 s for an object to rest
    fsModuleCache: false, // required with vitest 5: the plugin cannot read its module cache
    deps: {
      optimizer: {
        ssr: {
          enabled: true,
          include: [
            "zod",
            "hono",
            "jose",
            "drizzle-orm",
            "papaparse",
            "preact",
            "preact/hooks",
            "preact/jsx-runtime",
            "preact-render-to-string",
            "@preact/signals",
          ],
        },
      },
    },
  },
};

/** `*.node.ts` runs in plain Node; a word before it names what else it needs and keeps it out of `npm test`. */
const node = {
  test: {
    name: "node",
    include: ["test/**/*.node.ts"],
    exclude: ["test/**/*.{pg,e2e,fault}.node.ts"],
    environment: "node",
    testTimeout: 60_000,
    hookTimeout: 60_000, // the first one builds the database's template
  },
};

export default defineConfig({ test: { projects: [workers, node] } });
