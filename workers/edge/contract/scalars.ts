/** Ids, times and dates as they stand in answers. */
import * as z from "zod";
import {
  APPOINTMENT_ID,
  BLOCK_ID,
  HOLD_ID,
  LOCATION_ID,
  PATIENT_ID,
  PROVIDER_ID,
  STAFF_ID,
  VISIT_TYPE_ID,
} from "../../../core/ids.ts";

/** JSON Schema has no named groups everywhere. */
const plain = (shape: RegExp): RegExp => new RegExp(shape.source.replace(/\?<\w+>/g, "?:"));

export const LOCATION = plain(LOCATION_ID);
export const PROVIDER = plain(PROVIDER_ID);
export const VISIT_TYPE = plain(VISIT_TYPE_ID);
export const PATIENT = plain(PATIENT_ID);
export const STAFF = plain(STAFF_ID);
export const APPOINTMENT = plain(APPOINTMENT_ID);
export const HOLD = plain(HOLD_ID);
export const BLOCK = plain(BLOCK_ID);
/** Named after the first visit. */
export const SERIES = new RegExp(APPOINTMENT.source.replace("apt_", "ser_"));

export const id = (shape: RegExp) => z.string().regex(shape);

/** RFC 3339 with the clinic's offset, such as `2026-11-24T09:20:00-06:00`. */
export const moment = z.iso.datetime({ offset: true });
export const date = z.iso.date();
/** IANA. */
export const zone = z.string().min(1).max(64);
export const version = z.int().min(1);
