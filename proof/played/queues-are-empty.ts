import { connect } from 'amqplib';
import type { Topology } from '../../shared/messages/topology.ts';
import type { Report } from '../violation.ts';

export type QueueDepths = Record<string, number>;

/** Number of waiting messages in each queue that exists. The broker updates these numbers with a delay. */
export async function queueDepths(amqpUrl: string, names: readonly string[]): Promise<QueueDepths> {
  const connection = await connect(amqpUrl, { noDelay: true });
  connection.on('error', () => {});
  const depths: QueueDepths = {};
  try {
    for (const name of names) {
      // Asking for a queue that does not exist closes the channel.
      const channel = await connection.createChannel();
      channel.on('error', () => {});
      try {
        depths[name] = (await channel.checkQueue(name)).messageCount;
        await channel.close();
      } catch {
        // The queue does not exist: nothing was ever sent to it.
      }
    }
    return depths;
  } finally {
    await connection.close();
  }
}

/** All queues that entries and timers of a drop with this hold time pass through. */
export function queuesOf(topology: Topology, holdSeconds: number): string[] {
  const entryQueues = Array.from({ length: topology.entryQueueCount }, (_, number) =>
    topology.entryQueue(number),
  );
  return [...entryQueues, topology.waitingQueue(holdSeconds), topology.expired, topology.parked];
}

/** Checks that no messages wait and that none was parked since `before`. */
export function checkQueues(before: QueueDepths, after: QueueDepths, parked: string, report: Report): void {
  for (const [name, depth] of Object.entries(after)) {
    const allowed = name === parked ? (before[name] ?? 0) : 0;
    if (depth > allowed)
      report('nothing left over', `${depth - allowed} messages are left in ${name}`, { name });
  }
}
