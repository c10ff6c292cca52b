/** A vitest project that runs the Workers and their objects in workerd, over a Postgres behind the local door. */
import { cloudflareTest } from "@cloudflare/vitest-plugin";
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

/** Answers nobody; a deletion may tell it to forget somebody, and an audit to note where its chains end. */
const IDENTITY_STUB = `
  import { WorkerEntrypoint } from "cloudflare:workers";
  export default class extends WorkerEntrypoint {
    fetch() { return new Response("no", { status: 404 }); }
    forgetPatient() {}
    addCheckpoint(end) { return { ok: true, checkpoint: { ...end, at: 0, signature: "nobody's" } }; }
    checkpoints() { return { checkpoints: [], keys: [] }; }
  }`;

export async function workersProject({
  name,
  include,
  exclude = [],
  globalSetup,
  groupOrder,
}: WorkersProject) {
  return {
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
              script: IDENTITY_STUB,
            },
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
      fsModuleCache: false, // required with vitest 5: the plugin cannot read its module cache
      maxWorkers: 1, // one runtime, one database: each file of this project counts on both
      sequence: { groupOrder },
      deps: { optimizer: { ssr: { enabled: true, include: BUNDLED } } },
    },
  };
}
