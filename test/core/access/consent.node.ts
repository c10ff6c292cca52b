/** Proves the rules of consent: who may act for whom and until when, under any clock, ages and number of others. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  CODE_CHARS,
  CONSENT_CODE,
  type Consent,
  type ConsentId,
  decideConsent,
  isLive,
  type Person,
  PROXIES_MAX,
  REPRESENTED_MAX,
  readCode,
  type Standing,
  type WantedConsent,
  withdrawnBy,
} from "../../../core/access/consent.ts";
import { encodeBytes } from "../../../core/ids.ts";
import { DAY_MS, type Instant, instant, plus } from "../../../core/time.ts";
import { NOW, patientId } from "../../support/core-builders.ts";

const TODAY = new Date(NOW).toISOString().slice(0, 10);
const person = (n: number, more: Partial<Person> = {}): Person => ({
  id: patientId(n),
  birthDate: "1980-01-01",
  active: true,
  ...more,
});
const wanted = (more: Partial<WantedConsent> = {}): WantedConsent => ({
  patient: person(1),
  proxy: person(2),
  until: null,
  reason: null,
  ...more,
});
const standing = (more: Partial<Standing> = {}): Standing => ({
  now: NOW,
  today: TODAY,
  proxiesOfPatient: [],
  patientsOfProxy: 0,
  ...more,
});
const child = person(1, { birthDate: "2020-02-29" });
const many = (n: number) => Array.from({ length: n }, (_, index) => patientId(100 + index));

describe("a consent", () => {
  it.each<[string, WantedConsent, Standing, string]>([
    ["for oneself", wanted({ proxy: person(1) }), standing(), "own-record"],
    ["of a record that ended", wanted({ patient: person(1, { active: false }) }), standing(), "record-ended"],
    ["to a record that ended", wanted({ proxy: person(2, { active: false }) }), standing(), "record-ended"],
    ["twice", wanted(), standing({ proxiesOfPatient: [patientId(2)] }), "already-acts"],
    ["to one more", wanted(), standing({ proxiesOfPatient: many(PROXIES_MAX) }), "too-many-proxies"],
    ["of one more", wanted(), standing({ patientsOfProxy: REPRESENTED_MAX }), "too-many-represented"],
    ["that is over", wanted({ until: NOW }), standing(), "until-not-ahead"],
    ["for ever and a day", wanted({ until: plus(NOW, 6 * 366 * DAY_MS) }), standing(), "until-too-far"],
    ["for an adult as a minor", wanted({ reason: "minor" }), standing(), "not-a-minor"],
  ])("[CO1] [CO2] [CO3] [CO5] %s is refused", (_, what, at, refusal) => {
    expect(decideConsent(what, at)).toEqual({ ok: false, error: refusal });
  });

  it("[CO3] of a minor by the clinic ends on the eighteenth birthday at the latest; their own and others' does not", () => {
    const until = (more: Partial<WantedConsent>, at: Instant = NOW) => {
      const decision = decideConsent(
        wanted({ patient: child, ...more }),
        standing({ now: at, today: new Date(at).toISOString().slice(0, 10) }),
      );
      return decision.ok ? decision.value.expiresAt : decision.error;
    };
    const adult = instant(Date.UTC(2038, 2, 1)); // 29 February 2038 does not exist
    expect(until({ reason: "minor" })).toBe(adult);
    expect(until({ reason: "minor", until: plus(NOW, DAY_MS) })).toBe(plus(NOW, DAY_MS));
    expect(until({ reason: "minor", until: plus(adult, DAY_MS) }, plus(adult, -DAY_MS))).toBe(adult);
    expect(until({ reason: "legal-guardian" })).toBeNull();
    expect(until({ reason: null })).toBeNull();
    expect(until({ reason: "minor" }, adult)).toBe("not-a-minor");
  });

  it("[CO2] [CO3] whatever is asked: within the limits, never of oneself, and it ends after now and no later than asked", () => {
    const anyPerson = fc.record({
      id: fc.integer({ min: 1, max: 4 }).map(patientId),
      birthDate: fc
        .date({ min: new Date("1930-01-01"), max: new Date("2026-11-01"), noInvalidDate: true })
        .map((at) => at.toISOString().slice(0, 10)),
      active: fc.boolean(),
    });
    fc.assert(
      fc.property(
        anyPerson,
        anyPerson,
        fc.option(fc.integer({ min: -10, max: 4_000 }).map((days) => plus(NOW, days * DAY_MS))),
        fc.constantFrom(null, "minor" as const, "legal-guardian" as const, "asked-at-desk" as const),
        fc.array(fc.integer({ min: 1, max: 9 }).map(patientId), { maxLength: 7 }),
        fc.integer({ min: 0, max: 30 }),
        (patient, proxy, until, reason, proxiesOfPatient, patientsOfProxy) => {
          const decision = decideConsent(
            { patient, proxy, until, reason },
            standing({ proxiesOfPatient, patientsOfProxy }),
          );
          if (!decision.ok) return;
          const { expiresAt } = decision.value;
          expect(patient.id).not.toBe(proxy.id);
          expect(patient.active && proxy.active).toBe(true);
          expect(proxiesOfPatient).not.toContain(proxy.id);
          expect(proxiesOfPatient.length).toBeLessThan(PROXIES_MAX);
          expect(patientsOfProxy).toBeLessThan(REPRESENTED_MAX);
          expect(expiresAt === null || expiresAt > NOW).toBe(true);
          if (until !== null) expect(expiresAt).toBeLessThanOrEqual(until);
          if (reason === "minor") expect(expiresAt).not.toBeNull();
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

const consent = (more: Partial<Consent> = {}): Consent => ({
  id: "cns_000000000001" as ConsentId,
  patientId: patientId(1),
  proxyPatientId: patientId(2),
  relation: "carer",
  grantedAt: NOW,
  expiresAt: null,
  withdrawnAt: null,
  ...more,
});

describe("the life of a consent", () => {
  it("[CO9] counts until its end, not at it, and not once it was withdrawn", () => {
    const ends = consent({ expiresAt: plus(NOW, 1_000) });
    expect([0, 999, 1_000, 2_000].map((ms) => isLive(ends, plus(NOW, ms)))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(isLive(consent({ withdrawnAt: NOW }), NOW)).toBe(false);
    expect(isLive(consent(), plus(NOW, 5_000 * DAY_MS))).toBe(true);
  });

  it("[CO4] is ended by the patient, by the proxy and by a desk, and by nobody else", () => {
    const by = (n: number) => withdrawnBy(consent(), { kind: "patient", patientId: patientId(n) });
    expect([by(1), by(2), by(3)]).toEqual(["patient", "proxy", null]);
    expect(withdrawnBy(consent(), { kind: "clinic" })).toBe("clinic");
  });

  it("[CO6] a code is read as people type it, and no two codes are read as one", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: CODE_CHARS, maxLength: CODE_CHARS }), (bytes) => {
        const code = encodeBytes(bytes);
        const typed = code.toUpperCase().replaceAll("0", "O").replaceAll("1", "l");
        expect(code).toMatch(CONSENT_CODE);
        expect(readCode(code)).toBe(code);
        expect(readCode(` ${typed.slice(0, 4)} - ${typed.slice(4)} `)).toBe(code);
      }),
    );
    expect(readCode("abc")).not.toMatch(CONSENT_CODE);
  });
});
