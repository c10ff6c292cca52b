/** Proves which rooms are asked, and in which order. That they answer: resources.test.ts. */
import { describe, expect, it } from "vitest";
import { CANDIDATES_MAX, RESOURCES_MAX } from "../../../core/booking/saga.ts";
import type { Provider, Resource } from "../../../core/directory/directory.ts";
import type { AppointmentId, ProviderId } from "../../../core/ids.ts";
import type { ResourceKind } from "../../../core/schedule/config.ts";
import { candidatesFor, neededResources } from "../../../workers/edge/needed-resources.ts";

const place = { visitTypeId: "vst_a", locationId: "loc_a", start: 0, end: 1 } as never;
const make = (kind: ResourceKind, n: number): Resource =>
  ({ id: `prv_${kind}${n}`, kind, locationId: "loc_a", calendar: { version: n } }) as unknown as Resource;
const rooms = (count: number) => Array.from({ length: count }, (_, n) => make("room", n));

function needed(requires: readonly ResourceKind[] | undefined, here: readonly Resource[]) {
  const visitTypes = [{ id: "vst_a", ...(requires ? { requires } : {}) }];
  const provider = { calendar: { visitTypes } } as unknown as Provider;
  return neededResources({ resources: new Map([["loc_a", here]]) } as never, provider, place);
}
const order = (count: number, id: string, held: readonly string[] = []): string[] =>
  candidatesFor(needed(["room"], rooms(count)), id as AppointmentId, held as readonly ProviderId[])
    .flat()
    .map(({ calendar }) => calendar);

describe("resources that could serve", () => {
  it("[R2] are those of each required kind at the clinic, and none where nothing is required", () => {
    const here = [make("room", 1), make("device", 2), make("room", 3)];
    expect(candidatesFor(needed(undefined, here), "apt_a" as AppointmentId)).toEqual([]);
    expect(candidatesFor(needed(["device"], here), "apt_a" as AppointmentId)).toEqual([
      [{ calendar: "prv_device2", configVersion: 2 }],
    ]);
    const both = needed(["room", "interpreter", "room"], here);
    expect(both.kinds.map((kind) => kind.length)).toEqual([2, 0, 2]);
    expect(both.calendars.map(({ id }) => id)).toEqual(["prv_room1", "prv_room3"]);
    const tooMany = Array.from({ length: RESOURCES_MAX + 1 }, (): ResourceKind => "room");
    expect(candidatesFor(needed(tooMany, here), "apt_a" as AppointmentId)).toEqual([[]]);
  });

  it("[R3] are asked from another place for another appointment, each one once, ten at most", () => {
    const firsts = Array.from({ length: 200 }, (_, n) => order(4, `apt_${n}`)[0]);
    for (const room of rooms(4))
      expect(firsts.filter((first) => first === room.id).length).toBeGreaterThan(20);
    expect(order(4, "apt_7")).toEqual(order(4, "apt_7"));
    expect(order(4, "apt_7").toSorted()).toEqual(rooms(4).map(({ id }) => id));
    expect(new Set(order(30, "apt_7")).size).toBe(CANDIDATES_MAX);
  });

  it("[R3] [R5] begin with what the appointment has", () => {
    for (let n = 0; n < 20; n++) expect(order(30, `apt_${n}`, ["prv_room17"])[0]).toBe("prv_room17");
    expect(order(3, "apt_1", ["prv_elsewhere"])).toHaveLength(3);
  });
});
