import type { ConfirmChannel, Options } from 'amqplib';

/** The broker did not take the message, or did not say so in time; it may have it all the same. */
export class NotConfirmed extends Error {
  override name = 'NotConfirmed';
}

/** Publishes and resolves once the broker has the message on a majority of its nodes. */
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
      channel.publish(exchange, routingKey, content, options, settle);
    } catch (error) {
      settle(error);
    }
  });
}
