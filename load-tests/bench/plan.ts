/** Number and length of a benchmark's rounds. */
export type Plan = {
  /** Measured rounds, each with a round of the reference. */
  rounds: number;
  /** Length of a round, in benchmarks whose rounds have a fixed length. */
  seconds: number;
  /** Whether measured tiers write a CPU profile. */
  profile: boolean;
};
