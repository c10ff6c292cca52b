/**
 * The sockets of one clinic's screens. Rules: core/live/board-sockets.ts
 * Promises: a revoked device's sockets are closed within five seconds, whoever dies on the way; nobody stays longer than somebody
 * vouches for them.
 */
import { type Connection, type ConnectionContext, Server, type WSMessage } from "partyserver";
import { type DeviceId, isDeviceId, type LocationId } from "../../core/ids.ts";
import {
  ASK_AGAIN_MS,
  type BoardWatch,
  DOUBT_ASKED_MS,
  DOUBT_MAX_MS,
  devicesToAsk,
  dueAt,
  SOCKETS_MAX,
  SOCKETS_PER_DEVICE_MAX,
  staysUntil,
} from "../../core/live/board-sockets.ts";
import { type BoardFrame, GONE_FRAME, LIVE_PROTOCOL, parseClientMessage } from "../../core/live/protocol.ts";
import { type Instant, instant, plus } from "../../core/time.ts";
import { LiveSockets, MISSED_A_FRAME } from "../shared/live-sockets.ts";
import { LiveTickets } from "../shared/live-tickets.ts";
import { logFailure } from "../shared/log.ts";
import { applyMigrations } from "../shared/migrations.ts";
import { WakeUp } from "../shared/wake.ts";
import { clinicBoardMigrations } from "./schema.ts";

const CLOSE_POLICY = 1008;
const CLOSE_INTERNAL = 1011;
/** "Come again": with a new token, or when the issuer answers. */
const CLOSE_TRY_AGAIN = 1013;
/** What is shown does not change yet: whoever has seen it has seen all. */
const REVISION = 1;

/** Who opens a socket: a device, or a person. */
type Holder = DeviceId | "person";

export class ClinicBoard extends Server<Env> {
  static override options = { hibernate: true };
  readonly #wake: WakeUp;
  readonly #sockets: LiveSockets;
  readonly #tickets = new LiveTickets<string>();
  /** Between the two calls of one upgrade, by connection: a ticket is good once. */
  readonly #welcome = new Map<string, Holder | null>();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    applyMigrations(ctx.storage, clinicBoardMigrations);
    this.#wake = new WakeUp(ctx.storage);
    this.#sockets = new LiveSockets(ctx);
    this.#armNext(this.#now()); // repair: a socket or a doubt without an alarm would stay for ever
  }

  // ---- commands (RPC) ----

  /**
   * A one-time ticket for a socket: browsers cannot set headers. Lives 30 s, in memory only.
   * @param holder a device's id, or any other name of whoever asks
   */
  issueTicket(holder: string): string {
    return this.#tickets.issue(holder, null, this.#now());
  }

  /**
   * [DV7] Somebody is about to revoke this device. Durable before the issuer is told, so that its sockets are closed even if whoever
   * tells it dies right after.
   */
  doubt(location: LocationId, device: DeviceId): void {
    const now = this.#now();
    const at = plus(now, DOUBT_ASKED_MS);
    this.ctx.storage.transactionSync(() => {
      this.#remember(location);
      this.ctx.storage.sql.exec(
        "INSERT OR REPLACE INTO doubt (device, until) VALUES (?, ?)",
        device,
        plus(now, DOUBT_MAX_MS),
      );
      this.#wake.arm(at);
    });
    this.#wake.armed(at);
  }

  /** [DV7] The issuer has revoked it: its sockets go now. Any number of times. */
  dismiss(device: DeviceId): void {
    this.#close(device, CLOSE_POLICY, "revoked");
    this.ctx.storage.sql.exec("DELETE FROM doubt WHERE device = ?", device);
  }

  // ---- sockets ----

  override onRequest(): Response {
    return new Response("not found", { status: 404 });
  }

  override getConnectionTags(connection: Connection<BoardWatch>, { request }: ConnectionContext): string[] {
    const holder = this.#admit(request);
    this.#welcome.set(connection.id, holder);
    return holder === null || holder === "person" ? [] : [holder];
  }

  override async onConnect(
    connection: Connection<BoardWatch>,
    { request }: ConnectionContext,
  ): Promise<void> {
    const holder = this.#welcome.get(connection.id) ?? null;
    this.#welcome.delete(connection.id);
    try {
      if (holder === null) return connection.close(CLOSE_POLICY, "no ticket");
      const location = locationIn(request);
      if (this.#isFull(holder)) return connection.close(CLOSE_TRY_AGAIN, "too many");
      if (holder !== "person") {
        // Its token may be minutes old. The socket is there already, so that a revocation meanwhile closes it.
        const [good] = await this.env.IDENTITY_DEVICES.standing(location, [holder]);
        if (good !== holder) return connection.close(CLOSE_POLICY, "revoked");
      }
      this.#take(connection, location, holder);
    } catch (error) {
      logFailure("board.welcome_failed", error); // partyserver would send the stack
      connection.close(CLOSE_INTERNAL, "internal");
    }
  }

  override onMessage(connection: Connection<BoardWatch>, message: WSMessage): void {
    const resume = parseClientMessage(message);
    const watch = connection.state;
    if (!resume || !watch) {
      connection.close(CLOSE_POLICY, "unknown message");
      return;
    }
    if (!this.#sockets.heard(connection, this.#now())) return;
    if (resume.revision !== watch.revision) this.#sendSnapshot(connection, watch);
  }

  override onClose(connection: Connection): void {
    this.#sockets.forget(connection);
  }

  override onError(connectionOrError: unknown): void {
    logFailure("board.socket_failed", connectionOrError);
  }

  // ---- alarm ----

  /** [DV7] [DV9] Asks after devices that are due or doubted, closes who has to go. */
  override async onAlarm(): Promise<void> {
    this.#wake.fired();
    const answered = await this.#askAfterDevices();
    const now = this.#now();
    for (const connection of this.getConnections<BoardWatch>()) {
      const watch = connection.state;
      if (watch && staysUntil(watch) <= now) this.#end(connection, CLOSE_TRY_AGAIN, "come again");
    }
    // Who has no socket left has nothing to fear here: the next one is asked after before it is welcome.
    for (const { device, until } of this.#doubts())
      if (until <= now || [...this.getConnections(device)].length === 0)
        this.ctx.storage.sql.exec("DELETE FROM doubt WHERE device = ?", device);
    this.#armNext(now, plus(now, answered ? 1 : ASK_AGAIN_MS));
  }

  // ---- private ----

  #now(): Instant {
    return instant(Date.now());
  }

  /** False: the issuer did not answer. */
  async #askAfterDevices(): Promise<boolean> {
    const doubted = new Set(this.#doubts().map(({ device }) => device));
    const devices = devicesToAsk(this.#watches(), doubted, this.#now());
    const location = this.#location();
    if (devices.length === 0 || location === null) return true;
    const askedAt = this.#now();
    try {
      const good = new Set(await this.env.IDENTITY_DEVICES.standing(location, devices));
      for (const device of devices) {
        if (!good.has(device)) this.dismiss(device);
        else this.#vouch(device, askedAt);
      }
      return true;
    } catch (error) {
      logFailure("board.issuer_unreachable", error, { devices: devices.length });
      return false;
    }
  }

  #vouch(device: DeviceId, vouchedAt: Instant): void {
    for (const connection of this.getConnections<BoardWatch>(device))
      if (connection.state) connection.setState({ ...connection.state, vouchedAt });
  }

  /** The edge has checked a bearer token (and says so in a header that it strips from clients), or a ticket is shown. */
  #admit(request: Request): Holder | null {
    const [location, admitted = ""] = (request.headers.get("x-openslot-admitted") ?? "").split(" ");
    const ticket = new URL(request.url).searchParams.get("ticket") ?? "";
    const holder =
      location === locationIn(request) ? admitted : this.#tickets.redeem(ticket, this.#now())?.holder;
    if (holder === undefined) return null;
    return isDeviceId(holder) ? (holder as DeviceId) : "person";
  }

  /** The one that asks is counted. */
  #isFull(holder: Holder): boolean {
    const all = [...this.getConnections()].length;
    const own = holder === "person" ? 0 : [...this.getConnections(holder)].length;
    return all > SOCKETS_MAX || own > SOCKETS_PER_DEVICE_MAX;
  }

  #take(connection: Connection<BoardWatch>, location: LocationId, holder: Holder): void {
    if (connection.readyState !== WebSocket.OPEN) return; // revoked while we asked
    const now = this.#now();
    const watch: BoardWatch = {
      device: holder === "person" ? null : holder,
      vouchedAt: now,
      revision: MISSED_A_FRAME,
    };
    connection.setState(watch);
    this.#remember(location);
    this.#armNext(now);
    this.#sendSnapshot(connection, watch);
  }

  #sendSnapshot(connection: Connection<BoardWatch>, watch: BoardWatch): void {
    const locationId = this.#location();
    if (locationId === null) return;
    const frame = {
      type: "snapshot",
      protocol: LIVE_PROTOCOL,
      revision: REVISION,
      locationId,
    } satisfies BoardFrame;
    if (this.#sockets.send(connection, JSON.stringify(frame), this.#now()))
      connection.setState({ ...watch, revision: REVISION });
  }

  #close(device: DeviceId, code: number, why: string): void {
    for (const connection of this.getConnections<BoardWatch>(device)) this.#end(connection, code, why);
  }

  /** Its state goes too: a peer that does not answer the close is asked after no more. */
  #end(connection: Connection<BoardWatch>, code: number, why: string): void {
    connection.setState(null);
    this.#sockets.forget(connection);
    // The close of a socket may reach a browser many seconds later, when the handshake is over; a frame is there at once.
    if (connection.readyState === WebSocket.OPEN) connection.send(GONE_FRAME);
    connection.close(code, why);
  }

  #watches(): BoardWatch[] {
    return [...this.getConnections<BoardWatch>()].flatMap(({ state }) => (state ? [state] : []));
  }

  #doubts(): { readonly device: DeviceId; readonly until: Instant }[] {
    return this.ctx.storage.sql
      .exec<{ device: string; until: number }>("SELECT device, until FROM doubt LIMIT ?", SOCKETS_MAX)
      .toArray()
      .map(({ device, until }) => ({ device: device as DeviceId, until: until as Instant }));
  }

  #remember(location: LocationId): void {
    this.ctx.storage.sql.exec("INSERT OR IGNORE INTO clinic (location) VALUES (?)", location);
  }

  #location(): LocationId | null {
    const [row] = this.ctx.storage.sql.exec<{ location: string }>("SELECT location FROM clinic").toArray();
    return (row?.location as LocationId | undefined) ?? null;
  }

  /** @param askAfter the issuer did not answer just now: not before this moment again */
  #armNext(now: Instant, askAfter: Instant = plus(now, 1)): void {
    const due = this.#watches().map(
      (watch) => Math.min(Math.max(dueAt(watch), askAfter), Math.max(staysUntil(watch), now + 1)) as Instant,
    );
    const doubts = this.#doubts().length > 0 ? [plus(now, DOUBT_ASKED_MS)] : [];
    this.#wake.armNext([...due, ...doubts]);
  }
}

const locationIn = (request: Request): LocationId =>
  (new URL(request.url).pathname.split("/").at(-1) ?? "") as LocationId; // the edge has found it in the directory
