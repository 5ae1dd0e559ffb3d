import { queryOptions } from '@tanstack/react-query';
import type { OwnEntries } from '@seatdrop/shared/contract/own-entries.ts';
import { ask } from '../api/http.ts';
import type { User } from '../api/types.ts';
import { serverClock } from '../clock/server-clock.ts';

/** Entries that are under way, while they are on the screen. */
const everyMs = 15_000;
/** While a hold whose time is over has not ended yet. */
const soonMs = 2_000;

/**
 * The user's entries over all drops, asked for again whenever the page is looked at. An answer that fails is not waited
 * for: the orders below it may be needed at a door.
 */
export const ownEntriesQuery = ({ id, scope }: User) =>
  queryOptions({
    queryKey: ['own-entries', id],
    // A banned user has none.
    enabled: scope === undefined,
    staleTime: 0,
    retry: false,
    refetchOnMount: 'always',
    refetchOnWindowFocus: 'always',
    async queryFn({ signal }): Promise<OwnEntries> {
      const answer = await ask<OwnEntries>('GET', '/me/entries', { signal });
      serverClock.learn(answer.data.serverTime, answer);
      return answer.data;
    },
    refetchInterval: ({ state: { data } }) => (data ? pauseAfter(data) : false),
  });

function pauseAfter({ items }: OwnEntries): number | false {
  const ends = items.flatMap(({ status, expiresAt }) => (status === 'held' ? [Date.parse(expiresAt!)] : []));
  if (ends.some((end) => end <= serverClock.now())) return soonMs;
  const underWay = items.filter(({ status }) => ['held', 'paying', 'standby'].includes(status));
  if (underWay.length === 0) return false;
  // Soon after the first hold ends.
  return Math.min(everyMs, ...ends.map((end) => end - serverClock.now() + soonMs));
}
