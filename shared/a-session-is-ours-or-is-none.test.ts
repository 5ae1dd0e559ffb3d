import { createSecretKey, randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import jwt from 'jsonwebtoken';
import { roles, signingKeyFromHex, signSession, verifySession } from './session.ts';

const hex = randomBytes(32).toString('hex');
const key = signingKeyFromHex(hex);

test('what was signed is read again, by whoever has the key', () => {
  for (const role of roles) {
    const token = signSession({ userId: 4_294_967_295, role }, key);
    expect(verifySession(token, signingKeyFromHex(hex))).toMatchObject({ userId: 4_294_967_295, role });
    expect(verifySession(token, createSecretKey(randomBytes(32)))).toBeUndefined();
  }
});

test('a session without an honest user or role is none', () => {
  const sign = (subject: string, role: unknown) =>
    jwt.sign({ role }, key, { algorithm: 'HS256', subject, audience: 'session', expiresIn: 60 });
  expect(verifySession(sign('1', 'shopper'), key)).toMatchObject({ userId: 1, role: 'shopper' });
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

const now = () => Math.floor(Date.now() / 1000);
/** Any of the good values in most cases, so that enough of the tokens are good in all their parts. */
const mostly = <T>(good: readonly T[], bad: readonly T[]) =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...good) },
    { weight: 1, arbitrary: fc.constantFrom(...bad) },
  );
const anyClaims = fc.record(
  {
    sub: mostly(['1', '77'], ['0', 'x']),
    role: mostly<string | number>(roles, ['root', 1]),
    aud: mostly(['session'], ['checkout', '']),
    exp: mostly([3_600], [2.5, -2, -3_600]).map((from) => now() + from),
    iat: fc.constantFrom(-60, 60).map((from) => now() + from),
    scope: mostly<string | number>(['tickets'], ['all', 1]),
    more: fc.constantFrom('ä', { '.': '.' }),
  },
  { requiredKeys: ['sub', 'role'] },
);
/** None as a rule; else characters that are replaced, from the end on. */
const anyChange = fc.oneof(
  { weight: 2, arbitrary: fc.constant([] as [number, string][]) },
  fc.array(fc.tuple(fc.nat(200), fc.constantFrom('A', 'z', '-', '.', '=', ' ', 'é', 'Ł', '', '..')), {
    minLength: 1,
    maxLength: 2,
  }),
);

test('another implementation finds the same in whatever is signed, and in what was changed since', () => {
  const otherKey = createSecretKey(randomBytes(32));
  const taken = { usual: 0, other: 0 }; // some 200 each
  fc.assert(
    fc.property(
      anyClaims,
      anyChange,
      fc.constantFrom(key, key, key, key, otherKey),
      fc.boolean(),
      (claims, change, by, usual) => {
        const header = usual ? {} : { header: { alg: 'HS256' as const, kid: '1' } };
        const signed = jwt.sign(claims, by, { algorithm: 'HS256', noTimestamp: true, ...header });
        const token = change.reduce((text, [back, piece]) => {
          const at = Math.max(0, text.length - 1 - back);
          return text.slice(0, at) + piece + text.slice(at + 1);
        }, signed);
        const found = verifySession(token, key);
        expect(found).toEqual(otherOpinion(token));
        if (found) taken[usual ? 'usual' : 'other'] += 1;
      },
    ),
    { numRuns: 3_000 },
  );
  expect(taken.usual).toBeGreaterThan(20);
  expect(taken.other).toBeGreaterThan(20);
});

function otherOpinion(token: string): unknown {
  try {
    const options = { algorithms: ['HS256' as const], audience: 'session' };
    const { sub, role, exp, iat, scope } = jwt.verify(token, key, options) as jwt.JwtPayload & {
      role: never;
      scope?: unknown;
    };
    const userId = Number(sub);
    if (exp === undefined || !(userId > 0) || !roles.includes(role)) return undefined;
    if (scope !== undefined && scope !== 'tickets') return undefined;
    return { userId, role, issuedAt: iat ?? 0, ...(scope && { scope }) };
  } catch {
    return undefined;
  }
}
