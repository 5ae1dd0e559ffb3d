import request from 'supertest';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';

let system: GeneralSystem;
let paths: Record<'all' | 'own' | 'none', string[]>;
beforeAll(async () => {
  system = await startGeneralSystem();
  const drop = await system.openDrop(4);
  paths = {
    /** Answers that are the same for everybody. */
    all: [
      '/api/events',
      `/api/drops/${drop.id}/seats`,
      `/api/drops/${drop.id}/announcements`,
      `/events/${drop.eventId}`,
    ],
    /** Answers that differ between users, or contain the time. */
    own: [
      '/api/events?mine=true',
      `/api/events/${drop.eventId}`,
      `/api/drops/${drop.id}`,
      '/api/auth/me',
      '/api/orders',
      '/api/me/entries',
      `/api/drops/${drop.id}/entry`,
      `/api/drops/${drop.id}/ledger`,
      `/api/drops/${drop.id}/stats`,
    ],
    none: [
      '/api/drops/4294967295/seats',
      '/api/drops/4294967295/announcements',
      '/events/4294967295',
      '/api/events?limit=0',
      '/api/nothing',
    ],
  };
});
afterAll(() => system.stop());

const kept = 'public, max-age=0, s-maxage=1';

test('what may be kept is the same whoever asks, and sets no cookie', async () => {
  for (const path of paths.all) {
    const nobody = await request(system.app).get(path).expect(200);
    for (const user of [await system.user(), system.organizer, await system.user('admin')]) {
      const answer = await request(system.app).get(path).set(user.bearer).expect(200);
      expect(answer.headers['cache-control']).toBe(kept);
      expect(answer.headers['set-cookie']).toBeUndefined();
      expect(untimed(answer.text)).toBe(untimed(nobody.text));
    }
  }
});

test('nothing else may be kept, by whomever it is asked', async () => {
  for (const path of [...paths.own, ...paths.none]) {
    for (const bearer of [{}, (await system.user()).bearer, system.organizer.bearer]) {
      const { headers } = await request(system.app).get(path).set(bearer);
      expect({ path, cache: headers['cache-control'] }).toEqual({ path, cache: 'no-store' });
    }
  }
});

/** Removes the time, the only difference between two answers to the same request. */
function untimed(text: string): string {
  return text.replaceAll(/"serverTime":"[^"]*"/g, '');
}
