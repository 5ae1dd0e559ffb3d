/** The message that waits for a hold's time to be over. It only says where to look; Redis knows the state. */
import type { Message, Options } from 'amqplib';
import { entryIdPattern } from '../inventory/entry-id.ts';
import type { Place } from '../inventory/keys.ts';

const type = 'hold.v1';

export type HoldTimer = { place: Place; holdId: string };

export function encodeTimer({ place, holdId }: HoldTimer): { content: Buffer; options: Options.Publish } {
  return {
    content: Buffer.from(`${place.dropId}.${place.partition}.${holdId}`, 'latin1'),
    options: { type, persistent: true },
  };
}

/** Undefined when the message is not a timer of ours. */
export function decodeTimer(message: Message): HoldTimer | undefined {
  if (message.properties.type !== type || message.content.length > 60) return undefined;
  const match = /^(\d{1,10})\.(\d{1,3})\.(.+)$/.exec(message.content.toString('latin1'));
  const holdId = match?.[3];
  if (!match || !holdId || !entryIdPattern.test(holdId)) return undefined;
  return { place: { dropId: Number(match[1]), partition: Number(match[2]) }, holdId };
}
