/** Programs of somebody else's that sign for themselves (RFC 7523): what they can be allowed, and how often a signature counts. */
import { type Action, PARTNER_ACTIONS } from "../access/rules.ts";
import { MINUTE_MS, SECOND_MS } from "../time.ts";

/** Two in turn, and two of another algorithm while moving over. */
export const PARTNER_KEYS_MAX = 4;
export const PARTNERS_MAX = 500;
export const PARTNER_NAME_CHARS_MAX = 100;
/** Of a partner that is not for all clinics. */
export const PARTNER_CLINICS_MAX = 100;
/** [DV13] An assertion says itself when it ends; at most this long after it was made. */
export const ASSERTION_LIFE_MS = 5 * MINUTE_MS;
/** Their clock and ours. */
export const ASSERTION_SKEW_MS = 5 * SECOND_MS;
export const JTI_CHARS_MAX = 128;
/** Assertions of one partner that are remembered: thirty a second for as long as they could be shown again. */
export const JTIS_MAX = 10_000;
/** About 900 characters with RS384, and room for a client's own claims. */
export const ASSERTION_CHARS_MAX = 4_096;

export const isPartnerAction = (text: string): text is Action =>
  (PARTNER_ACTIONS as readonly string[]).includes(text);

/** [DV14] The words of a token's scope that are actions; the others open nothing. */
export const parseScope = (text: string): readonly Action[] => text.split(" ").filter(isPartnerAction);
