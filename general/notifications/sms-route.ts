import type { Log } from '../../shared/tier/log.ts';

export type Sms = { id: string; /** E.164. */ to: string; text: string };

/** A provider of text messages. */
export type SmsProvider = {
  /** @throws Error if the provider has not accepted the message, or if that is unknown */
  send: (sms: Sms) => Promise<void>;
  close: () => void;
};

/** Sends each message by itself. Returns the ids of those that were not accepted. */
export async function sendSmsBatch(
  { send }: SmsProvider,
  batch: readonly Sms[],
  log: Log,
): Promise<Set<string>> {
  const results = await Promise.allSettled(batch.map(send));
  return new Set(
    batch.flatMap(({ id }, index) => {
      const result = results[index];
      if (result?.status !== 'rejected') return [];
      log.warn({ err: result.reason as unknown, newsId: id }, 'a text message was not sent');
      return [id];
    }),
  );
}
