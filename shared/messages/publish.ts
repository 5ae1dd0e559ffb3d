import type { ConfirmChannel, Message, Options } from 'amqplib';

/** The broker did not take the message, or did not say so in time; it may have it all the same. */
export class NotConfirmed extends Error {
  override name = 'NotConfirmed';
}

let published = 0;
/** Messages that came back down a channel, and whose confirm has not come yet. */
const returned = new WeakMap<ConfirmChannel, Set<string>>();

function returnedOn(channel: ConfirmChannel): Set<string> {
  let ids = returned.get(channel);
  if (!ids) {
    const own = (ids = new Set<string>());
    returned.set(channel, own);
    channel.on('return', ({ properties }: Message) => own.add(String(properties.correlationId)));
  }
  return ids;
}

/**
 * Publishes and resolves once the broker has the message in a queue, on a majority of its nodes. Where there is no
 * queue for it the broker gives it back, and confirms it all the same.
 */
export function publishConfirmed(
  channel: ConfirmChannel | undefined,
  exchange: string,
  routingKey: string,
  { content, options }: { content: Buffer; options: Options.Publish },
  deadlineMs = 5_000,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (!channel) {
      reject(new NotConfirmed('the broker is away'));
      return;
    }
    const timer = setTimeout(() => reject(new NotConfirmed('no confirm in time')), deadlineMs);
    const settle = (error: unknown) => {
      clearTimeout(timer);
      if (error) reject(new NotConfirmed('the broker refused the message', { cause: error }));
      else resolve();
    };
    try {
      const correlationId = String((published += 1));
      const back = returnedOn(channel);
      const marked = { ...options, mandatory: true, correlationId };
      channel.publish(exchange, routingKey, content, marked, (error: unknown) =>
        settle(back.delete(correlationId) ? new Error(`there is no queue for ${routingKey}`) : error),
      );
    } catch (error) {
      settle(error);
    }
  });
}
