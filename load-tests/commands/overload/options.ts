import { defineCommand } from '../../cli.ts';

export type OverloadOptions = { minutes: number; connections: number; depth: number };

export const overloadCommand = defineCommand({
  name: 'overload',
  about: `
Starts a system of its own and sends one publisher more entries than it can take. First without a broker: it measures
the latency of 503 answers. Then with a broker whose memory alarm is on half of the time: it checks that the publisher's
memory stays bounded. Exit code 0: every 503 had Retry-After, and memory was bounded; 1: one of these did not hold, or the
run failed; 2: an option is wrong.`,
  options: {
    minutes: { type: 'number', value: 'M', min: 0.5, max: 120, default: 10, help: 'minutes of overload' },
    connections: {
      type: 'whole number',
      value: 'N',
      min: 1,
      max: 10_000,
      default: 1_500,
      help: 'connections to the publisher, past nginx',
    },
    depth: {
      type: 'whole number',
      value: 'N',
      min: 1,
      max: 100,
      default: 16,
      help: 'requests in flight on each; the defaults exceed what a publisher keeps waiting',
    },
  },
  read: ({ values }): OverloadOptions => values,
});
