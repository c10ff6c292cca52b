/** The states of an appointment in a patient's words. */
import type { AppointmentStatus } from "../../core/booking/appointment.ts";

export const STATUS_TEXT: Readonly<Record<AppointmentStatus, string>> = {
  booked: "Booked",
  confirmed: "Confirmed",
  "checked-in": "Checked in",
  "in-progress": "In progress",
  completed: "Completed",
  cancelled: "Cancelled",
  "no-show": "Missed",
};

export const isStatus = (text: string): text is AppointmentStatus => text in STATUS_TEXT;
