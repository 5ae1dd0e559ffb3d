import { MailCatcher } from '../../local/mail-catcher/catcher.ts';
import { payHold } from '../checkout/pay-hold.ts';
import { advanceRefund, requestRefunds } from '../orders/refund.ts';
import { startSale, type TestSale } from '../../testing/general/start-sale.ts';
import { createDirectRoute } from './direct-route.ts';
import type { MailRoute } from './mail-route.ts';
import { relayMails } from '../duties/relay-mails.ts';

let sale: TestSale;
let catcher: MailCatcher;
let route: MailRoute;
beforeAll(async () => {
  sale = await startSale();
  catcher = new MailCatcher();
  const url = `smtp://127.0.0.1:${await catcher.listen(0)}`;
  route = createDirectRoute({ url, from: 'tickets@seatdrop.test', log: sale.deps.log });
});
afterAll(async () => {
  route.close();
  await catcher.close();
  await sale.stop();
});

test('what is paid is told, a declined card is not, and a refund is told after it', async () => {
  const { db, publicUrl, log } = sale.deps;
  const relay = () => relayMails({ db, publicUrl, timeZone: 'UTC', log, route });
  const told = () => catcher.mails.map(({ to, subject }) => [to[0], subject]);
  const drop = await sale.openDrop();
  const buyer = await sale.user();
  const { place, hold } = await sale.hold(drop, buyer, 2);

  expect(await payHold(sale.deps, place, hold, sale.cards.declined)).toMatchObject({ kind: 'declined' });
  await relay();
  expect(told()).toEqual([]);

  expect(await payHold(sale.deps, place, hold, sale.cards.approved)).toMatchObject({ kind: 'paid' });
  await relay();
  expect(told()).toEqual([[buyer.email, 'Your seats for A Night of Strings']]);
  expect(catcher.mails[0]?.text.match(/Stalls, row 1, seat \d/g)).toHaveLength(2);

  await requestRefunds(db, { id: hold.holdId });
  await advanceRefund(sale.deps, hold.holdId);
  await relay();
  expect(told().slice(1)).toEqual([[buyer.email, 'Your money back for A Night of Strings']]);
});
