import request from 'supertest';
import { MailCatcher } from '../../local/mail-catcher/catcher.ts';
import { startGeneral, type TestGeneral } from '../../testing/general/start-general.ts';
import { relayMails } from '../duties/relay-mails.ts';
import { printHere } from '../../testing/print-here.ts';
import { createDirectRoute } from '../mail/direct-route.ts';
import type { MailRoute } from '../mail/mail-route.ts';
import { signLink } from './link-token.ts';

let general: TestGeneral;
let catcher: MailCatcher;
let route: MailRoute;
beforeAll(async () => {
  general = await startGeneral();
  catcher = new MailCatcher();
  const url = `smtp://127.0.0.1:${await catcher.listen(0)}`;
  route = createDirectRoute({ url, from: 'tickets@seatdrop.test', print: printHere, log: general.deps.log });
});
afterAll(async () => {
  route.close();
  await catcher.close();
  await general.stop();
});
afterEach(() => general.assertQuiet());

const old = 'correct horse battery';
const fresh = 'staple and a donkey';
const post = (path: string, body: object) => request(general.app).post(`/api/auth/${path}`).send(body);
const forgot = (email: string) => post('forgot', { email });

let people = 0;
async function person() {
  people += 1;
  const email = `forgetful${people}@example.org`;
  const { body } = await post('signup', { email, password: old, name: 'Ida' }).expect(201);
  return { email, ...(body as { user: { id: number }; token: string }) };
}

/** The mails to this address, after all that waited were sent. */
async function mailsTo(email: string) {
  await relayMails({ ...general.deps, timeZone: 'UTC', route });
  return catcher.mails.filter(({ to }) => to[0] === email);
}

async function linkTo(email: string): Promise<string> {
  await forgot(email).expect(204);
  const mail = (await mailsTo(email)).at(-1);
  return /\/reset#([\w.-]+)/.exec(mail?.text ?? '')?.[1] ?? 'no link';
}

/** As if the links of this address had been asked for that much earlier. */
const pass = (email: string, minutes: number) =>
  general
    .db('account_links')
    .where({ email })
    .update({
      created_at: general.db.raw('created_at - interval ? minute', [minutes]),
    });

test('who forgot the password gets a link, chooses another one and is signed in; all other sessions end', async () => {
  const { email, user, token: before } = await person();
  const token = await linkTo(email);
  const { body } = await post('reset', { token, password: fresh }).expect(200);
  expect(body).toMatchObject({ user: { id: user.id, email } });
  const me = (session: string) =>
    request(general.app).get('/api/auth/me').set('Authorization', `Bearer ${session}`);
  await me((body as { token: string }).token).expect(200);
  await me(before).expect(401);
  await post('signin', { email, password: old }).expect(401);
  await post('signin', { email, password: fresh }).expect(200);
  const told = await mailsTo(email);
  expect(told.map(({ subject }) => subject)).toEqual(['Choose a new password', 'Your password was changed']);
  // Anybody can sign up with anybody's address, so nothing that a user typed is mailed.
  expect(told.some(({ text, html }) => `${text}${html}`.includes('Ida'))).toBe(false);
});

test('a link works once, and ends the others of its account', async () => {
  const { email } = await person();
  const first = await linkTo(email);
  await pass(email, 2);
  const second = await linkTo(email);
  expect(second).not.toBe(first);
  await post('reset', { token: second, password: fresh }).expect(200);
  for (const token of [first, second]) {
    const { body } = await post('reset', { token, password: 'another good one' }).expect(410);
    expect(body).toMatchObject({ code: 'link_not_valid' });
  }
  await post('signin', { email, password: fresh }).expect(200);
});

test('of two uses at once one wins', async () => {
  const { email } = await person();
  const token = await linkTo(email);
  const passwords = ['the first of two', 'the second of two'];
  const answers = await Promise.all(passwords.map((password) => post('reset', { token, password })));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 410]));
  const winner = answers.findIndex(({ status }) => status === 200);
  await post('signin', { email, password: passwords[winner]! }).expect(200);
  await post('signin', { email, password: passwords[1 - winner]! }).expect(401);
});

test('a link that is old, forged, of another purpose or of an address given up since changes nothing', async () => {
  const { email, user, token: session } = await person();
  const token = await linkTo(email);
  const { id } = await general.db('account_links').where({ email }).first<{ id: number }>('id');
  const link = { id, purpose: 'reset' } as const;
  const { sessionKeys } = general.deps;
  const twoHoursAgo = new Date(Date.now() - 7_200_000);
  const ofNobody = { id: 4_000_000_000, purpose: 'reset' } as const;
  const [head, claims, signature] = token.split('.');
  const wrong = [
    signLink(link, twoHoursAgo, sessionKeys),
    signLink(ofNobody, new Date(), sessionKeys),
    signLink({ id, purpose: 'other' as 'reset' }, new Date(), sessionKeys),
    `${head}.${claims}.${Array.from(signature ?? '')
      .toReversed()
      .join('')}`,
    session,
    'x',
  ];
  for (const each of wrong) await post('reset', { token: each, password: fresh }).expect(410);
  await general
    .db('users')
    .where({ id: user.id })
    .update({ email: `moved.${email}` });
  await post('reset', { token, password: fresh }).expect(410);
  const { body } = await post('signin', { email: `moved.${email}`, password: old }).expect(200);
  expect(body).toMatchObject({ user: { id: user.id } });
});

test('an address without an account gets the same answer, and no mail', async () => {
  const { email } = await person();
  const known = await forgot(email).expect(204);
  const unknown = await forgot('nobody@example.org').expect(204);
  const shown = ({ headers, text }: request.Response) => [Object.keys(headers).toSorted(), text];
  expect(shown(unknown)).toEqual(shown(known));
  expect(await mailsTo('nobody@example.org')).toEqual([]);
  expect(await general.db('outbox').whereNull('sent_at')).toEqual([]);
});

test('many requests for one address send one mail a minute and five a day, with the same answer', async () => {
  const { email } = await person();
  await Promise.all(Array.from({ length: 20 }, () => forgot(email).expect(204)));
  expect(await mailsTo(email)).toHaveLength(1);
  for (let minutes = 0; minutes < 7; minutes += 1) {
    await pass(email, 2);
    await forgot(email).expect(204);
  }
  expect(await mailsTo(email)).toHaveLength(5);
  await pass(email, 24 * 60);
  await forgot(email).expect(204);
  expect(await mailsTo(email)).toHaveLength(6);
});

test('easy passwords are refused, with a word on what is easy, and change nothing', async () => {
  const { email } = await person();
  const token = await linkTo(email);
  const refused = async (password: string) => {
    const { body } = await post('reset', { token, password }).expect(422);
    return (body as { errors: { pointer: string; code: string }[] }).errors.map((each) => [
      each.pointer,
      each.code,
    ]);
  };
  expect(await refused('Password123')).toEqual([['/password', 'password_common']]);
  expect(await refused('aaaaaaaaaaaa')).toEqual([['/password', 'password_repeats']]);
  expect(await refused('abcdabcdabcd')).toEqual([['/password', 'password_repeats']]);
  expect(await refused(email)).toEqual([['/password', 'password_is_email']]);
  expect(await refused(`${email.split('@')[0]}!1`)).toEqual([['/password', 'password_is_email']]);
  expect(await refused('short')).toEqual([['/password', 'too_short']]);
  await post('signin', { email, password: old }).expect(200);
  const { body } = await post('signup', {
    email: 'new@example.org',
    password: '1234567890',
    name: 'N',
  }).expect(422);
  expect(body).toMatchObject({ errors: [{ pointer: '/password', code: 'password_common' }] });
  await post('reset', { token, password: fresh }).expect(200);
});

test('a password is changed by who knows the present one; other sessions end, this one is renewed', async () => {
  const { email, token: session } = await person();
  const { body: elsewhere } = await post('signin', { email, password: old }).expect(200);
  const change = (current: string, next: string) =>
    post('password', { current, next }).set('Authorization', `Bearer ${session}`);
  const { body: wrong } = await change('not this one', fresh).expect(422);
  expect(wrong).toMatchObject({ errors: [{ pointer: '/current', code: 'password_wrong' }] });
  const { body } = await change(old, fresh).expect(200);
  const me = (token: string) =>
    request(general.app).get('/api/auth/me').set('Authorization', `Bearer ${token}`);
  await me((body as { token: string }).token).expect(200);
  await me((elsewhere as { token: string }).token).expect(401);
  await me(session).expect(401);
  await post('signin', { email, password: fresh }).expect(200);
});

test('who guesses at the present password is stopped', async () => {
  const { token } = await person();
  const guess = () =>
    post('password', { current: 'not this one', next: fresh }).set('Authorization', `Bearer ${token}`);
  const answers = await Promise.all(Array.from({ length: 14 }, guess));
  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((status) => status === 422)).toHaveLength(10);
  expect(statuses.filter((status) => status === 429)).toHaveLength(4);
});
