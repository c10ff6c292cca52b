/**
 * Where the browser's files are: the sources under the dev server, hashed files after a build. The client is built after
 * the Worker, so the hashed names are read at run time.
 */

interface Chunk {
  readonly file: string;
  readonly css?: readonly string[];
  readonly imports?: readonly string[];
}

export interface EntryAssets {
  /** For `<script type="module">`. */
  readonly script: string;
  /** For `<link rel="modulepreload">`. */
  readonly preloads: readonly string[];
  readonly styles: readonly string[];
}

type Manifest = Readonly<Record<string, Chunk>>;

/** Per isolate; losing it costs one read. */
let manifest: Promise<Manifest> | undefined;

async function fetchManifest(assets: Fetcher): Promise<Manifest> {
  const response = await assets.fetch("http://assets/.vite/manifest.json");
  if (!response.ok) throw new Error(`manifest answered ${response.status}`);
  return response.json<Manifest>();
}

/** A failed read is not kept: the next page asks again. */
async function readManifest(assets: Fetcher): Promise<Manifest> {
  manifest ??= fetchManifest(assets);
  try {
    return await manifest;
  } catch (error) {
    manifest = undefined;
    throw error;
  }
}

/** A client entry as vite.config.ts names it, and the style sheet it imports (the dev server links it by name). */
export async function entryAssets(
  assets: Fetcher,
  { script, style }: { readonly script: string; readonly style: string },
): Promise<EntryAssets> {
  if (import.meta.env?.DEV) return { script: `/${script}`, preloads: [], styles: [`/${style}`] };
  const chunks = await readManifest(assets);
  const seen = new Map<string, Chunk>();
  const visit = (key: string): void => {
    const chunk = chunks[key];
    if (!chunk || seen.has(key)) return;
    seen.set(key, chunk);
    chunk.imports?.forEach(visit);
  };
  visit(script);
  const [entry, ...shared] = seen.values();
  if (!entry) throw new Error(`the manifest has no entry ${script}`);
  return {
    script: `/${entry.file}`,
    preloads: shared.map((chunk) => `/${chunk.file}`),
    styles: [...new Set([entry, ...shared].flatMap((chunk) => chunk.css ?? []))].map((file) => `/${file}`),
  };
}

/** For `<script type="application/json">`: no value can close the element. */
export const embedJson = (value: unknown): string => JSON.stringify(value).replaceAll("<", "\\u003c");
