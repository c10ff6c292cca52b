/**
 * What a cell of a file may say, and how it is written again: `write(read(text))` is the one spelling of a value. Messages
 * say what is expected and never repeat what was there.
 */

import { isLanguageTag } from "../directory/language-tag.ts";
import { isPlainText } from "../plain-text.ts";
import { err, ok, type Result } from "../result.ts";
import type { DateException, WeeklyHours } from "../schedule/config.ts";
import { readExceptions, readWeek, writeExceptions, writeWeek } from "./hours-text.ts";
import { isRealDate } from "./real-date.ts";

export type CellValue =
  | string
  | boolean
  | null
  | readonly string[]
  | readonly WeeklyHours[]
  | readonly DateException[];

export interface Cell {
  /** `text` is trimmed and never empty. */
  readonly read: (text: string) => Result<CellValue, string>;
  readonly write: (value: CellValue) => string;
}

/** Entries of one list in a cell; more is a mistake in somebody's file. */
const LIST_MAX = 50;
/** As many of the longest, spaced as a person types them: not to be taken apart if longer. */
const LIST_CHARS_MAX = 10_000;
/** Years that a date of a person's life may have. */
const BIRTH_YEAR_MIN = 1880;

const asIs = (value: CellValue): string => (typeof value === "string" ? value : "");
const must = (message: string): Result<never, string> => err(`must be ${message}`);

export const text = (charsMax: number): Cell => ({
  read: (given) => {
    if (given.length > charsMax) return must(`at most ${charsMax} characters`);
    return isPlainText(given) ? ok(given) : must("one line of text");
  },
  write: asIs,
});

const matching = (shape: RegExp, expected: string): Cell => ({
  read: (given) => (shape.test(given) ? ok(given) : must(expected)),
  write: asIs,
});

/** An id of another system, or of ours. */
const ID_CHARS_MAX = 100;
export const id = matching(
  new RegExp(`^[\\x21-\\x7e]{1,${ID_CHARS_MAX}}$`),
  `1 to ${ID_CHARS_MAX} visible ASCII characters`,
);
export const code = matching(/^[a-z0-9]+(-[a-z0-9]+)*$/, "lower-case letters, digits and dashes");
export const language: Cell = {
  read: (given) => (isLanguageTag(given) ? ok(given) : must("a BCP 47 language tag, such as en")),
  write: asIs,
};
const EMAIL = /^[^\s@]{1,64}@[^\s@.]+(\.[^\s@.]+)+$/;
export const email: Cell = {
  read: (given) => (isPlainText(given) && EMAIL.test(given) ? ok(given) : must("an email address")),
  write: asIs,
};

export const oneOf = (values: readonly string[]): Cell => ({
  read: (given) => (values.includes(given) ? ok(given) : must(`one of ${values.join(", ")}`)),
  write: asIs,
});

/** E.164. What people put between the digits for reading is taken out; a number without its country is refused. */
export const phone: Cell = {
  read: (given) => {
    const digits = given.replace(/[\s().-]/g, "");
    return /^\+[1-9][0-9]{6,14}$/.test(digits)
      ? ok(digits)
      : must("a phone number with its country, such as +13125550100");
  },
  write: asIs,
};

/** @param today nobody is born after it, in any zone */
export const birthDate = (today: string): Cell => ({
  read: (given) => {
    if (!isRealDate(given)) return must("a date, YYYY-MM-DD");
    return given <= today && Number(given.slice(0, 4)) >= BIRTH_YEAR_MIN
      ? ok(given)
      : must(`a date between ${BIRTH_YEAR_MIN} and today`);
  },
  write: asIs,
});

const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;
/** A year of two digits, as somebody typed it, is not of the first century. */
const MOMENT_MIN = Date.UTC(1900);
const MOMENT_MAX = Date.UTC(2100);
/** Kept as UTC: the offset is how somebody spelled it. */
export const moment: Cell = {
  read: (given) => {
    const at = MOMENT.test(given) && isRealDate(given.slice(0, 10)) ? Date.parse(given) : Number.NaN;
    if (Number.isNaN(at)) return must("a time with its offset, such as 2026-11-24T09:20:00-06:00");
    return at >= MOMENT_MIN && at < MOMENT_MAX
      ? ok(new Date(at).toISOString())
      : must("a time between 1900 and 2100");
  },
  write: asIs,
};

export const truth: Cell = {
  read: (given) => {
    const said = given.toLowerCase(); // spreadsheets write TRUE
    return said === "true" || said === "false" ? ok(said === "true") : must("true or false");
  },
  write: (value) => (value === true ? "true" : "false"),
};

/** Several in one cell, `en|es`; order and repetition mean nothing where `isSet`. */
export const listOf = (one: Cell, isSet = false): Cell => ({
  read: (given) => {
    if (given.length > LIST_CHARS_MAX) return must(`at most ${LIST_MAX} entries`);
    const parts = given.split(/[|;,\s]+/).filter((part) => part !== "");
    if (parts.length > LIST_MAX) return must(`at most ${LIST_MAX} entries`);
    const values: string[] = [];
    for (const part of parts) {
      const value = one.read(part);
      if (!value.ok) return err(`each entry ${value.error}`);
      if (!values.includes(value.value as string)) values.push(value.value as string);
    }
    return ok(isSet ? values.toSorted() : values);
  },
  write: (value) => (Array.isArray(value) ? value.join("|") : ""),
});

export const week: Cell = { read: readWeek, write: (value) => writeWeek((value ?? []) as WeeklyHours[]) };
export const exceptions: Cell = {
  read: readExceptions,
  write: (value) => writeExceptions((value ?? []) as DateException[]),
};
