import { createHmac } from 'node:crypto';
import { verifyCheckoutToken } from './checkout-token.ts';
import { deviceKeptMs, verifyDevice } from './device-token.ts';
import { readKeyList, type KeyList } from './key-list.ts';
import { verifySession } from './session.ts';
import { randomKeys } from '../../testing/keys.ts';

/** The key of the tokens below. They are from the version with one key per setting, whose tokens name no key. */
const hex = '7d1f0a63c94be85217b6d0f3a4928ce51f6b3d70e2c8594ab1360f9d8e7c2a45';
const [before] = readKeyList(hex);
const [added] = randomKeys();
/** During an update of the tiers, and after the key was rotated. */
const lists: { keys: KeyList }[] = [{ keys: [before] }, { keys: [before, added] }, { keys: [added, before] }];

const session =
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI3NyIsInJvbGUiOiJvcmdhbml6ZXIiLCJpYXQiOjQxMDI0MDE2MDAsImF1ZCI6InNlc3Npb24iLCJleHAiOjQxMDI0NDQ4MDB9.9XDLIIlH7hYjP5eJJiBU6symJTXrDdoeVNY7xE3H2dQ';
const scoped =
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI3OCIsInJvbGUiOiJzaG9wcGVyIiwic2NvcGUiOiJ0aWNrZXRzIiwiaWF0Ijo0MTAyNDAxNjAwLCJhdWQiOiJzZXNzaW9uIiwiZXhwIjo0MTAyNDQ0ODAwfQ.O9OJnH1WFAYDITym3mREtZ0RIqSSk5jKKlz07WA0Eyg';
const checkout =
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI3NyIsImRyb3AiOjEyLCJwYXJ0IjozLCJob2xkIjoiMDEyMzQ1Njc4OWFiY2QtenoiLCJzZWF0cyI6WyIwLjEiLCIwLjIiXSwidW50aWwiOjQxMDI0NDQ4MDAxMjMsImV4cCI6NDEwMjQ0NDgwMSwiYXVkIjoiY2hlY2tvdXQifQ.lySaqBlIWZZT5gIKSMVT4gTxMmFy6UsgISWZC7j-rZg';

test.each(lists)('a session under way goes on', ({ keys }) => {
  const [issuedAt, endsAt] = [4_102_401_600, 4_102_444_800];
  expect(verifySession(session, keys)).toEqual({ userId: 77, role: 'organizer', issuedAt, endsAt });
  expect(verifySession(scoped, keys)).toEqual({
    userId: 78,
    role: 'shopper',
    scope: 'tickets',
    issuedAt,
    endsAt,
  });
  expect(verifySession(session, [added])).toBeUndefined();
});

test.each(lists)('a checkout token pays its hold', ({ keys }) => {
  expect(verifyCheckoutToken(checkout, keys)).toEqual({
    kind: 'valid',
    claims: {
      buyerId: 77,
      dropId: 12,
      partition: 3,
      holdId: '0123456789abcd-zz',
      seats: ['0.1', '0.2'],
      expiresAt: 4_102_444_800_123,
    },
  });
  expect(verifyCheckoutToken(checkout, [added])).toEqual({ kind: 'invalid' });
});

test.each(lists)('a device is still known', ({ keys }) => {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const exp = Math.floor((Date.now() + deviceKeptMs) / 1000);
  const claims = { jti: 'd', accounts: [7, 8], aud: 'device', exp };
  const text = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  const deviceKey = createHmac('sha256', Buffer.from(hex, 'hex')).update('seatdrop device').digest();
  const token = `${text}.${createHmac('sha256', deviceKey).update(text).digest('base64url')}`;
  expect(verifyDevice(token, keys)).toEqual({ id: 'd', accounts: [7, 8] });
  expect(verifyDevice(token, [added])).toBeUndefined();
});
