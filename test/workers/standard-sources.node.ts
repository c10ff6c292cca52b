/** Proves of the sources what no single answer shows: where randomness comes from, and from where requests leave. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { embedJson } from "../../workers/edge/assets.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const FOLDERS = ["core", "db", "durable-objects", "workers", "web"];

/** Code without its comments, by path. */
const SOURCES = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => {
      const text = readFileSync(join(ROOT, folder, name), "utf8");
      return {
        path: `${folder}/${name}`,
        code: text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "$1"),
      };
    }),
);

const pathsWith = (pattern: RegExp): string[] =>
  SOURCES.filter(({ code }) => pattern.test(code))
    .map(({ path }) => path)
    .sort();

describe("[SV8] randomness", () => {
  /** Pauses and which of several equal things is taken: whoever guesses them has nothing. */
  const GUESSABLE = [
    "durable-objects/provider-calendar/provider-calendar.ts",
    "web/kiosk/client.tsx",
    "web/shared/live-socket.ts",
    "workers/edge/admission.ts",
    "workers/edge/audit.ts",
    "workers/edge/booking.ts",
  ];

  it("[SV8] that may be guessed stands in the modules named here, none of which makes anything that opens something", () => {
    expect(pathsWith(/\bMath\.random\b/)).toEqual(GUESSABLE);
    for (const { path, code } of SOURCES.filter(({ path }) => GUESSABLE.includes(path)))
      expect([path, /getRandomValues|randomUUID|randomBytes|createHmac/.test(code)]).toEqual([path, false]);
  });

  it("[SV8] of everything else is Web Crypto's or node:crypto's, and no library for it is used beside the issuer's", () => {
    const uses = pathsWith(/\b(?:getRandomValues|randomUUID|randomBytes|randomInt)\b/);
    for (const { path, code } of SOURCES.filter(({ path }) => uses.includes(path))) {
      const bare = code
        .replace(/\bcrypto\.(?:getRandomValues|randomUUID)\b/g, "")
        .replace(/import \{[^}]*\} from "node:crypto";/g, (line) =>
          /\brandom/.test(line) ? "NODE_CRYPTO" : "",
        );
      // What is left are calls of a name that this file imported from node:crypto or made of crypto itself.
      if (/\brandom(?:Bytes|UUID|Int)\b/.test(bare))
        expect([path, /NODE_CRYPTO|const randomBytes = .*new Uint8Array/.test(bare)]).toEqual([path, true]);
    }
    expect(pathsWith(/from "(?:nanoid|uuid|random|seedrandom|crypto-js)[^"]*"/)).toEqual([]);
  });

  it("[SV8] that opens something by itself has 128 bits or more, as the modules that make it say", () => {
    const sizeIn = (path: string, name: string): number => {
      const { code = "" } = SOURCES.find((source) => source.path === path) ?? {};
      return Number(new RegExp(`const ${name} = (\\d+);`).exec(code)?.[1]);
    };
    const BITS_OF_A_LETTER = 5; // encodeBytes
    const bits = {
      invitation: 8 * sizeIn("workers/identity/invitation-link.ts", "TOKEN_BYTES"),
      deviceSecret: 8 * sizeIn("workers/identity/devices/secrets.ts", "SECRET_BYTES"),
      deviceMark: 8 * sizeIn("workers/edge/device.ts", "MARK_BYTES"),
      liveTicket: BITS_OF_A_LETTER * sizeIn("durable-objects/shared/live-tickets.ts", "TICKET_BYTES"),
      signedLink: 8 * sizeIn("workers/edge/signed-links.ts", "MAC_BYTES"),
    };
    for (const [name, count] of Object.entries(bits)) expect([name, count >= 128]).toEqual([name, true]);
  });
});

describe("[SV12] requests that leave", () => {
  it("[SV12] leave from three modules, to addresses of the settings, and no address of a caller's is among them", () => {
    // Methods that are called fetch are what the platform or a binding calls.
    expect(pathsWith(/(?<!override |async |[.\w])fetch\((?!request\b)/)).toEqual([
      "db/client.ts", // DATABASE_URL, NEON_FETCH_ENDPOINT
      "web/kiosk/device.ts", // a browser asks its own site, as the policy of its pages has it
      "web/patient/follow-appointments.tsx",
      "web/patient/follow-sent.tsx",
      "web/patient/passkeys.ts",
      "web/shared/api/call.ts",
      "workers/edge/human-check.ts", // TURNSTILE_URL
      "workers/identity/clinic-provider.ts", // OIDC_DISCOVERY_URL; the library follows what it names
    ]);
    expect(
      pathsWith(/cloudflare:sockets|node:(?:net|http|https|tls|dgram)|new WebSocket\(|XMLHttpRequest/),
    ).toEqual([]);
    for (const { code } of SOURCES.filter(({ path }) => path.startsWith("web/")))
      for (const [call] of code.matchAll(/(?:^|[^.\w])fetch\(\s*.{0,12}/g))
        expect(call).not.toMatch(/https?:/);
  });
});

describe("[SV10] data in a page", () => {
  it("[SV10] closes no element and stays what it was, whatever it holds", () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.constantFrom("", "</script><script>alert(1)</script>", "<!--", "]]>", "\u2028"),
        (value, nasty) => {
          const data = { value, nasty, [nasty]: nasty };
          const text = embedJson(data);
          expect(text).not.toContain("<");
          expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(data)));
        },
      ),
    );
  });

  it("[SV10] nothing is run that was made of a text, on pages or in Workers", () => {
    expect(
      pathsWith(
        /\beval\(|\bnew Function\(|\bFunction\(["'`]|\.innerHTML\s*=|insertAdjacentHTML|document\.write/,
      ),
    ).toEqual([]);
    expect(pathsWith(/set(?:Timeout|Interval)\(\s*["'`]/)).toEqual([]);
  });

  it("[SV10] is written through that one function wherever a page has a script's data", () => {
    const pages = SOURCES.filter(
      ({ code }) => /dangerouslySetInnerHTML|application\/json"/.test(code) && /\.tsx$/.test(code),
    );
    for (const { path, code } of pages)
      for (const [, given] of code.matchAll(/__html:\s*([\w.]+)/g))
        expect([path, given]).toEqual([path, "embedJson"]);
    expect(pathsWith(/dangerouslySetInnerHTML/).length).toBeGreaterThan(0);
  });
});

describe("[SV13] libraries", () => {
  const read = <T>(name: string): T => JSON.parse(readFileSync(join(ROOT, name), "utf8")) as T;

  it("[SV13] are one version each, and every file that is installed has its hash and comes from one registry", () => {
    const { dependencies, devDependencies, optionalDependencies, overrides } =
      read<Record<string, Readonly<Record<string, unknown>>>>("package.json");
    const named = { ...dependencies, ...devDependencies, ...optionalDependencies };
    const OURS = /^file:scripts\//; // a package of this repository
    const exact = /^\d+\.\d+\.\d+(?:-[\w.]+)?$/;
    expect(
      Object.entries(named).filter(
        ([, version]) => !exact.test(String(version)) && !OURS.test(String(version)),
      ),
    ).toEqual([]);
    expect(JSON.stringify(overrides ?? {})).not.toMatch(/[\^~*]|latest/);
    const { packages } = read<{
      packages: Readonly<Record<string, { integrity?: string; resolved?: string; link?: boolean }>>;
    }>("package-lock.json");
    const loose = Object.entries(packages).filter(
      ([path, { integrity, resolved, link }]) =>
        path !== "" &&
        !(path.startsWith("scripts/") && !path.includes("node_modules")) &&
        !link &&
        !(/^sha512-/.test(integrity ?? "") && (resolved?.startsWith("https://") ?? true)),
    );
    expect(loose.map(([path]) => path)).toEqual([]);
  });
});
