/** Proves that what a page says of a code never breaks the page. */
import { expect, it } from "vitest";
import { languagesText } from "../../../workers/edge/pages/words.ts";

it("a language without a name is shown by its code, and the others by theirs", () => {
  expect(languagesText(["en", "en-12", "es"])).toBe("English, en-12, Spanish");
  expect(languagesText(["sgn-ase", "zh-cmn"])).not.toBe("");
});
