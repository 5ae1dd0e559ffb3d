import type { BuyerRecord } from './told.ts';
import type { Replay } from '../replay.ts';
import type { Report } from '../violation.ts';

/**
 * Checks that within a partition outcomes follow the order in which the broker accepted the entries (rule 4). Part of
 * that order is visible from outside: an entry that was answered 202 before another one was sent came first.
 */
export function checkNobodyWasOvertaken(
  buyers: readonly BuyerRecord[],
  replays: readonly Replay[],
  report: Report,
): void {
  const presses = new Map(buyers.map((buyer) => [buyer.userId, buyer.presses]));
  for (const replay of replays) {
    // From the last outcome to the first, keeping the earliest 202 among the entries decided later.
    let overtaken = { at: Infinity, entryId: '' };
    const first = new Map(
      replay.decided.map((entry) => [entry.buyerId, entry.entryId] as const).toReversed(),
    );
    for (const { buyerId, entryId } of replay.decided.toReversed()) {
      const own = presses.get(buyerId) ?? [];
      // If a buyer entered twice, the first outcome counts.
      if (own.length === 0 || first.get(buyerId) !== entryId) continue;
      const sentAt = Math.min(...own.map((press) => press.sentAt));
      if (overtaken.at < sentAt)
        report('4 in order', `${entryId} was decided before ${overtaken.entryId}`, {
          ...replay.place,
          sentAt,
          earlierAcceptedAt: overtaken.at,
        });
      const accepted = own.filter(({ result }) => result === 'accepted').map(({ answeredAt }) => answeredAt);
      const acceptedAt = Math.min(...accepted, Infinity);
      if (acceptedAt < overtaken.at) overtaken = { at: acceptedAt, entryId };
    }
  }
}
