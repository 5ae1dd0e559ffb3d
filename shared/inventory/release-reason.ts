/**
 * Why a hold ended. `declined`: the card was, and there was no time left to try again. `seats_lost`: an accident gave
 * the seats to somebody else as well, whose order came first; what was charged for them goes back. `closed`: it was a
 * place in standby, which ended when the drop closed.
 */
export const releaseReasons = [
  'expired',
  'given_back',
  'cancelled',
  'refunded',
  'declined',
  'seats_lost',
  'closed',
] as const;
export type ReleaseReason = (typeof releaseReasons)[number];

/** Undefined for what no script of today writes. */
export function decodeReleaseReason(text: unknown): ReleaseReason | undefined {
  return releaseReasons.find((reason) => reason === text);
}
