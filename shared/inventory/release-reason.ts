/**
 * Why a hold ended. `declined`: the card was declined, and there was no time left to try again. `seats_lost`: a failover
 * gave the seats to somebody else as well, whose order came first; a charge for them is refunded. `closed`: it was a
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

/** Undefined if `text` is no reason that today's scripts write. */
export function decodeReleaseReason(text: unknown): ReleaseReason | undefined {
  return releaseReasons.find((reason) => reason === text);
}
