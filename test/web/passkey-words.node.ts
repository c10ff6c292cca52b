/** Proves that every way in which a passkey can be refused has a sentence that says what to do. */
import { expect, it } from "vitest";
import { refusalText } from "../../web/shared/passkey-words.ts";

it("[SI8] whoever looked away is told how to go on, by their task", () => {
  for (const reason of ["NotAllowedError", "AbortError", "ERROR_CEREMONY_ABORTED"]) {
    expect(refusalText("sign-in", reason)).toBe("No passkey was used. Try again, or sign in with a code.");
    expect(refusalText("add", reason)).toMatch(/^No passkey was saved\./);
  }
});

it("[SI8] a reason that we know is named, and one that we do not know still leads on", () => {
  const reasons = [
    "SESSION_NOT_FRESH",
    "USER_VERIFICATION_REQUIRED",
    "NO_RECORD",
    403,
    429,
    503,
    "TypeError",
  ];
  expect(new Set(reasons.map((reason) => refusalText("sign-in", reason))).size).toBe(reasons.length);
  for (const reason of [401, 400, "unknown", "SyntaxError", "toString", "constructor"]) {
    expect(refusalText("sign-in", reason)).toBe(
      "That passkey does not work here any more. Sign in with a code.",
    );
    expect(refusalText("add", reason)).toBe("That did not work. Try again; codes keep working.");
  }
});
