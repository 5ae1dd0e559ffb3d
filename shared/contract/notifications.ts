/** Which news a user gets, and over which channels. */
import { z } from 'zod';

export const channels = ['email', 'sms', 'push'] as const;
export type Channel = (typeof channels)[number];

/** `on`: unless the user chooses otherwise. `always`: the user cannot switch it off. A missing channel is not offered. */
type Offer = 'on' | 'off' | 'always';

export const newsKinds = {
  /** Seats became free for a buyer in standby. */
  promoted: { email: 'on', sms: 'on', push: 'on' },
  /** A hold of seats that became free ends soon. */
  'hold-ends': { email: 'off', sms: 'off', push: 'on' },
  /** The drop of which the user wants to be reminded opens soon. */
  'sale-opens': { email: 'on', sms: 'on', push: 'on' },
  /** A payment has failed for good, or was refunded because it got no seats. */
  'payment-trouble': { email: 'always', sms: 'off', push: 'on' },
  'order-paid': { email: 'always' },
  'order-refunded': { email: 'always' },
} as const satisfies Record<string, Partial<Record<Channel, Offer>>>;

export type NewsKind = keyof typeof newsKinds;

const kindNames = Object.keys(newsKinds) as [NewsKind, ...NewsKind[]];

/** What is offered for a kind over a channel; undefined if nothing. */
export function offerOf(kind: NewsKind, channel: Channel): Offer | undefined {
  const offers: Partial<Record<Channel, Offer>> = newsKinds[kind];
  return offers[channel];
}

const choice = z.strictObject({
  kind: z.enum(kindNames),
  channel: z.enum(channels),
  on: z.boolean(),
});

export const choicesBody = z
  .strictObject({
    choices: z
      .array(choice)
      .min(1)
      .max(kindNames.length * channels.length),
  })
  .meta({ id: 'NotificationChoices', description: 'What is not named stays as it is' });

export const phoneBody = z
  .strictObject({ number: z.string().min(1).max(40) })
  .meta({ id: 'NewPhone', description: 'With its country code: +44 7400 123456' });

export const phoneCode = z.strictObject({ code: z.string().regex(/^\d{6}$/) }).meta({ id: 'PhoneCode' });

export const reminder = z.object({ set: z.boolean() }).meta({ id: 'Reminder' });

export const notificationSettings = z
  .object({
    /** Channels over which this system sends. */
    channels: z.array(z.enum(channels)),
    kinds: z.array(
      z.object({
        kind: z.enum(kindNames),
        channels: z.array(
          z.object({
            channel: z.enum(channels),
            on: z.boolean(),
            fixed: z.boolean().meta({ description: 'Cannot be switched off' }),
          }),
        ),
      }),
    ),
    phone: z
      .object({
        number: z.string(),
        confirmed: z.boolean().meta({ description: 'News is sent by SMS only to a confirmed number' }),
      })
      .nullable(),
  })
  .meta({ id: 'NotificationSettings' });
