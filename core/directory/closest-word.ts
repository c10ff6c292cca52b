/** Which known word a mistyped one most likely is. */

/** Longer words allow more mistakes, and a short one is another word too soon. */
const mistakesAllowed = (length: number): number => {
  if (length < 4) return 0;
  if (length < 6) return 1;
  return length < 9 ? 2 : 3;
};

/** Letters to add, drop, change or swap with their neighbour until `a` is `b`; each letter is touched once. */
export function mistakesBetween(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (above[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(change, (above[j] as number) + 1, (row[j - 1] as number) + 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwap) row[j] = Math.min(row[j] as number, (before[j - 2] as number) + 1);
    }
    before = above;
    above = row;
  }
  return above[b.length] as number;
}

/**
 * [SE4] The candidate with the fewest mistakes, the first of several; null when all have too many.
 * @param candidates likeliest first; callers bound them to a few dozen words
 */
export function closestWord(typed: string, candidates: readonly string[]): string | null {
  let best: string | null = null;
  let fewest = mistakesAllowed(typed.length) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - typed.length) >= fewest) continue;
    const mistakes = mistakesBetween(typed, candidate);
    if (mistakes < fewest) [best, fewest] = [candidate, mistakes];
  }
  return best;
}
