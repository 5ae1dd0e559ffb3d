/** Twins of the scripts that move free seats between partitions, and to standby: lend, borrow, promote. */
import { decodePromoted, decodeSeats, encodeSeats, type NewHold } from './hold.ts';
import type { Place } from './keys.ts';
import { UnexpectedReply } from './script.ts';
import type { Store } from './store.ts';

export type Transfers = {
  /** Takes up to `wanted` free seats out of a partition for partition `to`. */
  lend: (place: Place, transfer: string, to: number, wanted: number) => Promise<string[]>;
  /** Adds lent seats to a partition; once per transfer. */
  borrow: (place: Place, transfer: string, seats: readonly string[]) => Promise<NewHold[]>;
  /** Gives free seats to standby after a step that freed too many to do it by itself; a portion in each call. */
  promote: (place: Place) => Promise<NewHold[]>;
  /** To be called when the lent seats have arrived: they need not be remembered here any more. */
  forgetTransfer: (place: Place, transfer: string) => Promise<void>;
  /** Transfers under way out of a partition. */
  transfers: (place: Place) => Promise<{ transfer: string; to: number; seats: string[] }[]>;
};

export function createTransfers({ redis, keys, script, lasting }: Store): Transfers {
  const lend = script('lend');
  const borrow = script('borrow');
  const promote = script('promote');

  return {
    async lend(place, transfer, to, wanted) {
      const reply = await lend(place, transfer, to, wanted);
      return reply[0] === 'lent' ? decodeSeats(reply[1]) : [];
    },

    async borrow(place, transfer, seats) {
      const reply = await borrow(place, transfer, encodeSeats(seats));
      if (reply[0] === 'not_stocked')
        throw new UnexpectedReply(`drop ${place.dropId} has no partition ${place.partition}`);
      return decodePromoted(reply.slice(1));
    },

    async promote(place) {
      const [, , ...promoted] = await promote(place);
      return decodePromoted(promoted);
    },

    async forgetTransfer(place, transfer) {
      await redis.hdel(keys.key(place, 'lent'), transfer);
    },

    async transfers(place) {
      const lent = await lasting(place, (on) => on.hgetall(keys.key(place, 'lent')));
      return Object.entries(lent).map(([transfer, record]) => {
        const [to, seats] = record.split('|');
        return { transfer, to: Number(to), seats: decodeSeats(seats) };
      });
    },
  };
}
