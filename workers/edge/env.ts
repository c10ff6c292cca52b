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
    /** [PD8] No cache may keep the answer. */
    isPersonal: boolean;
  };
}
