import { createHmac } from 'node:crypto';
import request from 'supertest';
import { WEBHOOK_SECRET } from '../../local/sandbox-payments/start-sandbox.ts';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';

let system: GeneralSystem;
beforeAll(async () => {
  system = await startGeneralSystem();
});
afterAll(() => system.stop());

/** Sends a webhook signed as by the sandbox provider with a clock that is `aheadSeconds` ahead. Resolves to the status. */
async function send(aheadSeconds: number): Promise<number> {
  const time = Math.floor(Date.now() / 1000) + aheadSeconds;
  const body = JSON.stringify({ events: [{ type: 'charge.approved', key: '00000000000000-0.1' }] });
  const signature = createHmac('sha256', WEBHOOK_SECRET).update(`${time}.${body}`).digest('hex');
  const { status } = await request(system.app)
    .post('/api/payments/webhook')
    .set('content-type', 'application/json')
    .set('seatdrop-signature', `t=${time},v1=${signature}`)
    .send(body);
  return status;
}

test('a webhook that was signed long ago, or is from the future, is taken for a replay', async () => {
  expect(await send(0)).toBe(204);
  expect(await send(-240)).toBe(204);
  const refused = [await send(-360), await send(-86_400), await send(360)];
  for (const status of refused) expect(status).toBeGreaterThanOrEqual(400);
});
