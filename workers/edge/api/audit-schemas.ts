import * as z from "zod";
import { AUDIT_OUTCOMES, AUDIT_PARTITIONS } from "../../../core/audit/entry.ts";
import { isPatientId } from "../../../core/ids.ts";
import { cursor, date, limit } from "./schemas.ts";

/** As an entry has it; ids of ours and of partners. */
const subject = z.string().regex(/^[!-~]{1,200}$/, "must be a subject as an entry shows it");

/** Days of UTC, both inside. */
const period = { from: date.optional(), to: date.optional() };

export const auditQuery = z.strictObject({
  patientId: z.string().refine(isPatientId, "must be a patient's id").optional(),
  subject: subject.optional(),
  outcome: z.enum(AUDIT_OUTCOMES).optional(),
  ...period,
  limit,
  cursor,
});
export const ownAuditQuery = z.strictObject({ ...period, limit, cursor });
export const checkpointsQuery = z.strictObject({
  partition: z
    .string()
    .regex(/^\d{1,2}$/, "must be a whole number")
    .transform(Number)
    .refine((n) => n < AUDIT_PARTITIONS, `must be below ${AUDIT_PARTITIONS}`),
  limit,
  cursor,
});
