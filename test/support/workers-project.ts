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

/** Answers nobody; a deletion may tell it to forget somebody. Its witness signs nothing, and remembers what it was shown. */
const IDENTITY_STUB = `
  import { WorkerEntrypoint } from "cloudflare:workers";
  const signed = [];
  export default class extends WorkerEntrypoint {
    fetch() { return new Response("no", { status: 404 }); }
    forgetPatient() {}
    addCheckpoint({ partition, seq, hash }) {
      const last = signed.filter((one) => one.partition === partition).at(-1);
      if (last && last.seq === seq && last.hash === hash) return { ok: true, checkpoint: last };
      if (last && seq <= last.seq) return { ok: false, refusal: seq < last.seq ? "goes-back" : "contradicts" };
      signed.push({ partition, seq, hash, at: Date.now(), signature: "not signed" });
      return { ok: true, checkpoint: signed.at(-1) };
    }
    checkpoints({ partition, after, limit }) {
      const mine = signed.filter((one) => one.partition === partition && one.seq > after);
      return { checkpoints: mine.slice(0, limit), keys: [] };
    }
    forgetCheckpoints() { signed.length = 0; }
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
