/** The value below which a share of the samples lies, by nearest rank. Sorts `samples` in place. */
export function percentiles(samples: Float64Array, shares: readonly number[]): number[] {
  samples.sort();
  return shares.map((share) => {
    const rank = Math.max(1, Math.ceil(share * samples.length));
    return samples[rank - 1] ?? Number.NaN;
  });
}

export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle] ?? Number.NaN;
  return ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}
