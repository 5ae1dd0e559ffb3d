/** Of a buyer: how many holds have lapsed, and until when (ms) entries are refused for the last one. */
export type Lapse = { count: number; until: number };

/** No pause is longer, in milliseconds; as in prelude.lua. */
export const longestPauseMs = 3_600_000;
