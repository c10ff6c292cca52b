/** The visit types of the sample network, and which of them a specialty offers. */
import type { VisitType } from "../../core/directory/directory.ts";
import { makeId, type VisitTypeId } from "../../core/ids.ts";
import type { VisitTypeRules } from "../../core/schedule/config.ts";
import type { Random } from "./random.ts";

/** A visit type with its booking rules: one row of `visit_type`. */
export type SeedVisitType = VisitType & VisitTypeRules;

/** Everybody plans three months ahead. */
const HORIZON_DAYS = 90;

const TYPES = [
  {
    key: "new",
    name: "New patient visit",
    minutes: 40,
    gridMinutes: 20,
    noticeMinutes: 120,
    modality: "in-person",
  },
  {
    key: "follow",
    name: "Follow-up visit",
    minutes: 20,
    gridMinutes: 20,
    noticeMinutes: 60,
    modality: "in-person",
  },
  {
    key: "annual",
    name: "Annual physical",
    minutes: 45,
    gridMinutes: 15,
    noticeMinutes: 240,
    modality: "in-person",
  },
  { key: "video", name: "Video visit", minutes: 20, gridMinutes: 20, noticeMinutes: 60, modality: "video" },
  {
    key: "phone",
    name: "Phone consultation",
    minutes: 15,
    gridMinutes: 15,
    noticeMinutes: 60,
    modality: "phone",
  },
  {
    key: "procedure",
    name: "Procedure consultation",
    minutes: 60,
    gridMinutes: 30,
    noticeMinutes: 240,
    modality: "in-person",
    bufferAfterMinutes: 15,
    ageMin: 18,
    requires: ["room"],
  },
  {
    key: "same-day",
    name: "Same-day visit",
    minutes: 15,
    gridMinutes: 15,
    noticeMinutes: 60,
    modality: "in-person",
  },
  {
    key: "vaccination",
    name: "Vaccination",
    minutes: 10,
    gridMinutes: 10,
    noticeMinutes: 90,
    modality: "in-person",
    capacity: 4,
  },
] as const;

export type VisitTypeKey = (typeof TYPES)[number]["key"];
export type VisitTypeCatalogue = ReadonlyMap<VisitTypeKey, SeedVisitType>;

export function makeVisitTypes(random: Random): VisitTypeCatalogue {
  return new Map(
    TYPES.map(({ key, ...type }) => [
      key,
      {
        id: makeId("vst", random.bytes(12)) as VisitTypeId,
        horizonDays: HORIZON_DAYS,
        active: true,
        ...type,
      },
    ]),
  );
}

const GENERAL: readonly string[] = ["primary-care", "pediatrics"];

/** Four to six: what everybody of the specialty offers, and a few of the rest. */
export function pickVisitTypes(random: Random, specialty: string): VisitTypeKey[] {
  return GENERAL.includes(specialty)
    ? [
        "new",
        "follow",
        "annual",
        ...random.sample<VisitTypeKey>(["video", "phone", "same-day", "vaccination"], random.between(1, 3)),
      ]
    : [
        "new",
        "follow",
        ...random.sample<VisitTypeKey>(["video", "phone", "procedure", "same-day"], random.between(2, 4)),
      ];
}
