/** What counts as text where people write one line: a name, a title, a code. */

const CONTROL = /\p{Cc}/u;

/** No control characters, which Postgres or other systems' files may not take, and no half of a surrogate pair. */
export const isPlainText = (text: string): boolean => text.isWellFormed() && !CONTROL.test(text);
