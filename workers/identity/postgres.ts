/** The issuer's door to Postgres. Cheap; opens nothing. */
import { type Db, makeDb } from "../../db/client.ts";
import type { IdentityEnv } from "./env.ts";
import { identitySettings } from "./settings.ts";

export const dbOf = (env: IdentityEnv): Db => makeDb(identitySettings(env));
