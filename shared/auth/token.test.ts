import { createHmac, generateKeyPairSync } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { signCheckoutToken, verifyCheckoutToken } from './checkout-token.ts';
import { signSession, verifySession } from './session.ts';
import { randomKeys } from '../../testing/keys.ts';

const sessionKeys = randomKeys();
const checkoutKeys = randomKeys();
const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
const claims = { sub: '1', role: 'admin', aud: ['session', 'checkout'], exp: 9_999_999_999 };
const checkout = { drop: 1, part: 0, hold: '0123456789abcd-0', seats: ['0.1'], until: 9_999_999_999_000 };
const body = encode({ ...claims, ...checkout });

/** A token made by hand, since libraries refuse to make these. */
function made(header: object, key: string | Buffer, hash = 'sha256'): string {
  const text = `${encode(header)}.${body}`;
  return `${text}.${createHmac(hash, key).update(text).digest('base64url')}`;
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' });
const own = randomKeys();
const ownBytes = own[0].secret.export();

const forgeries: Record<string, string> = {
  'alg none': `${encode({ alg: 'none' })}.${body}.`,
  'alg NONE': `${encode({ alg: 'NONE' })}.${body}.`,
  'alg none with a signature': made({ alg: 'none' }, ownBytes),
  'no alg': made({ typ: 'JWT' }, ownBytes),
  'alg a list': made({ alg: ['HS256'] }, ownBytes),
  RS256: jwt.sign({ ...claims, ...checkout }, rsa.privateKey, { algorithm: 'RS256' }),
  PS256: jwt.sign({ ...claims, ...checkout }, rsa.privateKey, { algorithm: 'PS256' }),
  ES256: jwt.sign({ ...claims, ...checkout }, ec.privateKey, { algorithm: 'ES256' }),
  'HS256 keyed with a public key': made({ alg: 'HS256' }, pem),
  'an empty key': made({ alg: 'HS256' }, ''),
  'a key of 0 bytes, as a path in kid may lead to': made({ alg: 'HS256', kid: '../../../../dev/null' }, ''),
  'kid with a query in it': made({ alg: 'HS256', kid: "x' UNION SELECT 'key" }, 'key'),
  'a key that it brings itself': made(
    { alg: 'HS256', jwk: { kty: 'oct', k: ownBytes.toString('base64url') } },
    ownBytes,
  ),
  'an address to fetch the key from': made(
    { alg: 'HS256', jku: 'http://127.0.0.1:1/keys', x5u: 'http://127.0.0.1:1/' },
    ownBytes,
  ),
  'a header of extensions': made({ alg: 'HS256', crit: ['exp'], b64: false }, ownBytes),
  'HS512 of another key': made({ alg: 'HS512' }, ownBytes, 'sha512'),
  'two signatures': `${made({ alg: 'HS256' }, ownBytes)}.x`,
  'blanks around it': ` ${made({ alg: 'HS256' }, ownBytes)} `,
  'not base64': '!.?.*',
  nothing: '',
};

test.each(Object.entries(forgeries))('%s is neither a session nor a checkout token', (_name, token) => {
  expect(verifySession(token, sessionKeys)).toBeUndefined();
  expect(verifyCheckoutToken(token, checkoutKeys)).toEqual({ kind: 'invalid' });
});

test('our own key under another algorithm, or for another purpose, does not count either', () => {
  const [{ id, secret }] = sessionKeys;
  const session = { ...claims, aud: 'session', sid: 'x', iat: 1 };
  for (const algorithm of ['HS384', 'HS512'] as const) {
    expect(verifySession(jwt.sign(session, secret, { algorithm, keyid: id }), sessionKeys)).toBeUndefined();
  }
  const signedAs = (header: object) => {
    const text = `${encode(header)}.${encode(session)}`;
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
  };
  expect(verifySession(signedAs({ alg: 'HS256', kid: id }), sessionKeys)).toMatchObject({ userId: 1 });
  for (const header of [{ alg: 'none', kid: id }, { kid: id }, { alg: 'HS256', kid: checkoutKeys[0].id }])
    expect(verifySession(signedAs(header), sessionKeys)).toBeUndefined();
  const token = signSession({ userId: 1, role: 'shopper' }, checkoutKeys);
  expect(verifyCheckoutToken(token, checkoutKeys)).toEqual({ kind: 'invalid' });
  const paying = signCheckoutToken(
    {
      buyerId: 1,
      dropId: 1,
      partition: 0,
      holdId: '0123456789abcd-0',
      seats: ['0.1'],
      expiresAt: Date.now() + 1_000,
    },
    sessionKeys,
  );
  expect(verifySession(paying, sessionKeys)).toBeUndefined();
});

test('the same made well is taken', () => {
  const token = signSession({ userId: 1, role: 'shopper' }, sessionKeys);
  expect(verifySession(token, sessionKeys)).toMatchObject({ userId: 1, role: 'shopper' });
});
