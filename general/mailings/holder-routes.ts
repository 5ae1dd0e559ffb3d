import type { Deps } from '../deps.ts';
import { cancelEvent } from '../events/cancel-event.ts';
import type { Route } from '../http/route.ts';
import { sendOrderMail } from '../orders/send-order-mail.ts';
import { listMailings } from './list-mailings.ts';
import { showHolders } from './show-holders.ts';
import { writeToHolders } from './write-to-holders.ts';

/** What organizers do for, and to, the ticket holders of an event. */
export const holderRoutes = (deps: Deps): Route[] => [
  showHolders(deps),
  writeToHolders(deps),
  listMailings(deps),
  cancelEvent(deps),
  sendOrderMail(deps),
];
