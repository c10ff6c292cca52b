/** Proves that a bad setting stops the start with a sentence that names the key and not the value. */
import { describe, expect, it } from "vitest";
import { parseEdgeSettings, parseEventsSettings, parseIdentitySettings } from "../../workers/config.ts";

const good = {
  DATABASE_URL: "postgres://u:p@host/db",
  ID_KEYS: JSON.stringify({ b: "x".repeat(43), a: "y".repeat(43) }),
  TEXT_KEYS: JSON.stringify({ b: "x".repeat(43), a: "y".repeat(43) }),
};

describe("settings", () => {
  it("[K5] has a default for all but the three that cannot have one", () => {
    expect(parseEdgeSettings(good)).toMatchObject({
      RATE_LIMITS: "standard",
      LOCAL_MODE: false,
      KAFKA_BOOTSTRAP_SERVERS: "",
      REMINDER_HOURS: [24, 2],
    });
    expect(parseEdgeSettings(good).ID_KEYS.map(([version]) => version)).toEqual(["b", "a"]);
    expect(parseEventsSettings(good).DATABASE_URL).toBe(good.DATABASE_URL);
  });

  const bad: [name: string, value: string][] = [
    ["DATABASE_URL", "mysql://SECRET"],
    ["DATABASE_READ_URL", "mysql://SECRET"],
    ["NEON_FETCH_ENDPOINT", "SECRET"],
    ["ID_KEYS", "SECRET"],
    ["ID_KEYS", '{"a":"SECRET"}'],
    ["ID_KEYS", "{}"],
    ["TEXT_KEYS", "SECRET"],
    ["TEXT_KEYS", JSON.stringify({ a: "SECRET".repeat(7) })],
    ["RATE_LIMITS", "SECRET"],
    ["LOCAL_MODE", "SECRET"],
    ["KAFKA_BOOTSTRAP_SERVERS", "SECRET"],
    ["SMS_ENABLED", "true"],
    ["EMAIL_ENABLED", "SECRET"],
    ["REMINDER_HOURS", "24,SECRET"],
    ["REMINDER_HOURS", "0"],
    ["REMINDER_HOURS", "1,2,3,4,5,6"],
  ];
  for (const [name, value] of bad) {
    it(`[K5] refuses a bad ${name} (${bad.findIndex(([n, v]) => n === name && v === value)}) by name, without its value`, () => {
      expect(() => parseEdgeSettings({ ...good, [name]: value })).toThrow(
        new RegExp(`A setting is missing or wrong: ${name} .+docs/configuration.md`),
      );
      try {
        parseEdgeSettings({ ...good, [name]: value });
      } catch (error) {
        expect(String(error)).not.toContain("SECRET");
      }
    });
  }

  it("[K5] says what is missing, and says it of keys of the original system too", () => {
    expect(() => parseEdgeSettings({})).toThrow(/DATABASE_URL .*; ID_KEYS .*; TEXT_KEYS /);
    expect(() => parseEdgeSettings({ ...good, REDIS_HOST: "localhost" })).toThrow(/no setting REDIS_HOST/);
    expect(() => parseEdgeSettings({ ...good, DATABASE_HOST: "localhost", DATABASE_PORT: "5432" })).toThrow(
      /DATABASE_HOST, DATABASE_PORT/,
    );
  });

  it("[K5] the issuer's: a secret, an origin that is https outside of a laptop, a provider whole or not at all", () => {
    const issuer = { ...good, AUTH_SECRET: good.ID_KEYS, SITE_URL: "https://book.example.org" };
    expect(parseIdentitySettings(issuer)).toMatchObject({ LOCAL_MODE: false, SITE_URL: issuer.SITE_URL });
    const local = { ...issuer, LOCAL_MODE: "on", SITE_URL: "http://localhost:8787" };
    expect(parseIdentitySettings(local).LOCAL_MODE).toBe(true);
    const provider = {
      OIDC_DISCOVERY_URL: "https://id.example.org/.well-known/openid-configuration",
      OIDC_CLIENT_ID: "openslot",
      OIDC_CLIENT_SECRET: "s",
    };
    expect(parseIdentitySettings({ ...issuer, ...provider }).OIDC_CLIENT_ID).toBe("openslot");
    const bad: [object, RegExp][] = [
      [{ AUTH_SECRET: '{"a":"SECRET"}' }, /AUTH_SECRET must be/],
      [{ SITE_URL: "http://book.example.org" }, /SITE_URL must be https/],
      [{ SITE_URL: "https://book.example.org/path" }, /SITE_URL must be an origin/],
      [{ ...provider, OIDC_DISCOVERY_URL: "https://id.example.org" }, /OIDC_DISCOVERY_URL must end in/],
      [
        { ...provider, OIDC_DISCOVERY_URL: provider.OIDC_DISCOVERY_URL.replace("https", "http") },
        /OIDC_DISCOVERY_URL must be https/,
      ],
      [{ OIDC_CLIENT_ID: "SECRET" }, /OIDC_DISCOVERY_URL goes with/],
      [{ ...provider, OIDC_CLIENT_SECRET: undefined }, /OIDC_DISCOVERY_URL goes with/],
    ];
    for (const [more, sentence] of bad)
      expect(() => parseIdentitySettings({ ...issuer, ...more })).toThrow(sentence);
  });
});
