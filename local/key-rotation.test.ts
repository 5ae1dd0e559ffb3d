import request from 'supertest';
import { startGeneralSystem, type GeneralSystem } from '../testing/general/general-system.ts';
import { connected, next, refusal, watch } from '../testing/realtime/realtime-system.ts';
import type { Drop } from '../shared/drops/drop.ts';
import { questionFor } from '../shared/drops/question.ts';
import type { KeyList } from '../shared/auth/key-list.ts';
import { signSession } from '../shared/auth/session.ts';
import { randomKeys } from '../testing/keys.ts';
import { startTiers, type Keys, type Tiers } from '../testing/local/tiers-with-keys.ts';

let system: GeneralSystem;
let drop: Drop;
let running: Tiers[] = [];
beforeAll(async () => {
  // A long timeout, so that a slow machine does not leave a payment undecided.
  system = await startGeneralSystem({ timeoutMs: 20_000 });
  drop = await system.openDrop(90);
});
afterAll(async () => {
  for (const tiers of running) await tiers.stop();
  await system.stop();
});

type Buyer = { userId: number; token: string; bearer: { Authorization: string } };
type Held = { buyer: Buyer; checkoutToken: string };
type Bought = { buyer: Buyer; orderId: string; ticket: string };

/** Signs in at one of these tiers. */
async function signedInAt(tiers: Tiers): Promise<Buyer> {
  return signInAgain((await system.user()).userId, tiers);
}

function signInAgain(userId: number, { keys }: Tiers): Buyer {
  const token = signSession({ userId, role: 'shopper' }, keys.session);
  return { userId, token, bearer: { Authorization: `Bearer ${token}` } };
}

async function enter(buyer: Buyer, { url }: Tiers): Promise<number> {
  const question = questionFor(drop, buyer.userId);
  const { status } = await request(url.publisher)
    .post(`/api/drops/${drop.id}/entries`)
    .set(buyer.bearer)
    .send({ questionId: question?.id, answer: question?.answer, quantity: 1 });
  return status;
}

/** Enters the drop; resolves to the checkout token that a consumer signed, received over the buyer's socket. */
async function getHold(buyer: Buyer, at: { publisher: Tiers; realtime: Tiers }): Promise<Held> {
  const socket = at.realtime.socket(buyer.token);
  await connected(socket);
  await watch(socket, drop);
  const outcome = next(socket, 'entry:outcome');
  expect(await enter(buyer, at.publisher)).toBe(202);
  const { entry } = await outcome;
  socket.disconnect();
  if (entry.status !== 'held') throw new Error(`not held: ${entry.status}`);
  return { buyer, checkoutToken: entry.checkoutToken! };
}

const pay = ({ buyer, checkoutToken }: Held, { url }: Tiers) =>
  request(url.general)
    .post('/api/checkout')
    .set(buyer.bearer)
    .send({ checkoutToken, payment: { token: 'tok_approved' } });

/** The ticket of a paid order, as shown by these tiers. */
async function ticketAt({ url }: Tiers, { bearer }: Buyer, orderId: string): Promise<string> {
  const { body } = await request(url.general).get(`/api/orders/${orderId}`).set(bearer).expect(200);
  return (body as { seats: { ticket: string }[] }).seats[0]!.ticket;
}

/** Result of scanning a ticket at these tiers, by an organizer who signed in there. */
async function scan({ url, keys }: Tiers, code: string): Promise<string> {
  const organizer = signSession({ userId: system.organizer.userId, role: 'organizer' }, keys.session);
  const { status, body } = await request(url.general)
    .post(`/api/events/${drop.eventId}/check-ins`)
    .set({ Authorization: `Bearer ${organizer}` })
    .send({ code });
  return status === 200 ? 'in' : (body as { code: string }).code;
}

/** The checkout token that general signs when it is asked for the buyer's entry. */
async function tokenAt({ url }: Tiers, { bearer }: Buyer): Promise<string> {
  const { body } = await request(url.general).get(`/api/drops/${drop.id}/entry`).set(bearer).expect(200);
  return (body as Held).checkoutToken;
}

/** A whole purchase, of which each part is done by tiers from before or after a step. */
async function buy(at: { signIn: Tiers; entry: Tiers; payment: Tiers; shown: Tiers }): Promise<Bought> {
  const buyer = await signedInAt(at.signIn);
  const held = await getHold(buyer, { publisher: at.entry, realtime: at.payment });
  const asked = await tokenAt(at.shown, buyer);
  // Half of the buyers pay with the token that a consumer signed, the others with that of general.
  const checkoutToken = buyer.userId % 2 ? held.checkoutToken : asked;
  const { status, body } = await pay({ buyer, checkoutToken }, at.payment);
  expect({ status, body: body as unknown }).toMatchObject({ status: 201 });
  const orderId = (body as { id: string }).id;
  return { buyer, orderId, ticket: await ticketAt(at.shown, buyer, orderId) };
}

/** All ways in which processes from before and after a step can share a purchase. */
function purchases(before: Tiers, after: Tiers): Promise<Bought[]> {
  const both = [before, after];
  return Promise.all(
    both.flatMap((signIn) =>
      both.flatMap((entry) =>
        both.map((payment) => buy({ signIn, entry, payment, shown: payment === after ? before : after })),
      ),
    ),
  );
}

/** Checks that each ticket lets one person in, whichever process scans it. */
async function letIn(bought: readonly Bought[], before: Tiers, after: Tiers): Promise<void> {
  for (const [index, { ticket }] of bought.entries()) {
    const [first, second] = index % 2 ? [before, after] : [after, before];
    expect(await scan(first, ticket)).toBe('in');
    expect(await scan(second, ticket)).toBe('already_checked_in');
  }
}

/**
 * One step: processes with the new setting start beside the previous ones, which end once purchases have worked with
 * both. Resolves to two of the purchases, with unused tickets.
 */
async function takeStep(before: Tiers, after: Tiers): Promise<[Bought, Bought]> {
  const won = await winHold(before);
  const [unused, later, ...others] = await purchases(before, after);
  // From here on the new consumer decides.
  await before.stopConsumer();
  await letIn([...others, ...(await purchases(before, after))], before, after);
  await stop(before);
  expect((await pay(won, after)).status).toBe(201);
  return [unused!, later!];
}

async function winHold(tiers: Tiers): Promise<Held> {
  return getHold(await signedInAt(tiers), { publisher: tiers, realtime: tiers });
}

async function start(keys: Keys): Promise<Tiers> {
  const tiers = await startTiers(system, drop.id, keys);
  running.push(tiers);
  return tiers;
}

async function stop(tiers: Tiers): Promise<void> {
  running = running.filter((each) => each !== tiers);
  await tiers.stop();
}

const keysBy = (listOf: (kind: keyof Keys) => KeyList): Keys => ({
  session: listOf('session'),
  checkout: listOf('checkout'),
  ticket: listOf('ticket'),
});

test('entries, sockets, checkout and the door go on in each of the three steps; then the old keys are worth nothing', async () => {
  const [old, added] = [keysBy(randomKeys), keysBy(randomKeys)];
  const first = await start(old);
  const oldSession = await signedInAt(first);
  const oldHold = await winHold(first);

  const verifying = await start(keysBy((kind) => [old[kind][0], added[kind][0]]));
  const [ticketOfFirst, oldTicket] = await takeStep(first, verifying);

  const signing = await start(keysBy((kind) => [added[kind][0], old[kind][0]]));
  await takeStep(verifying, signing);
  // What the old keys signed is still valid while the new ones sign.
  await request(signing.url.general).get('/api/auth/me').set(oldSession.bearer).expect(200);
  expect(await enter(oldSession, signing)).toBe(202);
  await connected(signing.socket(oldSession.token));
  expect(await scan(signing, ticketOfFirst.ticket)).toBe('in');

  const last = await start(added);
  await takeStep(signing, last);
  await request(last.url.general).get('/api/auth/me').set(oldSession.bearer).expect(401);
  expect(await enter(oldSession, last)).toBe(401);
  expect(await refusal(last.socket(oldSession.token))).toBe('not_signed_in');
  expect(await scan(last, oldTicket.ticket)).toBe('ticket_not_valid');
  const again = signInAgain(oldHold.buyer.userId, last);
  expect((await pay({ ...oldHold, buyer: again }, last)).body).toMatchObject({ code: 'bad_checkout_token' });

  // The buyer loses nothing: a page that asks again gets a token signed with the new keys.
  const { status } = await pay({ buyer: again, checkoutToken: await tokenAt(last, again) }, last);
  expect(status).toBe(201);
  const owner = signInAgain(oldTicket.buyer.userId, last);
  expect(await scan(last, await ticketAt(last, owner, oldTicket.orderId))).toBe('in');
}, 120_000);
