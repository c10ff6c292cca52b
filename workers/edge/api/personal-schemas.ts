/** What patients' exports and deletions take, and what a deletion says that goes and stays. */
import * as z from "zod";

const CURSOR_CHARS_MAX = 200;
export const exportQuery = z.strictObject({ cursor: z.string().max(CURSOR_CHARS_MAX).optional() });

/** "cancel" = what is still to come is cancelled first, as the caller would. */
export const recordDeletionBody = z.strictObject({
  appointments: z.enum(["keep", "cancel"]).default("keep"),
});

/** What a deletion takes away, and what the law and the clinics' accounts keep: codes, for programs and for the page alike. */
export const DELETED_PARTS = [
  "name",
  "birth-day-and-month",
  "email",
  "phone",
  "languages",
  "access-needs",
  "preferences",
  "reasons-and-notes",
  "proxies",
  "sign-in",
] as const;
export const KEPT_PARTS = [
  { what: "appointment-times-places-and-status", why: "medical-record" },
  { what: "year-of-birth", why: "medical-record" },
  { what: "patient-id", why: "billing" },
  { what: "access-log", why: "accountability" },
] as const;
