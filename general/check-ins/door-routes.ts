import type { Deps } from '../deps.ts';
import type { Route } from '../http/route.ts';
import { checkIn } from './check-in.ts';
import { countCheckIns } from './count-check-ins.ts';
import { findTickets } from './find-tickets.ts';
import { listDoubles } from './list-doubles.ts';
import { listTicketHashes } from './list-ticket-hashes.ts';
import { settleCheckIns } from './settle-check-ins.ts';
import { undoCheckIn } from './undo-check-in.ts';

/** What the people and scanners at the entrance of an event use. */
export const doorRoutes = (deps: Deps): Route[] => [
  checkIn(deps),
  undoCheckIn(deps),
  settleCheckIns(deps),
  countCheckIns(deps),
  listDoubles(deps),
  findTickets(deps),
  listTicketHashes(deps),
];
