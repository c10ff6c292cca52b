/**
 * The open-loop generator: request k is due at t0 + k / rate and is sent then, however many answers are outstanding.
 * Latency counts from the moment it was due, so a server that stalls cannot hide it by slowing the generator down.
 *
 *   node scripts/load/open-loop.ts --url http://127.0.0.1:8787/v1/health --rate 100 --seconds 10
 *   node scripts/load/open-loop.ts --plan FILE      (a plan as JSON; the report goes to stdout as JSON)
 *
 * Exit code 1 if more than 1 % of the requests were sent late: then the run says nothing about the server.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { percentiles } from "./percentiles.ts";
import { encodeRequest, RawConnection, type RawRequest } from "./raw-http.ts";

/** Connections are open and warm before the first request is due. */
const LEAD_MS = 200;
const TICK_MS = 1;
/** Sent later than this after it was due, a request is late. */
export const LATE_MS = 5;
/** More than this share of late requests voids a run. */
export const LATE_SHARE_MAX = 0.01;
export const CONNECTIONS_DEFAULT = 64;
/** When all connections wait for answers more are opened, up to this many: beyond it requests become late. */
const CONNECTIONS_MAX = 2_000;
/** After the last request was sent; whoever has not answered by then counts as an error. */
const ANSWER_MAX_MS = 10_000;
/** Bounds a run: at most this many requests. */
const REQUESTS_MAX = 1_000_000;

export interface OpenLoopPlan {
  readonly port: number;
  /** Sent in this order, from the beginning again when there are more requests to send. */
  readonly requests: readonly RawRequest[];
  /** A second. */
  readonly rate: number;
  readonly seconds: number;
  readonly connections: number;
}

export interface OpenLoopReport {
  readonly n: number;
  /** Not answered, or answered with 5xx. */
  readonly errors: number;
  readonly late: number;
  readonly lateShare: number;
  /** Milliseconds from the intended time. */
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  /** Milliseconds from the moment it was really sent. */
  readonly sentP50: number;
  readonly sentP99: number;
  /** Answers a second, from the first due time to the last answer. */
  readonly achievedRate: number;
  readonly connections: number;
  readonly statuses: Readonly<Record<string, number>>;
}

class OpenLoop {
  readonly #port: number;
  readonly #requests: readonly Buffer[];
  readonly #rate: number;
  readonly #n: number;
  readonly #due: Float64Array;
  readonly #sent: Float64Array;
  readonly #answered: Float64Array;
  readonly #status: Uint16Array;
  readonly #free: RawConnection[] = [];
  #opened = 0;
  #next = 0;
  #outstanding = 0;

  constructor(plan: OpenLoopPlan) {
    this.#port = plan.port;
    this.#requests = plan.requests.map((request) => encodeRequest(request, plan.port));
    this.#rate = plan.rate;
    this.#n = Math.min(Math.round(plan.rate * plan.seconds), REQUESTS_MAX);
    this.#due = new Float64Array(this.#n);
    this.#sent = new Float64Array(this.#n);
    this.#answered = new Float64Array(this.#n);
    this.#status = new Uint16Array(this.#n);
  }

  async run(connections: number): Promise<OpenLoopReport> {
    const warm = Array.from({ length: connections }, () => this.#open());
    await Promise.all(warm.map((connection) => connection.opened));
    this.#free.push(...warm);
    const startAt = performance.now() + LEAD_MS;
    for (let k = 0; k < this.#n; k++) this.#due[k] = startAt + (k * 1000) / this.#rate;
    await new Promise<void>((resolve) => {
      const tick = setInterval(() => {
        this.#sendDue();
        const lastDue = this.#due[this.#n - 1] as number;
        const over = this.#next === this.#n && this.#outstanding === 0;
        if (!over && performance.now() < lastDue + ANSWER_MAX_MS) return;
        clearInterval(tick);
        resolve();
      }, TICK_MS);
    });
    for (const connection of this.#free) connection.close();
    return this.#report(startAt);
  }

  #open(): RawConnection {
    this.#opened += 1;
    return new RawConnection(this.#port);
  }

  #sendDue(): void {
    const now = performance.now();
    while (this.#next < this.#n && (this.#due[this.#next] as number) <= now) {
      const connection = this.#takeConnection();
      if (connection === null) return; // at the limit: what waits becomes late, and says so
      this.#send(this.#next, connection);
      this.#next += 1;
    }
  }

  #takeConnection(): RawConnection | null {
    for (let free = this.#free.pop(); free; free = this.#free.pop()) {
      if (free.isOpen) return free;
      this.#opened -= 1;
    }
    return this.#opened < CONNECTIONS_MAX ? this.#open() : null;
  }

  #send(k: number, connection: RawConnection): void {
    this.#sent[k] = performance.now();
    this.#outstanding += 1;
    connection.send(this.#requests[k % this.#requests.length] as Buffer, (status) => {
      this.#answered[k] = performance.now();
      this.#status[k] = status;
      this.#outstanding -= 1;
      if (connection.isOpen) this.#free.push(connection);
      else this.#opened -= 1;
    });
  }

  #report(startAt: number): OpenLoopReport {
    const n = this.#n;
    const endAt = performance.now();
    const intended = new Float64Array(n);
    const real = new Float64Array(n);
    const statuses: Record<string, number> = {};
    let errors = 0;
    let late = 0;
    let lastAnswer = startAt;
    for (let k = 0; k < n; k++) {
      const status = this.#status[k] as number;
      const answered = (this.#answered[k] as number) || endAt;
      const due = this.#due[k] as number;
      const sent = (this.#sent[k] as number) || endAt;
      if (status === 0 || status >= 500) errors += 1;
      if (sent - due > LATE_MS) late += 1;
      statuses[status] = (statuses[status] ?? 0) + 1;
      intended[k] = answered - due;
      real[k] = answered - sent;
      lastAnswer = Math.max(lastAnswer, answered);
    }
    const [p50 = 0, p99 = 0, p999 = 0, max = 0] = percentiles(intended, [0.5, 0.99, 0.999, 1]);
    const [sentP50 = 0, sentP99 = 0] = percentiles(real, [0.5, 0.99]);
    const achievedRate = (n - errors) / ((lastAnswer - startAt) / 1000);
    const lateShare = n === 0 ? 0 : late / n;
    const connections = this.#opened;
    return {
      n,
      errors,
      late,
      lateShare,
      p50,
      p99,
      p999,
      max,
      sentP50,
      sentP99,
      achievedRate,
      connections,
      statuses,
    };
  }
}

export const runOpenLoop = (plan: OpenLoopPlan): Promise<OpenLoopReport> =>
  new OpenLoop(plan).run(plan.connections);

/** A run that was late says nothing about the server. */
export const isVoid = (report: OpenLoopReport): boolean => report.lateShare > LATE_SHARE_MAX;

function planOfFlags(): { readonly plan: OpenLoopPlan; readonly asJson: boolean } {
  const { values } = parseArgs({
    options: {
      plan: { type: "string" },
      url: { type: "string" },
      rate: { type: "string", default: "100" },
      seconds: { type: "string", default: "10" },
      connections: { type: "string", default: String(CONNECTIONS_DEFAULT) },
    },
  });
  // A plan file is written by bench.ts a moment ago.
  if (values.plan !== undefined)
    return { plan: JSON.parse(readFileSync(values.plan, "utf8")) as OpenLoopPlan, asJson: true };
  const url = new URL(values.url ?? "");
  if (url.hostname !== "127.0.0.1" && url.hostname !== "localhost")
    throw new Error("loopback only: this is a load");
  const plan = {
    port: Number(url.port),
    requests: [{ method: "GET", path: `${url.pathname}${url.search}` }],
    rate: Number(values.rate),
    seconds: Number(values.seconds),
    connections: Number(values.connections),
  };
  return { plan, asJson: false };
}

if (import.meta.main) {
  const { plan, asJson } = planOfFlags();
  const report = await runOpenLoop(plan);
  if (asJson) console.log(JSON.stringify(report));
  else console.table(report);
  process.exitCode = isVoid(report) ? 1 : 0;
}
