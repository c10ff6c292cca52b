/** Proves that a FHIR Bundle means what a CSV file with the same facts means. */
import { describe, expect, it } from "vitest";
import { readBundle } from "../../../core/exchange/fhir-bundle.ts";
import type { ImportKind } from "../../../core/exchange/kinds.ts";
import { Problems, RowReader, readHeader } from "../../../core/exchange/read-rows.ts";
import { columnsOf } from "../../../core/exchange/tables.ts";

function read(kind: ImportKind, resources: readonly Record<string, unknown>[], urls: readonly string[] = []) {
  const entry = resources.map((resource, index) => ({ resource, fullUrl: urls[index] }));
  const bundle = readBundle(kind, { resourceType: "Bundle", type: "collection", entry });
  if ("error" in bundle) throw new Error(bundle.error);
  const problems = new Problems();
  const reader = new RowReader(
    kind,
    readHeader(bundle.header, columnsOf(kind, "2026-11-25"), 1, problems),
    problems,
  );
  for (const record of bundle.records) reader.read(record);
  return { rows: reader.rows, problems: problems.named };
}

const ROLE = {
  resourceType: "PractitionerRole",
  id: "role-1",
  practitioner: { reference: "Practitioner/npi-1" },
  location: [{ reference: "Location/north" }],
  specialty: [{ coding: [{ code: "394579002", display: "Family Medicine" }] }],
  availableTime: [
    { daysOfWeek: ["mon", "tue"], availableStartTime: "09:00:00", availableEndTime: "12:00:00" },
    { daysOfWeek: ["sat"], allDay: true },
  ],
  notAvailable: [{ description: "away", during: { start: "2026-12-24", end: "2026-12-25" } }],
};
const PRACTITIONER = {
  resourceType: "Practitioner",
  id: "npi-1",
  name: [{ family: "New", given: ["Ada", "B."] }],
  gender: "other",
  qualification: [{ code: { coding: [{ code: "MD" }] } }],
  communication: [{ coding: [{ code: "en" }] }, { coding: [{ code: "es" }] }],
};
const PATIENT = {
  resourceType: "Patient",
  id: "p1",
  name: [
    { use: "nickname", text: "Janey" },
    { use: "official", family: "Doe", given: ["Jane"] },
  ],
  birthDate: "1980-02-29",
  telecom: [
    { system: "phone", value: "+1 312 555 0111", use: "home" },
    { system: "phone", value: "+1 312 555 0100", use: "mobile" },
    { system: "email", value: "jane@example.com" },
  ],
  managingOrganization: { reference: "Organization/north" },
  communication: [
    { language: { coding: [{ code: "en" }] } },
    { language: { coding: [{ code: "es" }] }, preferred: true },
  ],
};

describe("a Bundle", () => {
  it("[IE11] of patients", () => {
    const other = { resourceType: "Observation", id: "x" };
    expect(read("patients", [other, PATIENT])).toEqual({
      problems: [],
      rows: [
        {
          line: 2,
          id: "p1",
          values: {
            displayName: "Jane Doe",
            birthDate: "1980-02-29",
            email: "jane@example.com",
            phone: "+13125550100",
            homeLocationId: "north",
            preferredLanguage: "es",
          },
        },
      ],
    });
  });

  it("[IE11] of practitioners and their roles: who they are, and where they work when", () => {
    expect(read("providers", [PRACTITIONER, ROLE]).rows).toEqual([
      {
        line: 1,
        id: "npi-1",
        values: {
          displayName: "Ada B. New",
          title: "MD",
          specialties: ["family-medicine"],
          languages: ["en", "es"],
          gender: null,
        },
      },
    ]);
    expect(read("schedules", [PRACTITIONER, ROLE]).rows).toEqual([
      {
        line: 2,
        id: "role-1",
        values: {
          providerId: "npi-1",
          locationId: "north",
          hours: [
            { weekday: 1, opensAt: 540, closesAt: 720 },
            { weekday: 2, opensAt: 540, closesAt: 720 },
            { weekday: 6, opensAt: 0, closesAt: 1_440 },
          ],
          exceptions: [
            { date: "2026-12-24", kind: "closed" },
            { date: "2026-12-25", kind: "closed" },
          ],
        },
      },
    ]);
  });

  it("[IE11] a role at two places is two schedules; references within the Bundle are followed", () => {
    const role = {
      ...ROLE,
      practitioner: { reference: "urn:uuid:1" },
      location: [{ reference: "Location/north" }, { identifier: { value: "south" } }],
    };
    const { rows } = read("schedules", [PRACTITIONER, role], ["urn:uuid:1", "urn:uuid:2"]);
    expect(rows.map(({ id, values }) => [id, values.providerId, values.locationId])).toEqual([
      ["role-1.1", "npi-1", "north"],
      ["role-1.2", "npi-1", "south"],
    ]);
  });

  it("[IE11] of appointments, with our word for each status", () => {
    const appointment = (status: string) => ({
      resourceType: "Appointment",
      id: `a-${status}`,
      status,
      serviceType: [{ coding: [{ code: "follow-up" }] }],
      start: "2026-12-01T09:00:00-06:00",
      end: "2026-12-01T09:20:00-06:00",
      reasonCode: [{ text: "Knee" }],
      participant: ["Patient/p1", "Practitioner/npi-1", "Location/north"].map((reference) => ({
        actor: { reference },
        status: "accepted",
      })),
    });
    const statuses = ["booked", "arrived", "fulfilled", "cancelled", "noshow"];
    const { rows, problems } = read("appointments", statuses.map(appointment));
    expect(problems).toEqual([]);
    expect(rows.map(({ values }) => values.status)).toEqual([
      "booked",
      "checked-in",
      "completed",
      "cancelled",
      "no-show",
    ]);
    expect(rows[0]?.values).toMatchObject({
      patientId: "p1",
      providerId: "npi-1",
      locationId: "north",
      visitTypeId: "follow-up",
      start: "2026-12-01T15:00:00.000Z",
      reason: "Knee",
    });
    expect(read("appointments", [appointment("proposed")]).problems[0]).toMatchObject({
      line: 1,
      column: "status",
    });
  });

  const APPOINTMENT = {
    resourceType: "Appointment",
    id: "a1",
    status: "booked",
    serviceType: [{ coding: [{ code: "follow-up" }] }],
    start: "2026-12-01T09:00:00-06:00",
    end: "2026-12-01T09:20:00-06:00",
  };
  const participants = (...references: string[]) => ({
    participant: references.map((reference) => ({ actor: { reference } })),
  });

  it("[IE11] a reference to a version means its resource, and an address within the Bundle what its entry is", () => {
    const versions = [
      "Patient/12/_history/7",
      "https://x.example/Practitioner/n/_history/3",
      "Location/north",
    ];
    expect(
      read("appointments", [{ ...APPOINTMENT, ...participants(...versions) }]).rows[0]?.values,
    ).toMatchObject({
      patientId: "12",
      providerId: "n",
      locationId: "north",
    });
    const urls = ["urn:uuid:0", "urn:uuid:1", "urn:uuid:2", "urn:uuid:3"];
    const location = { resourceType: "Location", id: "north" };
    const { rows, problems } = read(
      "appointments",
      [{ ...APPOINTMENT, ...participants(...urls) }, PATIENT, PRACTITIONER, location],
      urls,
    );
    expect(problems).toEqual([]);
    expect(rows[0]?.values).toMatchObject({ patientId: "p1", providerId: "npi-1", locationId: "north" });
  });

  it("[IE11] [IE3] what no resource says is no column, and one that does not say whether it is active leaves it open", () => {
    const { telecom: _telecom, communication: _communication, ...silent } = PATIENT;
    const left = { ...silent, id: "p2", active: false };
    const [one, two] = read("patients", [silent, left]).rows.map(({ values }) => values);
    expect(one).toEqual({
      displayName: "Jane Doe",
      birthDate: "1980-02-29",
      homeLocationId: "north",
      active: null,
    });
    expect(two).toMatchObject({ active: false });
    expect(read("patients", [PATIENT]).rows[0]?.values).not.toHaveProperty("active");
  });

  it("[IE11] [IE1] absences, rules and places without end are refused before they are worked out", () => {
    const year = { during: { start: "2026-01-01", end: "2026-12-31" } };
    const next = { during: { start: "2027-01-01", end: "2027-12-31" } };
    const columnsOfMistakes = (more: Record<string, unknown>) =>
      read("schedules", [{ ...ROLE, ...more }]).problems.map(({ column }) => column);
    expect(columnsOfMistakes({ notAvailable: [year, ...Array(100_000).fill(next)] })).toEqual(["exceptions"]);
    const days = Array(100_000).fill("mon");
    expect(columnsOfMistakes({ availableTime: [{ daysOfWeek: days, allDay: true }] })).toEqual(["hours"]);
    const roles = { ...ROLE, location: Array(60_001).fill({}) };
    const entry = [{ resource: roles }];
    expect(readBundle("schedules", { resourceType: "Bundle", entry })).toHaveProperty("error");
    const entries = Array(60_001).fill({});
    expect(readBundle("patients", { resourceType: "Bundle", entry: entries })).toEqual({
      error: "must have at most 60000 entries",
    });
  });

  it("[IE11] [IE1] what a resource lacks is a mistake of its entry", () => {
    const { problems } = read("patients", [{ resourceType: "Patient", id: "p", active: "no" }]);
    expect(problems.map(({ line, column }) => [line, column])).toEqual([
      [1, "displayName"],
      [1, "birthDate"],
      [1, "homeLocationId"],
    ]);
  });

  it.each([
    [null],
    [{ resourceType: "Patient" }],
    [{ resourceType: "Bundle" }],
    [{ resourceType: "Bundle", entry: [null, 1, { resource: [] }] }],
  ])("[IE1] what is no such Bundle is told so (%#)", (value) => {
    expect(readBundle("patients", value)).toHaveProperty("error");
  });
});
