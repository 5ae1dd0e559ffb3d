export type Percentiles = { p50: number; p95: number; p99: number; max: number };

/** @param of per cent, over 0 and up to 100. NaN of no values. */
export function percentile(values: readonly number[], percent: number): number {
  return percentileOfSorted(
    values.toSorted((a, b) => a - b),
    percent,
  );
}

/** Undefined when there is nothing to measure. Whole milliseconds. */
export function percentiles(values: readonly number[]): Percentiles | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  const at = (percent: number) => Math.round(percentileOfSorted(sorted, percent));
  return { p50: at(50), p95: at(95), p99: at(99), max: at(100) };
}

function percentileOfSorted(sorted: readonly number[], percent: number): number {
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? NaN;
}

/** The most that happened in any one second. `times` in milliseconds. */
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
