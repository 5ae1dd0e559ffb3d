import request from 'supertest';
import { createRoutes } from './routes.ts';
import { startGeneral, type TestGeneral } from '../testing/general/start-general.ts';

let general: TestGeneral;
beforeAll(async () => void (general = await startGeneral()));
afterAll(() => general.stop());

test('no route answers another origin’s question whether it may, nor lets it read', async () => {
  const from = { Origin: 'https://evil.test', 'Access-Control-Request-Method': 'POST' };
  for (const { path } of createRoutes(general.deps)) {
    const at = path.replaceAll(/:\w+/g, '1');
    const answers = [
      await request(general.app).options(at).set(from),
      await request(general.app).get(at).set(from),
    ];
    for (const { headers } of answers) {
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  }
});
