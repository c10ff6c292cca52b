/** What a cell of the access matrix can say, and for whom. */

/**
 * "ok" = done. "404" = hidden: as if it were not there. "403*" = refused about somebody whom this caller sees anyway (they may read the
 * record), so that one who is not there is a 404; every other 403 is the same for both.
 */
export const VERDICTS = ["ok", "401", "403", "403*", "404"] as const;
export type Verdict = (typeof VERDICTS)[number];

/** The columns, left to right. Each JSON repeats them as its `callers`. */
export const CALLERS = [
  "anonymous",
  "patient",
  "otherPatient",
  "proxy",
  "withdrawnProxy",
  "staff",
  "foreignStaff",
  "provider",
  "otherProvider",
  "admin",
  "kiosk",
  "service",
] as const;

/** Who is nobody to us is 401 everywhere, also where strangers may: a token that is wrong is a mistake of the caller's. */
export const NOBODY = ["expired", "wrongAudience", "algNone", "forged"] as const;

/** The JSON of an area. */
export interface Verdicts<Id extends string> {
  readonly callers: string;
  /** By operation a verdict for each caller, with spaces between. */
  readonly verdicts: Readonly<Record<Id, string>>;
}

export function verdictsOf(row: string): ReadonlyMap<string, Verdict> {
  const words = row.split(" ") as Verdict[];
  return new Map<string, Verdict>([
    ...CALLERS.map((who, at) => [who, words[at] as Verdict] as const),
    ...NOBODY.map((who) => [who, "401"] as const),
  ]);
}
