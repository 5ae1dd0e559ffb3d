/** What a door asks the server and its own database, with the cache keys. All are asked without network too. */
import { queryOptions, type QueryClient } from '@tanstack/react-query';
import type { z } from 'zod';
import type { doubleAdmissions, foundTickets, ticketHashes } from '@seatdrop/shared/contract/check-ins.ts';
import { ask, isPassing } from '../../api/http.ts';
import { serverClock } from '../../clock/server-clock.ts';
import { checkInsQuery } from '../../staff/queries.ts';
import {
  admissionsOf,
  isInside,
  storedList,
  storeList,
  type DoorAdmission,
  type ListedTicket,
} from './door-store.ts';
import { ticketListOf, type TicketList } from './ticket-list.ts';

export type FoundTicket = z.infer<typeof foundTickets>['items'][number];
export type Found = z.infer<typeof foundTickets> & { isOffline?: boolean };
export type Double = z.infer<typeof doubleAdmissions>['items'][number];

/** Milliseconds from one list to the next: as old as the list can be when the network goes. */
const listEvery = 60_000;
const local = { networkMode: 'always', retry: false } as const;

/** Also tells whether there is a network: a failure is noticed before the next person comes. */
export const countsQuery = (eventId: number, isOffline: boolean) => ({
  ...checkInsQuery(eventId),
  ...local,
  refetchInterval: isOffline ? 3_000 : 5_000,
});

/** The list of all valid tickets, read from the server and stored. */
export const freshListQuery = (eventId: number) =>
  queryOptions({
    ...local,
    queryKey: ['ticket list', eventId],
    refetchInterval: listEvery,
    // Functions cannot be compared.
    structuralSharing: false,
    async queryFn({ signal }): Promise<TicketList> {
      const counted = (await admissionsOf(eventId)).filter(({ state }) => state === 'counted');
      const tickets: ListedTicket[] = [];
      let at: string | undefined;
      for (let after: string | null = ''; after !== null;) {
        const path = `/events/${eventId}/ticket-hashes${after && `?after=${encodeURIComponent(after)}`}`;
        const answer: { data: z.infer<typeof ticketHashes>; sentAt: number; receivedAt: number } = await ask(
          'GET',
          path,
          { signal },
        );
        serverClock.learn(answer.data.serverTime, answer);
        at ??= answer.data.serverTime;
        tickets.push(...answer.data.items);
        after = answer.data.next;
      }
      const list = { eventId, at: at ?? '', tickets };
      await storeList(
        list,
        counted.map(({ nonce }) => nonce),
      );
      return ticketListOf(list);
    },
  });

/** The list of an earlier visit, until the server has answered. */
export const storedListQuery = (eventId: number) =>
  queryOptions({
    ...local,
    queryKey: ['stored ticket list', eventId],
    staleTime: Infinity,
    structuralSharing: false,
    async queryFn(): Promise<TicketList | null> {
      const list = await storedList(eventId);
      return list && ticketListOf(list);
    },
  });

export const admissionsQuery = (eventId: number) =>
  queryOptions({
    ...local,
    queryKey: ['admissions', eventId],
    staleTime: Infinity,
    queryFn: () => admissionsOf(eventId),
  });

export const doublesQuery = (eventId: number) =>
  queryOptions({
    queryKey: ['check-ins', eventId, 'doubles'],
    queryFn: async ({ signal }) =>
      (await ask<{ items: Double[] }>('GET', `/events/${eventId}/check-ins/doubles`, { signal })).data.items,
  });

export type Search = { eventId: number; text: string };

/** Searches at the server, and in this device's list if the server cannot be reached. */
export const foundQuery = ({ eventId, text }: Search, client: QueryClient, isOffline: () => boolean) =>
  queryOptions({
    ...local,
    queryKey: ['check-ins', eventId, 'found', text],
    staleTime: 1_000,
    async queryFn({ signal }): Promise<Found> {
      try {
        if (!isOffline()) {
          const path = `/events/${eventId}/tickets?q=${encodeURIComponent(text)}`;
          return (await ask<Found>('GET', path, { signal, timeout: 6_000 })).data;
        }
      } catch (error) {
        if (!isPassing(error)) throw error;
      }
      return findInList(text, listIn(client, eventId), await admissionsOf(eventId));
    },
  });

/** The newest list that this page has. */
export function listIn(client: QueryClient, eventId: number): TicketList | undefined {
  return (
    client.getQueryData(freshListQuery(eventId).queryKey) ??
    client.getQueryData(storedListQuery(eventId).queryKey) ??
    undefined
  );
}

const mostFound = 100;

function findInList(text: string, list: TicketList | undefined, here: readonly DoorAdmission[]): Found {
  const found = list?.search(text, mostFound + 1) ?? [];
  const items = found.slice(0, mostFound).map(({ orderId, seat, checkedIn }): FoundTicket => {
    const own = here.find((each) => isInside(each) && each.orderId === orderId && each.seatId === seat.id);
    const ownCheckedIn = own && {
      at: new Date(own.at).toISOString(),
      ...(own.door !== undefined && { door: own.door }),
    };
    const used = checkedIn ?? ownCheckedIn;
    return { orderId, seat, buyer: '', state: used ? 'used' : 'valid', ...(used && { checkedIn: used }) };
  });
  return { items, hasMore: found.length > mostFound, isOffline: true };
}
