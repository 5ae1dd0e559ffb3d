import request from 'supertest';
import { startGeneral, type TestGeneral, type TestUser } from '../../testing/general/start-general.ts';

let general: TestGeneral;
let organizer: TestUser;
beforeAll(async () => {
  general = await startGeneral({ publicUrl: 'https://seatdrop.test' });
  organizer = await general.user('organizer');
});
afterAll(() => general.stop());
afterEach(() => general.assertQuiet());

const event = { title: 'T', description: '', venue: 'V', startsAt: '2100-01-01T00:00:00Z' };
const post = (headers: Record<string, string>) =>
  request(general.app)
    .post('/api/events')
    .set('Cookie', `__Host-session=${organizer.token}`)
    .set('Host', 'seatdrop.test')
    .set(headers)
    .send(event);

test.each([
  { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.test' },
  { 'Sec-Fetch-Site': 'same-site', Origin: 'https://other.seatdrop.test' },
  { 'Sec-Fetch-Site': 'cross-site' },
  { Origin: 'https://evil.test' },
  { 'Sec-Fetch-Site': 'cross-site', Origin: 'http://seatdrop.test' },
  { Origin: 'http://seatdrop.test' },
  { 'Sec-Fetch-Site': 'cross-site', Authorization: 'Basic dTpw' },
  { Origin: 'null' },
  { Origin: 'https://seatdrop.test.evil.test' },
])('a cookie sent along from %o does nothing', async (headers) => {
  const answer = await post(headers as Record<string, string>).expect(403);
  expect(answer.body).toMatchObject({ code: 'cross_site_request' });
  expect(await general.db('events').where({ organizer_id: organizer.userId, title: 'T' })).toHaveLength(0);
});

test.each([
  {},
  { 'Sec-Fetch-Site': 'same-origin', Origin: 'https://seatdrop.test' },
  { 'Sec-Fetch-Site': 'none' },
  { Origin: 'https://seatdrop.test' },
])('our own pages and programs (%o) are let through', async (headers) => {
  expect(await post(headers as Record<string, string>)).toMatchObject({ status: 201 });
  await general.db('events').delete();
});

test('a bearer token is never sent by accident', async () => {
  const headers = { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.test', ...organizer.bearer };
  expect(await post(headers)).toMatchObject({ status: 201 });
  await general.db('events').delete();
});

test('a form of another site has no body we read', async () => {
  const answer = await request(general.app)
    .post('/api/auth/signin')
    .type('text/plain')
    .send('{"email":"a@b.co","password":"1234567890"}')
    .expect(415);
  expect(answer.body).toMatchObject({ code: 'unsupported_media_type' });
});
