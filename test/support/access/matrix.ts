/**
 * The access matrix: the whole API × every kind of caller, on the real objects. What each cell must be stands in the JSON of an area,
 * which is written by hand and does not come from the rule table; an area has the operations of the contract of its name.
 */
import { reset } from "cloudflare:test";
import { exports } from "cloudflare:workers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OPERATIONS, type Operation, type OperationId } from "../../../workers/edge/api/operations.ts";
import { BASE, call } from "../edge.ts";
import { type Asked, aboutNothing, type Builder } from "./requests.ts";
import { type Verdict, type Verdicts, verdictsOf } from "./verdicts.ts";
import { atClock, callersOf, makeShared, makeWorld, removeWorlds, type Shared, type World } from "./world.ts";

interface Seen {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Without the id of the request. */
  readonly body: string;
}

/** Of the request, how long it took, and how many the caller has left: what differs by design. */
const PER_REQUEST = ["x-request-id", "server-timing", "ratelimit"];

/** Opens the socket and closes it; null = it was refused. */
async function opened(path: string, headers: Headers): Promise<Seen | null> {
  const { status, webSocket } = await exports.default.fetch(new Request(`${BASE}${path}`, { headers }));
  webSocket?.accept();
  webSocket?.close();
  return webSocket ? { status, headers: {}, body: "" } : null;
}

async function ask({ method, path, clock, ...options }: Asked, auth: string | null): Promise<Seen> {
  const headers = { ...options.headers, ...(auth ? { authorization: `Bearer ${auth}` } : {}) };
  const socket = options.headers?.upgrade ? await opened(path, new Headers(headers)) : null;
  if (socket) return socket;
  const answer = await atClock(clock, () => call(method, path, { ...options, headers }));
  const shown = [...answer.headers].filter(([name]) => !PER_REQUEST.includes(name));
  const { instance: _instance, ...body } =
    typeof answer.body === "object" ? answer.body : { text: answer.body };
  return { status: answer.status, headers: Object.fromEntries(shown), body: JSON.stringify(body) };
}

const isDone = (id: OperationId, { status }: Seen): boolean =>
  (OPERATIONS[id] as Operation).kind === "socket" ? status === 101 : status >= 200 && status < 300;

/** A refusal about a thing that there is, and the same about nothing, are one answer; "403*": see verdicts.ts. */
function isAsMissing(verdict: Verdict, seen: Seen, missing: Seen): boolean {
  if (verdict === "403*") return missing.status === 404;
  return JSON.stringify(missing) === JSON.stringify(seen);
}

async function cells(id: OperationId, row: string, request: Builder, world: World): Promise<void> {
  const callers = await callersOf(world);
  const wanted = verdictsOf(row);
  const told = new Map<string, string>();
  const unlike: string[] = [];
  const refusedAsked = await request(world, "admin");
  for (const [who, verdict] of wanted) {
    const auth = callers[who];
    if (auth === undefined) throw new Error(`there is no caller ${who}`);
    const asked = verdict === "ok" ? await request(world, who) : refusedAsked;
    const seen = await ask(asked, auth);
    const status = isDone(id, seen) ? "ok" : String(seen.status);
    told.set(who, verdict === `${status}*` ? verdict : status);
    if (verdict !== "ok" && !isAsMissing(verdict, seen, await ask(aboutNothing(asked), auth)))
      unlike.push(who);
  }
  expect(Object.fromEntries(told)).toEqual(Object.fromEntries(wanted));
  expect(unlike).toEqual([]);
}

interface Options {
  /** A patient, and who acts for them, for the whole area: when no operation of it spoils them. Else each operation has its own. */
  readonly onePatient?: boolean;
}

/**
 * Asks every operation of an area as every caller.
 * @param requests for each operation a valid request; a row without one, and the other way round, fail the type check
 */
export function accessMatrix<Id extends OperationId>(
  area: string,
  { verdicts }: Verdicts<Id>,
  requests: { readonly [Each in NoInfer<Id>]: Builder },
  { onePatient = false }: Options = {},
): void {
  let shared: Shared;
  let world: World;
  beforeAll(async () => {
    shared = await makeShared();
    if (onePatient) world = await makeWorld(shared);
  });
  afterAll(async () => {
    await removeWorlds();
    await reset();
  });

  describe(`who may do what: ${area}`, () => {
    it.each(Object.keys(verdicts) as Id[])("[OA4] [OA5] [A1] [A2] [A6] %s", async (id) => {
      await cells(id, verdicts[id], requests[id], onePatient ? world : await makeWorld(shared));
    });
  });
}
