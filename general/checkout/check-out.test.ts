import jwt from 'jsonwebtoken';
import request from 'supertest';
import { signCheckoutToken } from '../../shared/auth/checkout-token.ts';
import { signSession } from '../../shared/auth/session.ts';
import { randomKeys } from '../../testing/keys.ts';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import type { TestUser } from '../../testing/general/start-general.ts';

let system: GeneralSystem;
beforeAll(async () => {
  system = await startGeneralSystem();
});
afterAll(() => system.stop());

const send = (buyer: TestUser, body: object) =>
  request(system.app).post('/api/checkout').set(buyer.bearer).send(body);
const pay = (buyer: TestUser, checkoutToken: string) =>
  send(buyer, { checkoutToken, payment: { token: 'tok_approved' } });

test('a token that is not ours, or not for checkout, is refused and nothing is charged', async () => {
  const drop = await system.openDrop();
  const buyer = await system.user();
  const { place, hold, token } = await system.hold(drop, buyer);
  const claims = { ...place, ...hold };
  const [header, payload] = token.split('.');
  const unsigned = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url');
  const bad = [
    '',
    'x',
    `${header}.${payload}.`,
    `${unsigned}.${payload}.`,
    `${header}.${Buffer.from('{}').toString('base64url')}.${token.split('.')[2]}`,
    signCheckoutToken(claims, randomKeys()),
    signCheckoutToken(claims, system.deps.sessionKeys),
    signSession(buyer, system.deps.checkoutKeys),
    buyer.token,
    jwt.sign({ ...claims, aud: 'session', sub: String(buyer.userId) }, system.deps.checkoutKeys[0].secret),
  ];
  for (const checkoutToken of bad) {
    const { body } = await pay(buyer, checkoutToken).expect(401);
    expect(body).toMatchObject({ code: 'bad_checkout_token' });
  }
  expect((await system.sandbox.list(hold.holdId)).body['charges']).toEqual([]);
  expect(await system.inventory.counts(drop)).toMatchObject({ held: 1, paying: 0 });
});

test('somebody else’s token is refused', async () => {
  const drop = await system.openDrop();
  const [buyer, thief] = [await system.user(), await system.user()];
  const { hold, token } = await system.hold(drop, buyer);

  expect((await pay(thief, token).expect(403)).body).toMatchObject({ code: 'not_your_hold' });

  expect((await system.sandbox.list(hold.holdId)).body['charges']).toEqual([]);
  await pay(buyer, token).expect(201);
});

test('a hold that was given back cannot be paid, though its token has time left', async () => {
  const drop = await system.openDrop();
  const buyer = await system.user();
  const { hold, token } = await system.hold(drop, buyer);
  const left = await request(system.app).delete(`/api/drops/${drop.id}/entry`).set(buyer.bearer).expect(200);
  expect(left.body).toEqual({
    status: 'released',
    version: expect.any(Number) as number,
    reason: 'given_back',
  });

  expect((await pay(buyer, token).expect(409)).body).toMatchObject({ code: 'hold_expired' });
  expect((await system.sandbox.list(hold.holdId)).body['charges']).toEqual([]);
});

test('the body is checked', async () => {
  const buyer = await system.user();
  const payment = { token: 'tok_approved' };
  for (const body of [
    {},
    { checkoutToken: 1, payment },
    { checkoutToken: 'x'.repeat(5000), payment },
    { checkoutToken: 'x', payment: {} },
    { checkoutToken: 'x', payment: null },
    { checkoutToken: 'x', payment: { token: '' } },
    { checkoutToken: 'x', payment: { ...payment, amount: 1 } },
    { checkoutToken: 'x', payment, price: 1 },
  ]) {
    expect((await send(buyer, body).expect(422)).body).toMatchObject({ code: 'invalid_request' });
  }
  await send(buyer, { checkoutToken: 'x'.repeat(17_000), payment }).expect(413);
});

test('a webhook with a wrong, old or missing signature is refused', async () => {
  const call = (signature?: string) => {
    const post = request(system.app).post('/api/payments/webhook');
    return (signature === undefined ? post : post.set('seatdrop-signature', signature)).send({ key: 'x' });
  };
  const old = Math.floor(Date.now() / 1000) - 3600;
  for (const signature of [undefined, 'x', `t=${old},v1=${'0'.repeat(64)}`, `t=1e9,v1=${'0'.repeat(64)}`]) {
    expect((await call(signature).expect(401)).body).toMatchObject({ code: 'invalid_signature' });
  }
});

test('none of this was logged as anything to look at', () => {
  expect(system.complaints()).toEqual([]);
});
