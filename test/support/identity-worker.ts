/** The identity Worker as one module, for tests of the edge that need the real one beside it. */
import { randomBytes } from "node:crypto";
import { build, type Rolldown } from "vite";

/** The part of wrangler's configuration that we read; its own type comes to us as `any`. */
interface IdentityConfig {
  readonly name: string;
  readonly compatibility_date: string;
  readonly compatibility_flags: readonly string[];
  readonly durable_objects: {
    readonly bindings: readonly { readonly name: string; readonly class_name: string }[];
  };
}

const ENTRY = "workers/identity/index.ts";
const CONFIG = "workers/identity/wrangler.toml";

/** As wrangler would bundle it, without its bindings. */
async function bundled(): Promise<string> {
  const built = (await build({
    configFile: false,
    logLevel: "warn",
    ssr: { noExternal: true, target: "webworker" },
    build: {
      ssr: ENTRY,
      write: false,
      minify: false,
      rollupOptions: {
        external: [/^cloudflare:/, /^node:/],
        output: { format: "es", codeSplitting: false },
      },
    },
  })) as Rolldown.RolldownOutput;
  const [chunk] = built.output;
  if (chunk.type !== "chunk") throw new Error(`${ENTRY} was not bundled`);
  return chunk.code;
}

/** A Worker for Miniflare's `workers`, with the bindings of its wrangler.toml. Its keys live for this run. */
export async function identityWorker(settings: Readonly<Record<string, string>>) {
  const { unstable_readConfig } = await import("wrangler");
  const config: IdentityConfig = unstable_readConfig({ config: CONFIG }, { hideWarnings: true });
  return {
    name: config.name,
    modules: [{ type: "ESModule", path: "index.js", contents: await bundled() }],
    compatibilityDate: config.compatibility_date,
    compatibilityFlags: config.compatibility_flags,
    bindings: {
      ...settings,
      LOCAL_MODE: "on",
      SITE_URL: "https://openslot.test",
      AUTH_SECRET: JSON.stringify({ a: randomBytes(32).toString("base64url") }),
    },
    durableObjects: Object.fromEntries(
      config.durable_objects.bindings.map(({ name, class_name: className }) => [
        name,
        { className, useSQLite: true },
      ]),
    ),
  };
}
