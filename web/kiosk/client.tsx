/** The browser's part of the kiosk: a code until the screen is paired, then a socket for as long as it is. */
import "./kiosk.css";
import { GONE_FRAME } from "../../core/live/protocol.ts";
import { type AnswerOf, call, livePath } from "../shared/api/call.ts";
import { openLiveSocket } from "../shared/live-socket.ts";
import { browserPorts, deviceToken, readPaired } from "./device.ts";
import { type PairingView, pairScreen } from "./pairing.ts";

const SECOND_MS = 1_000;
const MINUTE_SECONDS = 60;
/** The issuer hears of this screen once an hour, so that staff see when it was there and its secret is renewed in time. */
const CONTACT_EVERY_MS = 60 * MINUTE_SECONDS * SECOND_MS;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const ports = browserPorts();

const element = (id: string): HTMLElement => {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
};

/** Writes only what changed: a screen reader is told of every change. */
function say(id: string, text: string): void {
  const where = element(id);
  if (where.textContent !== text) where.textContent = text;
}

// ---- the code ----

let expiresAt = 0;

/** `9:05`; the minute is spoken, the second is not. */
function countDown(): void {
  const seconds = Math.max(0, Math.ceil((expiresAt - Date.now()) / SECOND_MS));
  const minutes = Math.floor(seconds / MINUTE_SECONDS);
  say("left", `${minutes}:${String(seconds % MINUTE_SECONDS).padStart(2, "0")}`);
  const whole = Math.ceil(seconds / MINUTE_SECONDS);
  say("left-spoken", expiresAt === 0 ? "" : `Good for ${whole} more ${whole === 1 ? "minute" : "minutes"}.`);
}

function showPairing(view: PairingView): void {
  const code = view.kind === "code" || view.kind === "away" ? view.code : null;
  element("code-box").hidden = code === null;
  if (code !== null && view.kind !== "paired" && view.kind !== "asking") {
    say("code", code);
    expiresAt = view.expiresAt;
    countDown();
  }
  const words = {
    asking: "Asking for a code…",
    code: "Waiting for the front desk.",
    away: "No connection. This screen keeps trying by itself.",
    paired: "Paired.",
  };
  say("pairing-status", words[view.kind]);
  document.documentElement.dataset.state = view.kind;
}

async function pair(): Promise<void> {
  const known = readPaired(localStorage);
  const { locationId } =
    known ??
    (await pairScreen({
      ...ports,
      session: sessionStorage,
      sleep,
      now: () => Date.now(),
      show: showPairing,
    }));
  location.replace(`/kiosk/${locationId}`);
}

// ---- the paired screen ----

const WORDS = {
  connecting: "Connecting…",
  connected: "Connected.",
  lost: "Connection lost. This screen keeps trying by itself.",
} as const;

function showConnection(state: keyof typeof WORDS): void {
  say("connection", WORDS[state]);
  document.documentElement.dataset.state = state;
}

/** Revoked, or paired with another clinic: where this screen belongs. */
const elsewhere = (): void => location.replace("/kiosk");

/** The socket's address with a fresh ticket. Throws when there is none to be had just now: the socket asks again. */
async function socketPath(locationId: string): Promise<string> {
  const answer = await deviceToken(ports);
  if (answer.kind === "unpaired") elsewhere();
  if (answer.kind !== "token") throw new Error(answer.kind);
  if (answer.paired.locationId !== locationId) elsewhere();
  say("device-name", answer.paired.name);
  const response = await call(ports.fetch, "post", "/v1/live/tickets", {
    token: answer.token,
    body: { locationId },
  });
  if (!response.ok) throw new Error(`tickets answered ${response.status}`);
  const { ticket } = (await response.json()) as AnswerOf<"/v1/live/tickets", "post", 201>;
  return livePath("/v1/live/locations/{id}", { path: { id: locationId }, query: { ticket } });
}

function follow(locationId: string): void {
  const paired = readPaired(localStorage);
  if (!paired) {
    elsewhere();
    return;
  }
  say("device-name", paired.name);
  showConnection("connecting");
  const socket = openLiveSocket({
    path: async () => {
      for (;;) {
        try {
          return await socketPath(locationId);
        } catch {
          showConnection("lost"); // offline, or nobody answers: the next try says more
          await sleep(SECOND_MS + Math.random() * 4 * SECOND_MS);
        }
      }
    },
    onOpen: (again) => {
      if (again) socket.send(JSON.stringify({ type: "resume", revision: 0 }));
    },
    onText: (text) => {
      if (text === GONE_FRAME) showConnection("lost");
      else if (text.startsWith("{")) showConnection("connected");
    },
    onLost: () => showConnection("lost"),
  });
  setInterval(() => {
    void deviceToken(ports).then(({ kind }) => kind === "unpaired" && elsewhere());
  }, CONTACT_EVERY_MS);
}

const clinic = document.getElementById("paired")?.dataset.location;
if (clinic) follow(clinic);
else if (document.getElementById("pairing")) {
  setInterval(countDown, SECOND_MS);
  void pair();
}
