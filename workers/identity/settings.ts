/** The issuer's settings, parsed once per isolate. */
import { type IdentitySettings, parseIdentitySettings } from "../config.ts";
import type { IdentityEnv } from "./env.ts";

const parsed = new WeakMap<object, IdentitySettings>();

/** @throws SettingsError */
export function identitySettings(env: IdentityEnv): IdentitySettings {
  const known = parsed.get(env);
  if (known) return known;
  const settings = parseIdentitySettings(env);
  parsed.set(env, settings);
  return settings;
}
