import request from 'supertest';
import { startGeneral, type TestGeneral, type TestUser } from '../../testing/general/start-general.ts';

let general: TestGeneral;
let organizer: TestUser;
beforeAll(async () => void (general = await startGeneral()));
beforeEach(async () => void (organizer = await general.user('organizer')));
afterAll(() => general.stop());

const path = '/api/seller';
const seller = { name: '臺北音樂', address: '信義路五段7號\n11049', taxNumber: '12345675' };
const put = (body: object, by = organizer) => request(general.app).put(path).set(by.bearer).send(body);
const show = (by = organizer) => request(general.app).get(path).set(by.bearer);

test('an organizer enters who they are, and changes it', async () => {
  expect((await show()).body).toEqual({ seller: null });
  expect((await put(seller).expect(200)).body).toEqual({ seller });
  const { taxNumber: _, ...without } = seller;
  expect((await put({ ...without, address: 'A\r\n\r\nB ' })).body).toEqual({
    seller: { ...without, address: 'A\n\nB' },
  });
  expect((await show()).body).toEqual({ seller: { ...without, address: 'A\n\nB' } });
});

test('each has their own, and buyers have none', async () => {
  await put(seller).expect(200);
  expect((await show(await general.user('organizer'))).body).toEqual({ seller: null });
  expect((await show(await general.user('admin'))).body).toEqual({ seller: null });
  const shopper = await general.user();
  for (const call of [show(shopper), put(seller, shopper)])
    expect((await call).body).toMatchObject({ code: 'not_allowed' });
});

test.each([
  [{ name: '' }, '/name', 'required'],
  [{ name: 'x'.repeat(101) }, '/name', 'too_long'],
  [{ name: 'a\nb' }, '/name', 'line_breaks'],
  [{ address: ' \n' }, '/address', 'required'],
  [{ address: 'x'.repeat(301) }, '/address', 'too_long'],
  [{ address: '1\n2\n3\n4\n5\n6\n7' }, '/address', 'too_many_lines'],
  [{ address: 'a\u202eb' }, '/address', 'control_characters'],
  [{ taxNumber: 'x'.repeat(41) }, '/taxNumber', 'too_long'],
  [{ taxNumber: 5 }, '/taxNumber', 'wrong_type'],
  [{ vat: 'x' }, '/vat', 'unknown_field'],
])('%j is refused', async (changes, pointer, code) => {
  const { status, body } = await put({ ...seller, ...changes });
  expect({ status, body: body as unknown }).toMatchObject({
    status: 422,
    body: { errors: [{ pointer, code }] },
  });
  expect((await show()).body).toEqual({ seller: null });
});
