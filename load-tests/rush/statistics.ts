export type Percentiles = { p50: number; p95: number; p99: number; max: number };

/** Undefined when there is nothing to measure. Whole milliseconds. */
export function percentiles(values: readonly number[]): Percentiles | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? 0);
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
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
