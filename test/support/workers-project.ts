/** A vitest project that runs the Workers and their objects in workerd, over a Postgres behind the local door. */
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { identityWorker } from "./identity-worker.ts";
import { testBindings } from "./test-bindings.ts";

interface WorkersProject {
  readonly name: string;
  readonly include: readonly string[];
  readonly exclude?: readonly string[];
  /** From the repository's root: what starts Postgres and its door. */
  readonly globalSetup: string;
  readonly groupOrder: number;
}

/** Imported by name in the sources: bundled once for all files instead of read file by file. */
const BUNDLED = [
  "zod",
  "hono",
  "hono/route", // with hono: the two share a symbol
  "jose",
  "drizzle-orm",
  "papaparse",
  "preact",
  "preact/hooks",
  "preact/jsx-runtime",
  "preact-render-to-string",
  "@preact/signals",
];

export async function workersProject({
  name,
  include,
  exclude = [],
  globalSetup,
  groupOrder,
}: WorkersProject) {
  const settings = await testBindings();
  const { DATABASE_URL = "", NEON_FETCH_ENDPOINT = "" } = settings;
  return {
    plugins: [
      cloudflareTest({
        wrangler: { configPath: "./wrangler.toml" },
        miniflare: {
          cf: false,
          bindings: settings,
          workers: [
            // Tokens are signed with the tests' own key pair, which travels in LOCAL_ISSUER_JWKS.
            await identityWorker({ DATABASE_URL, NEON_FETCH_ENDPOINT }),
          ],
        },
      } as never), // the plugin's type does not know Miniflare 5's `workers` yet
    ],
    test: {
      name,
      include: [...include],
      exclude: [...exclude],
      globalSetup,
      setupFiles: ["./test/support/canary-log.ts"],
      testTimeout: 60_000, // a busy machine; nothing here takes seconds on a quiet one
      hookTimeout: 60_000, // as above
      expect: { poll: { timeout: 10_000 } }, // as above; a second is the default
      fsModuleCache: false, // required with vitest 5: the plugin cannot read its module cache
      maxWorkers: 1, // one runtime, one database: each file of this project counts on both
      sequence: { groupOrder },
      deps: { optimizer: { ssr: { enabled: true, include: BUNDLED } } },
    },
  };
}
