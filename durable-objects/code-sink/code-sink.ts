/** The laptop's mailbox and telephone: the newest codes and links that would have been sent. Never in production. */
import { DurableObject } from "cloudflare:workers";
import { applyMigrations } from "../shared/migrations.ts";
import { codeSinkMigrations } from "./schema.ts";

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
  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    applyMigrations(ctx.storage, codeSinkMigrations);
  }

  put({ at, to, kind, text }: SentCode): void {
    const { sql } = this.ctx.storage;
    this.ctx.storage.transactionSync(() => {
      sql.exec("INSERT INTO sent (at, recipient, kind, text) VALUES (?, ?, ?, ?)", at, to, kind, text);
      sql.exec(
        "DELETE FROM sent WHERE number NOT IN (SELECT number FROM sent ORDER BY number DESC LIMIT ?)",
        SENT_MAX,
      );
    });
  }

  /** Newest first: in the order in which they came, whatever the clock did. */
  list(): SentCode[] {
    return this.ctx.storage.sql
      .exec<{ at: number; to: string; kind: SentCode["kind"]; text: string }>(
        'SELECT at, recipient AS "to", kind, text FROM sent ORDER BY number DESC LIMIT ?',
        SENT_MAX,
      )
      .toArray();
  }
}
