/** The cache with one's own tickets: pages write it, the service worker reads it. */
export const ticketCache = 'seatdrop-tickets';
