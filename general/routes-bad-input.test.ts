import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request as ask, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import request from 'supertest';
import { closeServer, listen } from '../shared/tier/listen.ts';
import { problems } from '../shared/tier/problems.ts';
import { createRoutes } from './routes.ts';
import { insertOrder } from '../testing/general/insert-order.ts';
import { createDrop, dropBody, inSeconds } from '../testing/general/new-drop.ts';
import type { TestUser } from '../testing/general/start-general.ts';
import { contentsOf, tablesOfUsers } from '../testing/table-contents.ts';
import { startGeneralSystem, type GeneralSystem } from '../testing/general/general-system.ts';
import type { Route } from './http/route.ts';

let general: GeneralSystem;
let users: Record<'shopper' | 'organizer' | 'admin', TestUser>;
let eventId: number;
let dropId: number;
let orderId: string;
let before: unknown;
beforeAll(async () => {
  general = await startGeneralSystem();
  const [shopper, organizer, admin] = await Promise.all([
    general.user('shopper'),
    general.user('organizer'),
    general.user('admin'),
  ]);
  users = { shopper, organizer, admin };
  ({ id: dropId, eventId } = await createDrop(general, organizer));
  orderId = await insertOrder(general.db, { dropId, userId: shopper.userId, seats: ['0.1'] });
  before = await everything();
});
afterAll(() => general.stop());
afterEach(async () => {
  general.assertQuiet();
  assert.deepEqual(await everything(), before);
});

const everything = () => contentsOf(general.db, [...tablesOfUsers, 'outbox', 'audit_log']);

function send(
  method: Route['method'],
  path: string,
  by: TestUser | undefined,
  body: string,
  type = 'application/json',
) {
  const verb = method.toLowerCase() as 'get' | 'post' | 'put' | 'patch' | 'delete';
  const to = request(general.app);
  return to[verb](path)
    .set(by?.bearer ?? {})
    .set('Content-Type', type)
    .send(body);
}

/** The problem code in an answer. */
function problemOf({ headers, status, body }: request.Response): string {
  const { code } = body as { code: keyof typeof problems };
  if (!String(headers['content-type']).startsWith('application/problem+json'))
    throw new Error(`no problem: ${status}`);
  if (status !== problems[code].status) throw new Error(`${code} with status ${status}`);
  return code;
}

test('every route that takes a body refuses what is too big, not JSON, or not an object', async () => {
  // Creating routes has no side effects, so the deps of the running application can be used again.
  const withBody = createRoutes(general.deps).filter(({ body }) => body);
  expect(withBody.length).toBeGreaterThan(5);
  for (const { method, path } of withBody) {
    const id = path.includes('/orders/') ? orderId : path.includes('/drops/') ? dropId : eventId;
    const at = path.replace(':id', String(id));
    const by = users.admin;
    const deep = '['.repeat(8_000) + ']'.repeat(8_000);
    const tries: [string, string, string?][] = [
      ['body_too_large', JSON.stringify({ text: 'x'.repeat(16 * 1024) })],
      ['malformed_json', '{"a":'],
      ['malformed_json', 'nonsense'],
      ['unsupported_media_type', '{}', 'text/plain'],
      ['unsupported_media_type', 'a=1', 'application/x-www-form-urlencoded'],
      ['unsupported_media_type', '{}', 'application/json; charset=utf-7'],
      ['invalid_request', '[]'],
      ['invalid_request', 'null'],
      ['invalid_request', '"text"'],
      ['invalid_request', '7'],
      ['invalid_request', '{"unknown":1}'],
      ['invalid_request', '{"__proto__":{"role":"admin"},"constructor":1}'],
      ['invalid_request', deep],
    ];
    for (const [code, body, type] of tries) {
      // What the payment provider posts may have unknown fields, but must be signed.
      const unsigned =
        path.startsWith('/api/payments/') && body.startsWith('{"') && code === 'invalid_request';
      expect(problemOf(await send(method, at, by, body, type))).toBe(unsigned ? 'invalid_signature' : code);
    }
  }
});

test('every route that takes no body refuses one, whatever it says', async () => {
  const without = createRoutes(general.deps).filter(({ body }) => !body);
  expect(without.map(({ method, path }) => `${method} ${path}`)).toEqual(
    expect.arrayContaining(['POST /api/drops/:id/cancel', 'DELETE /api/drops/:id/entry', 'GET /api/events']),
  );
  for (const { method, path, who } of without) {
    const id = /\/(\w+)\/:id/.exec(path)?.[1];
    const ids: Record<string, string> = { drops: String(dropId), orders: 'aaaaaaaaaaaaaa-0' };
    const at = path.replace(':id', ids[id ?? ''] ?? String(eventId));
    const role = Array.isArray(who) && !who.includes('admin') ? (who[0] as keyof typeof users) : 'admin';
    for (const [body, type] of [
      ['{"refund":false}'],
      ['{}'],
      ['null'],
      ['{"a":'],
      ['x', 'text/plain'],
      ['x'.repeat(100_000)],
    ] as const) {
      const answer = await send(method, at, users[role], body, type);
      expect({ method, path, code: problemOf(answer), body: answer.body as object }).toMatchObject({
        code: 'invalid_request',
        body: { errors: [{ pointer: '', code: 'body_not_expected', message: 'No body is expected here' }] },
      });
    }
  }
});

test('a body whose length nobody said is one when something is in it', async () => {
  const server = createServer(general.app);
  const port = await listen(server, '127.0.0.1', 0);
  const answerTo = async (body: string) => {
    const sending = ask({ port, path: '/api/events', headers: { 'transfer-encoding': 'chunked' } });
    sending.end(body);
    const [answer] = (await once(sending, 'response')) as [IncomingMessage];
    return { status: answer.statusCode, text: await text(answer) };
  };
  expect(await answerTo('')).toMatchObject({ status: 200 });
  expect(await answerTo('{}')).toMatchObject({
    status: 422,
    text: expect.stringContaining('No body is expected here') as string,
  });
  await closeServer(server);
});

test('a compressed body is refused before it is unpacked', async () => {
  const answer = await request(general.app)
    .post('/api/auth/signin')
    .set('Content-Type', 'application/json')
    .set('Content-Encoding', 'gzip')
    .send('{}');
  expect(problemOf(answer)).toBe('unsupported_media_type');
});

test('every unknown field is named, and where it is', async () => {
  const body = dropBody({ price: { amount: 1, currency: 'EUR', tip: 5 } as never });
  const answer = await send(
    'POST',
    `/api/events/${eventId}/drops`,
    users.organizer,
    JSON.stringify({ ...body, organizerId: 1, 'a/b~c': 2 }),
  );
  expect(answer.body).toMatchObject({
    code: 'invalid_request',
    errors: [
      { pointer: '/price/tip', code: 'unknown_field', message: 'Not a known field' },
      { pointer: '/organizerId', code: 'unknown_field', message: 'Not a known field' },
      { pointer: '/a~1b~0c', code: 'unknown_field', message: 'Not a known field' },
    ],
  });
});

const account = { email: 'new@seatdrop.test', password: 'long enough', name: 'New' };
test.each([
  { ...account, email: 'not an address' },
  { ...account, email: `${'x'.repeat(250)}@seatdrop.test` },
  { ...account, email: ['new@seatdrop.test'] },
  { ...account, email: { $ne: '' } },
  { ...account, password: 'too short' },
  { ...account, password: 'x'.repeat(201) },
  { ...account, password: `long enough \ud83d` },
  { ...account, password: 1234567890 },
  { ...account, name: '   ' },
  { ...account, name: 'two\nlines' },
  { ...account, name: 'x'.repeat(101) },
  { ...account, role: 'admin' },
  { email: account.email, password: account.password },
])('no account from %j', async (body) => {
  expect(problemOf(await send('POST', '/api/auth/signup', undefined, JSON.stringify(body)))).toBe(
    'invalid_request',
  );
});

test.each([
  { startsAt: inSeconds(-3600) },
  { startsAt: 'tomorrow' },
  { startsAt: '2030-02-30T10:00:00Z' },
  { startsAt: '2030-01-01T10:00:00+02:00' },
  { startsAt: '20255-01-01T10:00:00Z' },
  { startsAt: '0001-01-01T10:00:00Z' },
  { startsAt: 1_900_000_000_000 },
  { title: '' },
  { title: 'x'.repeat(201) },
  { venue: null },
  { description: 'x'.repeat(5001) },
  { timeZone: 'Europe/Nowhere' },
  { timeZone: '' },
  { organizerId: 1 },
])('no event with %j', async (changes) => {
  const event = { title: 'T', description: '', venue: 'V', startsAt: '2100-01-01T00:00:00Z', ...changes };
  expect(problemOf(await send('POST', '/api/events', users.organizer, JSON.stringify(event)))).toBe(
    'invalid_request',
  );
  expect(
    problemOf(await send('PATCH', `/api/events/${eventId}`, users.organizer, JSON.stringify(changes))),
  ).toBe('invalid_request');
});

const section = { name: 'A', rows: 10, seatsPerRow: 10 };
const question = { text: 'Which?', choices: ['this', 'that'], answer: 'this' };
test.each<[string, object]>([
  ['/opensAt', { opensAt: inSeconds(-3600) }],
  ['/opensAt', { opensAt: 'now' }],
  ['/closesAt', { closesAt: inSeconds(3599) }],
  ['/closesAt', { closesAt: inSeconds(91 * 86_400) }],
  ['/closesAt', { closesAt: inSeconds(91 * 86_400), allowLate: false }],
  ['/allowLate', { allowLate: 1 }],
  ['/price/amount', { price: { amount: -1, currency: 'EUR' } }],
  ['/price/amount', { price: { amount: 12.5, currency: 'EUR' } }],
  ['/price/amount', { price: { amount: '1250', currency: 'EUR' } }],
  ['/price/amount', { price: { amount: 4e8 + 1, currency: 'EUR' } }],
  ['/price/currency', { price: { amount: 1, currency: 'EURO' } }],
  ['/price/currency', { price: { amount: 1, currency: 'eur' } }],
  ['/price/currency', { price: { amount: 1, currency: 'QQQ' } }],
  ['/fees/perSeat', { fees: { perSeat: -1, perOrder: 0, percent: 0 } }],
  ['/fees/perOrder', { fees: { perSeat: 0, perOrder: 1.5, percent: 0 } }],
  ['/fees/perOrder', { fees: { perSeat: 0, perOrder: 1e8 + 1, percent: 0 } }],
  ['/fees/percent', { fees: { perSeat: 0, perOrder: 0, percent: 100.5 } }],
  ['/fees/percent', { fees: { perSeat: 0, perOrder: 0, percent: 1.2345 } }],
  ['/fees/percent', { fees: { perSeat: 0, perOrder: 0, percent: '5' } }],
  ['/fees/tip', { fees: { perSeat: 0, perOrder: 0, percent: 0, tip: 1 } }],
  ['/taxPercent', { taxPercent: -1 }],
  ['/taxPercent', { taxPercent: 101 }],
  ['/holdSeconds', { holdSeconds: 4 }],
  ['/holdSeconds', { holdSeconds: 3601 }],
  ['/maxPerBuyer', { maxPerBuyer: 0 }],
  ['/maxPerBuyer', { maxPerBuyer: 11 }],
  ['/maxPerBuyer', { maxPerBuyer: 1.5 }],
  ['/maxPerBuyer', { maxPerBuyer: 4, sections: [{ ...section, rows: 1, seatsPerRow: 3 }] }],
  ['/standbyLimit', { standbyLimit: -1 }],
  ['/standbyLimit', { standbyLimit: 1_000_001 }],
  ['/partitions', { partitions: 0 }],
  ['/partitions', { partitions: 17 }],
  ['/partitions', { partitions: 4 }],
  ['/sections', { sections: [] }],
  ['/sections', { sections: Array.from({ length: 51 }, (_, index) => ({ ...section, name: `S${index}` })) }],
  ['/sections', { sections: [section, section] }],
  ['/sections', { sections: [0, 1, 2].map((n) => ({ name: `S${n}`, rows: 500, seatsPerRow: 200 })) }],
  ['/sections/0/rows', { sections: [{ ...section, rows: 501 }] }],
  ['/sections/0/rows', { sections: [{ ...section, rows: 1e9 }] }],
  ['/sections/0/seatsPerRow', { sections: [{ ...section, seatsPerRow: 201 }] }],
  ['/sections/0/name', { sections: [{ ...section, name: 'x'.repeat(51) }] }],
  ['/questions', { questions: [] }],
  ['/questions', { questions: Array.from({ length: 51 }, () => question) }],
  ['/questions/0/answer', { questions: [{ ...question, answer: 'neither' }] }],
  ['/questions/0/answer', { questions: [{ text: 'Which?', answer: 'x'.repeat(201) }] }],
  ['/questions/0/answer', { questions: [{ text: 'Which?', answer: ' ' }] }],
  ['/questions/0/choices', { questions: [{ ...question, choices: ['this', ' THIS '] }] }],
  ['/questions/0/choices', { questions: [{ ...question, choices: ['this'] }] }],
])('no drop with a fault at %s: %j', async (pointer, changes) => {
  const body = JSON.stringify({ ...dropBody(), ...changes });
  const answer = await send('POST', `/api/events/${eventId}/drops`, users.organizer, body);
  expect(problemOf(answer)).toBe('invalid_request');
  const { errors } = answer.body as { errors: { pointer: string }[] };
  expect(errors.map((error) => error.pointer)).toContain(pointer);
});

const unreadable = ['half \ud83d', '\u200b\u2060', 'a \u202egpj.exe', 'a\u0000b'];

test.each(unreadable)('no text of %j is taken, wherever people type', async (typed) => {
  const event = { title: 'T', description: '', venue: 'V', startsAt: '2100-01-01T00:00:00Z' };
  const bodies: [path: string, pointer: string, body: object][] = [
    ['/api/auth/signup', '/name', { ...account, name: typed }],
    ...(['title', 'venue', 'description'] as const).map((field): [string, string, object] => [
      '/api/events',
      `/${field}`,
      { ...event, [field]: typed },
    ]),
    [`/api/drops/${dropId}/announcements`, '/text', { text: typed }],
    ...(
      [
        ['/sections/0/name', { sections: [{ ...section, name: typed }] }],
        ['/questions/0/text', { questions: [{ ...question, text: typed }] }],
        ['/questions/0/choices/1', { questions: [{ ...question, choices: ['this', typed] }] }],
        ['/questions/0/answer', { questions: [{ text: 'Which?', answer: typed }] }],
      ] as const
    ).map(([pointer, changes]): [string, string, object] => [
      `/api/events/${eventId}/drops`,
      pointer,
      { ...dropBody(), ...changes },
    ]),
  ];
  for (const [path, pointer, body] of bodies) {
    const answer = await send('POST', path, users.organizer, JSON.stringify(body));
    expect(problemOf(answer)).toBe('invalid_request');
    expect(answer.body).toMatchObject({ errors: [{ pointer }] });
  }
});

test('what a query asks for is checked', async () => {
  for (const query of [
    'limit=0',
    'limit=101',
    'limit=x',
    'limit=1&limit=2',
    'after=x',
    'after=1.2%27',
    'page=2',
  ]) {
    for (const path of ['/api/events', '/api/orders']) {
      const answer = await request(general.app).get(`${path}?${query}`).set(users.shopper.bearer);
      expect(problemOf(answer)).toBe('invalid_request');
    }
  }
  for (const after of ['9999999999999.zzz', '0.0', '1.-']) {
    for (const path of ['/api/events', '/api/orders']) {
      const answer = await request(general.app).get(path).query({ after }).set(users.shopper.bearer);
      expect(answer.status).toBe(200);
    }
  }
});

test('what cannot be an id names nothing', async () => {
  for (const id of ['0', '-1', '1.5', '1e3', '01', '4294967296', '9'.repeat(400), 'x', "1'--", '%00']) {
    for (const path of [
      `/api/drops/${id}`,
      `/api/events/${id}`,
      `/api/drops/${id}/stats`,
      `/api/orders/${id}`,
    ]) {
      const answer = await request(general.app).get(path).set(users.admin.bearer);
      expect(problemOf(answer)).toBe('not_found');
    }
  }
});

test('a caller who goes away in the middle of a body is no error', async () => {
  const server = createServer(general.app);
  const port = await listen(server, '127.0.0.1', 0);
  const seen = new Promise((resolve) => server.once('request', (_req, res) => res.once('close', resolve)));
  const socket = connect(port, '127.0.0.1');
  socket.write(
    'POST /api/auth/signin HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"em',
  );
  socket.once('connect', () => setImmediate(() => socket.destroy()));
  await seen;
  await closeServer(server);
  expect(general.complaints()).toEqual([]);
});
