/** What every handler finds in its context. */
import type { Principal } from "../../core/access/principal.ts";
import type { EdgeSettings } from "../config.ts";
import type { Audited } from "./audited.ts";
import type { Visitor } from "./sign-in/visitor.ts";

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
    /** [AB14] The page shows Turnstile's widget, and its policy lets that in. */
    showsWidget?: boolean;
    /** On pages: whom the browser's cookie names, whether or not they count there. */
    visitor: Visitor;
    /** [PD8] No cache may keep the answer. */
    isPersonal: boolean;
    /** What the request turned out to be about (audited.ts). */
    audited?: Audited;
    /** The slug of the problem that it is answered with. */
    problem?: string;
  };
}
