/** What every handler finds in its context. */
import type { Principal } from "../../core/access/principal.ts";
import type { EdgeSettings } from "../config.ts";

export interface EdgeEnv {
  Bindings: Env;
  Variables: {
    requestId: string;
    settings: EdgeSettings;
    /** null = anonymous. A token that is present but not valid never gets this far. */
    principal: Principal | null;
    /** [AB6] The state of the caller's rate limit, once it was counted. */
    rate?: string;
    /** [AB8] Of the dev server's style elements; absent everywhere else. */
    cspNonce?: string;
  };
}
