/**
 * A crowd: every client has its own connection, open before the moment, and sends one request at that moment. Unlike the
 * open loop it keeps the answers, because what each one says is the point.
 */
import { readFileSync } from "node:fs";
import { encodeRequest, RawConnection, type RawRequest, textOf } from "./raw-http.ts";

/** A listener's queue holds 4,096 on Linux; more at once would wait for the kernel's retry, a second later. */
const OPENED_AT_ONCE = 1_000;
/** Descriptors that are not the crowd's: the files of the objects, and what runs already. */
const OTHER_DESCRIPTORS = 1_000;
/** workerd duplicates the descriptor of every connection, and dies when it has none left. */
const DESCRIPTORS_EACH = 2;
/** Where nobody says. */
const DESCRIPTORS_DEFAULT = 4_096;

export interface CrowdAnswer {
  /** 0: nobody answered. */
  readonly status: number;
  /** From the first request of the crowd to the end of this answer. */
  readonly atMs: number;
  readonly retryAfter: string | null;
  readonly text: string;
}

/** How many clients the one server process can be connected to at once here. */
export function connectionsMax(): number {
  let descriptors = DESCRIPTORS_DEFAULT;
  try {
    const limit = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
    if (limit !== undefined) descriptors = Number(limit);
  } catch {
    // not Linux
  }
  return Math.floor((descriptors - OTHER_DESCRIPTORS) / DESCRIPTORS_EACH);
}

async function openAll(port: number, count: number): Promise<RawConnection[]> {
  const opened: RawConnection[] = [];
  while (opened.length < count) {
    const more = Array.from(
      { length: Math.min(OPENED_AT_ONCE, count - opened.length) },
      () => new RawConnection(port),
    );
    await Promise.all(more.map((connection) => connection.opened));
    opened.push(...more);
  }
  return opened;
}

/**
 * Sends every request at once; with fewer connections than requests, the next one when one before was answered, on a
 * connection of its own: the runtime closes idle ones after five seconds, and a crowd takes longer to read its answers. Answers are in the order of the requests. Returns when everybody was answered or cut off.
 */
export async function crowd(
  port: number,
  requests: readonly RawRequest[],
  connections: number,
): Promise<CrowdAnswer[]> {
  const bytes = requests.map((request) => encodeRequest(request, port));
  const opened = await openAll(port, Math.min(connections, requests.length));
  const answers: CrowdAnswer[] = [];
  const startedAt = performance.now();
  const work = (open: RawConnection, first: number): Promise<void> =>
    new Promise((resolve) => {
      const step = (connection: RawConnection, at: number): void => {
        connection.send(bytes[at] as Buffer, (status, response) => {
          const atMs = performance.now() - startedAt;
          answers[at] = { status, atMs, ...(response ? textOf(response) : { retryAfter: null, text: "" }) };
          connection.close();
          const next = at + opened.length;
          if (next < bytes.length) step(new RawConnection(port), next);
          else resolve();
        });
      };
      step(open, first);
    });
  await Promise.all(opened.map(work));
  return answers;
}
