/** An address as a person types it: an e-mail address, or a mobile number with or without a country. [SI6] */

const EMAIL_CHARS_MAX = 254;
/** One @, something on both sides, a dot behind it, no spaces: the code that arrives is the proof. */
const EMAIL = /^[^\s@,;<>"]{1,64}@[^\s@,;<>"]+\.[^\s@,;<>".]{2,}$/;
const E164 = /^\+[1-9][0-9]{6,14}$/;
/** What people put between digits. */
const PUNCTUATION = /[\s().\-/\u00a0]/g;

/** As the issuer wants it; null for anything that cannot be one. Ten digits are a number of the United States. */
export function readContact(typed: string): string | null {
  const text = typed.trim();
  if (text.includes("@"))
    return text.length <= EMAIL_CHARS_MAX && EMAIL.test(text) ? text.toLowerCase() : null;
  const digits = text.replace(PUNCTUATION, "");
  if (/^[2-9]\d{9}$/.test(digits)) return `+1${digits}`;
  if (/^1[2-9]\d{9}$/.test(digits)) return `+${digits}`;
  return E164.test(digits) ? digits : null;
}

/** Six digits, however they were spaced; null for anything else. */
export function readCode(typed: string): string | null {
  const digits = typed.replace(PUNCTUATION, "");
  return /^\d{6}$/.test(digits) ? digits : null;
}

/** The device of a session, in words: what a person recognises, not what a browser says of itself. */
export function deviceText(userAgent: string | null | undefined): string {
  const agent = userAgent ?? "";
  const [, browser] = BROWSERS.find(([pattern]) => pattern.test(agent)) ?? [null, "A browser"];
  const [, system] = SYSTEMS.find(([pattern]) => pattern.test(agent)) ?? [null, null];
  return system ? `${browser} on ${system}` : browser;
}

/** In order: most of them also name the ones below. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:e|A|iOS)?\//, "Edge"],
  [/\b(?:OPR|Opera)\//, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(?:Firefox|FxiOS)\//, "Firefox"],
  [/\b(?:HeadlessChrome|Chrome|Chromium|CriOS)\//, "Chrome"],
  [/\bSafari\//, "Safari"],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\biPhone\b/, "an iPhone"],
  [/\biPad\b/, "an iPad"],
  [/\bAndroid\b/, "Android"],
  [/\bWindows\b/, "Windows"],
  [/\bCrOS\b/, "a Chromebook"],
  [/\bMac OS X\b/, "a Mac"],
  [/\bLinux\b/, "Linux"],
];
