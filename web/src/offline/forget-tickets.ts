import { ticketCache } from './ticket-cache.ts';

let forgotten = 0;

/** Removes all tickets from this device: somebody else is signed in, or nobody. */
export function forgetTickets(): void {
  forgotten += 1;
  void removeTickets();
}

/** For whoever writes tickets: whether they were to be forgotten meanwhile. */
export const timesForgotten = (): number => forgotten;

export async function removeTickets(): Promise<void> {
  // There are no caches on pages without TLS.
  if ('caches' in globalThis) await caches.delete(ticketCache);
}
