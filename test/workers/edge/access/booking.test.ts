import { DAY_MS, MINUTE_MS } from "../../../../core/time.ts";
import { accessMatrix } from "../../../support/access/matrix.ts";
import { always, type Builder, creating, once } from "../../../support/access/requests.ts";
import {
  atClock,
  aVisit,
  bookingBody,
  made,
  nextSlot,
  type Visit,
  type World,
} from "../../../support/access/world.ts";
import { call, patientToken } from "../../../support/edge.ts";
import declared from "./booking.json";

/** A visit on which these steps were taken, each `minutes` after its start. */
async function visitAfter(world: World, steps: readonly (readonly [string, number])[]): Promise<Visit> {
  const visit = await aVisit(world);
  for (const [action, minutes] of steps) {
    const answer = await atClock(visit.start + minutes * MINUTE_MS, () =>
      call("POST", `/appointments/${visit.id}/${action}`, { token: world.admin }),
    );
    if (answer.status !== 200) throw new Error(`${action} answered ${answer.status}`);
  }
  return visit;
}

const transition =
  (action: string, minutes: number, before: readonly (readonly [string, number])[] = []): Builder =>
  async (world) => {
    const { id, start } = await visitAfter(world, before);
    return { method: "POST", path: `/appointments/${id}/${action}`, clock: start + minutes * MINUTE_MS };
  };

interface Held {
  readonly id: string;
  readonly token: string;
}
/** One for all callers of a world: it counts against whoever holds, and nothing that is asked of it uses it up. */
const aHold = once(async (world): Promise<Held> => {
  const { patientId: _patientId, ...body } = bookingBody(world);
  return (await made("/holds", await patientToken(world.owner), body)).body;
});

const onHold =
  (method: string, rest: string): Builder =>
  async (world) => {
    const { id, token } = await aHold(world);
    return { method, path: `/holds/${id}${rest}`, headers: { "hold-token": token } };
  };

/** Beyond the dates of `slots`, so that it is in nobody's way. */
const SERIES_MOVES_MS = 21 * DAY_MS;

/** On two days: a series moves to one time of the day. */
async function aSeries(world: World): Promise<string> {
  const first = nextSlot(world);
  const later = world.slots.findIndex(({ start }) => start.slice(0, 10) > first.start.slice(0, 10));
  const second = world.slots.splice(later, 1)[0];
  const visits = [first, second].map((slot) => {
    const { patientId: _patientId, ...visit } = bookingBody(world, slot);
    return visit;
  });
  return (await made("/series", world.admin, { visits, patientId: world.owner })).body.id;
}

accessMatrix("booking", declared, {
  createHold: creating(always("/holds"), (world) => {
    const { patientId: _patientId, ...body } = bookingBody(world);
    return body;
  }),
  readHold: onHold("GET", ""),
  extendHold: onHold("POST", "/extend"),
  releaseHold: onHold("DELETE", ""),
  bookAppointment: creating(always("/appointments"), bookingBody),
  readAppointmentFile: async (world) => ({
    method: "GET",
    path: `/appointments/${(await aVisit(world)).id}.ics`,
  }),
  readAppointment: async (world) => ({ method: "GET", path: `/appointments/${(await aVisit(world)).id}` }),
  readAppointmentHistory: async (world) => ({
    method: "GET",
    path: `/appointments/${(await aVisit(world)).id}/history`,
  }),
  moveAppointment: async (world) => ({
    method: "PATCH",
    path: `/appointments/${(await aVisit(world)).id}`,
    ifMatch: '"v1"',
    body: { start: nextSlot(world).start },
  }),
  cancelAppointment: async (world) => ({
    method: "DELETE",
    path: `/appointments/${(await aVisit(world)).id}`,
    ifMatch: '"v1"',
  }),
  confirmAppointment: transition("confirm", -300),
  checkInAppointment: transition("check-in", -30),
  startAppointment: transition("start", 5, [["check-in", -30]]),
  completeAppointment: transition("complete", 15, [
    ["check-in", -30],
    ["start", 5],
  ]),
  missAppointment: transition("no-show", 10),
  reopenAppointment: transition("reopen", -20, [["check-in", -30]]),
  bookSeries: creating(always("/series"), (world) => {
    const visits = [bookingBody(world), bookingBody(world)].map(({ patientId: _patientId, ...one }) => one);
    return { visits, patientId: world.owner };
  }),
  moveSeries: async (world) => {
    const wall = Date.parse(world.slots[0]?.start ?? "") + SERIES_MOVES_MS; // of the visit that is booked next
    const start = new Date(wall).toISOString();
    return { method: "PATCH", path: `/series/${await aSeries(world)}`, body: { start } };
  },
  cancelSeries: async (world) => ({ method: "DELETE", path: `/series/${await aSeries(world)}` }),
});
