/** How a code or a link reaches a person. Today there is one way, for laptops; the gateways come with the messages. */
import type { SentCode } from "../../durable-objects/code-sink/code-sink.ts";
import type { IdentityEnv } from "./env.ts";
import { identitySettings } from "./settings.ts";

export interface CodeTransport {
  send(message: Omit<SentCode, "at">): Promise<void>;
}

const SINK = "sink";

/** null: this deployment cannot reach anybody yet. Decided by the settings alone, so that it says nothing about an address. */
export function codeTransport(env: IdentityEnv): CodeTransport | null {
  if (!identitySettings(env).LOCAL_MODE) return null;
  return { send: (message) => env.CODE_SINK.getByName(SINK).put({ ...message, at: Date.now() }) };
}

/** What was sent, newest first, on a laptop; null everywhere else. */
export async function sentCodes(env: IdentityEnv): Promise<SentCode[] | null> {
  return identitySettings(env).LOCAL_MODE ? env.CODE_SINK.getByName(SINK).list() : null;
}
