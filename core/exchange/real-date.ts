/** A date of a plan, an absence or a visit: a year of two digits, as somebody typed it, is not of the first century. */
export const isPlannableDate = (text: string): boolean =>
  isRealDate(text) && text >= "2000-01-01" && text <= "2099-12-31";

/** A calendar date that there is: `2026-02-30` is none. */
export function isRealDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}
