import request from 'supertest';
import { connectMysql, type Database } from '../../shared/mysql/connect.ts';
import { eventually } from '../../testing/eventually.ts';
import { startTcpProxy, viaProxy, type TcpProxy } from '../../testing/tcp-proxy.ts';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import { payHold } from '../checkout/pay-hold.ts';
import { createTill } from '../checkout/till.ts';

let system: GeneralSystem;
let proxy: TcpProxy;
/** The till's connections to MySQL, which go through a proxy and can be cut; all others are direct. */
let cuttable: Database;
beforeAll(async () => {
  system = await startGeneralSystem();
  const { hostname, port } = new URL(system.mysqlUrl);
  proxy = await startTcpProxy({ host: hostname, port: Number(port) });
  cuttable = connectMysql(viaProxy(system.mysqlUrl, proxy), { max: 1, waitMs: 1_000 });
});
afterEach(() => proxy.restore());
afterAll(async () => {
  await cuttable.destroy();
  await proxy.stop();
  await system.stop();
});

async function held() {
  const drop = await system.openDrop(2);
  const buyer = await system.user();
  const { place, hold, token } = await system.hold(drop, buyer, 2);
  const attempts = async () => {
    const rows: { attempt: number; status: string }[] = await system
      .db('payment_attempts')
      .where({ hold_id: hold.holdId })
      .orderBy('attempt')
      .select('attempt', 'status');
    return rows.map(({ attempt, status }) => `${attempt} ${status}`);
  };
  return {
    hold,
    buyer,
    token,
    attempts,
    pay: (till = createTill(cuttable)) =>
      payHold({ ...system.deps, till }, place, hold, { token: system.cards.approved }),
    state: async () => (await system.inventory.view(place, buyer.userId)).kind,
    beginElsewhere: () => system.inventory.beginPayment(place, hold, 'somebody else'),
  };
}

test('what MySQL refuses to write is given back at once, and can be paid then', async () => {
  const { hold, state, buyer, token, attempts } = await held();
  await system.db.raw(
    `create trigger refuses before insert on payment_attempts for each row
       signal sqlstate '45000' set message_text = 'for a test'`,
  );
  const checkout = () =>
    request(system.app)
      .post('/api/checkout')
      .set(buyer.bearer)
      .send({ checkoutToken: token, payment: { token: system.cards.approved } });
  await checkout().expect(500);
  await system.db.raw('drop trigger refuses');
  expect(await state()).toBe('held');
  expect(await system.chargesOf(hold.holdId)).toEqual([]);

  await checkout().expect(201);
  expect(await attempts()).toEqual(['2 approved']);
  expect(await system.chargesOf(hold.holdId)).toHaveLength(1);
});

test('without MySQL it is given back at once, too', async () => {
  const { hold, state, pay, attempts } = await held();
  // Nothing listens on this port.
  const nowhere = connectMysql(viaProxy(system.mysqlUrl, { ...proxy, port: 1 }), { max: 1, waitMs: 1_000 });
  await expect(pay(createTill(nowhere))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await nowhere.destroy();
  expect(await state()).toBe('held');
  expect(await system.chargesOf(hold.holdId)).toEqual([]);

  expect((await pay()).kind).toBe('paid');
  expect(await attempts()).toEqual(['2 approved']);
});

test('MySQL wrote it but could not say so: it is declined before the hold is given back', async () => {
  const { hold, state, pay, attempts } = await held();
  await cuttable.raw('select 1');
  proxy.holdAnswers();
  const paying = pay();
  paying.catch(() => {});
  await eventually(async () => (await attempts()).length > 0);
  expect(await attempts()).toEqual(['1 pending']);
  proxy.cut();
  await expect(paying).rejects.toThrow();
  expect(await attempts()).toEqual(['1 declined']);
  expect(await state()).toBe('held');
  expect(await system.chargesOf(hold.holdId)).toEqual([]);

  proxy.restore();
  expect((await pay()).kind).toBe('paid');
  expect(await attempts()).toEqual(['1 declined', '2 approved']);
  expect(await system.chargesOf(hold.holdId)).toHaveLength(1);
});

test('MySQL got no word of it, and may still get it: it is declined before the hold is given back', async () => {
  const { state, pay, attempts } = await held();
  await cuttable.raw('select 1');
  proxy.freeze();
  const paying = pay();
  paying.catch(() => {});
  await eventually(async () => (await state()) === 'paying');
  proxy.cut();
  await expect(paying).rejects.toThrow();
  expect(await attempts()).toEqual(['1 declined']);
  expect(await state()).toBe('held');
});

test('an attempt of that number that somebody else has begun is left alone, and so is its hold', async () => {
  const { state, pay, attempts, hold, buyer } = await held();
  const till = createTill(cuttable);
  const paying = pay({
    ...till,
    // A failover made Redis lose that this request began the payment, and another request has begun it since.
    async beginAttempt(attempt) {
      await till.beginAttempt({ ...attempt, begunBy: 'another request' });
      throw Object.assign(new Error('the connection was lost'), { code: 'PROTOCOL_CONNECTION_LOST' });
    },
  });
  await expect(paying).rejects.toThrow('the connection was lost');
  expect(await attempts()).toEqual(['1 pending']);
  expect(await state()).toBe('paying');
  expect(buyer.userId).toBe(hold.buyerId);
});
