/**
 * The message that waits for the time of holds to be over: all that one batch gave, since a message for each would cost
 * the broker more than all the rest. It only says where to look; Redis knows the state.
 */
import type { Message, Options } from 'amqplib';
import { entryIdPattern } from '../inventory/entry-id.ts';
import type { Place } from '../inventory/keys.ts';

const type = 'holds.v1';

/** Holds in one message, at the most; as many as entries in a batch. */
export const mostHolds = 500;
const longestHoldId = 20;

export type HoldTimer = { place: Place; holdIds: string[] };

export function encodeTimer({ place, holdIds }: HoldTimer): { content: Buffer; options: Options.Publish } {
  return {
    content: Buffer.from(`${place.dropId}.${place.partition}.${holdIds.join(',')}`, 'latin1'),
    options: { type, persistent: true },
  };
}

/** Undefined when the message is not a timer of ours. */
export function decodeTimer(message: Message): HoldTimer | undefined {
  if (message.properties.type !== type || message.content.length > 20 + mostHolds * longestHoldId)
    return undefined;
  const match = /^(\d{1,10})\.(\d{1,3})\.(.+)$/.exec(message.content.toString('latin1'));
  const holdIds = match?.[3]?.split(',') ?? [];
  if (!match || holdIds.length > mostHolds || !holdIds.every((id) => entryIdPattern.test(id)))
    return undefined;
  return { place: { dropId: Number(match[1]), partition: Number(match[2]) }, holdIds };
}
