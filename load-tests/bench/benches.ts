import { benchAccept } from './accept.ts';
import { benchCheckout } from './checkout.ts';
import { benchConnect } from './connect.ts';
import { benchDecide } from './decide.ts';
import { benchEdge } from './edge.ts';
import { benchFanout } from './fanout.ts';
import { benchIdle } from './idle.ts';
import { benchIsolation } from './isolation.ts';
import { benchNotify } from './notify.ts';
import { benchOutcome } from './outcome.ts';
import { benchScale } from './scale.ts';

export const benches = {
  accept: { about: 'entries/s that one publisher on one core answers 202', run: benchAccept },
  decide: {
    about: 'entries/s that one consumer turns into outcomes, from queue to acknowledgement',
    run: benchDecide,
  },
  connect: { about: 'memory that realtime needs per idle connection', run: benchConnect },
  fanout: { about: 'time until every watcher of a drop has its new state', run: benchFanout },
  outcome: {
    about: 'latency from pressing Buy to the outcome on the buyer’s socket, whole system',
    run: benchOutcome,
  },
  notify: {
    about: 'time from a promotion to its mail at the mail server, while 100,000 other mails wait',
    run: benchNotify,
  },
  checkout: { about: 'paid orders/s of one general tier, durable in MySQL', run: benchCheckout },
  edge: { about: '"sold out" answers/s that nginx gives without asking the publisher', run: benchEdge },
  idle: { about: 'CPU of an idle system after 1,000 ended drops, against after 10', run: benchIdle },
  isolation: {
    about: 'latency of sign-in and checkout during a flood of entries, against without one',
    run: benchIsolation,
  },
  scale: {
    about: 'throughput by processes and partitions, and a model of the cost of a drop',
    run: benchScale,
  },
} as const;

export type BenchName = keyof typeof benches;
