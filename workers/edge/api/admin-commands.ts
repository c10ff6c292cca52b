/**
 * What the routes of the administration have in common: a row is made once under its key, a change is told before it is done,
 * and appointments that fall out of one can be cancelled with it.
 */
import type { Context } from "hono";
import type * as z from "zod";
import type { Principal } from "../../../core/access/principal.ts";
import type { AppointmentFacts, CancellationReason } from "../../../core/booking/appointment.ts";
import type { ProviderId } from "../../../core/ids.ts";
import type { Db, MadeBy, MadeKind } from "../../../db/index.ts";
import { cancelAppointment } from "../book-appointment.ts";
import type { EdgeEnv } from "../env.ts";
import { commandId, personalFingerprintOf } from "../idempotency.ts";
import { askPostgres } from "../postgres.ts";
import { applyQuery } from "./admin-schemas.ts";
import { idempotencyKey, ifMatchVersion } from "./headers.ts";
import { type Admitted, DIRECTORY_FULL, OUTSIDE_MAX, published, STALE, write } from "./manage.ts";
import { KEY_REUSE, NOT_FOUND, type Problem, sendProblem } from "./problem.ts";
import { parseBody, parseQuery } from "./schemas.ts";

type Queries = typeof import("../../../db/index.ts");
type Answer = Readonly<Record<string, unknown>>;

export const freshBytes = (): Uint8Array => crypto.getRandomValues(new Uint8Array(12));
export const etagOf = (version: number): string => `"v${version}"`;

export interface Creation<Shape extends z.ZodType> {
  readonly kind: MadeKind;
  /** Where it is made and lives: `locations`. */
  readonly path: string;
  readonly shape: Shape;
  /** What else must be right of a body; null = nothing is wrong. */
  readonly check?: (body: z.output<Shape>) => Problem | null;
  readonly freshId: () => string;
  readonly insert: (
    db: Db,
    queries: Queries,
    row: { readonly id: string; readonly body: z.output<Shape>; readonly by: MadeBy },
  ) => Promise<unknown>;
  /** Whose calendars hear of it; null = it stands in no copy of the directory. */
  readonly tell: ((id: string) => readonly ProviderId[]) | null;
  /** What the answer shows, as it stands now; undefined = it is not there. */
  readonly show: (id: string) => Promise<{ readonly body: Answer; readonly version?: number } | undefined>;
}

/** What the same key made before: its id, the problem that it was another request, or null. */
async function madeBefore(
  c: Context<EdgeEnv>,
  kind: MadeKind,
  by: MadeBy,
): Promise<string | "reused" | null> {
  const made = await askPostgres(c.get("settings"), (db, { findMade }) => findMade(db, kind, by.command));
  if (!made) return null;
  return made.fingerprint === by.fingerprint ? made.id : "reused";
}

/** [D16] Makes a row once under its key, however often and however close together it is asked for: 201 with what stands now. */
export async function create<Shape extends z.ZodType>(
  c: Context<EdgeEnv>,
  admitted: Admitted,
  how: Creation<Shape>,
): Promise<Response> {
  if (!admitted.ok) return sendProblem(c, admitted.problem);
  const key = idempotencyKey(c, "required");
  if (!key.ok) return sendProblem(c, key.problem);
  const parsed = await parseBody(c, how.shape);
  if (!parsed.ok) return sendProblem(c, parsed.problem);
  const wrong = how.check?.(parsed.value);
  if (wrong) return sendProblem(c, wrong);
  const by = {
    command: commandId(admitted.principal.subject, how.path, key.value),
    fingerprint: personalFingerprintOf(c.get("settings").ID_KEYS, "POST", `/v1/${how.path}`, parsed.value),
  };
  let before = await madeBefore(c, how.kind, by);
  const fresh = how.freshId();
  if (before === null) {
    const written = await write(() =>
      askPostgres(c.get("settings"), (db, queries) =>
        how.insert(db, queries, { id: fresh, body: parsed.value, by }),
      ),
    );
    if (written.ok) {
      if (how.tell) await published(c, how.tell(fresh));
    } else if (written.problem !== KEY_REUSE)
      return sendProblem(c, written.problem === STALE ? DIRECTORY_FULL : written.problem);
    else before = (await madeBefore(c, how.kind, by)) ?? "reused"; // the same key a moment ago: whose request was it?
  }
  if (before === "reused") return sendProblem(c, KEY_REUSE);
  if (before !== null) c.header("Idempotency-Replayed", "true");
  const id = before ?? fresh;
  const shown = await how.show(id);
  if (!shown) return sendProblem(c, NOT_FOUND);
  c.header("Location", `/v1/${how.path}/${id}`);
  if (shown.version !== undefined) c.header("ETag", etagOf(shown.version));
  return c.json(shown.body, 201);
}

export interface Change {
  /**
   * The present version, which `If-Match` must name. null = there is none to see: who writes says all of it, and nothing
   * that somebody else wrote can be lost by not having been read (a closure is one name and one last date).
   */
  readonly version: number | null;
  /** What it would do. Asked before anything is written. */
  readonly preview: () => Promise<Answer>;
  readonly write: (db: Db, queries: Queries, version: number) => Promise<unknown>;
  /** Whose calendars hear of it; null = it stands in no copy of the directory. */
  readonly tell: readonly ProviderId[] | null;
  /** What is done and told once the calendars have it. */
  readonly after?: () => Promise<Answer>;
}

/** [D13] [D17] First told what it would do, then with `?apply=true` and the version that its author saw done. */
export async function previewOrApply(c: Context<EdgeEnv>, change: Change): Promise<Response> {
  const query = parseQuery(c, applyQuery);
  if (!query.ok) return sendProblem(c, query.problem);
  const told = await change.preview();
  if (query.value.apply) return apply(c, change, told);
  const { version } = change;
  if (version !== null) c.header("ETag", etagOf(version));
  return c.json({ applied: false, ...(version === null ? {} : { version }), ...told });
}

/** What harms no appointment is done at once. */
export const applyNow = (c: Context<EdgeEnv>, change: Omit<Change, "preview">, told: Answer = {}) =>
  apply(c, change, told);

async function apply(c: Context<EdgeEnv>, change: Omit<Change, "preview">, told: Answer): Promise<Response> {
  let seen = 0;
  if (change.version !== null) {
    const given = ifMatchVersion(c);
    if (!given.ok) return sendProblem(c, given.problem);
    seen = given.value;
  }
  const written = await write(() =>
    askPostgres(c.get("settings"), (db, queries) => change.write(db, queries, seen)),
  );
  if (!written.ok) {
    const isFull = written.problem === STALE && change.version === null;
    return sendProblem(c, isFull ? DIRECTORY_FULL : written.problem);
  }
  if (change.tell) await published(c, change.tell);
  const done = await change.after?.();
  if (change.version === null) return c.json({ applied: true, ...told, ...done });
  c.header("ETag", etagOf(seen + 1));
  return c.json({ applied: true, version: seen + 1, ...told, ...done });
}

/** As many as an answer names: some seconds of work. Whoever has more sends the same again. */
const CANCELLED_AT_ONCE_MAX = OUTSIDE_MAX;
const CANCELLED_TOGETHER_MAX = 10;

/**
 * [D24] Cancels what is still to come of `facts`, each by the path that a desk takes: its calendar decides, its patient's list and
 * the log hear of it. What is cancelled no longer stands, so that a second call finishes what the first one left.
 */
export async function cancelThem(
  c: Context<EdgeEnv>,
  principal: Principal,
  facts: readonly AppointmentFacts[],
  reasonCode: CancellationReason,
): Promise<{ readonly cancelled: number; readonly left: number }> {
  const now = Date.now();
  const coming = facts.filter(({ start }) => start > now);
  let cancelled = 0;
  for (let from = 0; from < Math.min(coming.length, CANCELLED_AT_ONCE_MAX); from += CANCELLED_TOGETHER_MAX) {
    const some = coming.slice(from, Math.min(from + CANCELLED_TOGETHER_MAX, CANCELLED_AT_ONCE_MAX));
    const answers = await Promise.all(
      some.map(({ id, providerId, version }) => {
        const terms = { ifMatch: version, key: `${reasonCode} v${version}` };
        return cancelAppointment(c, principal, { id, home: providerId }, terms, reasonCode);
      }),
    );
    cancelled += answers.filter(({ kind }) => kind === "done").length;
  }
  return { cancelled, left: coming.length - cancelled };
}
