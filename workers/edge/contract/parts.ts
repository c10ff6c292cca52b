/** What several answers show, field by field and nothing more. Shared ones have a name in openapi.json. */
import * as z from "zod";
import { CANCELLATION_REASONS, OVERRIDE_REASONS } from "../../../core/booking/appointment.ts";
import { BLOCK_REASONS } from "../../../core/booking/block.ts";
import { GENDERS } from "../../../core/directory/directory.ts";
import * as s from "./scalars.ts";

export const MODALITIES = ["in-person", "video", "phone"] as const;
export const RESOURCE_KINDS = ["room", "device", "interpreter"] as const;
export const STATUSES = [
  "booked",
  "confirmed",
  "checked-in",
  "in-progress",
  "completed",
  "cancelled",
  "no-show",
] as const;

const appointmentShape = {
  id: s.id(s.APPOINTMENT),
  status: z.enum(STATUSES),
  version: s.version,
  providerId: s.id(s.PROVIDER),
  patientId: s.id(s.PATIENT),
  locationId: s.id(s.LOCATION),
  visitTypeId: s.id(s.VISIT_TYPE),
  start: s.moment,
  end: s.moment,
  timeZone: s.zone,
  reason: z.string().optional(),
  source: z.enum(["patient", "staff", "service", "import"]),
  seriesId: s.id(s.SERIES).optional(),
  checkedInAt: s.moment.optional(),
  cancelledAt: s.moment.optional(),
  cancellationReason: z.enum(CANCELLATION_REASONS).optional(),
  createdAt: s.moment,
  updatedAt: s.moment,
};

/** What the clinic sees more is optional here: who may not see it is never sent it. */
export const appointment = z
  .strictObject({
    ...appointmentShape,
    override: z
      .strictObject({ reasonCode: z.enum([...OVERRIDE_REASONS, "imported"]) })
      .optional()
      .meta({ description: "Why the clinic lifted rules for this time. Shown to the clinic only." }),
    resourceIds: z
      .array(s.id(s.PROVIDER))
      .optional()
      .meta({ description: "Rooms, machines and interpreters reserved with it. Shown to the clinic only." }),
  })
  .meta({ id: "Appointment" });

/** As lists, series and live frames show it. */
export const listedAppointment = z.strictObject(appointmentShape).meta({ id: "ListedAppointment" });

export const hold = z.strictObject({
  id: s.id(s.HOLD),
  status: z.enum(["held", "expired", "released", "converted"]),
  expiresAt: s.moment,
  extendableUntil: s.moment,
  providerId: s.id(s.PROVIDER),
  locationId: s.id(s.LOCATION),
  visitTypeId: s.id(s.VISIT_TYPE),
  start: s.moment,
  end: s.moment,
  timeZone: s.zone,
});
/** The token stands in the first answer only. */
export const placedHold = z
  .strictObject({ ...hold.shape, token: z.string().regex(/^[A-Za-z0-9_-]{43}$/) })
  .meta({ id: "PlacedHold" });

export const location = z
  .strictObject({
    id: s.id(s.LOCATION),
    name: z.string(),
    address: z.string(),
    city: z.string(),
    state: z.string(),
    postalCode: z.string(),
    phone: z.string(),
    timeZone: s.zone,
    latitude: z.number(),
    longitude: z.number(),
  })
  .meta({ id: "Location" });

export const visitType = z
  .strictObject({
    id: s.id(s.VISIT_TYPE),
    name: z.string(),
    minutes: z.int(),
    modality: z.enum(MODALITIES),
  })
  .meta({ id: "VisitType" });

export const provider = z
  .strictObject({
    id: s.id(s.PROVIDER),
    displayName: z.string(),
    title: z.string(),
    specialties: z.array(z.string()),
    languages: z.array(z.string()),
    gender: z.enum(GENDERS).nullable(),
    insurances: z.array(z.string()),
    locations: z.array(
      z.strictObject({
        id: s.id(s.LOCATION),
        name: z.string(),
        city: z.string(),
        timeZone: s.zone,
        distanceKm: z.number().min(0).optional(),
      }),
    ),
    visitTypes: z.array(visitType),
    acceptingNewPatients: z.boolean(),
    nextOpenAt: s.moment.nullable().meta({ description: "null: no open start is known." }),
  })
  .meta({ id: "Provider" });

export const block = z
  .strictObject({
    id: s.id(s.BLOCK),
    providerId: s.id(s.PROVIDER),
    start: s.moment,
    end: s.moment,
    timeZone: s.zone,
    reasonCode: z.enum(BLOCK_REASONS),
    locationId: s.id(s.LOCATION).optional(),
    source: z.enum(["staff", "external"]),
    externalId: z.string().optional(),
    createdAt: s.moment,
  })
  .meta({ id: "Block" });

/** A page of a list. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({
    data: z.array(item),
    page: z.strictObject({
      next: z.string().nullable().meta({ description: "The next page's `cursor`; null: this is the last." }),
    }),
  });

/** A list that is always whole. */
export const wholeListOf = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({ data: z.array(item), page: z.strictObject({ next: z.null() }) });

/** [D14] Standing appointments that a change leaves outside, the first 200 of `count`. */
export const outside = z
  .strictObject({
    count: z.int().min(0),
    appointments: z
      .array(
        z.strictObject({
          id: s.id(s.APPOINTMENT),
          providerId: s.id(s.PROVIDER),
          start: s.moment,
          end: s.moment,
        }),
      )
      .max(200),
  })
  .meta({ id: "Outside" });

/** [D24] What was cancelled with a change, where that was asked for. */
export const cancelled = {
  cancelled: z.int().min(0).optional(),
  left: z.int().min(0).optional(),
};

/** [D13] First told, then done with `?apply=true` and `If-Match`. */
export const change = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.strictObject({
    applied: z.boolean().meta({ description: "false: this is what would happen." }),
    version: s.version,
    ...shape,
  });

const minuteOfDay = z.int().min(0).max(1_440);
const dayHours = z.strictObject({ opensAt: minuteOfDay, closesAt: minuteOfDay });
export const weeklyHours = z
  .strictObject({
    weekday: z.int().min(1).max(7).meta({ description: "1 = Monday." }),
    opensAt: minuteOfDay.meta({ description: "Minutes since local midnight." }),
    closesAt: minuteOfDay,
    from: s.date.optional(),
    until: s.date.optional(),
  })
  .meta({ id: "WeeklyHours" });
export const dateException = z
  .discriminatedUnion("kind", [
    z.strictObject({ date: s.date, kind: z.literal("closed") }),
    z.strictObject({ date: s.date, kind: z.literal("instead"), hours: z.array(dayHours) }),
    z.strictObject({ date: s.date, kind: z.literal("extra"), hours: z.array(dayHours) }),
  ])
  .meta({ id: "DateException" });

/** A free time. */
export const slot = z
  .strictObject({ start: s.moment, end: s.moment, locationId: s.id(s.LOCATION) })
  .meta({ id: "Slot" });
