/** For tests of the issuer: calls it as the edge does, and moves what it stands on. */
import { env as bindings } from "cloudflare:workers";
import type { IdentityEnv } from "../../workers/identity/env.ts";

/** What this project is given (identity-project.ts); the generated types describe the edge. */
export const env = bindings as unknown as IdentityEnv & { readonly TEST_CONTROL: string };
