import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import jwt from 'jsonwebtoken';
import request from 'supertest';
import { signCheckoutToken } from '../shared/auth/checkout-token.ts';
import type { Drop } from '../shared/drops/drop.ts';
import { problems, type ProblemBody } from '../shared/tier/problems.ts';
import { signSession, verifySession } from '../shared/auth/session.ts';
import { eventually } from '../testing/eventually.ts';
import { randomKeys } from '../testing/keys.ts';
import { createPublisherSystem, type PublisherSystem } from '../testing/publisher/publisher-system.ts';

let system: PublisherSystem;
let drop: Drop;
let buyer: Awaited<ReturnType<PublisherSystem['user']>>;
beforeAll(async () => {
  system = await createPublisherSystem();
  drop = await system.createDrop();
  buyer = await system.user();
});
afterAll(() => system.stop());
// Nothing was queued, and nothing was logged that would alert an operator.
afterEach(async () => {
  const { entries } = await system.queued();
  const complaints = system.lines.filter(({ level }) => level >= 40);
  if (entries.length + complaints.length > 0) throw new Error(JSON.stringify({ entries, complaints }));
});

const enter = (id: number | string = drop.id) => request(system.url).post(`/api/drops/${id}/entries`);
const good = () => system.entry(drop, buyer.id);

/** The code of an answer that is a well-formed problem; otherwise a description of the answer. */
function codeOf({ status, headers, body }: request.Response): string {
  const { code, status: bodyStatus, type } = body as Partial<ProblemBody>;
  const sound =
    code !== undefined &&
    bodyStatus === status &&
    problems[code].status === status &&
    type === `urn:seatdrop:problem:${code}` &&
    headers['content-type'] === 'application/problem+json';
  return sound ? code : `${status} ${JSON.stringify(body)}`;
}

describe('who sent it', () => {
  test('nobody, or with a token that is not a session of ours', async () => {
    const subject = String(buyer.id);
    const claims = { role: 'shopper' };
    const key = system.sessionKeys[0].secret;
    const hs256 = { algorithm: 'HS256', subject, audience: 'session' } as const;
    const unsigned = (header: object) =>
      `${[header, { ...claims, sub: subject, aud: 'session', exp: 9_999_999_999 }]
        .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
        .join('.')}.`;
    const valid = signSession({ userId: buyer.id, role: 'shopper' }, system.sessionKeys);
    const tokens = {
      empty: '',
      'not a token': 'abc',
      forged: jwt.sign(claims, randomKeys()[0].secret, { ...hs256, expiresIn: 60 }),
      expired: jwt.sign(claims, key, { ...hs256, expiresIn: -1 }),
      'alg none': unsigned({ alg: 'none', typ: 'JWT' }),
      'alg None': unsigned({ alg: 'None', typ: 'JWT' }),
      'another algorithm': jwt.sign(claims, randomBytes(64), { ...hs256, algorithm: 'HS512', expiresIn: 60 }),
      'signature cut off': valid.slice(0, valid.lastIndexOf('.') + 1),
      'payload changed': valid.replace(/\.[^.]+\./, `.${Buffer.from('{"sub":"1"}').toString('base64url')}.`),
      'another audience': jwt.sign(claims, key, {
        ...hs256,
        audience: 'checkout',
        expiresIn: 60,
      }),
      'no such role': jwt.sign({ role: 'root' }, key, { ...hs256, expiresIn: 60 }),
      'no such user': jwt.sign(claims, key, { ...hs256, subject: '-1', expiresIn: 60 }),
      'a checkout token': signCheckoutToken(
        {
          buyerId: buyer.id,
          dropId: drop.id,
          partition: 0,
          holdId: '0123456789abcd-0',
          seats: ['0.1'],
          expiresAt: Date.now() + 60_000,
        },
        system.sessionKeys,
      ),
      long: 'x'.repeat(8_000),
    };
    expect(codeOf(await enter().send(good()))).toBe('not_signed_in');
    expect(codeOf(await enter().set('Cookie', 'session=').send(good()))).toBe('not_signed_in');
    for (const token of Object.values(tokens)) {
      expect(codeOf(await enter().set('Authorization', `Bearer ${token}`).send(good()))).toBe(
        'not_signed_in',
      );
      expect(codeOf(await enter().set('Cookie', `session=${token}`).send(good()))).toBe('not_signed_in');
    }
    for (const header of ['Bearer', 'Basic dTpw', valid]) {
      expect(codeOf(await enter().set('Authorization', header).send(good()))).toBe('not_signed_in');
    }
  });

  test('somebody who was banned a moment ago', async () => {
    const user = await system.user();
    await system.db('users').where({ id: user.id }).update({ banned_at: new Date() });
    const answer = await eventually(async () => {
      // Entries with a wrong answer, so that none is queued before the ban is known.
      const sent = await enter().set(user.bearer).send({ questionId: 1, answer: 'no', quantity: 1 });
      return sent.status === 403 && sent;
    });
    expect(codeOf(answer)).toBe('banned');
  });

  test('somebody whose session was ended, and not the same user with another session', async () => {
    const user = await system.user();
    const bad = { questionId: 1, answer: 'no', quantity: 1 };
    const sid = verifySession(
      user.bearer.Authorization.slice('Bearer '.length),
      system.sessionKeys,
    )!.signInId;
    const now = system.db.fn.now(3);
    await system.db('sessions').insert({
      sid,
      user_id: user.id,
      made_at: now,
      seen_at: now,
      address: '192.0.2.1',
      ended_at: now,
    });
    const answer = await eventually(async () => {
      const sent = await enter().set(user.bearer).send(bad);
      return sent.status === 401 && sent;
    });
    expect(codeOf(answer)).toBe('not_signed_in');
    const other = signSession({ userId: user.id, role: 'shopper' }, system.sessionKeys);
    const sent = await enter().set('Authorization', `Bearer ${other}`).send(bad);
    expect(codeOf(sent)).not.toBe('not_signed_in');
  });

  test('somebody whose address is not confirmed; without the scope the signature does not match', async () => {
    const session = { userId: buyer.id, role: 'shopper', scope: 'unconfirmed' } as const;
    const token = signSession(session, system.sessionKeys);
    const answer = await enter().set('Authorization', `Bearer ${token}`).send(good());
    expect(codeOf(answer)).toBe('email_not_confirmed');
    const [head, payload, signature] = token.split('.');
    const { scope: _, ...claims } = JSON.parse(Buffer.from(payload!, 'base64url').toString()) as {
      scope: string;
    };
    const wider = `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`;
    expect(codeOf(await enter().set('Authorization', `Bearer ${wider}`).send(good()))).toBe('not_signed_in');
  });

  test('somebody who is banned, with a session that is good for tickets alone', async () => {
    const user = await system.user();
    const session = { userId: user.id, role: 'shopper', scope: 'tickets' } as const;
    const token = signSession(session, system.sessionKeys);
    const answer = await enter().set('Authorization', `Bearer ${token}`).send(good());
    expect(codeOf(answer)).toBe('banned');
  });

  test('somebody with a session from before a ban that is over', async () => {
    const user = await system.user();
    await system
      .db('users')
      .where({ id: user.id })
      .update({ sessions_since: system.db.fn.now(3) });
    const answer = await eventually(async () => {
      const sent = await enter().set(user.bearer).send({ questionId: 1, answer: 'no', quantity: 1 });
      return sent.status === 401 && sent;
    });
    expect(codeOf(answer)).toBe('not_signed_in');
  });

  test('somebody who tries too often', async () => {
    const strict = await createPublisherSystem({ attempts: 3 });
    try {
      const other = await strict.createDrop();
      const [eager, patient] = [await strict.user(), await strict.user()];
      const post = (bearer: { Authorization: string }) =>
        request(strict.url).post(`/api/drops/${other.id}/entries`).set(bearer).send({ quantity: 1 });
      for (let attempt = 0; attempt < 3; attempt += 1) {
        expect(codeOf(await post(eager.bearer))).toBe('invalid_request');
      }
      const refused = await post(eager.bearer);
      expect(codeOf(refused)).toBe('too_many_requests');
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
      expect(codeOf(await post(patient.bearer))).toBe('invalid_request');
    } finally {
      await strict.stop();
    }
  });
});

describe('what it is for', () => {
  test('something that is not there', async () => {
    for (const id of [4_294_967_295, '0', '-1', '01', '1.5', '1e3', 'x', '99999999999', '%00', '1%2F2']) {
      expect(codeOf(await enter(id).set(buyer.bearer).send(good()))).toBe('not_found');
    }
    for (const path of [
      '/',
      '/api/drops',
      `/api/drops/${drop.id}`,
      `/api/drops/${drop.id}/entries/1`,
      '//',
    ]) {
      expect(codeOf(await request(system.url).post(path).set(buyer.bearer).send(good()))).toBe('not_found');
    }
  });

  test('another method', async () => {
    for (const method of ['get', 'put', 'patch', 'delete'] as const) {
      const answer = await request(system.url)[method](`/api/drops/${drop.id}/entries`).set(buyer.bearer);
      expect(codeOf(answer)).toBe('method_not_allowed');
      expect(answer.headers['allow']).toBe('POST');
    }
  });

  test('a drop that is not open yet', async () => {
    const opensAt = Date.now() + 90_000;
    const later = await system.createDrop({ opensAt });
    const answer = await enter(later.id).set(buyer.bearer).send(system.entry(later, buyer.id));
    expect(codeOf(answer)).toBe('drop_not_open');
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(60);
    expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(90);
    expect(answer.body).toMatchObject({
      opensAt: new Date(later.opensAt).toISOString(),
      serverTime: expect.any(String) as string,
    });
  });

  test('one that has closed, was cancelled, or is not stocked yet', async () => {
    const closed = await system.createDrop({ closesAt: Date.now() - 1_000 });
    expect(codeOf(await enter(closed.id).set(buyer.bearer).send(good()))).toBe('drop_closed');
    const cancelled = await system.createDrop({ cancelled: true });
    expect(codeOf(await enter(cancelled.id).set(buyer.bearer).send(good()))).toBe('drop_cancelled');
    const unstocked = await system.createDrop({ stocked: false });
    const answer = await enter(unstocked.id).set(buyer.bearer).send(good());
    expect(codeOf(answer)).toBe('unavailable');
    expect(answer.headers['retry-after']).toBe('1');
  });

  test('one that is sold out, until a seat comes back', async () => {
    const box = [{ name: 'Box', rows: 1, seatsPerRow: 1 }];
    const small = await system.createDrop({ sections: box, standbyLimit: 1 });
    const place = { dropId: small.id, partition: 0 };
    const wrong = { ...system.entry(small, buyer.id), answer: 'no' };
    const post = () => enter(small.id).set(buyer.bearer).send(wrong);
    await system.testInventory.hold(place, 7);
    // A place in standby is left.
    expect(codeOf(await post())).toBe('wrong_answer');
    await system.testInventory.decide(place, '8:1');
    expect(
      codeOf(
        await eventually(async () => {
          const answer = await post();
          return answer.status === 409 && answer;
        }),
      ),
    ).toBe('drop_sold_out');
    await system.testInventory.inventory.leave(place, 8);
    await eventually(async () => (await post()).status === 422);
  });

  test('one that the organizer changed a moment ago, on the old terms', async () => {
    const changed = await system.createDrop({ closesAt: Date.now() + 3_600_000 });
    await system
      .db('drops')
      .where({ id: changed.id })
      .update({ closes_at: new Date(Date.now() - 1_000) });
    const wrong = { ...system.entry(changed, buyer.id), answer: 'no' };
    const post = () => enter(changed.id).set(buyer.bearer).send(wrong);
    await eventually(async () => (await post()).status === 409);
    expect(codeOf(await post())).toBe('drop_closed');
  });
});

describe('what was sent', () => {
  const post = (body: string | object, type = 'application/json') =>
    enter().set(buyer.bearer).set('Content-Type', type).send(body);

  test('more than 16 KB', async () => {
    const padding = 'x'.repeat(16 * 1024);
    expect(codeOf(await post(JSON.stringify({ ...good(), padding })))).toBe('body_too_large');
    // A body that is too large is refused before its content and its sender are checked.
    const anonymous = await enter().set('Content-Type', 'application/json').send(`"${padding}"`);
    expect(codeOf(anonymous)).toBe('body_too_large');
    const exactly = JSON.stringify(good()).padEnd(16 * 1024, ' ');
    expect((await post(exactly.replace('"quantity":1', '"quantity":0'))).status).toBe(422);
  });

  test('another type than JSON', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/jsonp',
      'multipart/form-data',
    ]) {
      expect(codeOf(await post(JSON.stringify(good()), type))).toBe('unsupported_media_type');
    }
    expect(codeOf(await enter().set(buyer.bearer))).toBe('unsupported_media_type');
  });

  test('what is no JSON', async () => {
    for (const body of [
      '',
      '{',
      '{"quantity": 1,}',
      'undefined',
      '{"quantity": NaN}',
      '\u0000',
      '[1',
      "{'a': 1}",
    ]) {
      expect(codeOf(await post(body))).toBe('malformed_json');
    }
  });

  test('JSON that is no entry', async () => {
    const answer = String(good()['answer']);
    const bodies: unknown[] = [
      null,
      1,
      'entry',
      [],
      [good()],
      {},
      { ...good(), quantity: 0 },
      { ...good(), quantity: -1 },
      { ...good(), quantity: 1.5 },
      { ...good(), quantity: 1e9 },
      { ...good(), quantity: 5 },
      { ...good(), quantity: '1' },
      { ...good(), quantity: null },
      { ...good(), quantity: [1] },
      { ...good(), answer: 4 },
      { ...good(), answer: { $ne: '' } },
      { ...good(), answer: [answer] },
      { ...good(), answer: answer.padEnd(201) },
      { ...good(), answer: null },
      { ...good(), answer: `${answer}\ud83d` },
      { ...good(), questionId: '1' },
      { ...good(), questionId: 0 },
      { ...good(), questionId: 1e300 },
      { ...good(), buyerId: 1 },
      { ...good(), dropId: 1, partition: 0 },
      { ...good(), constructor: { prototype: {} } },
    ];
    for (const body of bodies) expect(codeOf(await post(JSON.stringify(body)))).toBe('invalid_request');
    const proto = JSON.stringify(good()).replace('{', '{"__proto__": {"quantity": 9}, ');
    expect(codeOf(await post(proto))).toBe('invalid_request');
    const deep = '['.repeat(8_000) + ']'.repeat(8_000);
    expect(codeOf(await post(deep))).toBe('invalid_request');
    expect(codeOf(await post(JSON.stringify({ ...good(), answer: 'a'.repeat(15_000) })))).toBe(
      'invalid_request',
    );
    expect(codeOf(await post(JSON.stringify({ ...good(), answer: 'a'.repeat(100_000) })))).toBe(
      'body_too_large',
    );
  });

  test('each fault is named, with where it is', async () => {
    const answer = await post({ answer: 4, quantity: 0, extra: true });
    expect(codeOf(answer)).toBe('invalid_request');
    expect((answer.body as ProblemBody).errors?.map(({ pointer }) => pointer).toSorted()).toEqual([
      '/answer',
      '/extra',
      '/quantity',
      '/questionId',
    ]);
  });

  test('the answer to somebody else’s question, or a wrong one', async () => {
    const two = await system.createDrop({
      questions: [
        { id: 1, text: 'How many strings has a cello?', answer: 'Four' },
        { id: 2, text: 'And a piano?', answer: 'About 230' },
      ],
    });
    const own = system.entry(two, buyer.id);
    const other = two.questions.find(({ id }) => id !== own['questionId']);
    const send = (body: object) => enter(two.id).set(buyer.bearer).send(body);
    expect(codeOf(await send({ questionId: other?.id, answer: other?.answer, quantity: 1 }))).toBe(
      'wrong_question',
    );
    expect(codeOf(await send({ ...own, questionId: 50 }))).toBe('wrong_question');
    for (const answer of ['', 'five', 'Fo ur', 'Four\u0000', '\u202e']) {
      expect(codeOf(await send({ ...own, answer }))).toBe('wrong_answer');
    }
  });

  test('a wish for more seats than the drop has, whole and in chunks', async () => {
    // As an organizer could create it before `maxPerBuyer` was compared with the capacity.
    const two = await system.createDrop({
      sections: [{ name: 'Box', rows: 1, seatsPerRow: 2 }],
      maxPerBuyer: 5,
      standbyLimit: 10,
    });
    const wish = JSON.stringify(system.entry(two, buyer.id, 3));
    const send = () => enter(two.id).set(buyer.bearer).set('content-type', 'application/json');
    const chunked = send();
    chunked.write(wish);
    for (const answer of [await send().send(wish), await chunked]) {
      expect(codeOf(answer)).toBe('invalid_request');
      expect(answer.body).toMatchObject({
        errors: [
          {
            pointer: '/quantity',
            code: 'above_seat_count',
            params: { maximum: 2 },
            message: 'The drop has only 2 seats',
          },
        ],
      });
    }
  });

  test('half a request, and then nothing more', async () => {
    const { port } = new URL(system.url);
    for (const text of [
      `POST /api/drops/${drop.id}/entries HTTP/1.1\r\nHost: x\r\n`,
      `POST /api/drops/${drop.id}/entries HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"quan`,
      'not HTTP at all\r\n\r\n',
      'POST /api/drops/1/entries HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n',
    ]) {
      const socket = connect(Number(port), '127.0.0.1');
      await once(socket, 'connect');
      await new Promise<void>((resolve) => {
        socket.write(text, () => resolve());
      });
      socket.destroy();
    }
    expect((await request(system.url).get('/healthz')).status).toBe(200);
  });
});
