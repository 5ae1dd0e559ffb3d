/**
 * The message that waits until holds expire. One message has all holds that one batch gave, since a message per hold
 * would cost the broker more than everything else. It only names the holds; their state is in Redis.
 */
import type { Message, Options } from 'amqplib';
import { entryIdPattern } from '../inventory/entry-id.ts';
import type { Place } from '../inventory/keys.ts';

const type = 'holds.v1';

/** Holds in one message, at most: as many as entries in a batch. */
export const maxHolds = 500;
const maxHoldIdLength = 20;

export type HoldTimer = { place: Place; holdIds: string[] };

export function encodeTimer({ place, holdIds }: HoldTimer): { content: Buffer; options: Options.Publish } {
  return {
    content: Buffer.from(`${place.dropId}.${place.partition}.${holdIds.join(',')}`, 'latin1'),
    options: { type, persistent: true },
  };
}

/** Undefined if the message is not one of our timers. */
export function decodeTimer(message: Message): HoldTimer | undefined {
  if (message.properties.type !== type || message.content.length > 20 + maxHolds * maxHoldIdLength)
    return undefined;
  const match = /^(\d{1,10})\.(\d{1,3})\.(.+)$/.exec(message.content.toString('latin1'));
  const holdIds = match?.[3]?.split(',') ?? [];
  if (!match || holdIds.length > maxHolds || !holdIds.every((id) => entryIdPattern.test(id)))
    return undefined;
  return { place: { dropId: Number(match[1]), partition: Number(match[2]) }, holdIds };
}
