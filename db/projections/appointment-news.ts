/** What an event tells the projection. */
import { type AppointmentEvent, changeOf } from "../../core/events/event.ts";
import type { AppointmentNews } from "./appointments.ts";

export const newsOf = ({ id, type, data }: AppointmentEvent): AppointmentNews => ({
  facts: data.appointment,
  change: changeOf(type),
  eventId: id,
});
