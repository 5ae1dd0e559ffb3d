/**
 * The queries of the pages for buyers, with their cache keys. `offlineFirst`: asked once without network too, as the
 * service worker may have kept the answer.
 */
import { QueryClient, queryOptions, replaceEqualDeep } from '@tanstack/react-query';
import { serverClock } from '../clock/server-clock.ts';
import { ask, isPassing, isSharedLine, pauseBefore, Refusal } from './http.ts';
import { one, pages } from './reading.ts';
import type { Drop, Event, EventSummary, LedgerItem, Me, Order, Page, User } from './types.ts';

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        retry: (failures, error) => isSharedLine(error) || (failures < 5 && isPassing(error)),
        retryDelay: (attempt, error) => pauseBefore(attempt, error),
      },
      // Also sent while offline, so that the user is told at once that it did not arrive.
      mutations: { retry: false, networkMode: 'always' },
    },
  });
}

/** The user as pages know them, from the answer to a sign-in or to `/auth/me`. */
export function signedInUser({ user, locale, scope, needs }: Me): User {
  return {
    ...user,
    ...(locale && { locale }),
    ...(scope === 'tickets' && { scope }),
    ...(scope === 'unconfirmed' && { isUnconfirmed: true }),
    ...(needs && { needs }),
  };
}

/** Null when nobody is signed in. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  staleTime: 60_000,
  refetchOnWindowFocus: 'always',
  networkMode: 'offlineFirst',
  async queryFn({ signal }): Promise<User | null> {
    try {
      return signedInUser((await ask<Me>('GET', '/auth/me', { signal })).data);
    } catch (error) {
      if (error instanceof Refusal && (error.status === 401 || error.status === 403)) return null;
      throw error;
    }
  },
});

export const eventsQuery = {
  ...pages<EventSummary>(['events'], '/events', 24),
  ...inPage('listed-upcoming'),
};
export const pastEventsQuery = {
  ...pages<EventSummary>(['events', 'past'], '/events?when=past', 24),
  ...inPage('listed-past'),
};

/** The first page of a list that the server has put into the HTML. It is shown at once, and asked for again. */
function inPage(id: string) {
  return {
    initialDataUpdatedAt: 0,
    initialData() {
      const element = document.querySelector(`#${id}`);
      // Used once: later it would be too old.
      element?.remove();
      return element?.textContent
        ? { pages: [JSON.parse(element.textContent) as Page<EventSummary>], pageParams: [''] }
        : undefined;
    },
  };
}

export function eventQuery(id: number) {
  return queryOptions({
    queryKey: ['events', id],
    networkMode: 'offlineFirst',
    async queryFn({ signal }) {
      const answer = await ask<Event>('GET', `/events/${id}`, { signal });
      for (const { serverTime } of answer.data.drops.slice(0, 1)) serverClock.learn(serverTime, answer);
      return answer.data;
    },
  });
}

const isOlder = (told: Drop, known: Drop | undefined) =>
  known !== undefined && Date.parse(told.serverTime) < Date.parse(known.serverTime);

/** A drop's terms, with the question of the user who is signed in: hence a cache key for each user. */
export function dropQuery(id: number, userId: number | undefined) {
  return queryOptions({
    queryKey: ['drops', id, userId ?? 'anyone'],
    // An answer to this query and one that the drop's feed fetched can overtake each other.
    structuralSharing: (known, told) =>
      isOlder(told as Drop, known as Drop | undefined) ? known : replaceEqualDeep(known, told),
    async queryFn({ signal }) {
      const answer = await ask<Drop>('GET', `/drops/${id}`, { signal });
      serverClock.learn(answer.data.serverTime, answer);
      return answer.data;
    },
  });
}

export const ordersQuery = (userId: number) => pages<Order>(['orders', userId], '/orders', 20);

export const orderQuery = (id: string, userId: number) =>
  queryOptions({
    ...one<Order>(['orders', userId, id], `/orders/${encodeURIComponent(id)}`),
    networkMode: 'offlineFirst',
  });

/** Position in line of this buyer's latest unsuccessful entry; null if the ledger does not tell. */
export function placeQuery(dropId: number, userId: number) {
  return queryOptions({
    queryKey: ['place', dropId, userId],
    staleTime: Infinity,
    async queryFn({ signal }): Promise<number | null> {
      const { data } = await ask<Page<LedgerItem>>('GET', `/drops/${dropId}/ledger?limit=100`, { signal });
      const own = data.items
        .flatMap(({ entries }) => entries ?? [])
        .filter(({ buyerId }) => buyerId === userId);
      return own.findLast(({ outcome }) => outcome === 'sold_out')?.number ?? null;
    },
  });
}
