import request from 'supertest';
import { z } from 'zod';
import { startGeneral, type TestGeneral } from '../../testing/general/start-general.ts';
import { defineRoute } from './route.ts';

let general: TestGeneral;
let logged = 0;
beforeAll(async () => {
  general = await startGeneral({
    moreRoutes: () => [broken, leaky, { ...broken, path: '/api/test/db', handle: askNoTable }],
  });
});
afterAll(() => general.stop());

const broken = defineRoute({
  method: 'GET',
  path: '/api/test/broken',
  summary: 'Break',
  tag: 'Operations',
  who: 'anyone',
  success: { status: 204, description: 'Never' },
  problems: [],
  handle: () => Promise.reject(new Error('the vault code is 4711')),
});
const askNoTable = async () => general.db('no_such_table').select();

const leaky = defineRoute({
  method: 'GET',
  path: '/api/test/leaky',
  summary: 'Say too much',
  tag: 'Operations',
  who: 'anyone',
  success: { status: 200, schema: z.object({ name: z.string() }), description: 'A name' },
  problems: [],
  handle: () => Promise.resolve({ name: 'Ada', password_hash: 'scrypt$…' }),
});

test.each(['/api/test/broken', '/api/test/db'])(
  'a fault at %s is a problem for the caller and an error in the log',
  async (path) => {
    const answer = await request(general.app).get(path).set('X-Request-Id', 'from-the-proxy-1').expect(500);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.headers['x-request-id']).toBe('from-the-proxy-1');
    expect(answer.body).toEqual({
      type: 'urn:seatdrop:problem:internal',
      title: 'Something went wrong on our side',
      status: 500,
      code: 'internal',
    });
    const complaints = general.complaints();
    expect(complaints).toHaveLength(++logged);
    expect(complaints.at(-1)).toMatchObject({
      level: 50,
      requestId: 'from-the-proxy-1',
      err: { stack: expect.any(String) },
    });
  },
);

test('an answer has the fields of its contract and no others', async () => {
  const answer = await request(general.app).get('/api/test/leaky').expect(200);
  expect(answer.body).toEqual({ name: 'Ada' });
});

test('a request id that could confuse the log is replaced', async () => {
  for (const id of ['x', 'a b c d e f g h', 'x'.repeat(65), '{"level":60}']) {
    const answer = await request(general.app).get('/api/events').set('X-Request-Id', id).expect(200);
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  }
});

test('an unknown address is a problem, a known one says which methods it takes', async () => {
  for (const path of [
    '/nothing',
    '/api',
    '/api/events/1/nothing',
    '/api/events/%zz',
    '/API/events',
    '/api/events/../../etc',
  ]) {
    const answer = await request(general.app).get(path).expect(404);
    expect(answer.body).toMatchObject({ code: 'not_found', status: 404 });
  }
  const wrong = await request(general.app).delete('/api/events').expect(405);
  expect(wrong.body).toMatchObject({ code: 'method_not_allowed' });
  expect(wrong.headers['allow']).toBe('GET, HEAD, POST');
});

test('answers may not be kept, framed or taken for something else', async () => {
  const { headers } = await request(general.app).get('/api/events/0').expect(404);
  expect(headers).toMatchObject({
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none';frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
  });
  expect(headers['x-powered-by']).toBeUndefined();
});
