/** What pages read, by the name it is cached under. */
import { infiniteQueryOptions, QueryClient, queryOptions } from '@tanstack/react-query';
import { serverClock } from '../clock/server-clock.ts';
import { ask, isPassing, pauseBefore, Refusal } from './http.ts';
import type { Drop, Event, EventSummary, Order, Page, User } from './types.ts';

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        retry: (failures, error) => failures < 5 && isPassing(error),
        retryDelay: (attempt, error) => pauseBefore(attempt, error),
      },
      mutations: { retry: false },
    },
  });
}

/** Null when nobody is signed in. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  staleTime: 60_000,
  refetchOnWindowFocus: 'always',
  async queryFn({ signal }): Promise<User | null> {
    try {
      return (await ask<{ user: User }>('GET', '/auth/me', { signal })).data.user;
    } catch (error) {
      if (error instanceof Refusal && (error.status === 401 || error.status === 403)) return null;
      throw error;
    }
  },
});

export const eventsQuery = infiniteQueryOptions({
  queryKey: ['events'],
  initialPageParam: '',
  getNextPageParam: (last: Page<EventSummary>) => last.next,
  async queryFn({ pageParam, signal }) {
    const after = pageParam === '' ? '' : `&after=${encodeURIComponent(pageParam)}`;
    return (await ask<Page<EventSummary>>('GET', `/events?limit=24${after}`, { signal })).data;
  },
});

export function eventQuery(id: number) {
  return queryOptions({
    queryKey: ['events', id],
    async queryFn({ signal }) {
      const answer = await ask<Event>('GET', `/events/${id}`, { signal });
      for (const { serverTime } of answer.data.drops.slice(0, 1)) serverClock.learn(serverTime, answer);
      return answer.data;
    },
  });
}

/** A drop's terms, and with them the question of whoever is signed in: hence one for each buyer. */
export function dropQuery(id: number, userId: number | undefined) {
  return queryOptions({
    queryKey: ['drops', id, userId ?? 'anyone'],
    async queryFn({ signal }) {
      const answer = await ask<Drop>('GET', `/drops/${id}`, { signal });
      serverClock.learn(answer.data.serverTime, answer);
      return answer.data;
    },
  });
}

export function ordersQuery(userId: number) {
  return infiniteQueryOptions({
    queryKey: ['orders', userId],
    initialPageParam: '',
    getNextPageParam: (last: Page<Order>) => last.next,
    async queryFn({ pageParam, signal }) {
      const after = pageParam === '' ? '' : `&after=${encodeURIComponent(pageParam)}`;
      return (await ask<Page<Order>>('GET', `/orders?limit=20${after}`, { signal })).data;
    },
  });
}

export function orderQuery(id: string, userId: number) {
  return queryOptions({
    queryKey: ['orders', userId, id],
    queryFn: async ({ signal }) =>
      (await ask<Order>('GET', `/orders/${encodeURIComponent(id)}`, { signal })).data,
  });
}
