/**
 * The message that carries entries from publisher to consumer: all entries of one partition that arrived in the same
 * turn of the publisher's event loop. Its body goes to Redis as it is, so it is written once and parsed once.
 */
import type { Message, Options } from 'amqplib';
import type { Batch } from '../inventory/claim.ts';
import { batchIdPattern } from '../inventory/entry-id.ts';
import type { Place } from '../inventory/keys.ts';

/** Entries in one message, at the most. */
export const maxBatchSize = 500;
/**
 * Seats that the entries of one message ask for, at the most: a script decides the message in one go, and may have to
 * take each seat from a row of its own. A message from a publisher of the version before may ask for more.
 */
export const maxBatchSeats = 2_000;

const type = 'entries.v1';
/** What MySQL can give a user; a bit for each id up to the highest is what Redis keeps of those who got nothing. */
const largestBuyerId = 2 ** 32 - 1;
const bodyPattern = /^[1-9]\d{0,9}:[1-9]\d?(,[1-9]\d{0,9}:[1-9]\d?)*$/;

const sentPattern = /^[0-9a-z]{8}\.[1-9]\d{0,14}(\.late)?$/;

/** `buyer:quantity` of one entry; joined by commas they are the body. */
export function packEntry(buyerId: number, quantity: number): string {
  return `${buyerId}:${quantity}`;
}

/**
 * `acceptedAt`: when the publisher sent it, milliseconds since 1970 by its own clock; only measured, never decided by.
 * `sent`: `CHANNEL.NUMBER`, the batch's place among those for its partition that went down one channel. The broker
 * keeps that order, so the ledger can show that it was respected; and by it a batch that was decided is known for as
 * long as its drop lasts. `.late` behind it says that the batch comes out of its turn.
 */
export function encodeBatch(
  place: Place,
  batchId: string,
  entries: readonly string[],
  acceptedAt: number,
  sent: string,
): { content: Buffer; options: Options.Publish } {
  return {
    content: Buffer.from(entries.join(','), 'latin1'),
    options: {
      type,
      messageId: batchId,
      persistent: true,
      headers: { drop: place.dropId, partition: place.partition, at: acceptedAt, sent },
    },
  };
}

export type DecodedBatch = { place: Place; batch: Batch; size: number; acceptedAt: number };

/** Undefined when the message is not a batch that a publisher of ours can have written. */
export function decodeBatch(message: Message): DecodedBatch | undefined {
  const { properties, content } = message;
  const id: unknown = properties.messageId;
  const headers: Record<string, unknown> = properties.headers ?? {};
  const { drop, partition, at, sent } = headers;
  if (properties.type !== type || typeof id !== 'string' || !batchIdPattern.test(id)) return undefined;
  if (!isCount(drop) || !isCount(partition) || !isCount(at) || content.length > maxBatchSize * 14)
    return undefined;
  const packed = content.toString('latin1');
  if (!bodyPattern.test(packed)) return undefined;
  const entries = packed.split(',');
  if (entries.length > maxBatchSize) return undefined;
  if (entries.some((entry) => Number.parseInt(entry, 10) > largestBuyerId)) return undefined;
  const batch = { id, packed, ...(typeof sent === 'string' && sentPattern.test(sent) && { sent }) };
  return { place: { dropId: drop, partition }, batch, size: entries.length, acceptedAt: at };
}

/** The same batch after those that followed it: it keeps its number, and says that it comes late. */
export function lateSent(sent: unknown): string | undefined {
  if (typeof sent !== 'string' || !sentPattern.test(sent)) return undefined;
  return sent.endsWith('.late') ? sent : `${sent}.late`;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
