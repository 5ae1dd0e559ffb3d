/**
 * The message that carries entries from publisher to consumer: all entries of one partition that arrived in the same
 * turn of the publisher's event loop. Its body is passed to Redis unchanged, so it is written once and parsed once.
 */
import type { Message, Options } from 'amqplib';
import type { Batch } from '../inventory/claim.ts';
import { batchIdPattern } from '../inventory/entry-id.ts';
import type { Place } from '../inventory/keys.ts';

/** Entries in one message, at the most. */
export const maxBatchSize = 500;
/**
 * Seats that the entries of one message ask for in total, at most: one script call decides the message, and may have to
 * take each seat from a different row. A message from a publisher of the previous version may ask for more.
 */
export const maxBatchSeats = 2_000;

const type = 'entries.v1';
/** The highest user id that MySQL can assign. Redis keeps the buyers who got nothing in a bitmap indexed by id. */
const maxBuyerId = 2 ** 32 - 1;
const bodyPattern = /^[1-9]\d{0,9}:[1-9]\d?(,[1-9]\d{0,9}:[1-9]\d?)*$/;

const sentPattern = /^[0-9a-z]{8}\.[1-9]\d{0,14}(\.late)?$/;

/** One entry as `buyer:quantity`. The body is all entries of the batch, joined by commas. */
export function packEntry(buyerId: number, quantity: number): string {
  return `${buyerId}:${quantity}`;
}

/**
 * `acceptedAt`: when the publisher sent the batch, in milliseconds since 1970 by its own clock; used for metrics, never
 * for decisions. `sent`: `CHANNEL.NUMBER`, the publisher's channel and the batch's sequence number among the batches
 * for its partition on that channel. The broker keeps that order, so the ledger can prove that it was respected. Redis
 * also recognizes a decided batch by it, for as long as the drop lasts. A suffix `.late` means that the batch is
 * decided out of order.
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

/** Undefined if the message is not a batch that one of our publishers can have written. */
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
  if (entries.some((entry) => Number.parseInt(entry, 10) > maxBuyerId)) return undefined;
  const batch = { id, packed, ...(typeof sent === 'string' && sentPattern.test(sent) && { sent }) };
  return { place: { dropId: drop, partition }, batch, size: entries.length, acceptedAt: at };
}

/** The `sent` of a batch that is decided after later ones: its number stays, with the suffix `.late`. */
export function lateSent(sent: unknown): string | undefined {
  if (typeof sent !== 'string' || !sentPattern.test(sent)) return undefined;
  return sent.endsWith('.late') ? sent : `${sent}.late`;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
