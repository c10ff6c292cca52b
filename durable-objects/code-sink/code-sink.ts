/** The laptop's mailbox and telephone: the codes and links that would have been sent. In memory only, never in production. */
import { DurableObject } from "cloudflare:workers";

export interface SentCode {
  readonly at: number;
  /** An e-mail address or a telephone number of somebody invented. */
  readonly to: string;
  readonly kind: "code" | "invitation";
  readonly text: string;
}

/** What fits on a page of /dev. */
export const SENT_MAX = 50;

export class CodeSink extends DurableObject {
  /** Newest first. An eviction empties it: whoever waits for a code asks for another one. */
  #sent: SentCode[] = [];

  put(sent: SentCode): void {
    this.#sent = [sent, ...this.#sent].slice(0, SENT_MAX);
  }

  list(): SentCode[] {
    return this.#sent;
  }
}
