/**
 * A WebSocket client over a plain TCP socket, for what the built-in one hides: the raw bytes that came, and a peer that
 * stops reading. Text frames only, no extensions, so that what the server wrote stands in the bytes as it is.
 */
import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";

const OPCODE_TEXT = 0x1;
const OPCODE_CLOSE = 0x8;
const FINAL = 0x80;
const MASKED = 0x80;
/** Our own frames are a `resume` or a `ping`: they fit into the shortest form. */
const SHORT_MAX = 125;
const MASK_BYTES = 4;

export interface Frame {
  readonly text: string;
  /** On the clock of `performance.now()`. */
  readonly at: number;
}

interface RawFrame {
  readonly opcode: number;
  readonly payload: Buffer;
  readonly end: number;
}

function firstFrame(data: Buffer): RawFrame | null {
  if (data.length < 2) return null;
  const short = data.readUInt8(1) & 0x7f;
  const headBytes = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (data.length < headBytes) return null;
  const length =
    short === 126 ? data.readUInt16BE(2) : short === 127 ? Number(data.readBigUInt64BE(2)) : short;
  const end = headBytes + length;
  if (data.length < end) return null;
  return { opcode: data.readUInt8(0) & 0x0f, payload: data.subarray(headBytes, end), end };
}

function clientFrame(opcode: number, payload: Buffer): Buffer {
  if (payload.length > SHORT_MAX) throw new Error("a client of ours sends short frames only");
  const mask = randomBytes(MASK_BYTES);
  const head = Buffer.from([FINAL | opcode, MASKED | payload.length]);
  return Buffer.concat([head, mask, payload.map((byte, i) => byte ^ (mask[i % MASK_BYTES] as number))]);
}

export interface SocketOptions {
  readonly port: number;
  readonly path: string;
  /** Reads the answer to the upgrade and then nothing more, ever. */
  readonly stalled?: boolean;
  readonly onFrame?: (frame: Frame) => void;
}

export class RawSocket {
  /** The status line's number: 101 when the upgrade was accepted. */
  readonly upgraded: Promise<number>;
  readonly closed: Promise<void>;
  readonly frames: Frame[] = [];
  closeCode: number | null = null;
  readonly #socket: Socket;
  readonly #options: SocketOptions;
  readonly #bytes: Buffer[] = [];
  #rest = Buffer.alloc(0);
  #head: ((status: number) => void) | null = null;

  constructor(options: SocketOptions) {
    this.#options = options;
    this.#socket = connect({ host: "127.0.0.1", port: options.port, noDelay: true });
    this.upgraded = new Promise((resolve) => {
      this.#head = resolve;
    });
    this.closed = new Promise((resolve) => {
      this.#socket.once("close", () => {
        this.#head?.(0);
        resolve();
      });
    });
    this.#socket.on("error", () => undefined); // "close" follows and says it
    this.#socket.on("data", (part) => this.#data(part));
    this.#socket.write(
      `GET ${options.path} HTTP/1.1\r\nHost: 127.0.0.1:${options.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString("base64")}\r\n\r\n`,
    );
  }

  send(text: string): void {
    this.#socket.write(clientFrame(OPCODE_TEXT, Buffer.from(text, "utf8")));
  }

  /** Everything that was read, as it came: the handshake and all frames. */
  rawBytes(): Buffer {
    return Buffer.concat(this.#bytes);
  }

  /** Of a stalled socket: reads on. */
  readAgain(): void {
    this.#socket.resume();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #data(part: Buffer): void {
    const at = performance.now();
    this.#bytes.push(part);
    this.#rest = Buffer.concat([this.#rest, part]);
    if (this.#head && !this.#upgrade()) return;
    for (let frame = firstFrame(this.#rest); frame; frame = firstFrame(this.#rest)) {
      this.#rest = this.#rest.subarray(frame.end);
      this.#frame(frame, at);
    }
  }

  #upgrade(): boolean {
    const headEnd = this.#rest.indexOf("\r\n\r\n");
    if (headEnd === -1) return false;
    const status = Number(this.#rest.toString("latin1", 9, 12));
    this.#rest = this.#rest.subarray(headEnd + 4);
    const resolve = this.#head;
    this.#head = null;
    resolve?.(status);
    if (this.#options.stalled) this.#socket.pause();
    return true;
  }

  #frame({ opcode, payload }: RawFrame, at: number): void {
    if (opcode === OPCODE_CLOSE) {
      this.closeCode = payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
      this.#socket.write(clientFrame(OPCODE_CLOSE, payload.subarray(0, 2)));
      this.#socket.destroySoon();
      return;
    }
    if (opcode !== OPCODE_TEXT) return;
    const frame = { text: payload.toString("utf8"), at };
    this.frames.push(frame);
    this.#options.onFrame?.(frame);
  }
}
