/** What a page says of passkeys: what happened, and what to do. [SI8] */

export type PasskeyTask = "sign-in" | "add";

export const PASSKEY_WORDS = {
  waiting: "Follow the question of your device.",
  saved: "Your passkey is saved. Next time you sign in with it.",
} as const;

const NOT_NOW: Readonly<Record<PasskeyTask, string>> = {
  "sign-in": "No passkey was used. Try again, or sign in with a code.",
  add: "No passkey was saved. Try again whenever you like; codes keep working.",
};
const AGAIN: Readonly<Record<PasskeyTask, string>> = {
  "sign-in": "That passkey does not work here any more. Sign in with a code.",
  add: "That did not work. Try again; codes keep working.",
};

/** By a code of the issuer or the library, the name of an error of the browser's, or a status. */
const REASONS = new Map<string | number, string>(
  Object.entries({
    ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED: "This device has a passkey for you already.",
    SESSION_NOT_FRESH:
      "You signed in a while ago. Sign in again, then save a passkey under Account within ten minutes.",
    USER_VERIFICATION_REQUIRED:
      "Your device did not ask for finger, face or PIN. Turn on its screen lock, then try again.",
    NO_RECORD: "That passkey belongs to a record that is closed. Call your clinic.",
    403: "Passkeys do not work at this address of the site. Open it as your clinic gave it to you.",
    429: "There were too many tries from your connection. Wait a minute, then try again.",
    503: "Signing in does not work just now. Try again in a minute.",
    TypeError: "We could not be reached. Check your connection, then try again.",
  }),
);

const GIVEN_UP: readonly (string | number)[] = ["NotAllowedError", "AbortError", "ERROR_CEREMONY_ABORTED"];

export const refusalText = (task: PasskeyTask, reason: string | number): string =>
  REASONS.get(String(reason)) ?? (GIVEN_UP.includes(reason) ? NOT_NOW : AGAIN)[task];
