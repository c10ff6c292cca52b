/**
 * The appointments of the sample network: full days at some clinics, a few visits elsewhere, 90 days back and 30 ahead. Pure: the
 * same network, generator and date give the same appointments, id by id. Nobody is in two places, no calendar has two at once.
 */
import type { IncomingAppointment } from "../../core/booking/take-over.ts";
import type { Patient, Provider } from "../../core/directory/directory.ts";
import type { AppointmentId, PatientId, ProviderId } from "../../core/ids.ts";
import { type CalendarDate, nextDate, wallTime, weekdayOf } from "../../core/schedule/clinic-time.ts";
import type { Site, VisitTypeRules, WeeklyHours } from "../../core/schedule/config.ts";
import { DAY_MS, type Instant, type Interval, instant, MINUTE_MS, overlaps, plus } from "../../core/time.ts";
import { FULL_CLINICS, type Network } from "./network.ts";
import type { Random } from "./random.ts";

/** What a laptop seeds and pushes within a minute or two. */
export const APPOINTMENTS_MAX = 150_000;
const DAYS_BACK = 90;
const DAYS_AHEAD = 30;

/** Of the times of a full day that somebody has. Real schedules have holes. */
const FULL_PERCENT = 85;
/** Working days on which somebody comes, at the other clinics. */
const SPARSE_DAY_PERCENT = 15;
/** Of all visits; the usual range of published numbers is 5 to 15 and 5 to 10. */
const CANCELLED_PERCENT = 9;
const NO_SHOW_PERCENT = 6;
/** A cancelled time that somebody else got. */
const REFILLED_PERCENT = 60;
const CONFIRMED_PERCENT = 40;
/** A patient books at most so long before. */
const LEAD_DAYS_MAX = 45;
/** Other patients that are tried for a time before it stays free. */
const PATIENT_TRIES = 6;
/** Far below what the agenda allows (20), so that the sample patients can still book. */
const OPEN_MAX = 6;
/** Noon is never skipped or repeated; every visit of the sample lies on the same side of the change of clocks as noon. */
const NOON_MINUTES = 12 * 60;
/** Younger patients go to pediatrics, others do not. */
const ADULT_BORN_BEFORE = "2009";

const REASONS = [
  "Check-up",
  "Follow-up",
  "Cough",
  "Back pain",
  "Test results",
  "Prescription",
  "Rash",
] as const;
const REASON_PERCENT = 30;

/** The id of an appointment at this calendar, from at least 12 random bytes: who checks ids must have made them. */
export type MintId = (calendar: ProviderId, bytes: Uint8Array) => AppointmentId;

interface Visitor {
  readonly id: PatientId;
  readonly visits: Interval[];
  open: number;
}

interface Wanted extends Interval {
  readonly provider: Provider;
  readonly site: Site;
  readonly visit: VisitTypeRules;
}

/** @param today the first date (UTC) whose visits are still to come */
export function makeAppointments(
  random: Random,
  network: Network,
  today: CalendarDate,
  mint: MintId,
): IncomingAppointment[] {
  return new Diary(network, today, mint).fill(random);
}

class Diary {
  readonly #network: Network;
  readonly #now: Instant;
  readonly #dates: readonly CalendarDate[];
  readonly #mint: MintId;
  readonly #visitors: Readonly<Record<"adults" | "children", ReadonlyMap<string, readonly Visitor[]>>>;
  readonly #noons = new Map<string, Instant>();
  readonly #rows: IncomingAppointment[] = [];

  constructor(network: Network, today: CalendarDate, mint: MintId) {
    this.#network = network;
    this.#now = instant(Date.parse(today));
    this.#dates = datesFrom(dateOf(plus(this.#now, -DAYS_BACK * DAY_MS)), DAYS_BACK + DAYS_AHEAD);
    this.#mint = mint;
    const byAge = Map.groupBy(network.patients, ({ birthDate }) => birthDate < ADULT_BORN_BEFORE);
    this.#visitors = { adults: visitorsOf(byAge.get(true)), children: visitorsOf(byAge.get(false)) };
  }

  fill(random: Random): IncomingAppointment[] {
    const full = new Set<string>(this.#network.clinics.slice(0, FULL_CLINICS).map(({ id }) => id));
    for (const provider of this.#network.providers) {
      const own = random.fork();
      for (const date of this.#dates)
        for (const site of provider.calendar.sites)
          this.#day(own, provider, site, date, full.has(site.locationId));
    }
    return this.#rows;
  }

  #day(random: Random, provider: Provider, site: Site, date: CalendarDate, isFull: boolean): void {
    const spans = openSpans(site, date);
    // What needs a room would need the room's calendar too.
    const visits = provider.calendar.visitTypes.filter(({ requires }) => requires === undefined);
    if (spans.length === 0 || visits.length === 0 || !(isFull || random.chance(SPARSE_DAY_PERCENT))) return;
    const noon = this.#noon(site.timeZone, date);
    const momentAt = (minute: number): Instant => plus(noon, (minute - NOON_MINUTES) * MINUTE_MS);
    if (isFull) {
      for (const span of spans)
        for (const { start, visit } of timesOf(random, visits, span))
          if (random.chance(FULL_PERCENT))
            this.#visit(random, { provider, site, visit, ...lasting(momentAt(start), visit) });
      return;
    }
    const times = [...timesOf(random, visits, random.pick(spans))];
    if (times.length === 0) return;
    const { start, visit } = random.pick(times);
    this.#visit(random, { provider, site, visit, ...lasting(momentAt(start), visit) });
  }

  /** One time: its session, or one patient; after a cancellation perhaps somebody else. */
  #visit(random: Random, wanted: Wanted): void {
    const seats = wanted.visit.capacity === undefined ? 1 : random.between(1, wanted.visit.capacity);
    for (let seat = 0; seat < seats; seat++) {
      const row = this.#book(random, wanted);
      if (row?.status === "cancelled" && random.chance(REFILLED_PERCENT)) this.#book(random, wanted);
    }
  }

  #book(random: Random, wanted: Wanted): IncomingAppointment | null {
    if (this.#rows.length >= APPOINTMENTS_MAX) return null;
    const isOpen = wanted.end > this.#now;
    const visitor = this.#visitorFor(random, wanted, isOpen);
    if (!visitor) return null;
    const row = this.#row(random, wanted, visitor.id, isOpen);
    if (row.status !== "cancelled") visitor.visits.push({ start: row.start, end: row.end });
    if (row.status === "booked" || row.status === "confirmed") visitor.open += 1;
    this.#rows.push(row);
    return row;
  }

  #visitorFor(random: Random, { provider, site, ...time }: Wanted, isOpen: boolean): Visitor | null {
    const kind = provider.specialties.includes("pediatrics") ? "children" : "adults";
    const visitors = this.#visitors[kind].get(site.locationId) ?? [];
    if (visitors.length === 0) return null;
    for (let tries = 0; tries < PATIENT_TRIES; tries++) {
      const visitor = random.pick(visitors);
      const isFree = !visitor.visits.some((other) => overlaps(other, time));
      if (isFree && !(isOpen && visitor.open >= OPEN_MAX)) return visitor;
    }
    return null;
  }

  #row(random: Random, wanted: Wanted, patientId: PatientId, isOpen: boolean): IncomingAppointment {
    const { provider, site, visit, start, end } = wanted;
    const latest = Math.min(start, this.#now) - DAY_MS / 2;
    const createdAt = instant(latest - random.below(LEAD_DAYS_MAX * 24) * 60 * MINUTE_MS);
    const isCancelled = random.chance(CANCELLED_PERCENT);
    const isMissed = !isOpen && random.chance(NO_SHOW_PERCENT);
    const isConfirmed = isOpen && random.chance(CONFIRMED_PERCENT);
    const laterThan = (at: Instant): Instant => instant(at + random.below(10) * ((latest - at) / 10));
    const [early, reason] = [random.below(20), random.pick(REASONS)];
    const base = {
      id: this.#mint(provider.id, random.bytes(12)),
      providerId: provider.id,
      patientId,
      locationId: site.locationId,
      visitTypeId: visit.id,
      start,
      end,
      createdAt,
      checkedInAt: null,
      cancelledAt: null,
      cancellationReason: null,
      reason: random.chance(REASON_PERCENT) ? reason : null,
    };
    if (isCancelled) {
      const at = instant(Math.floor(laterThan(createdAt)));
      const cancellationReason = random.chance(75) ? "patient-request" : "provider-unavailable";
      return { ...base, status: "cancelled", cancelledAt: at, updatedAt: at, cancellationReason };
    }
    if (isMissed) return { ...base, status: "no-show", updatedAt: end };
    if (!isOpen) {
      return { ...base, status: "completed", updatedAt: end, checkedInAt: plus(start, -early * MINUTE_MS) };
    }
    return isConfirmed
      ? { ...base, status: "confirmed", updatedAt: instant(Math.floor(laterThan(createdAt))) }
      : { ...base, status: "booked", updatedAt: createdAt };
  }

  #noon(zone: string, date: CalendarDate): Instant {
    const key = `${zone} ${date}`;
    const known = this.#noons.get(key);
    if (known !== undefined) return known;
    const noon = wallTime(date, NOON_MINUTES, zone, "opening");
    this.#noons.set(key, noon);
    return noon;
  }
}

const dateOf = (at: Instant): CalendarDate => new Date(at).toISOString().slice(0, 10);

function datesFrom(first: CalendarDate, count: number): CalendarDate[] {
  const dates = [first];
  while (dates.length < count) dates.push(nextDate(dates.at(-1) as CalendarDate));
  return dates;
}

function visitorsOf(patients: readonly Patient[] = []): ReadonlyMap<string, readonly Visitor[]> {
  const visitors = new Map<string, Visitor[]>();
  for (const { id, homeLocationId } of patients) {
    const known = visitors.get(homeLocationId);
    const visitor = { id, visits: [], open: 0 };
    if (known) known.push(visitor);
    else visitors.set(homeLocationId, [visitor]);
  }
  return visitors;
}

/** Minutes of a local date between which patients are seen: the week's hours without breaks and closed days. */
function openSpans(
  { hours, breaks = [], closures = [] }: Site,
  date: CalendarDate,
): (readonly [number, number])[] {
  if (closures.some(({ from, until }) => from <= date && date <= until)) return [];
  const weekday = weekdayOf(date);
  const onDay = (list: readonly WeeklyHours[]) => list.filter((one) => one.weekday === weekday);
  return onDay(hours).flatMap(({ opensAt, closesAt }) => {
    const spans: (readonly [number, number])[] = [];
    let from = opensAt;
    for (const rest of onDay(breaks).toSorted((a, b) => a.opensAt - b.opensAt)) {
      if (rest.opensAt > from) spans.push([from, Math.min(rest.opensAt, closesAt)]);
      from = Math.max(from, rest.closesAt);
    }
    if (from < closesAt) spans.push([from, closesAt]);
    return spans;
  });
}

/** One visit after the other, each on its own grid, with its buffers between. Minutes of the local date. */
function* timesOf(
  random: Random,
  visits: readonly VisitTypeRules[],
  [from, to]: readonly [number, number],
): Generator<{ readonly start: number; readonly visit: VisitTypeRules }, void> {
  let free = from;
  for (;;) {
    const visit = random.pick(visits);
    const { gridMinutes, minutes, bufferBeforeMinutes = 0, bufferAfterMinutes = 0 } = visit;
    const start = Math.ceil((free + bufferBeforeMinutes) / gridMinutes) * gridMinutes;
    if (start + minutes > to) return;
    yield { start, visit };
    free = start + minutes + bufferAfterMinutes;
  }
}

const lasting = (start: Instant, { minutes }: VisitTypeRules): Interval => ({
  start,
  end: plus(start, minutes * MINUTE_MS),
});
