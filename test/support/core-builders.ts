/**
 * For tests of core/: small builders with plain defaults, and a calendar in memory that applies core's decisions in the
 * order in which the object does. Whatever goes into it is frozen, so that a decision that writes fails loudly.
 */
import fc from "fast-check";
import { type Appointment, factsOf, occupiesTime } from "../../core/booking/appointment.ts";
import type { CalendarView, RecentCommand, StoredAppointment } from "../../core/booking/calendar-view.ts";
import type {
  BookCommand,
  CalendarReply,
  CancelCommand,
  CancelReply,
  MoveCommand,
  Place,
  ResolveQuestion,
  ResolveReply,
} from "../../core/booking/commands.ts";
import { decideBook } from "../../core/booking/decide-book.ts";
import { cancelAttempt, decideCancel } from "../../core/booking/decide-cancel.ts";
import { decideMove } from "../../core/booking/decide-move.ts";
import { decideResolve } from "../../core/booking/decide-resolve.ts";
import { remember } from "../../core/booking/recent-commands.ts";
import type { Blocker } from "../../core/booking/refusal.ts";
import type {
  AppointmentId,
  AttemptId,
  CommandId,
  LocationId,
  PatientId,
  ProviderId,
  VisitTypeId,
} from "../../core/ids.ts";
import type { CalendarConfig, Site, VisitTypeRules, WeeklyHours } from "../../core/schedule/config.ts";
import { type DayBits, dayOf, emptyDay, markInterval } from "../../core/schedule/day-bits.ts";
import { type BusyOf, findVisit, nearestFreeStarts } from "../../core/schedule/free-starts.ts";
import { OpenDays } from "../../core/schedule/open-days.ts";
import {
  type Instant,
  type Interval,
  instant,
  MINUTE_MS,
  overlaps,
  plus,
  SECOND_MS,
} from "../../core/time.ts";
import type { News } from "../../durable-objects/patient-agenda/patient-agenda.ts";
