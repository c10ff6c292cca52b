/** A page that watches a provider over the raw socket, with the browser's own reducer. */
import type { Provider } from "../../core/directory/directory.ts";
import type { ProviderFrame } from "../../core/live/protocol.ts";
import { dateIn } from "../../scripts/load/free-slots.ts";
import { applyFrame, type LiveSlots, liveSlots, parseProviderFrame } from "../../web/shared/live-slots.ts";
import { RawSocket } from "./bare-socket.ts";
import { until } from "./bare-wait.ts";

/** A frame that has not come by then never will. */
export const FRAME_GIVE_UP_MS = 5_000;

/** One change as the page saw it. */
export interface SeenDelta {
  /** On the clock of `performance.now()`. */
  readonly at: number;
  readonly taken: readonly string[];
  readonly opened: readonly string[];
}

/** Query of the provider's first visit type from tomorrow on; the same for the socket and for availability. */
export const feedQuery = (provider: Provider, days: number): string =>
  `visitTypeId=${provider.visitTypeIds[0]}&from=${dateIn(1)}&to=${dateIn(days)}`;
export const feedPath = (provider: Provider, days: number): string =>
  `/v1/live/providers/${provider.id}?${feedQuery(provider, days)}`;

export class Screen {
  readonly socket: RawSocket;
  readonly deltas: SeenDelta[] = [];
  state: LiveSlots;
  resyncs = 0;

  /** @param from what the page showed before its connection was lost; null = it shows nothing yet */
  constructor(port: number, path: string, from: LiveSlots | null) {
    this.state = from ?? liveSlots(-1, []);
    this.socket = new RawSocket({
      port,
      path,
      onFrame: ({ text, at }) => {
        const frame = parseProviderFrame(text);
        if (frame) this.#frame(frame, at);
      },
    });
  }

  #frame(frame: ProviderFrame, at: number): void {
    const { state, taken, opened, ask } = applyFrame(this.state, frame);
    this.state = state;
    if (frame.type === "delta")
      this.deltas.push({
        at,
        taken: taken.map(({ start }) => start),
        opened: opened.map(({ start }) => start),
      });
    if (frame.type === "resync") this.resyncs += 1;
    if (ask) this.socket.send(JSON.stringify({ type: "resume", revision: state.revision }));
  }

  /** What is free on this page: start and clinic. */
  get starts(): string[] {
    return [...this.state.free.keys()].toSorted();
  }

  /** Resolves with the first frame there; throws when the upgrade was refused. */
  async ready(): Promise<void> {
    const status = await this.socket.upgraded;
    if (status !== 101) throw new Error(`the upgrade was answered ${status}`);
    await until(() => this.socket.frames.length > 0, {
      what: "the first frame",
      maxMs: FRAME_GIVE_UP_MS,
      everyMs: 2,
    });
  }
}

/** The answer of `GET availability`, as a page would show it. */
export function startsOfAnswer(text: string): string[] {
  const { revision, days } = JSON.parse(text) as { revision: number; days: Parameters<typeof liveSlots>[1] }; // API.md
  return [...liveSlots(revision, days).free.keys()].toSorted();
}
