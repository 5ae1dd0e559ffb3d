import { createSecretKey, randomBytes } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { roles, sessionToken, signingKeyFromHex, signSession, verifySession } from './session.ts';

const hex = randomBytes(32).toString('hex');
const key = signingKeyFromHex(hex);

test('what was signed is read again, by whoever has the key', () => {
  for (const role of roles) {
    const token = signSession({ userId: 4_294_967_295, role }, key);
    expect(verifySession(token, signingKeyFromHex(hex))).toEqual({ userId: 4_294_967_295, role });
    expect(verifySession(token, createSecretKey(randomBytes(32)))).toBeUndefined();
  }
});

test('a session without an honest user or role is none', () => {
  const sign = (subject: string, role: unknown) =>
    jwt.sign({ role }, key, { algorithm: 'HS256', subject, audience: 'session', expiresIn: 60 });
  expect(verifySession(sign('1', 'shopper'), key)).toEqual({ userId: 1, role: 'shopper' });
  for (const [subject, role] of [
    ['0', 'shopper'],
    ['-1', 'shopper'],
    ['1.5', 'shopper'],
    ['one', 'shopper'],
    ['1', 'root'],
    ['1', ['admin']],
    ['1', undefined],
  ] as const) {
    expect(verifySession(sign(subject, role), key)).toBeUndefined();
  }
});

test('the token is found in the header or in the cookie; the header wins', () => {
  expect(sessionToken({})).toBeUndefined();
  expect(sessionToken({ authorization: 'Bearer abc' })).toBe('abc');
  expect(sessionToken({ authorization: 'Bearer abc', cookie: 'session=def' })).toBe('abc');
  expect(sessionToken({ cookie: 'session=def' })).toBe('def');
  expect(sessionToken({ cookie: 'a=1; session=d.e-f_=; b=2' })).toBe('d.e-f_=');
  expect(sessionToken({ cookie: ' session = def ' })).toBe('def');
  for (const cookie of [
    '',
    ';',
    '=',
    'session',
    'mysession=abc',
    'session2=abc',
    'a=session=abc',
    'Session=abc',
  ]) {
    expect(sessionToken({ cookie })).toBeUndefined();
  }
  expect(sessionToken({ authorization: 'Basic abc' })).toBeUndefined();
  expect(sessionToken({ authorization: 'Basic abc', cookie: 'session=def' })).toBe('def');
});
