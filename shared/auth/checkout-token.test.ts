import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import jwt from 'jsonwebtoken';
import { signCheckoutToken, verifyCheckoutToken, type CheckoutClaims } from './checkout-token.ts';
import { signSession, verifySession } from './session.ts';
import { randomKeys } from '../../testing/keys.ts';

const keys = randomKeys();
const key = keys[0].secret;
const claims: CheckoutClaims = {
  buyerId: 7,
  dropId: 4_294_967_295,
  partition: 3,
  holdId: '0123456789abcd-zz',
  seats: ['0.1', '24999.200'],
  expiresAt: 1_900_000_000_123,
};

test('it says all of the hold, to the millisecond', () => {
  const token = signCheckoutToken(claims, keys);
  expect(verifyCheckoutToken(token, keys)).toEqual({ kind: 'valid', claims });
  expect(verifyCheckoutToken(token, keys, claims.expiresAt - 1)).toEqual({ kind: 'valid', claims });
  expect(verifyCheckoutToken(token, keys, claims.expiresAt)).toEqual({ kind: 'expired', claims });
});

test('two holds have two tokens, the same hold always the same', () => {
  expect(signCheckoutToken(claims, keys)).toBe(signCheckoutToken({ ...claims }, keys));
  const changes: Partial<CheckoutClaims>[] = [
    { buyerId: 8 },
    { dropId: 1 },
    { partition: 0 },
    { holdId: '0123456789abcd-zy' },
    { seats: ['0.1'] },
    { expiresAt: claims.expiresAt + 1 },
  ];
  const tokens = [{}, ...changes].map((change) => signCheckoutToken({ ...claims, ...change }, keys));
  expect(new Set(tokens).size).toBe(tokens.length);
});

test('nothing else passes for one', () => {
  const token = signCheckoutToken(claims, keys);
  const [head = '', body = '', signature = ''] = token.split('.');
  const unsigned = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
  const richer = Buffer.from(
    JSON.stringify({
      ...(JSON.parse(Buffer.from(body, 'base64url').toString()) as object),
      seats: ['0.1', '0.2'],
    }),
  ).toString('base64url');
  const tokens = [
    '',
    'x',
    `${head}.${body}.`,
    `${head}.${body}`,
    `${unsigned}.${body}.`,
    `${unsigned}.${body}.${signature}`,
    `${head}.${richer}.${signature}`,
    signCheckoutToken(claims, randomKeys()),
    signSession({ userId: 7, role: 'shopper' }, keys),
    jwt.sign('a string', key, { algorithm: 'HS256' }),
    ...Object.keys(jwt.decode(token) as object).map((claim) => {
      const { [claim]: _gone, ...rest } = jwt.decode(token) as Record<string, unknown>;
      return jwt.sign(rest, key, { algorithm: 'HS256', noTimestamp: true });
    }),
    jwt.sign({ aud: 'checkout' }, randomBytes(64), { algorithm: 'HS512' }),
  ];
  expect(tokens.map((each) => verifyCheckoutToken(each, keys).kind)).toEqual(tokens.map(() => 'invalid'));
  // It is not valid as a session either, even with the same key.
  expect(verifySession(token, keys)).toBeUndefined();
});

test('no change of a single character goes unseen', () => {
  const token = signCheckoutToken(claims, keys);
  fc.assert(
    fc.property(
      fc.nat({ max: token.length - 1 }),
      fc.constantFrom('A', 'a', '0', '_', '-', '.'),
      (at, character) => {
        const changed = token.slice(0, at) + character + token.slice(at + 1);
        const check = verifyCheckoutToken(changed, keys);
        expect(check.kind).toBe(changed === token ? 'valid' : 'invalid');
      },
    ),
    { numRuns: 300 },
  );
});
