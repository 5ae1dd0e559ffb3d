/** Keeps an order with its tickets on this device, for the door where there is no network. */
import type { Event, Order, User } from '../api/types.ts';
import { removeTickets, timesForgotten } from './forget-tickets.ts';
import { ticketCache } from './ticket-cache.ts';

/** An order as the service worker answers it, if the server does not. */
export type KeptOrder = Order & { keptAt?: string };

export async function keepTickets(user: User, order: Order, event: Event): Promise<void> {
  if (!('serviceWorker' in navigator) || !('caches' in globalThis)) return;
  const before = timesForgotten();
  const path = `/api/orders/${order.id}`;
  const hasTickets = order.seats.some(({ ticket }) => ticket !== undefined);
  if (!hasTickets) {
    await (await caches.open(ticketCache)).delete(path);
    return;
  }
  await navigator.serviceWorker.register('/sw.js', { scope: '/orders' });
  if ((await keptUser()) !== user.id) await removeTickets();
  const { scope, ...own } = user;
  const cache = await caches.open(ticketCache);
  await cache.put('/api/auth/me', Response.json({ user: own, ...(scope !== undefined && { scope }) }));
  await cache.put(`/api/events/${event.id}`, Response.json(event));
  await cache.put(path, Response.json({ ...order, keptAt: new Date().toISOString() } satisfies KeptOrder));
  // Signed out in between.
  if (timesForgotten() !== before) await removeTickets();
}

async function keptUser(): Promise<number | undefined> {
  const kept = await (await caches.open(ticketCache)).match('/api/auth/me');
  return kept && ((await kept.json()) as { user: { id: number } }).user.id;
}
