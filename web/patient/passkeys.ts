/**
 * Passkeys: signing in with one, and saving one. The only step that cannot be done without JavaScript, so that its parts of a
 * page are hidden until this runs. Nothing of a session is ever seen here: it is a cookie that scripts cannot read.
 */
import {
  browserSupportsWebAuthn,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
  WebAuthnError,
} from "@simplewebauthn/browser";
import { PASSKEY_WORDS, type PasskeyTask, refusalText } from "../shared/passkey-words.ts";

/** A refusal of the issuer's, by status and its code. */
class Refused extends Error {
  override readonly name = "Refused";
  readonly status: number;
  readonly code: string | undefined;

  constructor(status: number, code: string | undefined) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

async function ask<T>(path: string, body?: unknown): Promise<T> {
  const answer = await fetch(
    `/auth/passkey/${path}`,
    body === undefined
      ? {}
      : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) },
  );
  const said = (await answer.json().catch(() => ({}))) as { readonly code?: string }; // a problem, or what was asked for
  if (!answer.ok) throw new Refused(answer.status, said.code);
  return said as T;
}

async function signIn(section: HTMLElement): Promise<void> {
  const optionsJSON = await ask<PublicKeyCredentialRequestOptionsJSON>("generate-authenticate-options");
  const response = await startAuthentication({ optionsJSON });
  const { next } = await ask<{ readonly next: string }>("verify-authentication", { response });
  if (next !== "signed-in") throw new Refused(409, "NO_RECORD");
  location.assign(section.dataset.return ?? "/");
}

async function save(section: HTMLElement): Promise<void> {
  const optionsJSON = await ask<PublicKeyCredentialCreationOptionsJSON>("generate-register-options");
  const response = await startRegistration({ optionsJSON });
  await ask("verify-registration", { response, name: section.dataset.name });
  if (document.getElementById("account")) location.assign("/account?done=passkey-saved");
  else done(section);
}

/** In the place of the offer: nothing else on the page moves. */
function done(section: HTMLElement): void {
  section.querySelector(".actions")?.remove();
  section.classList.add("done");
  say(section, PASSKEY_WORDS.saved);
}

function say(section: HTMLElement, text: string): void {
  const news = section.querySelector(".passkey-news");
  if (news) news.textContent = text;
}

/** What went wrong, as `refusalText` wants it. */
function reasonOf(error: unknown): string | number {
  if (error instanceof Refused) return error.code ?? error.status;
  if (error instanceof WebAuthnError) return error.code;
  return error instanceof Error ? error.name : "unknown";
}

const TASKS: Readonly<Record<PasskeyTask, (section: HTMLElement) => Promise<void>>> = {
  "sign-in": signIn,
  add: save,
};

export function offerPasskeys(): void {
  if (!browserSupportsWebAuthn()) return;
  for (const section of document.querySelectorAll<HTMLElement>("[data-passkey]")) {
    const task = section.dataset.passkey === "add" ? "add" : "sign-in";
    const button = section.querySelector("button");
    if (!button) continue;
    section.hidden = false;
    let busy = false;
    button.addEventListener("click", () => {
      if (busy) return; // one ceremony at a time; a disabled button would lose the focus
      busy = true;
      say(section, PASSKEY_WORDS.waiting);
      void TASKS[task](section)
        .catch((error: unknown) => say(section, refusalText(task, reasonOf(error))))
        .finally(() => {
          busy = false;
        });
    });
  }
}
