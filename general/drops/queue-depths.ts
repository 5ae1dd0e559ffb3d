import type { BrokerChannel } from '../../shared/messages/connect.ts';
import type { Topology } from '../../shared/messages/topology.ts';

/**
 * Ready messages per queue, of the queues that should run empty; null while the broker is unreachable. The channel's
 * setup must have asserted all of them: checking a queue that does not exist closes the channel.
 */
export async function readQueueDepths(
  channel: BrokerChannel,
  topology: Topology,
): Promise<Record<string, number> | null> {
  const open = channel.current();
  if (!open) return null;
  const entryQueues = Array.from({ length: topology.entryQueueCount }, (_, number) =>
    topology.entryQueue(number),
  );
  const queues = [...entryQueues, topology.expired, topology.parked];
  try {
    const states = await Promise.all(queues.map((queue) => open.checkQueue(queue)));
    return Object.fromEntries(states.map(({ queue, messageCount }) => [queue, messageCount]));
  } catch {
    return null;
  }
}
