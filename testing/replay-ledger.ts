/**
 * Works out how things stand in a partition from its ledger alone. Throws where a record does not follow from those
 * before it: a seat given that was not free, a hold ended that was not live.
 */
import { decodeOutcomes } from '../shared/inventory/claim.ts';

export type Replayed = {
  /** Seats of the partition: '.' free, 'h' held or paying, 's' sold. */
  seats: Map<string, '.' | 'h' | 's'>;
  holds: Map<string, { buyerId: number; state: 'held' | 'paying' | 'sold' | 'ended'; seats: string[] }>;
  /** Buyers in standby, first come first. */
  standby: number[];
  decided: number;
  /** Buyer -> how many holds have lapsed. */
  lapses: Map<number, number>;
};

export function replayLedger(
  records: readonly Record<string, string>[],
  ownSeats: readonly string[],
): Replayed {
  const seats = new Map<string, '.' | 'h' | 's'>();
  const holds: Replayed['holds'] = new Map();
  let standby: number[] = [];
  let decided = 0;
  const lapses = new Map<number, number>();

  const move = (ids: readonly string[], from: string | undefined, to: '.' | 'h' | 's' | undefined) => {
    for (const id of ids) {
      if (seats.get(id) !== from) throw new Error(`seat ${id} is ${seats.get(id)}, not ${from}`);
      if (to === undefined) seats.delete(id);
      else seats.set(id, to);
    }
  };
  const give = (holdId: string, buyerId: number, ids: string[]) => {
    if (holds.has(holdId)) throw new Error(`hold ${holdId} was given twice`);
    const other = [...holds.values()].find((hold) => hold.buyerId === buyerId && hold.state !== 'ended');
    if (other) throw new Error(`buyer ${buyerId} has a hold already`);
    move(ids, '.', 'h');
    holds.set(holdId, { buyerId, state: 'held', seats: ids });
  };
  const holdIn = (holdId: string, ...states: string[]) => {
    const hold = holds.get(holdId);
    if (!hold || !states.includes(hold.state)) {
      throw new Error(`hold ${holdId} is ${hold?.state}, not ${states.join(' or ')}`);
    }
    return hold;
  };
  const leaveStandby = (buyerId: number) => {
    if (!standby.includes(buyerId)) throw new Error(`buyer ${buyerId} is not in standby`);
    standby = standby.filter((each) => each !== buyerId);
  };

  const apply = (record: Record<string, string>) => {
    const { t: type = '', h: holdId = '', s = '', u = '' } = record;
    const ids = s === '' ? [] : s.split('+');
    const buyerId = Number(u);
    switch (type) {
      case 'stock':
        for (const seat of ownSeats) seats.set(seat, '.');
        break;
      case 'claim': {
        const { outcomes } = decodeOutcomes(record['r'] ?? '', {
          id: record['b'] ?? '',
          packed: record['e'] ?? '',
        });
        for (const outcome of outcomes) {
          decided += 1;
          if (outcome.kind === 'held') give(outcome.hold.holdId, outcome.hold.buyerId, outcome.hold.seats);
          if (outcome.kind === 'standby') standby.push(outcome.buyerId);
        }
        break;
      }
      case 'promote':
        leaveStandby(buyerId);
        give(holdId, buyerId, ids);
        break;
      case 'release': {
        const hold = holdIn(holdId, 'held', 'paying');
        move(hold.seats, 'h', '.');
        hold.state = 'ended';
        if (record['l'] !== undefined) lapses.set(buyerId, Number(record['l']));
        break;
      }
      case 'leave':
        leaveStandby(buyerId);
        break;
      case 'paying':
        holdIn(holdId, 'held').state = 'paying';
        break;
      case 'declined':
        holdIn(holdId, 'paying').state = 'held';
        break;
      case 'sold': {
        const live = holds.get(holdId);
        const had = live?.state === 'sold' ? live.seats : [];
        move(ids, live?.state === 'held' || live?.state === 'paying' ? 'h' : '.', 's');
        standby = standby.filter((each) => each !== buyerId);
        holds.set(holdId, { buyerId, state: 'sold', seats: [...had, ...ids] });
        break;
      }
      case 'refund': {
        const hold = holdIn(holdId, 'sold');
        const kept = record['w'] === undefined ? [] : record['w'].split('+');
        move(
          hold.seats.filter((seat) => !kept.includes(seat)),
          's',
          '.',
        );
        hold.state = 'ended';
        break;
      }
      case 'withhold':
        move(ids, '.', 's');
        break;
      case 'lend':
        move(ids, '.', undefined);
        break;
      case 'borrow':
        move(ids, undefined, '.');
        break;
      case 'end':
        for (const place of (record['e'] ?? '').split(',')) leaveStandby(Number.parseInt(place, 10));
        break;
      case 'over':
      case 'cancel':
      case 'terms':
        break;
      default:
        throw new Error(`unknown ledger record ${type}`);
    }
  };

  for (const record of records) {
    try {
      apply(record);
    } catch (error) {
      throw new Error(`${(error as Error).message}, in ${JSON.stringify(record)}`, { cause: error });
    }
  }
  return { seats, holds, standby, decided, lapses };
}
