import request from 'supertest';
import type { NewDrop } from '../../shared/contract/drops.ts';
import { capacityOf } from '../../shared/inventory/layout.ts';
import type { TestGeneral, TestUser } from './start-general.ts';

/** The ISO time that many seconds from now. */
export function inSeconds(seconds: number): string {
  return new Date(Date.now() + seconds * 1000).toISOString();
}

/** Request body for a new drop. */
export function dropBody(changes: Partial<NewDrop> = {}): NewDrop {
  const seats = changes.sections ? capacityOf(changes.sections) : 25;
  return {
    opensAt: inSeconds(3600),
    closesAt: inSeconds(7200),
    price: { amount: 4500, currency: 'EUR' },
    holdSeconds: 300,
    maxPerBuyer: Math.min(4, seats),
    standbyLimit: 20,
    sections: [
      { name: 'Stalls', rows: 2, seatsPerRow: 10 },
      { name: 'Balcony', rows: 1, seatsPerRow: 5 },
    ],
    questions: [
      { text: 'Which instrument has 88 keys?', choices: ['Violin', 'Piano', 'Flute'], answer: 'Piano' },
      { text: 'How many strings has a cello?', answer: 'Four' },
    ],
    ...changes,
  };
}

export async function createEvent({ app }: TestGeneral, organizer: TestUser): Promise<number> {
  const body = {
    title: 'A Night of Strings',
    description: 'Quartets by candlelight.',
    venue: 'Old Mill',
    startsAt: inSeconds(90 * 86_400),
  };
  const answer = await request(app).post('/api/events').set(organizer.bearer).send(body).expect(201);
  return (answer.body as { id: number }).id;
}

/** Creates an event and a drop; returns the ids of both. */
export async function createDrop(general: TestGeneral, organizer: TestUser, changes: Partial<NewDrop> = {}) {
  const eventId = await createEvent(general, organizer);
  const answer = await request(general.app)
    .post(`/api/events/${eventId}/drops`)
    .set(organizer.bearer)
    .send(dropBody(changes))
    .expect(201);
  return { id: (answer.body as { id: number }).id, eventId };
}

/** Moves a drop's opening into the past, which the API does not allow. */
export async function openDrop({ db }: TestGeneral, id: number): Promise<void> {
  await db('drops')
    .where({ id })
    .update({ opens_at: new Date(Date.now() - 60_000) });
}
