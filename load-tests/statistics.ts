export type Percentiles = { p50: number; p95: number; p99: number; max: number };

/** Nearest-rank percentile; NaN without values. @param percent over 0 and up to 100 */
export function percentile(values: readonly number[], percent: number): number {
  return percentileOfSorted(
    values.toSorted((a, b) => a - b),
    percent,
  );
}

/** Percentiles in whole milliseconds; undefined without values. */
export function percentiles(values: readonly number[]): Percentiles | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  const at = (percent: number) => Math.round(percentileOfSorted(sorted, percent));
  return { p50: at(50), p95: at(95), p99: at(99), max: at(100) };
}

function percentileOfSorted(sorted: readonly number[], percent: number): number {
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? NaN;
}

/** The highest number of events within any window of one second. @param times in milliseconds */
export function peakPerSecond(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  let peak = 0;
  let first = 0;
  for (const [last, time] of sorted.entries()) {
    while (time - (sorted[first] ?? time) >= 1_000) first += 1;
    peak = Math.max(peak, last - first + 1);
  }
  return peak;
}
