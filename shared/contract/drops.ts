import { z } from 'zod';
import { availabilities } from '../drops/availability.ts';
import type { DropPhase } from '../drops/phase.ts';
import { normalizeAnswer } from '../drops/question.ts';
import { capacityOf } from '../inventory/layout.ts';
import { hasSectionTwice } from '../inventory/seat-names.ts';
import { fault } from './fault-codes.ts';
import { chosenFees, fees, taxPercent } from './fees.ts';
import { id } from './ids.ts';
import { chosenPrice, money } from './money.ts';
import { pageQuery } from './paging.ts';
import { label } from './text.ts';
import { allowLate, chosenTime, time } from './times.ts';

/** Seats in one drop, at most. */
const maxSeats = 200_000;

const section = z.strictObject({
  name: label(50),
  rows: z.int().min(1).max(500),
  seatsPerRow: z.int().min(1).max(200),
});

const newQuestion = z
  .strictObject({
    text: label(500),
    choices: z.array(label(200)).min(2).max(20).optional(),
    answer: label(200),
  })
  .refine(({ choices = [] }) => new Set(filled(choices)).size === filled(choices).length, {
    ...fault('same_choice'),
    path: ['choices'],
  })
  .refine(({ choices, answer }) => !choices || filled(choices).includes(normalizeAnswer(answer)), {
    ...fault('answer_not_a_choice'),
    path: ['answer'],
  });

/** Empty choices are another fault, reported by their own rule, so they do not count as equal. */
function filled(choices: readonly string[]): string[] {
  return choices.map(normalizeAnswer).filter((choice) => choice !== '');
}

/** Fields that can be changed until the drop opens. */
const terms = {
  opensAt: chosenTime,
  closesAt: chosenTime,
  price: chosenPrice,
  holdSeconds: z.int().min(5).max(3600).meta({ description: 'Seconds in which a buyer has to pay' }),
  maxPerBuyer: z
    .int()
    .min(1)
    .max(10)
    .meta({ description: 'Seats per buyer; at most the capacity of the drop' }),
  standbyLimit: z.int().min(0).max(1_000_000).meta({ description: 'Places on the waiting list' }),
  questions: z
    .array(newQuestion)
    .min(1)
    .max(50)
    .meta({ description: 'Each buyer gets one of them. Answers are compared without case and extra blanks' }),
};

const paySeconds = z
  .int()
  .min(5)
  .max(3600)
  .meta({
    description:
      'Seconds in which a payment has to be completed once it is begun; the seats are kept for that long, and at least ' +
      'until the hold would have ended',
  });
/** Long enough to look for a card and to answer the bank. */
const defaultPaySeconds = 300;

/** When buyers may give seats back, in a request. */
const chosenReturns = z
  .strictObject({
    until: chosenTime,
    keepPercent: z
      .int()
      .min(0)
      .max(100)
      .meta({ description: 'How much of the price of returned seats the organizer keeps' }),
  })
  .nullable()
  .meta({
    description:
      'Buyers may return unused tickets until then; the seats go back on sale. Null: they may not. Cannot change once ' +
      'the drop is open',
  });

const lapsePauseSeconds = z
  .int()
  .min(0)
  .max(3600)
  .meta({
    description:
      'Seconds for which entries of a buyer are refused after a first lapsed hold. Doubles with each lapsed hold, up to ' +
      'an hour. 0: never refused',
  });
/**
 * Long enough that seats which one account lets lapse are offered to others first, short enough for a buyer who was
 * interrupted.
 */
const defaultLapsePauseSeconds = 60;

const noFees = { perSeat: 0, perOrder: 0, percent: 0 };

/** Fields that cannot be changed, since seats keep their names. */
const layout = {
  sections: z
    .array(section)
    .min(1)
    .max(50)
    .meta({
      description:
        'The best section first. No other drop of the event, except cancelled ones, may have a section of the same name. ' +
        'Names are compared in NFKC, without case and extra blanks',
    }),
  partitions: z.int().min(1).max(16).default(1).meta({
    description:
      'Number of partitions, which decide entries in parallel. First come, first served holds within each of them',
  }),
};

const newDropFields = z.strictObject({
  ...terms,
  fees: chosenFees.default(noFees),
  taxPercent: taxPercent.default(0),
  paySeconds: paySeconds.default(defaultPaySeconds),
  lapsePauseSeconds: lapsePauseSeconds.default(defaultLapsePauseSeconds),
  returns: chosenReturns.optional(),
  ...layout,
  allowLate,
});

/** A rule about several fields is checked if these fields are valid, so that all faults are reported at once. */
const ifValid =
  (...names: (keyof typeof newDropFields.shape)[]) =>
  ({ value }: { value: unknown }): boolean =>
    names.every((name) => {
      const field = (value as Partial<Record<string, unknown>> | null)?.[name];
      return newDropFields.shape[name].safeParse(field).success;
    });

export const newDrop = newDropFields
  .refine(({ opensAt, closesAt }) => Date.parse(closesAt) > Date.parse(opensAt), {
    ...fault('not_after_opening'),
    path: ['closesAt'],
    when: ifValid('opensAt', 'closesAt'),
  })
  .refine(({ opensAt, returns }) => !returns || Date.parse(returns.until) > Date.parse(opensAt), {
    ...fault('returns_before_opening'),
    path: ['returns', 'until'],
    when: ifValid('opensAt', 'returns'),
  })
  .refine(({ sections }) => !hasSectionTwice(sections), {
    ...fault('same_section'),
    path: ['sections'],
    when: ifValid('sections'),
  })
  // An entry for more seats than there are would stand by for ever.
  .refine(({ maxPerBuyer, sections }) => maxPerBuyer <= capacityOf(sections), {
    ...fault('fewer_seats'),
    path: ['maxPerBuyer'],
    when: ifValid('maxPerBuyer', 'sections'),
  })
  .refine(({ sections }) => capacityOf(sections) <= maxSeats, {
    ...fault('too_many_seats', { maximum: maxSeats }),
    path: ['sections'],
    when: ifValid('sections'),
  })
  .refine(({ partitions, sections }) => partitions <= sections.reduce((sum, { rows }) => sum + rows, 0), {
    ...fault('fewer_rows'),
    path: ['partitions'],
    when: ifValid('partitions', 'sections'),
  })
  .meta({ id: 'NewDrop' });

/** A new drop as an organizer sends it. */
export type NewDrop = z.input<typeof newDrop>;

export const dropChanges = z
  .strictObject({
    ...terms,
    fees: chosenFees,
    taxPercent,
    paySeconds,
    lapsePauseSeconds,
    returns: chosenReturns,
    allowLate,
  })
  .partial()
  .refine((changes) => Object.keys(changes).some((name) => name !== 'allowLate'), fault('nothing_to_change'))
  .meta({ id: 'DropChanges', minProperties: 1 });

export const dropState = z
  .enum(['scheduled', 'open', 'paused', 'closed', 'cancelled'] satisfies DropPhase[])
  .meta({ description: '`paused`: open, but no entries are accepted until it is resumed' });

const availability = z
  .enum(availabilities)
  .optional()
  .meta({
    description:
      'What an open drop has left, one or two seconds ago. `seats`: seats; `few`: the last few seats; `standby`: no seat, ' +
      'but places in standby; `none`: neither. Missing while it is not known',
  });

export const returns = z
  .object({
    until: time,
    keepPercent: z.int().meta({ description: 'How much of the price of returned seats the organizer keeps' }),
  })
  .meta({
    id: 'Returns',
    description: 'Until when buyers may return unused tickets. Missing: they may not',
  });

const seatPrice = money.meta({ description: 'What a buyer pays for each seat, with all fees for it' });

const termsVersion = z.int().meta({
  description:
    'Raised by each change of price, times, limits or questions, which can change until the drop opens. A client that ' +
    'knows a lower one shows old terms; GET /api/drops/{id} has the present ones',
});

export const drop = z
  .object({
    id,
    eventId: id,
    state: dropState,
    serverTime: time.meta({ description: 'The clock that a countdown should follow' }),
    opensAt: time,
    closesAt: time,
    termsVersion,
    price: money.meta({ description: 'Of one seat, without fees' }),
    seatPrice,
    orderFee: money.optional().meta({
      description:
        'Fees that are paid once for an order, besides `seatPrice` for each seat; missing if there are none',
    }),
    fees: fees.optional().meta({ description: 'Fees of the organizer; missing if there are none' }),
    platformFees: fees.optional().meta({
      description:
        'Fees of the platform; missing if there are none. Set when the drop is made and when its price is changed, and ' +
        'fixed from then on',
    }),
    taxPercent: taxPercent.optional(),
    capacity: z.int(),
    availability,
    maxPerBuyer: z.int(),
    holdSeconds: z.int(),
    paySeconds: z.int().meta({ description: 'Seconds in which a begun payment has to be completed' }),
    standbyLimit: z.int(),
    lapsePauseSeconds: z.int().meta({
      description:
        'Seconds for which entries of a buyer are refused after a first lapsed hold. Doubles each time. 0: never refused',
    }),
    returns: returns.optional(),
    sections: z.array(z.object({ name: z.string(), rows: z.int(), seatsPerRow: z.int() })),
    question: z
      .object({ id: z.int(), text: z.string(), choices: z.array(z.string()).optional() })
      .optional()
      .meta({ description: 'The question of this buyer; only if signed in' }),
    questions: z
      .array(
        z.object({
          text: z.string(),
          choices: z.array(z.string()).optional(),
          answer: z.string(),
        }),
      )
      .optional()
      .meta({
        description:
          'All questions with their answers, in the form of a request; only for the drop’s organizer and admins',
      }),
  })
  .meta({ id: 'Drop' });

/** The state of a drop, as `drop:state` sends it and as it can be read at any time. */
export const dropStanding = z
  .object({
    dropId: id,
    serverTime: time.meta({ description: 'The time of this state' }),
    phase: dropState,
    opensAt: time,
    closesAt: time.meta({ description: 'May still change, like `opensAt`' }),
    capacity: z.int(),
    free: z.int(),
    held: z.int().meta({ description: 'Seats that are held or being paid' }),
    sold: z.int(),
    standby: z.int().meta({ description: 'Buyers on the waiting list; the other figures count seats' }),
    soldOut: z.boolean().meta({ description: 'At the moment neither a seat nor a place in standby is left' }),
    announcements: z.int().meta({
      description:
        'The number of announcements. A client that knows fewer has missed some; GET /api/drops/{id}/announcements has all',
    }),
    termsVersion,
  })
  .meta({ id: 'DropStanding' });

export const seatRows = z
  .object({
    drop: dropStanding,
    rows: z.array(z.string()).meta({
      description:
        'One string per row, in the order of the sections; one character per seat: `.` free, `h` held or being paid, ' +
        '`s` sold, `-` in transfer between two partitions of the drop',
    }),
  })
  .meta({ id: 'SeatRows' });

/** A drop in a list of events. */
export const dropSummary = z
  .object({
    ...drop.pick({ id: true, state: true, opensAt: true, closesAt: true }).shape,
    price: money,
    seatPrice,
    ...drop.pick({ fees: true, platformFees: true }).shape,
    capacity: z.int(),
    availability,
    free: z.int().optional().meta({ description: 'Free seats; only for the drop’s organizer and admins' }),
    sold: z.int().optional().meta({ description: 'Sold seats; only for the drop’s organizer and admins' }),
  })
  .meta({ id: 'DropSummary' });

/** A drop in an admin's list of all drops. */
export const dropListed = z
  .object({
    ...dropSummary.shape,
    event: z.object({ id, title: z.string(), venue: z.string(), startsAt: time, timeZone: z.string() }),
    organizer: z.object({ id, name: z.string() }),
  })
  .meta({ id: 'DropListed' });

export const dropQuery = z.strictObject({ ...pageQuery, phase: dropState.optional() });

export const dropStats = z
  .object({
    capacity: z.int(),
    free: z.int(),
    held: z.int(),
    paying: z.int(),
    sold: z.int(),
    standby: z
      .int()
      .meta({ description: 'Buyers on the waiting list; free, held, paying and sold count seats' }),
    watching: z.int().meta({
      description:
        'Approximate number of sockets that watch the drop. Sockets of a lost process count for some seconds more',
    }),
    entriesPerSecond: z
      .number()
      .nullable()
      .meta({ description: 'Accepted entries per second. Null in the first answer' }),
    decisionsPerSecond: z
      .number()
      .nullable()
      .meta({ description: 'Entries per second that got an outcome. Null in the first answer' }),
    orders: z.int().meta({ description: 'Orders that are paid and not refunded' }),
    revenue: money.meta({ description: 'What was paid, less refunds' }),
    phase: dropState,
    paused: z.boolean().meta({ description: 'May be true before the drop opens; then it opens paused' }),
    queueDepths: z
      .record(z.string(), z.int())
      .nullable()
      .meta({ description: 'Number of waiting messages by queue' }),
  })
  .meta({ id: 'DropStats' });
