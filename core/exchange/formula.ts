/**
 * [IE6] A spreadsheet runs a cell that begins like a formula. Such a cell goes out behind an apostrophe, which a spreadsheet
 * shows as text, and comes in without it. A cell that begins with apostrophes before such a sign gets one more, so that
 * every text comes back as it was.
 */
const RUNS = /^'*[=+\-@\t\r]/;
const GUARDED = /^'+[=+\-@\t\r]/;

export const guardCell = (text: string): string => (RUNS.test(text) ? `'${text}` : text);
export const unguardCell = (text: string): string => (GUARDED.test(text) ? text.slice(1) : text);
