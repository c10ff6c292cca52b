/**
 * The agenda's part in a saga: whom it asks in which order, and the one row that decides. Undecided means abort, and a
 * void attempt is never taken up again.
 */
import type { Appointment } from "../booking/appointment.ts";
import { bookedAppointment } from "../booking/decide-book.ts";
import type { CommitCommand, HeldAppointment, PrepareCommand } from "../booking/saga.ts";
import type { ProviderId } from "../ids.ts";
import type { CommandRow, FurtherVisit, Holder, WantedSaga } from "./command-row.ts";

/** A calendar that may have to be told: whoever was asked, and whoever could have been. */
export function possibleParticipants(wanted: WantedSaga): ProviderId[] {
  const takers = eachVisit(wanted)
    .flatMap(withEachHolder)
    .flatMap(({ providerId, needs }) => [
      providerId,
      ...needs.flatMap((need) => need.map(({ calendar }) => calendar)),
    ]);
  return [...new Set([...takers, ...wanted.held, ...(wanted.source ? [wanted.source] : [])])];
}

/** [R9] The same saga for each one who could hold the appointment, in the order in which they are asked. */
export const withEachHolder = (wanted: WantedSaga): WantedSaga[] =>
  wanted.holders ? wanted.holders.map((holder) => heldBy(wanted, holder)) : [wanted];

/** [Z11] Each visit as a saga of its own, in the order in which they are asked. They share attempt and decision. */
export function eachVisit(wanted: WantedSaga): WantedSaga[] {
  const { visits, ...first } = wanted;
  return visits ? [first, ...visits.map((visit) => heldBy(first, visit))] : [wanted];
}

/** The same words for another appointment: at another provider, at another time, or both. */
function heldBy(wanted: WantedSaga, holder: Holder | FurtherVisit): WantedSaga {
  const { holders: _others, who: _of, book, ...common } = wanted;
  const { appointmentId, place, providerId: home } = holder;
  return { ...common, ...holder, home, ...(book ? { book: { ...book, appointmentId, place } } : {}) };
}

/** The question to the calendar that will hold the appointment. It lets go of the old time too, if that is its own. */
export function holderQuestion(row: CommandRow, wanted: WantedSaga): PrepareCommand {
  const staysHere = wanted.what === "move" && wanted.source === null;
  return {
    ...common(row, wanted),
    take: wanted.place,
    release: staysHere,
    resource: false,
    configVersion: wanted.configVersion,
    ...(wanted.who ? { who: wanted.who } : {}),
    ...(wanted.override ? { override: wanted.override } : {}),
    ...(staysHere && wanted.byPatient ? { byPatient: true } : {}),
    ...(wanted.book?.hold ? { hold: wanted.book.hold } : {}),
  };
}

/** The question to a room, machine or interpreter that could serve. */
export function resourceQuestion(
  row: CommandRow,
  wanted: WantedSaga,
  candidate: WantedSaga["needs"][number][number],
): PrepareCommand {
  return {
    ...common(row, wanted),
    take: wanted.place,
    release: wanted.held.includes(candidate.calendar),
    resource: true,
    configVersion: candidate.configVersion,
  };
}

/** The question to whoever only lets go: the old calendar, or a resource that is not needed any more. */
export function releaseQuestion(row: CommandRow, wanted: WantedSaga, resource: boolean): PrepareCommand {
  const asks = !resource && wanted.byPatient ? { byPatient: true } : {};
  return { ...common(row, wanted), take: null, release: true, resource, configVersion: 0, ...asks };
}

const common = ({ attempt, request, deadline }: CommandRow, { appointmentId, ifMatch }: WantedSaga) => ({
  attempt,
  appointmentId,
  patientId: request.patientId,
  ifMatch,
  deadline,
});

/** All have said yes: what the appointment is from now on. `held` is what its old calendar has of it. */
export function decidedBody(
  row: CommandRow,
  wanted: WantedSaga,
  chosen: readonly ProviderId[],
  held: HeldAppointment | null,
): CommitCommand {
  const resources = chosen.length > 0 ? { resources: chosen } : {};
  if (!held) {
    const { hold: _ended, ...said } = wanted.book ?? unreachable();
    const lifted = wanted.override ? { override: wanted.override } : {};
    const made = { ...said, issuedAt: row.issuedAt, ...lifted };
    const appointment = bookedAppointment(
      { ...made, patientId: row.request.patientId },
      wanted.providerId,
      wanted.timeZone,
    );
    return { attempt: row.attempt, appointment: { ...appointment, ...resources }, recent: [] };
  }
  const { resources: _old, ...before } = held.appointment;
  const appointment: Appointment = {
    ...before,
    providerId: wanted.providerId,
    locationId: wanted.place.locationId,
    visitTypeId: wanted.place.visitTypeId,
    timeZone: wanted.timeZone,
    start: wanted.place.start,
    end: wanted.place.end,
    version: wanted.ifMatch + 1,
    updatedAt: row.issuedAt,
    reason: wanted.reason === undefined ? before.reason : wanted.reason,
    override: wanted.override ?? null, // of the time it has
    ...resources,
  };
  return { attempt: row.attempt, appointment, recent: held.recent };
}

function unreachable(): never {
  throw new Error("a booking has what a booking says");
}
