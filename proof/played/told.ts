/**
 * Checks that what buyers were told is what happened (rules 3 and 4 from outside): each accepted entry got one outcome,
 * its buyer was told it and every change since, and was never told of two live holds, and nobody was overtaken.
 */
import { verifyCheckoutToken } from '../../shared/auth/checkout-token.ts';
import type { EntryState } from '../../shared/contract/entries.ts';
import type { KeyList } from '../../shared/auth/key-list.ts';
import type { DecidedEntry, Replay, ReplayedHold } from '../replay.ts';
import type { Report } from '../violation.ts';

/** One attempt to enter. Times are milliseconds since 1970 by one clock. */
export type Press = {
  sentAt: number;
  answeredAt: number;
  /** `unknown`: no answer, or one after which the entry may still have been queued. */
  result: 'accepted' | 'refused' | 'unknown';
};

/** `own`: the answer to what the buyer did. */
export type Told = { at: number; by: 'socket' | 'http' | 'own'; entry: EntryState };

/** What the buyer knows in the end: the message with the highest version, whenever it came. */
export function lastWord(told: readonly Told[]): EntryState | undefined {
  let known: EntryState | undefined;
  for (const { entry } of told) if (!isLate(entry, known)) known = entry;
  return known;
}

/** Whether the entry is older than what is known already. */
function isLate(entry: EntryState, known: EntryState | undefined): boolean {
  return known !== undefined && entry.version < known.version;
}

export type BuyerRecord = { userId: number; presses: Press[]; told: Told[] };

export function checkTold(
  buyers: readonly BuyerRecord[],
  replays: readonly Replay[],
  checkoutKeys: KeyList,
  report: Report,
): void {
  const decided = Map.groupBy(
    replays.flatMap((replay) => replay.decided),
    ({ buyerId }) => buyerId,
  );
  const holds = Map.groupBy(
    replays.flatMap((replay) => [...replay.holds.values()]),
    ({ buyerId }) => buyerId,
  );
  for (const buyer of buyers) {
    const entries = decided.get(buyer.userId) ?? [];
    const own = holds.get(buyer.userId) ?? [];
    checkOutcomes(buyer, entries, report);
    checkStates(buyer, entries, own, replays, checkoutKeys, report);
    checkLastWord(buyer, entries, own, replays, report);
  }
}

/** Checks that each accepted entry was decided once, and otherwise only entries whose answer was lost. */
function checkOutcomes(
  { userId, presses }: BuyerRecord,
  entries: readonly DecidedEntry[],
  report: Report,
): void {
  const accepted = presses.filter(({ result }) => result === 'accepted').length;
  const unknown = presses.filter(({ result }) => result === 'unknown').length;
  if (entries.length >= accepted && entries.length <= accepted + unknown) return;
  report(
    '3 one outcome',
    `buyer ${userId} was answered 202 ${accepted} times and got ${entries.length} outcomes`,
    {
      presses,
      entries,
    },
  );
}

/** Checks that the buyer was told only of states that existed, and of no second hold while the first one was live. */
function checkStates(
  { userId, told }: BuyerRecord,
  entries: readonly DecidedEntry[],
  own: readonly ReplayedHold[],
  replays: readonly Replay[],
  checkoutKeys: KeyList,
  report: Report,
): void {
  const lie = (what: string, entry: EntryState) =>
    report('told the truth', `buyer ${userId} was told ${what}`, { entry, entries, holds: own });
  let live: string | undefined;
  let known: EntryState | undefined;
  for (const { entry } of told) {
    // A late message must have been true at its time, but does not change what is live.
    const isNews = !isLate(entry, known);
    if (isNews) known = entry;
    switch (entry.status) {
      case 'held': {
        const token = verifyCheckoutToken(entry.checkoutToken ?? '', checkoutKeys);
        const claims = token.kind === 'invalid' ? undefined : token.claims;
        const hold = own.find(({ holdId }) => holdId === claims?.holdId);
        if (!claims || !hold) lie('of a hold that there never was', entry);
        else if (
          claims.buyerId !== userId ||
          !sameSeats(claims.seats, claimedBy(hold)) ||
          claims.seats.join() !== entry.seats?.join()
        )
          lie('of other seats than were held', entry);
        else if (entry.expiresAt !== new Date(hold.expiresAt).toISOString())
          lie('another end of the hold', entry);
        if (isNews && live !== undefined && claims && claims.holdId !== live) lie('of a second hold', entry);
        if (isNews) live = claims?.holdId;
        break;
      }
      case 'standby':
        if (
          !entries.some(({ outcome }) => outcome.kind === 'standby') ||
          entry.position === undefined ||
          entry.position < 1
        )
          lie('to stand by without having a place', entry);
        break;
      case 'sold_out':
        if (!entries.some(({ outcome }) => outcome.kind === 'sold_out'))
          lie('that all is sold out, which was not decided', entry);
        break;
      case 'sold':
        if (!own.some((hold) => hold.holdId === entry.orderId && (hold.state === 'sold' || hold.refunded)))
          lie('of an order that is not there', entry);
        if (isNews) live = undefined;
        break;
      case 'released':
        if (entry.reason === 'closed') {
          if (!entries.some(({ entryId }) => endedAtClosing(entryId, replays)))
            lie('that standby ended with the sale, which it did not', entry);
        } else if (!own.some(({ state }) => state === 'released'))
          lie('that a hold ended, which did not', entry);
        if (isNews) live = undefined;
        break;
      case 'paying':
      case 'none':
    }
  }
}

/** The seats with which it began. Those of a hold that was refunded as a whole are in both lists. */
const claimedBy = ({ seats, refunded = [] }: ReplayedHold) => [...new Set([...seats, ...refunded])];

const sameSeats = (some: readonly string[], others: readonly string[]) =>
  some.toSorted().join() === others.toSorted().join();

/** Checks that the buyer's last message is the present state. */
function checkLastWord(
  { userId, presses, told }: BuyerRecord,
  entries: readonly DecidedEntry[],
  own: readonly ReplayedHold[],
  replays: readonly Replay[],
  report: Report,
): void {
  if (!presses.some(({ result }) => result === 'accepted')) return;
  const truth = standing(entries, own, replays);
  const last = lastWord(told)?.status;
  if (last === truth) return;
  const heard = last === undefined ? 'was told nothing' : `was last told ${last}`;
  report('told the truth', `buyer ${userId} ${heard}, and it is ${truth}`, { told, entries, holds: own });
}

/** The buyer's present state: the outcome of the last entry that counted, since buyers may enter again after a hold. */
function standing(
  entries: readonly DecidedEntry[],
  own: readonly ReplayedHold[],
  replays: readonly Replay[],
): EntryState['status'] {
  if (own.some(({ state }) => state === 'sold')) return 'sold';
  const last = entries.findLast(({ outcome }) => outcome.kind !== 'duplicate');
  if (last?.outcome.kind === 'sold_out') return 'sold_out';
  const hold = own.find(({ holdId }) => holdId === last?.entryId) ?? (last ? undefined : own.at(-1));
  if (hold) return hold.state;
  if (!last) return 'sold_out';
  if (endedAtClosing(last.entryId, replays)) return 'released';
  // In standby, or left it without seats.
  return replays.some(({ standby }) => standby.has(last.entryId)) ? 'standby' : 'none';
}

function endedAtClosing(entryId: string, replays: readonly Replay[]): boolean {
  return replays.some((replay) => replay.endedAtClosing.has(entryId));
}

/** Checks that HTTP, asked at the end, gives the buyer the same state as the last message. */
export function checkAnswered(userId: number, last: EntryState, asked: EntryState, report: Report): void {
  const same = asked.status === last.status && asked.seats?.join() === last.seats?.join();
  if (!same) report('told the truth', `buyer ${userId} is answered ${asked.status} by HTTP`, { last, asked });
}
