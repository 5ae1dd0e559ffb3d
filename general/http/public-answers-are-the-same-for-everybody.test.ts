import request from 'supertest';
import { startSale, type TestSale } from '../../testing/general/start-sale.ts';

let sale: TestSale;
let paths: Record<'all' | 'own' | 'none', string[]>;
beforeAll(async () => {
  sale = await startSale();
  const drop = await sale.openDrop(4);
  paths = {
    /** The same for everybody. */
    all: [
      '/api/events',
      `/api/drops/${drop.id}/seats`,
      `/api/drops/${drop.id}/announcements`,
      `/events/${drop.eventId}`,
    ],
    /** Not the same for everybody, or they tell the time. */
    own: [
      '/api/events?mine=true',
      `/api/events/${drop.eventId}`,
      `/api/drops/${drop.id}`,
      '/api/auth/me',
      '/api/orders',
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
afterAll(() => sale.stop());

const kept = 'public, max-age=0, s-maxage=1';

test('what may be kept is the same whoever asks, and sets no cookie', async () => {
  for (const path of paths.all) {
    const nobody = await request(sale.app).get(path).expect(200);
    for (const user of [await sale.user(), sale.organizer, await sale.user('admin')]) {
      const answer = await request(sale.app).get(path).set(user.bearer).expect(200);
      expect(answer.headers['cache-control']).toBe(kept);
      expect(answer.headers['set-cookie']).toBeUndefined();
      expect(untimed(answer.text)).toBe(untimed(nobody.text));
    }
  }
});

test('nothing else may be kept, by whomever it is asked', async () => {
  for (const path of [...paths.own, ...paths.none]) {
    for (const bearer of [{}, (await sale.user()).bearer, sale.organizer.bearer]) {
      const { headers } = await request(sale.app).get(path).set(bearer);
      expect({ path, cache: headers['cache-control'] }).toEqual({ path, cache: 'no-store' });
    }
  }
});

/** Of when it was is the one thing in which two answers to the same question may differ. */
function untimed(text: string): string {
  return text.replaceAll(/"serverTime":"[^"]*"/g, '');
}
