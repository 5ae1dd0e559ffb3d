/** How long a benchmark measures, and how often. */
export type Plan = {
  /** Rounds of what is measured, each beside a round of its reference. */
  rounds: number;
  /** Of one round, where a round is a stretch of time. */
  seconds: number;
  /** Tiers that are measured say where their time goes. */
  profile: boolean;
};
