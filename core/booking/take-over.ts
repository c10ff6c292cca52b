/**
 * Appointments that come from elsewhere: what a calendar makes of them. Nobody is asked and no rule judges what is so
 * already; a calendar that said no would offer a time at which somebody sits in the chair.
 */
import type { AppointmentId, LocationId, PatientId, ProviderId, VisitTypeId } from "../ids.ts";
import { type CalendarConfig, VISIT_MINUTES_MAX } from "../schedule/config.ts";
import { dayOf, utcDay } from "../schedule/day-bits.ts";
import { rulesAt } from "../schedule/rules-at.ts";
import { blockerAmong, type Occupant, takenBy } from "../schedule/taken.ts";
import { type Instant, type Interval, MINUTE_MS, overlaps, plus } from "../time.ts";
import {
  type Appointment,
  type AppointmentStatus,
  type CancellationReason,
  occupiesTime,
} from "./appointment.ts";

/** Rows in one call and one transaction: about 0.2 MB, and as many facts as a page of an export. */
export const TAKE_OVER_MAX = 500;

/** One row of the waiting room. */
export interface IncomingAppointment {
  /** The id that it has from now on; its home is the provider's calendar. */
  readonly id: AppointmentId;
  readonly providerId: ProviderId;
  readonly patientId: PatientId;
  readonly locationId: LocationId;
  readonly visitTypeId: VisitTypeId;
  readonly start: Instant;
  readonly end: Instant;
  readonly status: AppointmentStatus;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  readonly checkedInAt: Instant | null;
  readonly cancelledAt: Instant | null;
  readonly cancellationReason: CancellationReason | null;
  /** What a person wrote, sealed. */
  readonly reason: string | null;
}

/** The same as it is handed to its calendar: the zone is its clinic's, also of a clinic that the provider has left. */
export interface HandedIn extends IncomingAppointment {
  readonly timeZone: string;
}

/** Outside of these years, the end not included, a date is a slip of the keyboard: nobody's records begin before them. */
const FIRST_MOMENT = Date.UTC(1900, 0, 1);
const END_OF_TIME = Date.UTC(2100, 0, 1);

/** Not of NaN, nor of Postgres' `infinity`. */
const isPlausible = (at: Instant): boolean => at >= FIRST_MOMENT && at < END_OF_TIME;

type Moments = Pick<IncomingAppointment, "createdAt" | "updatedAt" | "checkedInAt" | "cancelledAt">;

/** [AD1] What a calendar can take over: it looks no further around an interval than the longest visit. */
export function canBeTakenOver(row: Interval & Partial<Moments>): boolean {
  const { start, end, createdAt, updatedAt, checkedInAt, cancelledAt } = row;
  const moments = [start, end, createdAt, updatedAt, checkedInAt, cancelledAt];
  return (
    moments.every((at) => at == null || isPlausible(at)) &&
    end > start &&
    end - start <= VISIT_MINUTES_MAX * MINUTE_MS
  );
}

export interface TakeOverView {
  /** The newest that there is: the calendar's own, or the one that it is about to be given. */
  readonly config: CalendarConfig;
  /** [AD3] Here, on its way here, or gone to another calendar. */
  isKnown(id: AppointmentId): boolean;
  /** As of CalendarView. */
  occupantsIn(interval: Interval, now: Instant): readonly Occupant[];
}

export interface TakenOver {
  readonly appointment: Appointment;
  /** What it takes of the calendar, with its buffers. */
  readonly takes: Interval;
}

export interface TakeOver {
  readonly taken: readonly TakenOver[];
  /** [AD3] Left as they are. */
  readonly known: readonly AppointmentId[];
}

/** Decides; does not write. Rows are judged in their order: of two that overlap, the later one is marked. At most TAKE_OVER_MAX. */
export function takeOver(view: TakeOverView, rows: readonly HandedIn[], now: Instant): TakeOver {
  const occupants = new OccupantsByDay(view, now);
  const taken: TakenOver[] = [];
  const known: AppointmentId[] = [];
  const seen = new Set<AppointmentId>();
  for (const row of rows) {
    if (seen.has(row.id) || view.isKnown(row.id)) {
      known.push(row.id);
      continue;
    }
    seen.add(row.id);
    const one = takeOverOne(view, occupants, row);
    if (occupiesTime(row.status)) occupants.add(one);
    taken.push(one);
  }
  return { taken, known };
}

function takeOverOne({ config }: TakeOverView, occupants: OccupantsByDay, row: HandedIn): TakenOver {
  const offered = rulesAt(config, row.visitTypeId, row.locationId);
  // As long as it is there, not as its visit type is today; [AD2] its buffers are today's.
  const visit = {
    ...(offered ?? BARE),
    id: row.visitTypeId,
    minutes: (row.end - row.start) / MINUTE_MS,
  };
  const takes = takenBy(visit, row.start);
  const travelMinutes = offered ? (config.travelMinutes ?? 0) : 0;
  const around = {
    start: plus(takes.start, -travelMinutes * MINUTE_MS),
    end: plus(takes.end, travelMinutes * MINUTE_MS),
  };
  const isInTheWay =
    occupiesTime(row.status) && blockerAmong(occupants.in(around), visit, row, travelMinutes) !== null; // [AD4]
  return { appointment: firstVersion(row, isInTheWay), takes };
}

/** [AD2] What is not offered any more has no buffers and no seats. */
const BARE = { gridMinutes: 5, noticeMinutes: 0, horizonDays: 0 };

/** [AD1] Version 1, whatever happened to it where it comes from. Field by field. */
const firstVersion = (row: HandedIn, isInTheWay: boolean): Appointment => ({
  id: row.id,
  providerId: row.providerId,
  patientId: row.patientId,
  locationId: row.locationId,
  visitTypeId: row.visitTypeId,
  timeZone: row.timeZone,
  start: row.start,
  end: row.end,
  status: row.status,
  version: 1,
  source: "import",
  createdAt: row.createdAt,
  updatedAt: row.updatedAt,
  checkedInAt: row.checkedInAt,
  cancelledAt: row.cancelledAt,
  cancellationReason: row.cancellationReason,
  override: isInTheWay ? "imported" : null,
  reason: row.reason,
  notes: null,
});

/** Who takes time, read once for each day that the rows touch: 500 of them lie on some dozens of days. */
class OccupantsByDay {
  readonly #view: TakeOverView;
  readonly #now: Instant;
  readonly #days = new Map<number, Occupant[]>();

  constructor(view: TakeOverView, now: Instant) {
    this.#view = view;
    this.#now = now;
  }

  /** Whoever lies on two days is named once: seats are counted. */
  in(interval: Interval): Occupant[] {
    const found = daysOf(interval).flatMap((day) => this.#on(day).filter((one) => overlaps(one, interval)));
    return [...new Map(found.map((one) => [one.id, one])).values()];
  }

  add({ appointment: { id, visitTypeId, locationId, start }, takes }: TakenOver): void {
    const occupant: Occupant = {
      kind: "appointment",
      id,
      visitTypeId,
      locationId,
      visitStart: start,
      ...takes,
    };
    for (const day of daysOf(takes)) this.#on(day).push(occupant);
  }

  #on(day: number): Occupant[] {
    const known = this.#days.get(day);
    if (known) return known;
    const occupants = [...this.#view.occupantsIn(utcDay(day), this.#now)];
    this.#days.set(day, occupants);
    return occupants;
  }
}

function daysOf({ start, end }: Interval): number[] {
  const first = dayOf(start);
  return Array.from({ length: dayOf(end - 1) - first + 1 }, (_, n) => first + n);
}
