/** What serves an operation. */
import type { Context } from "hono";
import type { Principal } from "../../../core/access/principal.ts";
import type { PublicAction } from "../../../core/access/rules.ts";
import type { EdgeEnv } from "../env.ts";
import type { OPERATIONS, OperationId } from "./operations.ts";

type Declared = typeof OPERATIONS;

/**
 * Runs after the rule has admitted the caller by their role; who they are is null only where the rule lets strangers in. It finds
 * its object within `reachOf`, else answers 404.
 */
export type Handler<Id extends OperationId> = (
  c: Context<EdgeEnv, Declared[Id]["path"]>,
  principal: Declared[Id]["rule"] extends PublicAction ? Principal | null : Principal,
) => Response | Promise<Response>;

/** Who calls an operation that strangers are not admitted to, for helpers of its handler. */
export function callerOf(c: Context<EdgeEnv>): Principal {
  const principal = c.get("principal");
  if (!principal) throw new Error("a rule of this operation let a stranger in");
  return principal;
}

export type Handlers = { readonly [Id in OperationId]: Handler<Id> };
