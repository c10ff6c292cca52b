/**
 * Lines of iCalendar (RFC 5545 §3.1): escaping and folding. Written here because the libraries we tried fold by characters
 * instead of octets or need a date library to name a zone (docs/decisions/007).
 */

/** Octets of one line without its CRLF. */
const LINE_OCTETS_MAX = 75;

// Tab stays: it is the only control character that a value may hold.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

/** Everything that some reader takes for the end of a line, Unicode's own separators too. */
const LINE_END = /\r\n|[\r\n\u0085\u2028\u2029]/g;

/** A TEXT value. Whatever is in it, it stays one value on one line. */
export const escapeText = (text: string): string =>
  text
    .replace(CONTROL, "")
    .replace(/[\\;,]/g, (character) => `\\${character}`)
    .replace(LINE_END, "\\n");

/** A quoted parameter value; quotes and line ends as RFC 6868 has them. */
export const quoteParameter = (text: string): string =>
  `"${text.replace(CONTROL, "").replaceAll("^", "^^").replaceAll('"', "^'").replace(LINE_END, "^n")}"`;

function octetsOf(character: string): number {
  const code = character.codePointAt(0) as number;
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
}

/** Folds after at most 75 octets and never inside a character: some readers decode line by line. */
export function foldLine(line: string): string {
  let folded = "";
  let octets = 0;
  for (const character of line) {
    const more = octetsOf(character);
    if (octets + more > LINE_OCTETS_MAX) {
      folded += "\r\n ";
      octets = 1; // the space
    }
    folded += character;
    octets += more;
  }
  return folded;
}

/** Every line folded and ended, the last one too. */
export const serialise = (lines: readonly string[]): string =>
  lines.map((line) => `${foldLine(line)}\r\n`).join("");
