/**
 * Returns the nearest-rank percentile: the smallest measure such that at least `percent` % of all
 * measures are less than or equal to it.
 */
export function percentile(measures: number[], percent: number): number {
  const sorted = measures.toSorted((a, b) => a - b);
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length));
  const found = sorted[rank - 1];
  if (found === undefined) throw new Error("a percentile needs at least one measure");
  return found;
}
