import request from 'supertest';
import { catchMails } from '../../testing/general/caught-mails.ts';
import { startGeneral, type TestGeneral } from '../../testing/general/start-general.ts';

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
const post = (path: string, body: object, token?: string) => {
  const sent = request(general.app).post(`/api/auth/${path}`).send(body);
  return token === undefined ? sent : sent.set('Authorization', `Bearer ${token}`);
};
const me = (token: string) =>
  request(general.app).get('/api/auth/me').set('Authorization', `Bearer ${token}`);
const change = (email: string, token: string, current = password) => post('email', { current, email }, token);

let people = 0;
/** A user with a confirmed address. */
async function person() {
  people += 1;
  const email = `old${people}@example.org`;
  await post('signup', { email, password, name: 'Ida' }).expect(201);
  await post('confirm', { token: await mails.linkTo(email) }).expect(200);
  return signIn(email);
}

async function signIn(email: string) {
  const { body } = await post('signin', { email, password }).expect(200);
  return { email, ...(body as { user: { id: number; email: string }; token: string }) };
}

/** As if the links of this user had been asked for that much earlier. */
const pass = (user_id: number, minutes: number) =>
  general
    .db('account_links')
    .where({ user_id })
    .update({ created_at: general.db.raw('created_at - interval ? minute', [minutes]) });

test('the address changes by a link in a session of its user; both addresses are told, other sessions and links end', async () => {
  const { email, user, token } = await person();
  const elsewhere = await signIn(email);
  await post('forgot', { email }).expect(204);
  const oldLink = await mails.linkTo(email, 'reset');
  const fresh = `moved.${email}`;
  await change(fresh, token).expect(204);
  const link = await mails.linkTo(fresh);
  expect(await mails.subjectsTo(email)).toContain('Another e-mail address for your account');

  // Not without a session, nor by another user who got the mail.
  expect((await post('confirm', { token: link }).expect(401)).body).toMatchObject({ code: 'not_signed_in' });
  await post('confirm', { token: link }, (await person()).token).expect(410);
  expect((await me(token)).body).toMatchObject({ user: { email } });

  expect((await post('confirm', { token: link }, token).expect(200)).body).toEqual({ email: fresh });
  expect((await me(token).expect(200)).body).toMatchObject({ user: { id: user.id, email: fresh } });
  await me(elsewhere.token).expect(401);
  await post('confirm', { token: link }, token).expect(410);
  await post('reset', { token: oldLink, password: 'staple and a donkey' }).expect(410);
  await post('signin', { email, password }).expect(401);
  await post('signin', { email: fresh, password }).expect(200);
  expect((await mails.subjectsTo(email)).at(-1)).toBe('Your e-mail address was changed');
  expect(await mails.subjectsTo(fresh)).toEqual(['Confirm your new e-mail address']);
  const texts = (await mails.mailsTo(email)).map(({ text, html }) => `${text}${html}`).join('');
  expect(texts).not.toMatch(/Ida|moved\.old/);
});

test('an address that has an account gets the same answer, and its owner is told; nothing changes', async () => {
  const [owner, asker] = [await person(), await person()];
  const told = await change(owner.email, asker.token);
  const free = await change(`free.${owner.email}`, asker.token);
  const shown = ({ status, text, headers }: request.Response) => [
    status,
    text,
    Object.keys(headers).toSorted(),
  ];
  expect(shown(told)).toEqual(shown(free));
  expect((await mails.subjectsTo(owner.email)).at(-1)).toBe('You have an account with this address');
  expect(await mails.linkTo(owner.email)).toBe('no link');
  expect((await me(owner.token)).body).toMatchObject({ user: { email: owner.email } });

  // Somebody signs up with the address before the link is used.
  const link = await mails.linkTo(`free.${owner.email}`);
  await post('signup', { email: `free.${owner.email}`, password, name: 'Kim' }).expect(201);
  expect((await post('confirm', { token: link }, asker.token).expect(410)).body).toMatchObject({
    code: 'link_not_valid',
  });
  expect((await me(asker.token).expect(200)).body).toMatchObject({ user: { email: asker.email } });
});

test('it needs the present password, which cannot be guessed at, and another address', async () => {
  const { email, token } = await person();
  expect((await change(email, token).expect(422)).body).toMatchObject({
    errors: [{ pointer: '/email', code: 'email_unchanged' }],
  });
  for (const bad of ['x', 'a@b.test\r\nBcc: c@d.test', '<script>@x.test', 'a@b.test,c@d.test'])
    await change(bad, token).expect(422);
  await post('email', { current: password, email: 'n@example.org' }).expect(401);
  const guesses = await Promise.all(
    Array.from({ length: 12 }, () => change('thief@example.org', token, 'a guess')),
  );
  expect(guesses.filter(({ status }) => status === 422)).toHaveLength(10);
  expect(guesses.filter(({ status }) => status === 429)).toHaveLength(2);
  // The guesses count for a change of the password too.
  await post('password', { current: 'a guess', next: 'staple and a donkey' }, token).expect(429);
  expect(await mails.mailsTo('thief@example.org')).toEqual([]);
  expect(await mails.subjectsTo(email)).toEqual(['Confirm your e-mail address']);
});

test('one mail a minute to an address, and links to five addresses a day of an account', async () => {
  const { token, user } = await person();
  await Promise.all(Array.from({ length: 8 }, () => change('target@example.org', token).expect(204)));
  expect(await mails.mailsTo('target@example.org')).toHaveLength(1);
  for (const name of ['b', 'c', 'd', 'e']) await change(`${name}.target@example.org`, token).expect(204);
  const refused = await change('f.target@example.org', token).expect(429);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(23 * 3600);
  await pass(user.id, 24 * 60);
  await change('f.target@example.org', token).expect(204);
  expect(await mails.mailsTo('f.target@example.org')).toHaveLength(1);
});

test('a new password ends a link to another address, which a thief may have asked for', async () => {
  const { token, email } = await person();
  await change(`thief.${email}`, token).expect(204);
  const link = await mails.linkTo(`thief.${email}`);
  const next = 'staple and a donkey';
  const { body } = await post('password', { current: password, next }, token).expect(200);
  const { token: fresh } = body as { token: string };
  await post('confirm', { token: link }, fresh).expect(410);
  expect((await me(fresh)).body).toMatchObject({ user: { email } });
});

test('name and language are changed; a language that was chosen stays when another browser signs in', async () => {
  const { token, email } = await person();
  const patch = (body: object) =>
    request(general.app).patch('/api/me').set('Authorization', `Bearer ${token}`).send(body);
  const name = '<b>Ida</b> https://evil.test';
  const { body } = await patch({ name, locale: 'zh-Hant' }).expect(200);
  expect(body).toMatchObject({ user: { name, email }, locale: 'zh-Hant' });
  const faults = async (sent: object) =>
    ((await patch(sent).expect(422)).body as { errors: { code: string }[] }).errors.map(({ code }) => code);
  expect(await faults({})).toEqual(['nothing_to_change']);
  expect(await faults({ name: 'Ida\r\nBcc: x@y.test' })).toEqual(['line_breaks']);
  expect(await faults({ name: ' ' })).toEqual(['required']);
  expect(await faults({ locale: 'de' })).toEqual(['not_an_option']);
  expect(await faults({ role: 'admin', name: 'Ida' })).toEqual(['unknown_field']);
  await request(general.app).patch('/api/me').send({ name: 'Ida' }).expect(401);
  await post('signin', { email, password }).set('Accept-Language', 'en').expect(200);
  expect((await me(token)).body).toMatchObject({ user: { name, role: 'shopper' }, locale: 'zh-Hant' });
  await change(`zh.${email}`, token).expect(204);
  expect(await mails.subjectsTo(`zh.${email}`)).toEqual(['請確認你的新電子郵件']);
});
