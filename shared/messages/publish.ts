import type { ConfirmChannel, Message, Options } from 'amqplib';

/** The broker refused the message, or did not confirm it in time. In the latter case it may have the message anyway. */
export class NotConfirmed extends Error {
  override name = 'NotConfirmed';
}

let published = 0;
/** For each channel, the messages that the broker returned and whose confirm has not arrived yet. */
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
 * Publishes a message and resolves once the broker has it in a queue, on a majority of its nodes. If there is no queue
 * for it, the broker returns the message before it confirms it; then this rejects.
 * @throws {NotConfirmed}
 */
export function publishConfirmed(
  channel: ConfirmChannel | undefined,
  exchange: string,
  routingKey: string,
  { content, options }: { content: Buffer; options: Options.Publish },
  timeoutMs = 5_000,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (!channel) {
      reject(new NotConfirmed('the broker is away'));
      return;
    }
    const timer = setTimeout(() => reject(new NotConfirmed('no confirm in time')), timeoutMs);
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
