/** Proves what sealing promises: nobody without the key reads, moves or guesses a text, and old ones stay readable. */
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { KeyRing } from "../../workers/config.ts";
import {
  keyedFingerprint,
  openText,
  openWritten,
  sealedUnder,
  sealText,
  sealWritten,
} from "../../workers/sealed-text.ts";
import { anAppointment, patientId } from "../support/core-builders.ts";

const OLD: KeyRing = [["a", "o".repeat(43)]];
const ROTATED: KeyRing = [["b", "n".repeat(43)], ...OLD];
const OTHERS: KeyRing = [["a", "x".repeat(43)]];
const ANN = patientId(1);
const BEN = patientId(2);

afterEach(() => vi.restoreAllMocks());
const silence = () => vi.spyOn(console, "error").mockImplementation(() => undefined);

describe("a sealed text", () => {
  it("[PD1] comes back as it was, and lies as another string each time", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 2_000 }), (text) => {
        const [one, other] = [sealText(OLD, "reason", ANN, text), sealText(OLD, "reason", ANN, text)];
        expect(one).not.toBe(other);
        expect(one).not.toContain(text.length > 40 ? text : `.${text}.`);
        expect([openText(OLD, "reason", ANN, one), openText(OLD, "reason", ANN, other)]).toEqual([
          text,
          text,
        ]);
      }),
      { numRuns: 200 },
    );
  });

  it("[PD1] is at most 8,100 characters: 2,000 of the longest kind", () => {
    const longest = "\uffff".repeat(2_000);
    expect(sealText(OLD, "notes", ANN, longest).length).toBeLessThanOrEqual(8_100);
  });

  it("[PD1] opens for its patient and its field alone", () => {
    const said = silence();
    const sealed = sealText(OLD, "reason", ANN, "cough");
    expect([openText(OLD, "reason", BEN, sealed), openText(OLD, "notes", ANN, sealed)]).toEqual([null, null]);
    expect(said).toHaveBeenCalledTimes(2);
  });

  it("[PD3] is null with another key, or with one letter changed, and the log has a code and nothing else", () => {
    const said = silence();
    const sealed = sealText(OLD, "reason", ANN, "cough");
    expect(openText(OTHERS, "reason", ANN, sealed)).toBeNull();
    expect(openText([["c", "o".repeat(43)]], "reason", ANN, sealed)).toBeNull();
    const at = (n: number) => sealed.slice(0, n) + (sealed[n] === "A" ? "B" : "A") + sealed.slice(n + 1);
    // The last character has bits that belong to no byte.
    for (let n = 2; n < sealed.length - 1; n++) {
      if (sealed[n] === ".") continue;
      expect(openText(OLD, "reason", ANN, at(n)), String(n)).toBeNull();
    }
    const lines = said.mock.calls.map(([line]) => JSON.parse(line as string));
    expect(new Set(lines.map(({ event }) => event))).toEqual(
      new Set(["text.unreadable", "text.key_missing"]),
    );
    expect(JSON.stringify(lines)).not.toMatch(/cough|pat_/);
    for (const line of lines) expect(Object.keys(line).sort()).toEqual(["event", "kind", "level"]);
  });

  it("[PD2] from before there were keys is read as it stands", () => {
    for (const text of ["cough", "a.b.c", "b. Fever since Monday. Please call.", ""])
      expect(openText(ROTATED, "reason", ANN, text)).toBe(text);
  });

  it("[PD6] of an older key opens while that key is in the ring; new ones are sealed under the first", () => {
    const old = sealText(OLD, "reason", ANN, "cough");
    expect(openText(ROTATED, "reason", ANN, old)).toBe("cough");
    const fresh = sealText(ROTATED, "reason", ANN, "cough");
    expect([sealedUnder(old), sealedUnder(fresh), sealedUnder("cough")]).toEqual(["a", "b", null]);
  });

  it("[PD1] is made of what a body says: absent stays absent, null stays null", () => {
    expect(sealWritten(OLD, ANN, {})).toEqual({});
    expect(sealWritten(OLD, ANN, { reason: undefined })).toEqual({});
    expect(sealWritten(OLD, ANN, { reason: null, notes: null })).toEqual({ reason: null, notes: null });
    const written = sealWritten(OLD, ANN, { reason: "cough", notes: "call first" });
    const stored = anAppointment(1, { patientId: ANN, ...written });
    expect(openWritten(OLD, stored)).toEqual({ ...stored, reason: "cough", notes: "call first" });
    expect(openWritten(OLD, anAppointment(1))).toMatchObject({ reason: null, notes: null });
  });
});

describe("a keyed fingerprint", () => {
  it("[PD4] is the same for the same body, another for another, and nobody's without the key", () => {
    const parts = ["POST", "/v1/appointments", '{"reason":"cough"}'];
    expect(keyedFingerprint(OLD, parts)).toBe(keyedFingerprint([...OLD], parts));
    expect(keyedFingerprint(OLD, parts)).not.toBe(keyedFingerprint(OLD, [...parts.slice(0, 2), "{}"]));
    expect(keyedFingerprint(OLD, parts)).not.toBe(keyedFingerprint(OTHERS, parts));
  });

  it("[PD4] stays what it was when a new key is put in front", () => {
    expect(keyedFingerprint(ROTATED, ["x"])).toBe(keyedFingerprint(OLD, ["x"]));
  });
});
