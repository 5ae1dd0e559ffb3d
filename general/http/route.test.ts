import request from 'supertest';
import { connectMysql } from '../../shared/mysql/connect.ts';
import { startGeneral, type TestGeneral } from '../../testing/general/start-general.ts';
import { defineRoute } from './route.ts';

let general: TestGeneral;
afterAll(() => general.stop());

test('while MySQL is away the answer is 503 with a time to come back, and no error is logged', async () => {
  const away = connectMysql(`mysql://nobody@127.0.0.1:1/nothing`);
  const ask = defineRoute({
    method: 'GET',
    path: '/api/test/away',
    summary: 'Ask a database that is not there',
    tag: 'Operations',
    who: 'anyone',
    success: { status: 204, description: 'Never' },
    problems: [],
    handle: async () => void (await away('users').first()),
  });
  general = await startGeneral({ moreRoutes: () => [ask] });

  const answer = await request(general.app).get('/api/test/away').expect(503);
  expect(answer.body).toMatchObject({ code: 'unavailable' });
  expect(answer.headers['retry-after']).toBe('1');
  expect(general.complaints()).toMatchObject([
    { level: 40, msg: 'not available', err: { code: 'ECONNREFUSED' } },
  ]);
  await away.destroy();
});
