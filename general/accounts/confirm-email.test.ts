import request from 'supertest';
import { verifySession } from '../../shared/auth/session.ts';
import { catchMails } from '../../testing/general/caught-mails.ts';
import { insertOrder } from '../../testing/general/insert-order.ts';
import { startGeneral, type TestGeneral } from '../../testing/general/start-general.ts';
import { insertDrop, insertEvent } from '../../testing/insert-drop.ts';
import { signLink } from './link-token.ts';

let general: TestGeneral;
let mails: Awaited<ReturnType<typeof catchMails>>;
beforeAll(async () => {
  general = await startGeneral({ confirmsEmail: true });
  mails = await catchMails(general);
});
afterAll(async () => {
  await mails.stop();
  await general.stop();
});
afterEach(() => general.assertQuiet());

const password = 'correct horse battery';
const post = (path: string, body: object = {}) => request(general.app).post(`/api/auth/${path}`).send(body);
const me = () => request(general.app).get('/api/auth/me');
const cookieOf = ({ headers }: request.Response) =>
  /session=([^;]+)/.exec(String(headers['set-cookie']))?.[1] ?? 'none';
const withCookie = (sent: request.Test, token: string) => sent.set('Cookie', `session=${token}`);

let people = 0;
async function person(name = 'Ida') {
  people += 1;
  const email = `new${people}@example.org`;
  const { body } = await post('signup', { email, password, name }).expect(201);
  return { email, ...(body as { user: { id: number }; token: string; scope?: string }) };
}

const again = (token: string) =>
  request(general.app).post('/api/auth/confirm/send').set('Authorization', `Bearer ${token}`);

/** As if the links of this address had been asked for that much earlier. */
const pass = (email: string, minutes: number) =>
  general
    .db('account_links')
    .where({ email })
    .update({ created_at: general.db.raw('created_at - interval ? minute', [minutes]) });

test('a new account may not buy until the mailed link is used; then every session of it may, as it is seen next', async () => {
  const { email, token, scope, user } = await person('<b>Ida</b> https://evil.test');
  expect(scope).toBe('unconfirmed');
  expect((await withCookie(me(), token).expect(200)).body).toMatchObject({ scope: 'unconfirmed' });
  const elsewhere = (await post('signin', { email, password }).expect(200)).body as { token: string };
  expect(elsewhere).toMatchObject({ scope: 'unconfirmed' });
  const [mail] = await mails.mailsTo(email);
  expect(mail?.subject).toBe('Confirm your e-mail address');
  expect(`${mail?.subject}${mail?.text}${mail?.html}`).not.toMatch(/Ida|evil/);

  const link = await mails.linkTo(email);
  const answer = await withCookie(post('confirm', { token: link }), token).expect(200);
  expect(answer.body).toEqual({ email });
  const keys = general.deps.sessionKeys;
  const [before, after] = [verifySession(token, keys), verifySession(cookieOf(answer), keys)];
  const { scope: _, ...same } = before!;
  // The same session, with the same end.
  expect(after).toEqual(same);

  const seen = await withCookie(me(), elsewhere.token).expect(200);
  expect(seen.body).toEqual({ user: expect.objectContaining({ id: user.id }) as unknown, locale: null });
  expect(verifySession(cookieOf(seen), keys)).not.toHaveProperty('scope');
  // A program's token stays what it is.
  const program = await me().set('Authorization', `Bearer ${elsewhere.token}`).expect(200);
  expect(program.body).toMatchObject({ scope: 'unconfirmed' });
  expect(program.headers).not.toHaveProperty('set-cookie');
  expect((await post('signin', { email, password }).expect(200)).body).not.toHaveProperty('scope');
  await again(token).expect(204);
  expect(await mails.subjectsTo(email)).toHaveLength(1);
});

test('a link that was used, is old, forged, for another purpose, or of an account that is gone confirms nothing', async () => {
  const { email, token: session, user } = await person();
  const link = await mails.linkTo(email);
  const { id } = await general.db('account_links').where({ email }).first<{ id: number }>('id');
  const keys = general.deps.sessionKeys;
  const twoDaysAgo = new Date(Date.now() - 2 * 24 * 3_600_000);
  const [head, claims] = link.split('.');
  const wrong = [
    signLink({ id, purpose: 'confirm' }, twoDaysAgo, keys),
    signLink({ id, purpose: 'reset' }, new Date(), keys),
    signLink({ id: 4_000_000_000, purpose: 'confirm' }, new Date(), keys),
    `${head}.${claims}.AAAA`,
    session,
    'x',
  ];
  for (const token of wrong)
    expect((await post('confirm', { token }).expect(410)).body).toMatchObject({ code: 'link_not_valid' });
  // A link of another purpose for the same row needs a session, and then is no such link.
  const changing = signLink({ id, purpose: 'email' }, new Date(), keys);
  await post('confirm', { token: changing }).expect(401);
  await withCookie(post('confirm', { token: changing }), session).expect(410);
  await post('reset', { token: link, password: 'staple and a donkey' }).expect(410);
  for (const token of ['', 'x'.repeat(1_001)]) await post('confirm', { token }).expect(422);
  expect((await withCookie(me(), session)).body).toMatchObject({ scope: 'unconfirmed' });

  const uses = await Promise.all([1, 2, 3].map(() => post('confirm', { token: link })));
  expect(uses.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([200, 410, 410]);

  const gone = await person();
  const dead = await mails.linkTo(gone.email);
  await general.db('account_links').where({ user_id: gone.user.id }).delete();
  await general.db('users').where({ id: gone.user.id }).delete();
  await post('confirm', { token: dead }).expect(410);
  expect(await general.db('users').where({ id: user.id }).first('unconfirmed_since')).toEqual({
    unconfirmed_since: null,
  });
});

test('whoever is signed in as somebody else confirms the address, and keeps their own session', async () => {
  const [owner, other] = [await person(), await person()];
  const answer = await withCookie(
    post('confirm', { token: await mails.linkTo(owner.email) }),
    other.token,
  ).expect(200);
  expect(answer.headers).not.toHaveProperty('set-cookie');
  expect((await withCookie(me(), other.token)).body).toMatchObject({ scope: 'unconfirmed' });
});

test('the link is sent again once a minute and five times a day, with the same answer to hundreds of requests', async () => {
  const { email, token } = await person();
  await post('confirm/send').expect(401);
  await pass(email, 2);
  const answers = [];
  for (let sent = 0; sent < 200; sent += 50)
    answers.push(...(await Promise.all(Array.from({ length: 50 }, () => again(token)))));
  expect(new Set(answers.map(({ status, text }) => `${status}${text}`))).toEqual(new Set(['204']));
  expect(await mails.mailsTo(email)).toHaveLength(2);
  for (let minutes = 0; minutes < 5; minutes += 1) {
    await pass(email, 2);
    await again(token).expect(204);
  }
  expect(await mails.mailsTo(email)).toHaveLength(5);
});

test('a link to a new password confirms the address too', async () => {
  const { email } = await person();
  await post('forgot', { email }).expect(204);
  const token = await mails.linkTo(email, 'reset');
  const { body } = await post('reset', { token, password: 'staple and a donkey' }).expect(200);
  expect(body).not.toHaveProperty('scope');
});

test('an unconfirmed user uses everything but what is for staff, and gets no mail with text that users typed', async () => {
  const { email, user } = await person();
  await general.db('users').where({ id: user.id }).update({ role: 'organizer' });
  const { token } = (await post('signin', { email, password }).expect(200)).body as { token: string };
  const get = (path: string) => request(general.app).get(path).set('Authorization', `Bearer ${token}`);
  await get('/api/orders').expect(200);
  await get('/api/auth/sessions').expect(200);
  expect((await get('/api/events/1/check-ins').expect(403)).body).toMatchObject({
    code: 'email_not_confirmed',
  });

  const { id: dropId } = await insertDrop(general.db, await insertEvent(general.db));
  await insertOrder(general.db, { dropId, userId: user.id, seats: ['0.1'] });
  expect(await mails.subjectsTo(email)).toEqual(['Confirm your e-mail address']);
  expect(await general.db('outbox').whereNull('sent_at')).toEqual([]);
});

test('sign-ups are counted by result; other answers do not tell who has an account', async () => {
  const counted = async () => {
    const { text } = await request(general.app).get('/metrics');
    return (result: string) =>
      Number(new RegExp(`seatdrop_sign_ups_total\\{result="${result}"[^}]*\\} (\\d+)`).exec(text)?.[1]);
  };
  const before = await counted();
  const { email } = await person();
  await post('signup', { email, password, name: 'Ida' }).expect(409);
  const after = await counted();
  expect(after('created') - before('created')).toBe(1);
  expect(after('taken') - before('taken')).toBe(1);
});

describe('where no confirmed address is needed', () => {
  let free: TestGeneral;
  beforeAll(async () => {
    free = await startGeneral();
  });
  afterAll(() => free.stop());

  test('an account may buy at once, no mail is sent, and an account of before is not asked either', async () => {
    const email = 'free@example.org';
    const { body } = await request(free.app).post('/api/auth/signup').send({ email, password, name: 'Ida' });
    expect(body).not.toHaveProperty('scope');
    expect(await free.db('outbox')).toEqual([]);
    await free.db('users').where({ email }).update({ unconfirmed_since: new Date() });
    const signedIn = await request(free.app).post('/api/auth/signin').send({ email, password }).expect(200);
    expect(signedIn.body).not.toHaveProperty('scope');
  });
});
