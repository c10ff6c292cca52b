/** The areas of the access matrix are together the API, as openapi.json says it. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { OPERATIONS, type Operation, type OperationId } from "../../../../workers/edge/api/operations.ts";
import { administration } from "../../../../workers/edge/contract/administration.ts";
import { audit } from "../../../../workers/edge/contract/audit.ts";
import { booking } from "../../../../workers/edge/contract/booking.ts";
import { consent } from "../../../../workers/edge/contract/consent.ts";
import { directory } from "../../../../workers/edge/contract/directory.ts";
import { machines } from "../../../../workers/edge/contract/machines.ts";
import { network } from "../../../../workers/edge/contract/network.ts";
import { people } from "../../../../workers/edge/contract/people.ts";
import { personalData } from "../../../../workers/edge/contract/personal-data.ts";
import { CALLERS, NOBODY, VERDICTS, type Verdicts, verdictsOf } from "../../../support/access/verdicts.ts";

const CONTRACTS: Readonly<Record<string, object>> = {
  administration,
  audit,
  booking,
  consent,
  directory,
  machines,
  network,
  people,
  "personal-data": personalData,
};

const read = (path: string | URL) => JSON.parse(readFileSync(path, "utf8"));
const AREAS = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith(".json"))
  .map((name) => name.slice(0, -".json".length));
const areaOf = (area: string): Verdicts<string> => read(new URL(`${area}.json`, import.meta.url));
const ROWS = AREAS.flatMap((area) => Object.entries(areaOf(area).verdicts));

/** Every operation that the published description has. */
function published(): string[] {
  const { paths } = read("web/public/openapi.json") as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId?: string }>>>>;
  };
  return Object.values(paths)
    .flatMap((path) => Object.values(path).map(({ operationId }) => operationId))
    .filter((id) => id !== undefined);
}

describe("the access matrix", () => {
  it("[OA4] has a row for every operation and a verdict for every caller, and nothing more", () => {
    const ids = ROWS.map(([id]) => id);
    expect(ids.toSorted()).toEqual(published().toSorted());
    expect(ids.toSorted()).toEqual(Object.keys(OPERATIONS).toSorted());
    for (const [id, row] of ROWS) {
      const words = row.split(" ");
      expect([id, words.length]).toEqual([id, CALLERS.length]);
      for (const word of words) expect(VERDICTS).toContain(word);
    }
    for (const area of AREAS) expect(areaOf(area).callers.split(" ")).toEqual(CALLERS);
    expect(CALLERS.length + NOBODY.length).toBe(16);
  });

  it("[OA4] has an area for each contract, with its operations and a test that asks them", () => {
    expect(AREAS.toSorted()).toEqual(Object.keys(CONTRACTS).toSorted());
    for (const area of AREAS) {
      expect(Object.keys(areaOf(area).verdicts).toSorted()).toEqual(
        Object.keys(CONTRACTS[area] ?? {}).toSorted(),
      );
      expect(existsSync(new URL(`${area}.test.ts`, import.meta.url))).toBe(true);
    }
  });

  it("[OA4] has the sockets, and nobody opens one who is not known, but for the calendar that everybody sees", () => {
    const sockets = ROWS.filter(([id]) => (OPERATIONS[id as OperationId] as Operation).kind === "socket");
    const openTo = sockets.map(([id, row]) => [id, verdictsOf(row).get("anonymous")]);
    expect(Object.fromEntries(openTo)).toEqual({
      watchProvider: "ok",
      watchPatient: "401",
      watchLocation: "401",
    });
  });

  it("[OA5] tells only of somebody whom the caller may read that they are there", () => {
    const { readPatient } = areaOf("people").verdicts;
    for (const [id, row] of ROWS)
      for (const [who, verdict] of verdictsOf(row))
        if (verdict === "403*")
          expect([id, who, verdictsOf(readPatient as string).get(who)]).toEqual([id, who, "ok"]);
  });
});
