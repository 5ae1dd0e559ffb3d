import { z } from 'zod';
import { availabilities } from '../drops/availability.ts';
import type { DropPhase } from '../drops/phase.ts';
import { normalizeAnswer } from '../drops/question.ts';
import { capacityOf } from '../inventory/layout.ts';
import { hasSectionTwice } from '../inventory/seat-names.ts';
import { id } from './ids.ts';
import { chosenPrice, money } from './money.ts';
import { pageQuery } from './paging.ts';
import { label } from './text.ts';
import { allowLate, chosenTime, time } from './times.ts';

/** Said of `maxPerBuyer`: a wish for more seats than there are would stand by for ever. */
export const moreThanSeats = 'The drop has fewer seats';

/** Seats in one drop. */
const mostSeats = 200_000;

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
  .superRefine(({ choices, answer }, ctx) => {
    if (!choices) return;
    // What is empty is required, and not the same as what else is empty.
    const filled = choices.map(normalizeAnswer).filter((choice) => choice !== '');
    const distinct = new Set(filled);
    if (distinct.size < filled.length) {
      ctx.addIssue({ code: 'custom', path: ['choices'], message: 'Two choices are the same' });
    }
    if (!distinct.has(normalizeAnswer(answer))) {
      ctx.addIssue({ code: 'custom', path: ['answer'], message: 'Must be one of the choices' });
    }
  });

/** What can change until the drop opens. */
const terms = {
  opensAt: chosenTime,
  closesAt: chosenTime,
  price: chosenPrice,
  holdSeconds: z.int().min(5).max(3600).meta({ description: 'How long a buyer has to pay' }),
  maxPerBuyer: z.int().min(1).max(10).meta({ description: 'Seats; at most as many as the drop has' }),
  standbyLimit: z.int().min(0).max(1_000_000).meta({ description: 'Places on the waiting list' }),
  questions: z
    .array(newQuestion)
    .min(1)
    .max(50)
    .meta({ description: 'Each buyer gets one. Answers are compared without case and extra blanks' }),
};

const lapsePauseSeconds = z
  .int()
  .min(0)
  .max(3600)
  .meta({
    description:
      'How long entries of a buyer are refused after a first hold that lapsed; twice as long each time, an hour at the ' +
      'most. 0: never',
  });
/** Long enough that seats which one account lets lapse come to others first, short enough for who was interrupted. */
const usualLapsePause = 60;

/** What cannot: seats keep their names from the start. */
const layout = {
  sections: z
    .array(section)
    .min(1)
    .max(50)
    .meta({
      description:
        'Best first. No other drop of the event that was not cancelled may have a section of the same name; names are ' +
        'compared in NFKC, without case and extra blanks',
    }),
  partitions: z
    .int()
    .min(1)
    .max(16)
    .default(1)
    .meta({ description: 'How many parts decide at once; first come first served holds within each' }),
};

const newDropFields = z.strictObject({
  ...terms,
  lapsePauseSeconds: lapsePauseSeconds.default(usualLapsePause),
  ...layout,
  allowLate,
});

/** A rule about several fields is checked as soon as these are sound, so that all faults are told at once. */
const ifSound =
  (...names: (keyof typeof newDropFields.shape)[]) =>
  ({ value }: { value: unknown }): boolean =>
    names.every((name) => {
      const field = (value as Partial<Record<string, unknown>> | null)?.[name];
      return newDropFields.shape[name].safeParse(field).success;
    });

export const newDrop = newDropFields
  .refine(({ opensAt, closesAt }) => Date.parse(closesAt) > Date.parse(opensAt), {
    path: ['closesAt'],
    error: 'Must be after opensAt',
    when: ifSound('opensAt', 'closesAt'),
  })
  .refine(({ sections }) => !hasSectionTwice(sections), {
    path: ['sections'],
    error: 'Two sections have the same name',
    when: ifSound('sections'),
  })
  .refine(({ maxPerBuyer, sections }) => maxPerBuyer <= capacityOf(sections), {
    path: ['maxPerBuyer'],
    error: moreThanSeats,
    when: ifSound('maxPerBuyer', 'sections'),
  })
  .refine(({ sections }) => capacityOf(sections) <= mostSeats, {
    path: ['sections'],
    error: `More than ${mostSeats} seats`,
    when: ifSound('sections'),
  })
  .refine(({ partitions, sections }) => partitions <= sections.reduce((sum, each) => sum + each.rows, 0), {
    path: ['partitions'],
    error: 'There are fewer rows than partitions',
    when: ifSound('partitions', 'sections'),
  })
  .meta({ id: 'NewDrop' });

/** As an organizer sends it. */
export type NewDrop = z.input<typeof newDrop>;

export const dropChanges = z
  .strictObject({ ...terms, lapsePauseSeconds, allowLate })
  .partial()
  .refine((changes) => Object.keys(changes).some((name) => name !== 'allowLate'), {
    error: 'Nothing to change',
  })
  .meta({ id: 'DropChanges', minProperties: 1 });

export const dropState = z
  .enum(['scheduled', 'open', 'paused', 'closed', 'cancelled'] satisfies DropPhase[])
  .meta({ description: '`paused`: open, but no entries are taken until it is resumed' });

const availability = z
  .enum(availabilities)
  .optional()
  .meta({
    description:
      'Of an open drop, a second or two old: seats; the last few of them; no seat, but a place in standby; neither at ' +
      'the moment. Missing while it is not known',
  });

export const drop = z
  .object({
    id,
    eventId: id,
    state: dropState,
    serverTime: time.meta({ description: 'The clock the countdown should follow' }),
    opensAt: time,
    closesAt: time,
    price: money,
    capacity: z.int(),
    availability,
    maxPerBuyer: z.int(),
    holdSeconds: z.int(),
    standbyLimit: z.int(),
    lapsePauseSeconds: z
      .int()
      .meta({ description: 'After a first lapsed hold; twice as long each time. 0: none' }),
    sections: z.array(z.object({ name: z.string(), rows: z.int(), seatsPerRow: z.int() })),
    question: z
      .object({ id: z.int(), text: z.string(), choices: z.array(z.string()).optional() })
      .optional()
      .meta({ description: 'This buyer’s own; only when signed in' }),
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
          'All of them with their answers, as they can be sent again; for its own organizer and admins',
      }),
  })
  .meta({ id: 'Drop' });

/** What `drop:state` pushes, and what can be read at any time. */
export const dropStanding = z
  .object({
    dropId: id,
    serverTime: time.meta({ description: 'When this was so' }),
    phase: dropState,
    opensAt: time,
    closesAt: time.meta({ description: 'As `opensAt`, it may still change' }),
    capacity: z.int(),
    free: z.int(),
    held: z.int().meta({ description: 'Held or being paid' }),
    sold: z.int(),
    standby: z.int().meta({ description: 'Buyers on the waiting list; all others count seats' }),
    soldOut: z.boolean().meta({ description: 'Neither a seat nor a place in standby is left at the moment' }),
    announcements: z.int().meta({
      description:
        'How many the organizer made. Who knows fewer has missed some: GET /api/drops/{id}/announcements has them',
    }),
  })
  .meta({ id: 'DropStanding' });

export const seatRows = z
  .object({
    drop: dropStanding,
    rows: z.array(z.string()).meta({
      description:
        'One string a row of the drop, in the order of its sections; one character a seat: `.` free, `h` held or ' +
        'being paid, `s` sold, `-` on its way between two parts of the sale',
    }),
  })
  .meta({ id: 'SeatRows' });

/** A drop where events are listed. */
export const dropSummary = z
  .object({
    ...drop.pick({ id: true, state: true, opensAt: true, closesAt: true }).shape,
    price: money,
    capacity: z.int(),
    availability,
    free: z.int().optional().meta({ description: 'Seats; only for those who run the sale' }),
    sold: z.int().optional().meta({ description: 'Seats; only for those who run the sale' }),
  })
  .meta({ id: 'DropSummary' });

/** Where an admin lists all drops. */
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
    standby: z.int().meta({ description: 'Buyers on the waiting list; all others count seats' }),
    watching: z.int().meta({
      description:
        'About how many sockets watch the drop now; one of a process that was lost counts some seconds on',
    }),
    entriesPerSecond: z.number().nullable().meta({ description: 'Accepted. Null at the first look' }),
    decisionsPerSecond: z.number().nullable().meta({ description: 'Entries that got their outcome' }),
    orders: z.int().meta({ description: 'Paid and not refunded, as are the next' }),
    revenue: money,
    phase: dropState,
    paused: z.boolean().meta({ description: 'Also before it opens: it will open paused' }),
    queueDepths: z.record(z.string(), z.int()).nullable().meta({ description: 'Messages waiting, by queue' }),
  })
  .meta({ id: 'DropStats' });
