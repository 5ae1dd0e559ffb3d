/** How many holds of a buyer have lapsed, and until when (ms) entries are refused for the last one. */
export type Lapse = { count: number; until: number };

/** Longest pause after a lapse, milliseconds; as in prelude.lua. */
export const longestPauseMs = 3_600_000;
