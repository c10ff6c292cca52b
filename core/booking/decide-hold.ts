/**
 * May this start be held, longer, or given back? Holds need no account, so the limits on them are the calendar's. The
 * order of the tests is the protocol's: repetition, rules, caps, rivals.
 */
import type { CommandId, HoldId } from "../ids.ts";
import { dateAt, dayInterval } from "../schedule/clinic-time.ts";
import { dayOf, stepsIn } from "../schedule/day-bits.ts";
import { findSite, findVisit } from "../schedule/free-starts.ts";
import type { OpenDays } from "../schedule/open-days.ts";
import { DAY_MS, type Instant, type Interval, MINUTE_MS, plus, STEP_MS } from "../time.ts";
import type { CalendarView } from "./calendar-view.ts";
import type { Place } from "./commands.ts";
import {
  ANONYMOUS_DAY_MIN,
  ANONYMOUS_DAY_SHARE,
  ANONYMOUS_HOLDS_MAX,
  extendedUntil,
  HOLD_MINUTES,
  HOLDS_KEPT_PER_DEVICE_MAX,
  HOLDS_KEPT_PER_NETWORK_MAX,
  HOLDS_PER_NETWORK_MAX,
  type HoldAllowance,
  type HoldClaim,
  type HolderHash,
  isLive,
  type StoredHold,
  sameHash,
  type TokenHash,
} from "./hold.ts";
import { blockerOf, brokenDayLimit, takenAt } from "./occupancy.ts";
import { brokenPlaceRule } from "./place-rules.ts";
import { type BookingRefusal, broken } from "./refusal.ts";

/** Who holds, and under which key: the names of one caller. */
export interface HolderNames {
  readonly holder: HolderHash;
  readonly command: CommandId;
}

export interface PlaceHoldCommand extends HolderNames {
  /** A fresh one, used if this is no repetition. */
  readonly holdId: HoldId;
  readonly tokenHash: TokenHash;
  readonly fingerprint: string;
  readonly anonymous: boolean;
  readonly allowance: HoldAllowance;
  /** What the same device was called yesterday; null for callers whose name does not change with the day. */
  readonly yesterday: HolderNames | null;
  readonly place: Place;
  readonly configVersion: number;
}

/** What decisions about holds look at besides what every decision does. */
export interface HoldView extends CalendarView {
  holdUnder(command: CommandId): StoredHold | null;
  countLiveHoldsOf(holder: HolderHash, now: Instant): number;
  /** In any state, as long as their rows are kept. */
  countHoldsOf(holder: HolderHash): number;
  countAnonymousHoldsIn(interval: Interval, now: Instant): number;
  /** On all days. */
  countAnonymousHolds(now: Instant): number;
  countLiveHoldsFrom(network: HolderHash, now: Instant): number;
  /** In any state, as long as their rows are kept. */
  countHoldsFrom(network: HolderHash): number;
  /** Holds over this time that ended without a booking, as long as their rows are kept: a day. */
  countEndedHoldsIn(interval: Interval, now: Instant): number;
}

export type PlaceHoldDecision =
  /** `hold` as it was first answered. */
  | { readonly kind: "done"; readonly hold: StoredHold }
  | { readonly kind: "refused"; readonly refusal: BookingRefusal }
  | { readonly kind: "commit"; readonly hold: StoredHold };

export function decidePlaceHold(view: HoldView, command: PlaceHoldCommand, now: Instant): PlaceHoldDecision {
  // [W4] First: a retry whose answer was lost must not be refused because its own hold is in the way.
  const earlier =
    view.holdUnder(command.command) ?? (command.yesterday && view.holdUnder(command.yesterday.command));
  if (earlier) {
    return earlier.fingerprint === command.fingerprint
      ? { kind: "done", hold: firstAnswerOf(earlier) }
      : { kind: "refused", refusal: { reason: "key-reuse" } };
  }
  const rule = brokenPlaceRule(view.open, command.place, now); // [W1]
  if (rule) return { kind: "refused", refusal: rule };
  const hold = newHold(view, command, now);
  const holders = command.yesterday ? [command.holder, command.yesterday.holder] : [command.holder];
  const networks = networksOf(command.allowance);
  const refusal =
    tooMany(view, hold, holders, networks, now) ??
    tooOften(view, holders, networks) ??
    heldInVain(view, hold, command.allowance, now) ??
    rival(view, hold, now);
  return refusal ? { kind: "refused", refusal } : { kind: "commit", hold };
}

function newHold(view: HoldView, command: PlaceHoldCommand, now: Instant): StoredHold {
  const { holdId, place, tokenHash, holder, anonymous, allowance, command: name, fingerprint } = command;
  return {
    id: holdId,
    place,
    takes: takenAt(view, place),
    timeZone: findSite(view.open, place.locationId)?.timeZone ?? "UTC",
    placedAt: now,
    expiresAt: plus(now, HOLD_MINUTES * MINUTE_MS),
    state: "held",
    tokenHash,
    holder,
    anonymous,
    liveMax: allowance.live,
    network: allowance.network,
    command: name,
    fingerprint,
  };
}

/** [W4] Whatever happened to it since. */
const firstAnswerOf = (hold: StoredHold): StoredHold => ({
  ...hold,
  state: "held",
  expiresAt: plus(hold.placedAt, HOLD_MINUTES * MINUTE_MS),
});

const networksOf = ({ network, networkYesterday }: HoldAllowance): HolderHash[] =>
  [network, networkYesterday].filter((one) => one !== null);

/** [W6] [W7] [AB1] [AB2] Counted by the clock of the decision: what has run out counts no more. */
function tooMany(
  view: HoldView,
  hold: StoredHold,
  holders: readonly HolderHash[],
  networks: readonly HolderHash[],
  now: Instant,
): BookingRefusal | null {
  if (counted(holders, (holder) => view.countLiveHoldsOf(holder, now)) >= hold.liveMax)
    return broken("too-many-holds");
  if (!hold.anonymous) return null;
  if (counted(networks, (network) => view.countLiveHoldsFrom(network, now)) >= HOLDS_PER_NETWORK_MAX)
    return broken("too-many-holds");
  if (view.countAnonymousHolds(now) >= ANONYMOUS_HOLDS_MAX) return broken("too-many-holds");
  const day = dayInterval(dateAt(hold.place.start, hold.timeZone), hold.timeZone);
  const share = Math.max(
    ANONYMOUS_DAY_MIN,
    Math.floor(openVisits(view.open, hold.place, day) * ANONYMOUS_DAY_SHARE),
  );
  return view.countAnonymousHoldsIn(day, now) >= share ? broken("too-many-holds") : null;
}

const counted = (names: readonly HolderHash[], count: (name: HolderHash) => number): number =>
  names.reduce((sum, name) => sum + count(name), 0);

/** [W6] [AB2] */
function tooOften(
  view: HoldView,
  holders: readonly HolderHash[],
  networks: readonly HolderHash[],
): BookingRefusal | null {
  const often =
    counted(holders, (holder) => view.countHoldsOf(holder)) >= HOLDS_KEPT_PER_DEVICE_MAX ||
    counted(networks, (network) => view.countHoldsFrom(network)) >= HOLDS_KEPT_PER_NETWORK_MAX;
  return often ? broken("too-many-holds") : null;
}

/** [AB3] Whoever takes turns in holding a start keeps it from nobody for long: it can still be booked. */
function heldInVain(
  view: HoldView,
  { takes }: StoredHold,
  { endedPerStart }: HoldAllowance,
  now: Instant,
): BookingRefusal | null {
  return endedPerStart !== null && view.countEndedHoldsIn(takes, now) >= endedPerStart
    ? broken("too-many-holds")
    : null;
}

/** [W1] The same minutes for everybody: to others a hold is like an appointment, and an appointment is like a hold to it. */
function rival(view: HoldView, hold: StoredHold, now: Instant): BookingRefusal | null {
  const limit = brokenDayLimit(view, hold.place, hold.id, now); // [B22]
  if (limit) return limit;
  const blockedBy = blockerOf(view, hold.place, hold.id, now);
  return blockedBy ? { reason: "slot-taken", blockedBy } : null;
}

/** Visits of this type, one after the other, that the site's open time of a local day has room for. */
function openVisits(open: OpenDays, place: Place, day: Interval): number {
  const site = findSite(open, place.locationId);
  const visit = findVisit(open, place.visitTypeId);
  if (!site || !visit) return 0;
  let steps = 0;
  for (let utc = dayOf(day.start); utc * DAY_MS < day.end; utc++) {
    steps += stepsIn(open.open(site, utc)).filter((step) => {
      const at = utc * DAY_MS + step * STEP_MS;
      return at >= day.start && at < day.end;
    }).length;
  }
  return Math.floor((steps * STEP_MS) / (visit.minutes * MINUTE_MS));
}

export type HoldDecision =
  | { readonly kind: "done"; readonly hold: StoredHold }
  | { readonly kind: "refused"; readonly refusal: BookingRefusal }
  | { readonly kind: "commit"; readonly hold: StoredHold };

/** [W5] The hold that this token opens. Unknown and not yours are one answer. */
export function openedHold(view: CalendarView, { id, tokenHash }: HoldClaim): StoredHold | null {
  const hold = view.findHold(id);
  return hold && sameHash(hold.tokenHash, tokenHash) ? hold : null;
}

/** [W3] Repeating it is harmless: it sets the end and adds nothing to it. */
export function decideExtendHold(view: HoldView, claim: HoldClaim, now: Instant): HoldDecision {
  const hold = openedHold(view, claim);
  if (!hold) return refuse({ reason: "not-found" });
  if (hold.state === "released" || hold.state === "converted") return refuse({ reason: "hold-expired" });
  const until = extendedUntil(hold.placedAt, now);
  if (isLive(hold, now)) {
    if (until <= hold.expiresAt) return { kind: "done", hold };
    return { kind: "commit", hold: { ...hold, expiresAt: until } };
  }
  if (until <= now) return refuse({ reason: "hold-expired" });
  return revive(view, { ...hold, state: "held", expiresAt: until }, now);
}

/** [W3] A hold that ran out comes back if nobody took its start. It counts to the caps again, which others may have filled. */
function revive(view: HoldView, hold: StoredHold, now: Instant): HoldDecision {
  if (brokenPlaceRule(view.open, hold.place, now, { heldSince: hold.placedAt }) || rival(view, hold, now))
    return refuse({ reason: "hold-expired" });
  const refusal = tooMany(view, hold, [hold.holder], hold.network === null ? [] : [hold.network], now);
  return refusal ? refuse(refusal) : { kind: "commit", hold };
}

/** [W10] Giving back twice is giving back. What became an appointment is no hold any more: cancel the appointment. */
export function decideReleaseHold(view: CalendarView, claim: HoldClaim): HoldDecision {
  const hold = openedHold(view, claim);
  if (!hold) return refuse({ reason: "not-found" });
  if (hold.state === "converted") return refuse({ reason: "hold-expired" });
  if (hold.state === "released") return { kind: "done", hold };
  return { kind: "commit", hold: { ...hold, state: "released" } };
}

const refuse = (refusal: BookingRefusal): HoldDecision => ({ kind: "refused", refusal });
