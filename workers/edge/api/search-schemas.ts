/** What a search may ask for. */
import * as z from "zod";
import { GENDERS } from "../../../core/directory/directory.ts";
import type { Point } from "../../../core/directory/distance.ts";
import { isPlainText } from "../../../core/plain-text.ts";
import { DAY_PARTS } from "../../../core/schedule/day-part.ts";
import { cursor, date, limit, locationId, visitTypeId } from "./schemas.ts";

/** Everything within a day's drive. */
const RADIUS_KM_MAX = 500;
/** The clinics of a large city. */
const SEARCH_LOCATIONS_MAX = 50;

const ONE_LINE = "must be one line of text";
const code = z.string().max(50).refine(isPlainText, ONE_LINE);
const truth = z.enum(["true", "false"]).transform((value) => value === "true");

const NEAR = "must be latitude,longitude or a five-digit ZIP code";
const ZIP = /^\d{5}$/;
const POINT = /^(-?\d{1,2}(?:\.\d{1,10})?),(-?\d{1,3}(?:\.\d{1,10})?)$/;

/** A ZIP code stays one: where it lies is a question for the directory. */
const near = z
  .string()
  .max(40)
  .transform((text, context): Point | string => {
    if (ZIP.test(text)) return text;
    const [, latitude, longitude] = POINT.exec(text) ?? [];
    const point = { latitude: Number(latitude), longitude: Number(longitude) };
    if (Math.abs(point.latitude) <= 90 && Math.abs(point.longitude) <= 180) return point;
    context.addIssue({ code: "custom", message: NEAR });
    return z.NEVER;
  });

const radiusKm = z
  .string()
  .regex(/^\d{1,3}(\.\d)?$/, "must be a number of kilometres")
  .transform(Number)
  .refine((km) => km >= 1 && km <= RADIUS_KM_MAX, `must be between 1 and ${RADIUS_KM_MAX}`);

const timeOfDay = z.enum(DAY_PARTS);

export const providersQuery = z
  .strictObject({
    q: z.string().trim().min(1).max(100).refine(isPlainText, ONE_LINE).optional(),
    exact: truth.optional(),
    specialty: code.optional(),
    locationId: locationId.optional(),
    language: z.string().max(20).refine(isPlainText, ONE_LINE).optional(),
    gender: z.enum(GENDERS).optional(),
    insurance: code.optional(),
    visitTypeId: visitTypeId.optional(),
    acceptingNew: truth.optional(),
    near: near.optional(),
    radiusKm: radiusKm.optional(),
    availableFrom: date.optional(),
    availableTo: date.optional(),
    timeOfDay: timeOfDay.optional(),
    sort: z.enum(["soonest", "distance", "name"]).default("name"),
    limit,
    cursor,
  })
  .refine(({ sort, near: place }) => sort !== "distance" || place !== undefined, {
    path: ["near"],
    error: "is required to sort by distance",
  })
  .refine(({ radiusKm: km, near: place }) => km === undefined || place !== undefined, {
    path: ["radiusKm"],
    error: "needs near",
  })
  .refine(({ availableFrom: from, availableTo: to }) => !from || !to || from <= to, {
    path: ["availableTo"],
    error: "must not be before availableFrom",
  });

export const soonestQuery = z
  .strictObject({
    specialty: code.optional(),
    visitTypeId: visitTypeId.optional(),
    locationId: z
      .array(locationId)
      .max(SEARCH_LOCATIONS_MAX, `must be at most ${SEARCH_LOCATIONS_MAX}`)
      .optional(),
    from: date.optional(),
    to: date.optional(),
    timeOfDay: timeOfDay.optional(),
    limit,
  })
  .refine(({ from, to }) => !from || !to || from <= to, { path: ["to"], error: "must not be before from" });
