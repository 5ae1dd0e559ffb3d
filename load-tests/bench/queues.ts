import amqp from 'amqplib';
import type { BenchSystem } from './bench-system.ts';

/** Purges the entry queues; returns how many messages they had. */
export async function purgeEntries({ servers, topology }: BenchSystem): Promise<number> {
  const connection = await amqp.connect(servers.rabbitMq.url);
  try {
    const channel = await connection.createChannel();
    let messages = 0;
    for (let queue = 0; queue < topology.entryQueueCount; queue += 1) {
      messages += (await channel.purgeQueue(topology.entryQueue(queue))).messageCount;
    }
    return messages;
  } finally {
    await connection.close();
  }
}
