import request from 'supertest';
import { startGeneral, type TestGeneral } from '../../testing/general/start-general.ts';

let general: TestGeneral;
beforeAll(async () => {
  general = await startGeneral();
});
afterAll(() => general.stop());

const account = { password: 'a-long-password', name: 'Sam' };

async function localeAfter(call: 'signup' | 'signin', email: string, languages?: string): Promise<unknown> {
  const body = call === 'signup' ? { ...account, email } : { email, password: account.password };
  const sent = request(general.app).post(`/api/auth/${call}`).send(body);
  if (languages !== undefined) void sent.set('Accept-Language', languages);
  await sent.expect(call === 'signup' ? 201 : 200);
  const user: { locale: unknown } | undefined = await general.db('users').where({ email }).first('locale');
  return user?.locale;
}

test.each([
  ['zh-Hant', 'zh-Hant'],
  ['de-AT, zh-TW;q=0.8, en;q=0.5', 'zh-Hant'],
  ['en-GB,zh;q=0.5', 'en'],
  ['de', null],
  ['*', null],
  ['', null],
  [undefined, null],
])('signing up with Accept-Language %s: %s', async (languages, locale) => {
  const email = `${Math.random().toString(36).slice(2)}@seatdrop.test`;
  expect(await localeAfter('signup', email, languages)).toBe(locale);
});

test('signing in changes it, and a browser that says nothing does not', async () => {
  const email = 'changes@seatdrop.test';
  await localeAfter('signup', email, 'en');
  expect(await localeAfter('signin', email, 'zh-Hant')).toBe('zh-Hant');
  expect(await localeAfter('signin', email)).toBe('zh-Hant');
});
