import request from 'supertest';
import { startSale, type TestSale } from '../testing/start-sale.ts';
import { createDrop } from '../testing/new-drop.ts';

let sale: TestSale;
beforeAll(async () => {
  sale = await startSale();
});
afterAll(() => sale.stop());
afterEach(() => sale.assertQuiet());

const look = async (id: number) =>
  ((await request(sale.app).get(`/api/drops/${id}/seats`).expect(200)).body as { rows: string[] }).rows;
const old = () => new Promise((resolve) => setTimeout(resolve, 300));

test('anybody sees which seats are free, held and sold, a quarter of a second later at most', async () => {
  const drop = await sale.openDrop(4);
  expect(await look(drop.id)).toEqual(['....']);
  const buyer = await sale.user();
  const { token } = await sale.hold(drop, buyer);
  await old();
  expect(await look(drop.id)).toEqual(['.h..']);
  await request(sale.app)
    .post('/api/checkout')
    .set(buyer.bearer)
    .send({ checkoutToken: token, payment: { token: 'tok_approved' } })
    .expect(201);
  await old();
  expect(await look(drop.id)).toEqual(['.s..']);
});

test('a crowd that asks at once costs one look', async () => {
  const drop = await sale.openDrop(4);
  await look(drop.id);
  await old();
  const spy = jest.spyOn(sale.inventory, 'seatMap');
  const answers = await Promise.all(Array.from({ length: 50 }, () => look(drop.id)));
  expect(spy).toHaveBeenCalledTimes(1);
  spy.mockRestore();
  expect(new Set(answers.map(String))).toEqual(new Set(['....']));
});

test('a drop that is not stocked yet has all its seats, one that does not exist has none', async () => {
  const { id } = await createDrop(sale, sale.organizer, {
    sections: [{ name: 'Stalls', rows: 2, seatsPerRow: 3 }],
    partitions: 2,
  });
  expect(await look(id)).toEqual(['...', '...']);
  const { body } = await request(sale.app).get('/api/drops/4294967295/seats').expect(404);
  expect(body).toMatchObject({ code: 'not_found' });
  await request(sale.app).get('/api/drops/x/seats').expect(404);
});
