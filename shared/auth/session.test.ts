import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import jwt from 'jsonwebtoken';
import { readKeyList, type Key, type KeyList } from './key-list.ts';
import { roles, sessionSeconds, signSession, verifySession } from './session.ts';
import { randomKeys, toSetting } from '../../testing/keys.ts';

const [[first], [second], [stranger]] = [randomKeys(), randomKeys(), randomKeys()];
const keys: KeyList = [first, second];

test('what was signed is read again by every process that has the key', () => {
  for (const role of roles) {
    const token = signSession({ userId: 4_294_967_295, role }, keys);
    expect(verifySession(token, readKeyList(toSetting(keys)))).toMatchObject({ userId: 4_294_967_295, role });
    expect(verifySession(token, randomKeys())).toBeUndefined();
  }
});

test('a session says whose it is, of which sign-in, from when until when, and which key signed it', () => {
  const issuedAt = Math.floor(Date.now() / 1000);
  const session = { userId: 7, role: 'shopper', signInId: 'x', scope: 'tickets' } as const;
  const token = signSession(session, keys, issuedAt);
  const endsAt = issuedAt + sessionSeconds;
  expect(jwt.decode(token, { complete: true })).toMatchObject({
    header: { alg: 'HS256', typ: 'JWT', kid: first.id },
    payload: {
      aud: 'session',
      sub: '7',
      role: 'shopper',
      sid: 'x',
      scope: 'tickets',
      iat: issuedAt,
      exp: endsAt,
    },
  });
  expect(verifySession(token, keys)).toEqual({ ...session, issuedAt, endsAt });
  const sids = [1, 2].map(() => verifySession(signSession(session, keys), keys)?.signInId);
  expect(sids).toEqual(['x', 'x']);
  const made = [1, 2].map(() => signSession({ userId: 7, role: 'shopper' }, keys, issuedAt));
  expect(new Set(made).size).toBe(2);
});

test('a session without an honest user or role is none', () => {
  const sign = (subject: string, role: unknown) =>
    jwt.sign({ role }, first.secret, {
      algorithm: 'HS256',
      subject,
      audience: 'session',
      expiresIn: 60,
    });
  expect(verifySession(sign('1', 'shopper'), keys)).toMatchObject({ userId: 1, role: 'shopper' });
  for (const [subject, role] of [
    ['0', 'shopper'],
    ['-1', 'shopper'],
    ['1.5', 'shopper'],
    ['one', 'shopper'],
    ['1', 'root'],
    ['1', ['admin']],
    ['1', undefined],
  ] as const) {
    expect(verifySession(sign(subject, role), keys)).toBeUndefined();
  }
});

const now = () => Math.floor(Date.now() / 1000);
/** Usually one of the valid values, so that enough tokens are valid in all their parts. */
const mostly = <T>(good: readonly T[], bad: readonly T[]) =>
  fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...good) },
    { weight: 1, arbitrary: fc.constantFrom(...bad) },
  );
const anyClaims = fc.record({
  sub: mostly<unknown>(['1', '77'], ['0', 'x', undefined]),
  role: mostly<unknown>(roles, ['root', 1, undefined]),
  aud: mostly<unknown>(['session'], ['checkout', '', ['session'], ['session', 'checkout'], undefined]),
  exp: mostly<number | undefined>([3_600], [2.5, -2, -3_600, undefined]).map((from) => from && now() + from),
  iat: mostly<number | undefined>([-60, 60], [undefined]).map((from) => from && now() + from),
  nbf: mostly<number | undefined>([undefined, -60], [600]).map((from) => from && now() + from),
  sid: mostly<unknown>(['a-sign-in'], [undefined, '', 7]),
  scope: mostly<unknown>([undefined, 'tickets', 'unconfirmed'], ['all', 1]),
  more: fc.constantFrom('ä', { '.': '.' }, undefined),
});
const ownId = Symbol('the id of the key that signs');
const anyHeader = fc.record({
  alg: mostly<unknown>(['HS256'], ['none', 'HS384', 'hs256', undefined]),
  typ: mostly<unknown>(['JWT'], [undefined]),
  kid: mostly<unknown>([ownId, ownId, undefined], [first.id, second.id, stranger.id, '1', '', 7, null]),
});
/** Usually none; otherwise characters to replace, counted from the end. */
const anyChange = fc.oneof(
  { weight: 2, arbitrary: fc.constant([] as [number, string][]) },
  fc.array(fc.tuple(fc.nat(260), fc.constantFrom('A', 'z', '-', '.', '=', ' ', 'é', 'Ł', '', '..')), {
    minLength: 1,
    maxLength: 2,
  }),
);

test('another implementation finds the same in whatever is signed, and in what was changed since', () => {
  const taken = { first: 0, second: 0, unnamed: 0 }; // some 200 each
  fc.assert(
    fc.property(
      anyHeader,
      anyClaims,
      anyChange,
      fc.constantFrom(first, first, second, second, stranger),
      (header, claims, change, by) => {
        const kid = header.kid === ownId ? by.id : header.kid;
        const text = `${encode({ ...header, kid })}.${encode(claims)}`;
        const token = change.reduce(
          (changed, [back, piece]) => {
            const at = Math.max(0, changed.length - 1 - back);
            return changed.slice(0, at) + piece + changed.slice(at + 1);
          },
          `${text}.${signatureOf(text, by)}`,
        );
        const found = verifySession(token, keys);
        expect(found).toEqual(otherOpinion(token));
        if (found) taken[kid === undefined ? 'unnamed' : by === first ? 'first' : 'second'] += 1;
      },
    ),
    { numRuns: 3_000 },
  );
  for (const count of Object.values(taken)) expect(count).toBeGreaterThan(20);
});

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

function signatureOf(text: string, { secret }: Key): string {
  return createHmac('sha256', secret).update(text).digest('base64url');
}

/** Verifies as RFC 7515, RFC 7519 and design.md say, without a library. */
function otherOpinion(token: string): unknown {
  const end = token.lastIndexOf('.');
  const text = token.slice(0, end);
  const by = keys.find((key) => token.slice(end + 1) === signatureOf(text, key));
  if (!by) return undefined;
  // Its signature is valid, so the test made this token.
  const [header, claims] = text
    .split('.')
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>);
  const { alg, kid } = header!;
  if (alg !== 'HS256' || (kid !== undefined && kid !== by.id)) return undefined;
  const { aud, sub, role, scope, sid, iat, nbf, exp } = claims!;
  if (aud !== 'session' || !(Number(sub) > 0) || !(roles as readonly unknown[]).includes(role))
    return undefined;
  if (typeof exp !== 'number' || exp <= now() || (typeof nbf === 'number' && nbf > now())) return undefined;
  if (scope !== undefined && scope !== 'tickets' && scope !== 'unconfirmed') return undefined;
  if (kid !== undefined && (typeof sid !== 'string' || sid === '' || iat === undefined)) return undefined;
  return {
    userId: Number(sub),
    role,
    issuedAt: iat ?? 0,
    endsAt: exp,
    ...(typeof sid === 'string' && { signInId: sid }),
    ...(scope !== undefined && { scope }),
  };
}
