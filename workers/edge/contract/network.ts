/** Contracts of files in and out, day lists, and repairs. */
import * as z from "zod";
import { EXPORT_KINDS, IMPORT_KINDS } from "../../../core/exchange/kinds.ts";
import {
  dayQuery,
  downtimeQuery,
  exportQuery,
  importQuery,
  rebuildBody,
  replayBody,
} from "../api/network-schemas.ts";
import { contracts } from "./contract.ts";
import * as s from "./scalars.ts";

const LOCATION = { id: s.id(s.LOCATION) };

const importLine = z.union([
  z.strictObject({ progress: z.strictObject({ done: z.int(), of: z.int() }) }),
  z.strictObject({
    report: z.strictObject({
      applied: z.boolean(),
      complete: z.boolean(),
      rows: z.int(),
      created: z.int(),
      changed: z.int(),
      unchanged: z.int(),
      refused: z.int(),
      problems: z.array(
        z.strictObject({ line: z.int(), column: z.string().nullable(), message: z.string() }),
      ),
      problemCount: z.int(),
    }),
  }),
]);

const calendarHash = z.strictObject({ provider: z.string(), rows: z.int(), hash: z.string() });
export const otherLines = [
  z.strictObject({ provider: z.string(), unknown: z.literal(true) }),
  z.strictObject({ done: z.literal(true), next: z.string().nullable() }),
  z.strictObject({ done: z.literal(false) }),
] as const;
const rebuildLine = z.union([
  calendarHash.extend({ righted: z.int(), withdrawn: z.int(), stored: calendarHash.nullable() }),
  ...otherLines,
]);
export const network = contracts({
  readDayList: {
    summary: "Read a clinic's day, to print",
    tags: ["network"],
    params: LOCATION,
    query: dayQuery,
    answers: { 200: { media: ["text/html"] } },
    problems: ["not-found"],
  },
  readDowntimeList: {
    summary: "Read a clinic's next days, to keep for downtime",
    tags: ["network"],
    params: LOCATION,
    query: downtimeQuery,
    answers: { 200: { media: ["text/html"] } },
    problems: ["not-found"],
  },
  importFile: {
    summary: "Bring a file in",
    description:
      "CSV with a header, or a FHIR Bundle; at most 10 MB. A dry run unless `apply=true`. Lines of JSON tell the progress, and the last one the report.",
    tags: ["network"],
    params: { kind: z.enum(IMPORT_KINDS) },
    query: importQuery,
    body: { media: ["text/csv", "application/fhir+json"] },
    answers: { 200: { media: ["application/x-ndjson"], line: importLine } },
    problems: ["not-found"],
  },
  exportFile: {
    summary: "Take a file out",
    description: "Staff get what concerns their clinics. With `system`, ids are that system's.",
    tags: ["network"],
    params: { kind: z.enum(EXPORT_KINDS) },
    query: exportQuery,
    answers: { 200: { media: ["text/csv", "application/x-ndjson"] } },
    problems: ["not-found", "forbidden"],
  },
  rebuildRecord: {
    summary: "Make the record in Postgres say what the calendars say",
    description: "A line of JSON for each calendar, and a last one with where to go on.",
    tags: ["network"],
    body: { schema: rebuildBody },
    answers: { 200: { media: ["application/x-ndjson"], line: rebuildLine } },
  },
  replayHistory: {
    summary: "Tell Postgres again what the event log still has",
    tags: ["network"],
    body: { schema: replayBody },
    answers: { 200: z.strictObject({ records: z.int().min(0), next: z.int().min(0).nullable() }) },
  },
  tellCalendars: {
    summary: "Give calendars the configuration that they lack",
    tags: ["network"],
    answers: { 202: z.strictObject({ calendars: z.int().min(0) }) },
  },
  hashRecord: {
    summary: "Read the hash of the whole record",
    tags: ["network"],
    answers: { 200: z.strictObject({ rows: z.int().min(0), hash: z.string() }) },
  },
});
