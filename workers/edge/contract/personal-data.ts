/** Contracts of what patients may ask of their own data, and of the keys that their words lie under. */
import * as z from "zod";
import { applyQuery } from "../api/admin-schemas.ts";
import { rebuildBody } from "../api/network-schemas.ts";
import { DELETED_PARTS, exportQuery, KEPT_PARTS, recordDeletionBody } from "../api/personal-schemas.ts";
import { contracts } from "./contract.ts";
import { otherLines } from "./network.ts";
import * as parts from "./parts.ts";
import { record } from "./people.ts";
import * as s from "./scalars.ts";

const PATIENT = { id: s.id(s.PATIENT) };

const kept = z.strictObject({
  what: z.enum(KEPT_PARTS.map(({ what }) => what)),
  why: z.enum(KEPT_PARTS.map(({ why }) => why)),
});

/** [PD12] */
const proxy = z.strictObject({
  patientId: s.id(s.PATIENT),
  relation: z.string(),
  since: s.moment,
  revokedAt: s.moment.nullable(),
});
const exportedAppointment = z
  .strictObject({
    ...parts.listedAppointment.shape,
    notes: z.string().optional(),
    provider: z.string(),
    location: z.string().nullable(),
    history: z.array(
      z.strictObject({
        version: s.version,
        change: z.string(),
        status: z.enum(parts.STATUSES),
        start: s.moment,
        end: s.moment,
        providerId: s.id(s.PROVIDER),
        locationId: s.id(s.LOCATION),
        at: s.moment,
      }),
    ),
  })
  .meta({ id: "ExportedAppointment" });

/** [PD7] */
const resealLine = z.union([
  z.strictObject({ provider: z.string(), resealed: z.int(), left: z.int(), unreadable: z.int() }),
  ...otherLines,
]);

export const personalData = contracts({
  exportPatient: {
    summary: "Take out everything that is held of a patient",
    description: "One JSON file, at most 500 appointments; `page.next` is the cursor of the rest.",
    tags: ["patients"],
    params: PATIENT,
    query: exportQuery,
    answers: {
      200: z
        .strictObject({
          format: z.literal("openslot-patient-export/1"),
          exportedAt: s.moment,
          patient: record,
          proxies: z.strictObject({ whoActForYou: z.array(proxy), forWhomYouAct: z.array(proxy) }),
          appointments: z.array(exportedAppointment),
          page: z.strictObject({ next: z.string().nullable() }),
        })
        .meta({ id: "PatientExport" }),
    },
    problems: ["not-found"],
  },
  deletePatient: {
    summary: "Delete a patient's record",
    description:
      "First told what goes and what stays; with `?apply=true` and the `If-Match` of what was read, it is done. Asked again it says whether nothing is left to destroy.",
    tags: ["patients"],
    params: PATIENT,
    query: applyQuery,
    headers: { "If-Match": "optional" },
    body: { schema: recordDeletionBody },
    answers: {
      200: parts.change({
        deletes: z.array(z.enum(DELETED_PARTS)),
        keeps: z.array(kept),
        standing: parts.outside.optional(),
        finished: z.boolean().optional(),
      }),
    },
    problems: ["forbidden", "not-found", "precondition-required", "stale-version", "rule-violated"],
  },
  resealTexts: {
    summary: "Put what patients wrote under the newest key",
    description: "A line of JSON for each calendar, and a last one with where to go on.",
    tags: ["network"],
    body: { schema: rebuildBody },
    answers: { 200: { media: ["application/x-ndjson"], line: resealLine } },
  },
});
