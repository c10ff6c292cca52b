/** Proves what a mistyped word is taken for, and that distances and boxes agree. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { closestWord, mistakesBetween } from "../../../core/directory/closest-word.ts";
import { boxAround, distanceKm } from "../../../core/directory/distance.ts";

describe("words", () => {
  it("[SE4] counts letters that were added, dropped, changed or swapped", () => {
    for (const [a, b, mistakes] of [
      ["garcia", "garcia", 0],
      ["garsia", "garcia", 1],
      ["gacria", "garcia", 1],
      ["garca", "garcia", 1],
      ["garciia", "garcia", 1],
      ["dermatoligst", "dermatologist", 2],
      ["", "abc", 3],
      ["abc", "", 3],
    ] as const)
      expect([a, b, mistakesBetween(a, b)]).toEqual([a, b, mistakes]);
  });

  it("[SE4] counts the same in both directions, and nothing only for the same word", () => {
    const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 8 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        const mistakes = mistakesBetween(a, b);
        return mistakes === mistakesBetween(b, a) && (mistakes === 0) === (a === b);
      }),
    );
  });

  it("[SE4] takes the word with the fewest mistakes, the likelier of two, and none that is too far", () => {
    expect(closestWord("cardiolgy", ["cardiologist", "cardiology"])).toBe("cardiology");
    expect(closestWord("garsia", ["garzia", "garcia"])).toBe("garzia");
    expect(closestWord("smithson", ["smith"])).toBeNull();
    expect(closestWord("lee", ["lea"])).toBeNull();
    expect(closestWord("anything", [])).toBeNull();
  });
});

describe("distances", () => {
  const point = fc.record({
    latitude: fc.double({ min: -89, max: 89, noNaN: true }),
    longitude: fc.double({ min: -180, max: 180, noNaN: true }),
  });

  it("[SE3] knows how far cities lie apart", () => {
    const [chicago, austin] = [
      { latitude: 41.8781, longitude: -87.6298 },
      { latitude: 30.2672, longitude: -97.7431 },
    ];
    expect(distanceKm(chicago, austin)).toBeCloseTo(1_574, -1);
    expect(distanceKm(chicago, chicago)).toBe(0);
    expect(distanceKm({ latitude: 0, longitude: 0 }, { latitude: 0, longitude: 180 })).toBeCloseTo(20_015, 0);
  });

  it("[SE3] the box holds whatever is within the radius, also at a pole and at the date line", () => {
    fc.assert(
      fc.property(point, point, fc.integer({ min: 1, max: 5_000 }), (center, other, radiusKm) => {
        if (distanceKm(center, other) > radiusKm * 0.999_999) return true;
        const { south, north, west, east } = boxAround(center, radiusKm);
        const inLatitude = other.latitude >= south && other.latitude <= north;
        return (
          inLatitude &&
          (west === null || east === null || (other.longitude >= west && other.longitude <= east))
        );
      }),
      { numRuns: 2_000 },
    );
    const around = boxAround({ latitude: 41.9, longitude: -87.6 }, 50);
    expect((around.north - around.south) * 111).toBeCloseTo(100, 0);
    expect(around.west).toBeCloseTo(-88.2, 1);
  });
});
