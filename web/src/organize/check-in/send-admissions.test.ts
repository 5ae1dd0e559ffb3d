import { answer, noLine, problem } from '../../../testing/api.ts';
import { serverClock } from '../../clock/server-clock.ts';
import { undoWaiting } from './admit-offline.ts';
import { addAdmission, admissionsOf, type DoorAdmission } from './door-store.ts';
import { sendAdmissions } from './send-admissions.ts';

let eventId = 1_000;
beforeEach(() => {
  eventId += 1;
});
const batch = () => `/events/${eventId}/check-ins/batch`;
const send = () => sendAdmissions(eventId, 'device-1', () => undefined);

type Sent = { door?: string; admissions: { nonce: string; code: string; at: string }[] };

async function admit(number: number, more: Partial<DoorAdmission> = {}) {
  const orderId = `01mfzqk3x0000a-${number}`;
  const seat = { id: '1.1', section: 'Parkett', row: '1', number: 1 };
  await addAdmission({
    nonce: `nonce-${number}`,
    eventId,
    orderId,
    seatId: '1.1',
    seat,
    door: 'North',
    isSent: false,
    // The order in which they came.
    at: serverClock.now() - 1_000_000 + number,
    shown: { code: `code-${number}` },
    state: 'waiting',
    ...more,
  });
  return { orderId, seatId: '1.1' };
}

/** What a server answers that counts all but some. */
const settleAll =
  (but: Record<string, string> = {}) =>
  async ({ request }: { request: Request }) => {
    const { admissions } = (await request.clone().json()) as Sent;
    return { results: admissions.map(({ nonce }) => ({ nonce, result: but[nonce] ?? 'admitted' })) };
  };

const states = async () => (await admissionsOf(eventId)).map(({ state, result }) => result ?? state);

test('at most 50 are sent at once, each batch with the name that the door had then', async () => {
  for (let number = 1; number <= 53; number += 1)
    await admit(number, { door: number > 51 ? 'South' : 'North' });
  const asked = answer('post', batch(), settleAll({ 'nonce-53': 'unknown' }));
  await send();
  const bodies = asked.bodies as Sent[];
  expect(bodies.map(({ door, admissions }) => [door, admissions.length])).toEqual([
    ['North', 50],
    ['North', 1],
    ['South', 2],
  ]);
  expect((await states()).filter((state) => state !== 'counted')).toEqual(['unknown']);
});

test('what was not answered, or only half, is sent again with the same nonces', async () => {
  for (const number of [1, 2, 3]) await admit(number);
  const asked = answer('post', batch(), ({ count }) =>
    count === 1 ? noLine() : { results: [{ nonce: 'nonce-2', result: 'void' }] },
  );
  await expect(send()).rejects.toThrow('No answer');
  expect(await states()).toEqual(['waiting', 'waiting', 'waiting']);
  // The second answer leaves out two, and the third settles none: no endless repetition.
  await expect(send()).rejects.toThrow('none');
  expect(await states()).toEqual(['waiting', 'void', 'waiting']);
  const nonces = (asked.bodies as Sent[]).map(({ admissions }) => admissions.map(({ nonce }) => nonce));
  expect(nonces).toEqual([
    ['nonce-1', 'nonce-2', 'nonce-3'],
    ['nonce-1', 'nonce-2', 'nonce-3'],
    ['nonce-1', 'nonce-3'],
  ]);
  answer('post', batch(), settleAll());
  await send();
  expect(await states()).toEqual(['counted', 'void', 'counted']);
});

test('one that the server can never take does not keep the others, and is shown', async () => {
  for (const number of [1, 2, 3, 4]) await admit(number);
  answer('post', batch(), async (asked) => {
    const { admissions } = (await asked.request.clone().json()) as Sent;
    const isRefused = admissions.some(({ nonce }) => nonce === 'nonce-2');
    return isRefused ? problem(422, 'invalid_request') : settleAll()(asked);
  });
  await send();
  expect(await states()).toEqual(['counted', 'refused', 'counted', 'counted']);
});

test('a refused session keeps everything', async () => {
  await admit(1);
  answer('post', batch(), problem(401, 'not_signed_in'));
  await expect(send()).rejects.toThrow('not_signed_in');
  expect(await states()).toEqual(['waiting']);
});

test('a clock that was ahead dates nothing into the future', async () => {
  await admit(1, { at: serverClock.now() + 3_600_000 });
  const asked = answer('post', batch(), settleAll());
  await send();
  const { at } = (asked.bodies as Sent[]).at(0)!.admissions.at(0)!;
  expect(Date.parse(at)).toBeLessThanOrEqual(serverClock.now());
});

test('taken back after it may have reached the server: settled, then undone, before the ticket is used again', async () => {
  const ticket = await admit(1, { isSent: true });
  expect(await undoWaiting(eventId, ticket, 'undo-nonce-1')).toBe(true);
  await admit(2, ticket);
  await admit(3);
  const steps: string[] = [];
  answer('post', batch(), async (asked) => {
    const { admissions } = (await asked.request.clone().json()) as Sent;
    steps.push(admissions.map(({ nonce }) => nonce).join(' '));
    return settleAll()(asked);
  });
  const undo = answer('post', `/events/${eventId}/check-ins/undo`, ({ count }) => {
    steps.push('undo');
    return count === 1 ? noLine() : {};
  });
  await expect(send()).rejects.toThrow('No answer');
  expect(await states()).toEqual(['waiting', 'waiting', 'waiting']);
  await send();
  expect(steps).toEqual(['nonce-1', 'undo', 'nonce-1', 'undo', 'nonce-2 nonce-3']);
  expect(undo.bodies).toEqual([
    { code: 'code-1', nonce: 'undo-nonce-1' },
    { code: 'code-1', nonce: 'undo-nonce-1' },
  ]);
  expect(await states()).toEqual(['counted', 'counted']);
});
