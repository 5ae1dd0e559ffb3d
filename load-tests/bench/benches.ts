import { benchAccept } from './accept.ts';
import { benchCheckout } from './checkout.ts';
import { benchConnect } from './connect.ts';
import { benchDecide } from './decide.ts';
import { benchEdge } from './edge.ts';
import { benchFanout } from './fanout.ts';
import { benchIdle } from './idle.ts';
import { benchIsolation } from './isolation.ts';
import { benchOutcome } from './outcome.ts';
import { benchScale } from './scale.ts';

export const benches = {
  accept: { what: 'entries/s that one publisher on one core answers 202', run: benchAccept },
  decide: {
    what: 'entries/s that one consumer turns into outcomes, from queue to acknowledgement',
    run: benchDecide,
  },
  connect: { what: 'memory that realtime needs for an idle connection', run: benchConnect },
  fanout: { what: 'time until every watcher of a drop has its new state', run: benchFanout },
  outcome: {
    what: 'from pressing Buy to the outcome on the buyer’s socket, whole system',
    run: benchOutcome,
  },
  checkout: { what: 'paid orders/s of one general tier, durable in MySQL', run: benchCheckout },
  edge: { what: 'answers/s that a drop is sold out, given by nginx without the publisher', run: benchEdge },
  idle: { what: 'CPU of an idle system after 1,000 drops that are over, against after 10', run: benchIdle },
  isolation: {
    what: 'what sign-in and checkout wait in a flood of entries, against without one',
    run: benchIsolation,
  },
  scale: { what: 'more processes and partitions, and a model of what a drop costs', run: benchScale },
} as const;

export type BenchName = keyof typeof benches;
