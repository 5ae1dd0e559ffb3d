/**
 * Why a hold ended. `declined`: a payment ended without money, by declined cards
 * or at the end of the time to pay, and the time of the hold was over. `seats_lost`: a failover
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
