/** Proves what the issuer's codes and sessions are made of: each as likely as any other, and as long as they must be. */
import { reset } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { issueCode } from "../../../workers/identity/codes.ts";
import { forgetKeys } from "../../../workers/identity/signing-keys.ts";
import { BIRTH_DATE, env, signInByCode, someEmail, somePatient } from "../../support/identity.ts";

afterEach(async () => {
  vi.restoreAllMocks();
  forgetKeys();
  await reset();
});

describe("[SV8] randomness of the issuer", () => {
  it("[SV8] a code has six digits from the cryptographic source, each as often as any other at each place", async () => {
    const source = vi.spyOn(crypto, "getRandomValues");
    const guessable = vi.spyOn(Math, "random");
    const codes: string[] = [];
    for (let n = 0; n < 600; n++)
      codes.push((await issueCode(env, { kind: "email", address: `r${n}@example.org` })) as string);
    expect(source.mock.calls.length).toBeGreaterThanOrEqual(codes.length);
    expect(guessable).not.toHaveBeenCalled();
    expect(codes.every((code) => /^\d{6}$/.test(code))).toBe(true);
    // Chi-square of ten digits has nine degrees of freedom: beyond 45 once in a million.
    for (let place = 0; place < 6; place++) {
      const seen = Array.from(
        { length: 10 },
        (_, digit) => codes.filter((code) => code[place] === `${digit}`).length,
      );
      const wanted = codes.length / 10;
      expect(seen.reduce((sum, count) => sum + (count - wanted) ** 2 / wanted, 0)).toBeLessThan(45);
    }
    expect(new Set(codes).size).toBeGreaterThan(590);
  });

  it("[SV8] a code that would be likelier than others is drawn again", async () => {
    const draws = [2 ** 32 - 1, 4_294_000_000, 42];
    vi.spyOn(crypto, "getRandomValues").mockImplementation((array) => {
      (array as unknown as Uint32Array)[0] = draws.shift() ?? 0;
      return array;
    });
    expect(await issueCode(env, { kind: "email", address: "again@example.org" })).toBe("000042");
    expect(draws).toEqual([]);
  });

  it("[SV8] what opens a session is new each time, from the cryptographic source, and has more than 128 bits", async () => {
    const source = vi.spyOn(crypto, "getRandomValues");
    const email = someEmail();
    await somePatient({ email });
    const tokens: string[] = [];
    const { browser } = await signInByCode(email);
    for (const step of ["code", "confirm"]) {
      if (step === "confirm") await browser.call("POST", "/patient/confirm", { birthDate: BIRTH_DATE });
      tokens.push(decodeURIComponent(browser.cookie.split("session_token=")[1] ?? "").split(".")[0] ?? "");
    }
    for (let n = 0; n < 3; n++) {
      const again = (await signInByCode(email)).browser.cookie;
      tokens.push(decodeURIComponent(again.split("session_token=")[1] ?? "").split(".")[0] ?? "");
    }
    expect(new Set(tokens).size).toBe(5);
    const LETTERS = 62;
    for (const token of tokens) {
      expect(token).toMatch(/^[A-Za-z0-9]{32}$/);
      expect(token.length * Math.log2(LETTERS)).toBeGreaterThan(128);
    }
    expect(source.mock.calls.length).toBeGreaterThanOrEqual(tokens.length);
  });
});
