/** Contracts of what everybody may read: clinics, providers, visit types, free times; and whether all is well. */
import * as z from "zod";
import { availabilityQuery, deepQuery, explainQuery, listQuery, locationsQuery } from "../api/schemas.ts";
import { providersQuery, soonestQuery } from "../api/search-schemas.ts";
import { contracts } from "./contract.ts";
import * as parts from "./parts.ts";
import { BLOCKERS } from "./problems.ts";
import * as s from "./scalars.ts";

const availability = z
  .strictObject({
    providerId: s.id(s.PROVIDER),
    timeZone: s.zone,
    revision: z.int().min(0).meta({ description: "Of the calendar; live frames count on from it." }),
    days: z.array(z.strictObject({ date: s.date, slots: z.array(parts.slot) })),
  })
  .meta({ id: "Availability" });

const explanation = z
  .strictObject({
    bookable: z.boolean(),
    reasons: z.array(
      z.strictObject({
        rule: z.string().meta({ description: "A rule's name, or `slot-taken:` and what is in the way." }),
        detail: z.string(),
        blockers: z
          .array(z.strictObject({ kind: z.enum(BLOCKERS), from: s.moment, until: s.moment }))
          .optional()
          .meta({ description: "Shown to the clinic and the provider only. Never whose." }),
      }),
    ),
  })
  .meta({ id: "Explanation" });

export const directory = contracts({
  readHealth: {
    summary: "Whether bookings work",
    description: "With `deep=1` the state and lag of every dependency.",
    tags: ["network"],
    query: deepQuery,
    answers: {
      200: z.strictObject({
        status: z.literal("ok"),
        directory: z.strictObject({ clinics: z.int().min(0), providers: z.int().min(0) }).optional(),
        log: z.strictObject({ lag: z.record(z.string(), z.number()) }).optional(),
      }),
    },
  },
  listLocations: {
    summary: "List the clinics",
    tags: ["directory"],
    query: locationsQuery,
    answers: { 200: parts.pageOf(parts.location) },
  },
  readLocation: {
    summary: "Read a clinic",
    tags: ["directory"],
    params: { id: s.id(s.LOCATION) },
    answers: { 200: parts.location },
    problems: ["not-found"],
  },
  listVisitTypes: {
    summary: "List the visit types",
    tags: ["directory"],
    query: listQuery,
    answers: { 200: parts.pageOf(parts.visitType) },
  },
  listSpecialties: {
    summary: "List the specialties",
    tags: ["directory"],
    query: listQuery,
    answers: { 200: parts.pageOf(z.strictObject({ id: z.string() })) },
  },
  listProviders: {
    summary: "Find providers",
    description:
      "Everything that is given must match. `near` is `latitude,longitude` or a ZIP code. While the search cannot be made anew, the last answer comes with `asOf` and a `Warning` header.",
    tags: ["directory"],
    query: providersQuery,
    answers: {
      200: parts.pageOf(parts.provider).extend({
        correctedQuery: z.string().optional().meta({ description: "What was searched for instead of `q`." }),
        asOf: s.moment.optional(),
      }),
    },
  },
  readProvider: {
    summary: "Read a provider",
    tags: ["directory"],
    params: { id: s.id(s.PROVIDER) },
    answers: { 200: parts.provider },
    problems: ["not-found"],
  },
  readAvailability: {
    summary: "Read a provider's free times",
    description:
      "At most 31 days; without dates, a week from today at the clinic. Without `visitTypeId`, the provider's first.",
    tags: ["availability"],
    params: { id: s.id(s.PROVIDER) },
    query: availabilityQuery,
    headers: { "If-None-Match": "optional" },
    answers: { 200: availability, 304: "empty" },
    problems: ["not-found"],
  },
  explainStart: {
    summary: "Ask why a time can be booked or not",
    tags: ["availability"],
    params: { id: s.id(s.PROVIDER) },
    query: explainQuery,
    answers: { 200: explanation },
    problems: ["not-found"],
  },
  findSoonest: {
    summary: "Find the soonest free times over all providers",
    description: "`locationId` may be given up to 50 times.",
    tags: ["availability"],
    query: soonestQuery,
    answers: {
      200: z.strictObject({
        data: z.array(
          z.strictObject({
            providerId: s.id(s.PROVIDER),
            visitTypeId: s.id(s.VISIT_TYPE),
            locationId: s.id(s.LOCATION),
            start: s.moment,
            end: s.moment,
          }),
        ),
        asOf: s.moment,
      }),
    },
  },
});
