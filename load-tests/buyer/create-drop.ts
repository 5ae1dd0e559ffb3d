import { randomBytes } from 'node:crypto';
import { CannotRun } from '../cli.ts';
import type { Answer, Caller, FrontDoor } from './front-door.ts';
import type { Scenario } from './plan.ts';

/** The publisher checks answers, so each question has an answer that is known only to a buyer who reads it. */
const questions = ['red', 'green', 'blue', 'white', 'black'].map((colour) => ({
  text: `Which of these is a colour: ${colour}, nothing or nobody?`,
  choices: [colour, 'nothing', 'nobody'],
  answer: colour,
}));

export type CreatedDrop = {
  dropId: number;
  opensAt: number;
  /** The right answer to each question, by its text. */
  answers: ReadonlyMap<string, string>;
  organizer: Caller;
};

/**
 * What an organizer does through the documented API: signs in, announces an event, puts its seats on sale.
 * @throws CannotRun if a request fails
 */
export async function createDrop(
  door: FrontDoor,
  options: Pick<Scenario, 'seats' | 'standby' | 'quantity' | 'holdSeconds' | 'partitions' | 'free'>,
  opensInMs: number,
): Promise<CreatedDrop> {
  const address = '198.51.100.1';
  const signedIn = await door.ask(
    'POST',
    '/api/auth/signin',
    { address },
    { email: 'organizer@seatdrop.test', password: 'seatdrop-demo' },
  );
  expect(signedIn, 200, 'sign in as the demo organizer');
  const organizer = { address, token: String(signedIn.body['token']) };

  const event = await door.ask('POST', '/api/events', organizer, {
    title: `Rush ${randomBytes(3).toString('hex')}`,
    description: 'Made by the load driver',
    venue: 'This machine',
    startsAt: new Date(Date.now() + 30 * 86_400_000).toISOString(),
  });
  expect(event, 201, 'announce an event');

  const opensAt = Date.now() + opensInMs;
  const drop = await door.ask('POST', `/api/events/${String(event.body['id'])}/drops`, organizer, {
    opensAt: new Date(opensAt).toISOString(),
    closesAt: new Date(opensAt + 3_600_000).toISOString(),
    price: { amount: options.free === true ? 0 : 4500, currency: 'EUR' },
    holdSeconds: options.holdSeconds,
    // Long enough for a card that is approved late (tok_late of the sandbox).
    paySeconds: Math.min(3_600, options.holdSeconds + 10),
    returns: { until: new Date(opensAt + 3_600_000).toISOString(), keepPercent: 10 },
    maxPerBuyer: Math.min(options.quantity, options.seats),
    standbyLimit: options.standby,
    partitions: options.partitions,
    sections: sectionsOf(options.seats, options.partitions),
    questions,
  });
  expect(drop, 201, 'put seats on sale');
  return {
    dropId: Number(drop.body['id']),
    opensAt,
    organizer,
    answers: new Map(questions.map(({ text, answer }) => [text, answer])),
  };
}

/**
 * Rows of about 20 seats, longer in very large drops, and one row with the remainder. At least one row per partition.
 */
export function sectionsOf(
  seats: number,
  partitions: number,
): { name: string; rows: number; seatsPerRow: number }[] {
  const seatsPerRow = Math.min(200, Math.max(20, Math.ceil(seats / 900)), Math.floor(seats / partitions));
  const rows = Math.floor(seats / seatsPerRow);
  const remainder = seats - rows * seatsPerRow;
  const [stalls, circle] = [Math.min(rows, 500), Math.max(0, rows - 500)];
  return [
    { name: 'Stalls', rows: stalls, seatsPerRow },
    ...(circle > 0 ? [{ name: 'Circle', rows: circle, seatsPerRow }] : []),
    ...(remainder > 0 ? [{ name: 'Gallery', rows: 1, seatsPerRow: remainder }] : []),
  ];
}

function expect(answer: Answer, status: number, action: string): void {
  if (answer.status === status) return;
  throw new CannotRun(
    `Could not ${action}: ${answer.status} ${answer.code ?? ''} ${JSON.stringify(answer.body)}`,
  );
}
