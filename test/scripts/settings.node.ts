/** The settings of a local run, and the tokens that its key signs. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { claimsFor, signToken, TokenWishError } from "../../scripts/local/local-token.ts";
import { publicJwk, readOrMakeIssuer, withBlock, writeSettings } from "../../scripts/local/settings.ts";

const TOKEN = join(import.meta.dirname, "../../scripts/token.ts");
const PATIENT = "pat_00000000000000";
const CLINIC = "loc_000000000000";
const PROVIDER = "prv_000000000000";

let root: string;
let keys: string;
const devVars = (...worker: string[]) => readFileSync(join(root, ...worker, ".dev.vars"), "utf8");
const write = (rateLimits = "relaxed") =>
  writeSettings(
    { endpoint: "http://127.0.0.1:1/sql", rateLimits, siteUrl: "http://localhost:8787" },
    root,
    keys,
  );
const varOf = (name: string, text: string) => new RegExp(`^${name}='(.*)'$`, "m").exec(text)?.[1] ?? "";

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "openslot-settings-"));
  keys = join(root, ".openslot");
  for (const worker of ["events", "identity"]) mkdirSync(join(root, "workers", worker), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe("settings files", () => {
  it("[U5] give each Worker what it needs and nothing that it does not", async () => {
    await write();
    const names = (text: string) => [...text.matchAll(/^([A-Z_]+)=/gm)].map((match) => match[1]);
    expect(names(devVars())).toEqual([
      "DATABASE_URL",
      "NEON_FETCH_ENDPOINT",
      "ID_KEYS",
      "TEXT_KEYS",
      "LOCAL_ISSUER_JWKS",
      "LOCAL_MODE",
      "RATE_LIMITS",
    ]);
    expect(names(devVars("workers", "events"))).toEqual(["DATABASE_URL", "NEON_FETCH_ENDPOINT"]);
    expect(names(devVars("workers", "identity"))).toEqual([
      "DATABASE_URL",
      "NEON_FETCH_ENDPOINT",
      "AUTH_SECRET",
      "LOCAL_MODE",
      "SITE_URL",
      "SIGNING_KEYS",
    ]);
    expect(JSON.parse(varOf("LOCAL_ISSUER_JWKS", devVars())).keys[0]).not.toHaveProperty("d");
    for (const ring of ["ID_KEYS", "TEXT_KEYS"])
      expect(Buffer.from(JSON.parse(varOf(ring, devVars())).a, "base64url")).toHaveLength(32);
  });

  it("[U5] are readable by their owner only, and so are the keys", async () => {
    await write();
    for (const file of [
      ".dev.vars",
      ".openslot/issuer.json",
      ".openslot/id-keys.json",
      ".openslot/text-keys.json",
      ".openslot/auth-secret.json",
      "workers/identity/.dev.vars",
    ]) {
      expect(statSync(join(root, file)).mode & 0o777, file).toBe(0o600);
    }
  });

  it("[U6] keep every line that is not ours, where it is, and their word wins over ours", async () => {
    writeFileSync(join(root, ".dev.vars"), "# mine\nTWILIO_TOKEN=abc\n");
    await write();
    expect(devVars()).toMatch(/# <<< openslot\n# mine\nTWILIO_TOKEN=abc\n$/);

    writeFileSync(join(root, ".dev.vars"), `BEFORE=1\n${devVars()}RATE_LIMITS=standard\n`);
    await write("standard");
    expect(devVars()).toMatch(/^BEFORE=1\n# >>> openslot/);
    expect(devVars()).toMatch(/# <<< openslot\n# mine\nTWILIO_TOKEN=abc\nRATE_LIMITS=standard\n$/);
    expect(devVars().match(/>>> openslot/g)).toHaveLength(1);
  });

  it("[U6] a block whose end was lost is not taken for one: nothing is cut", () => {
    const text = withBlock("", { A: "1" }).replace("# <<< openslot", "KEEP=1");
    expect(withBlock(text, { A: "2" })).toContain("KEEP=1");
  });

  it("[U7] stay the same file while nothing changed, and the keys stay the same for good", async () => {
    await write();
    const before = { text: devVars(), file: statSync(join(root, ".dev.vars")).ino };
    await write();
    expect({ text: devVars(), file: statSync(join(root, ".dev.vars")).ino }).toEqual(before);
  });
});

describe("tokens", () => {
  it("[U8] are signed by the key that the edge is told, for an hour, with the claims of their role", async () => {
    await write();
    const issuer = await readOrMakeIssuer(keys);
    const verify = createLocalJWKSet(JSON.parse(varOf("LOCAL_ISSUER_JWKS", devVars())) as JSONWebKeySet);
    const cases = [
      [{ role: "patient", id: PATIENT, clinics: [] }, { sub: PATIENT }],
      [
        { role: "staff", clinics: [CLINIC] },
        { sub: "stf_local", clinics: [CLINIC] },
      ],
      [
        { role: "kiosk", clinics: [CLINIC] },
        { sub: "ksk_local", clinics: [CLINIC] },
      ],
      [
        { role: "provider", id: PROVIDER, clinics: [] },
        { sub: PROVIDER, provider: PROVIDER },
      ],
      [{ role: "admin", clinics: [] }, { sub: "adm_local" }],
      [{ role: "service", id: "svc_ehr", clinics: [] }, { sub: "svc_ehr" }],
    ] as const;
    for (const [wish, claims] of cases) {
      const token = await signToken(issuer, claimsFor(wish));
      const { payload, protectedHeader } = await jwtVerify(token, verify, {
        issuer: "openslot-local",
        audience: "openslot",
        algorithms: ["ES256"],
      });
      const { iat, exp, iss: _, aud: __, ...rest } = payload;
      expect(rest).toEqual({ role: wish.role, ...claims });
      expect((exp ?? 0) - (iat ?? 0)).toBe(3_600);
      expect(protectedHeader.kid).toBe(issuer.kid);
    }
    expect(publicJwk(issuer)).not.toHaveProperty("d");
  });

  it("[U9] that cannot be are refused with a sentence", () => {
    const wishes = [
      { role: "", clinics: [] },
      { role: "doctor", clinics: [] },
      { role: "patient", clinics: [] },
      { role: "patient", id: "pat_1", clinics: [] },
      { role: "provider", id: PATIENT, clinics: [] },
      { role: "staff", clinics: [] },
      { role: "kiosk", clinics: ["loc_1"] },
    ];
    for (const wish of wishes) expect(() => claimsFor(wish), wish.role).toThrow(TokenWishError);
  });

  it("[U9] the command prints one token and nothing else, or one sentence and exit code 2", () => {
    const printed = execFileSync(process.execPath, [TOKEN, "--role", "admin"], { encoding: "utf8" });
    expect(printed).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    for (const args of [[], ["--role", "staff"], ["--rolle", "x"], ["--role", "admin", "extra"]]) {
      const { status, stdout, stderr } = spawnSync(process.execPath, [TOKEN, ...args], { encoding: "utf8" });
      expect([status, stdout, stderr.trim().split("\n").length], args.join(" ")).toEqual([2, "", 1]);
    }
  });
});
