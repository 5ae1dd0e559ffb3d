import { MailCatcher } from '../../local/mail-catcher/catcher.ts';
import { payHold } from '../checkout/pay-hold.ts';
import { advanceRefund } from '../orders/refund.ts';
import { requestRefunds } from '../orders/request-refund.ts';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import { createDirectRoute } from '../mail/direct-route.ts';
import type { MailRoute } from '../mail/mail-route.ts';
import { printHere } from '../../testing/print-here.ts';
import { relayMails } from './relay-mails.ts';

let system: GeneralSystem;
let catcher: MailCatcher;
let route: MailRoute;
beforeAll(async () => {
  system = await startGeneralSystem();
  catcher = new MailCatcher();
  const url = `smtp://127.0.0.1:${await catcher.listen(0)}`;
  route = createDirectRoute({ url, from: 'tickets@seatdrop.test', print: printHere, log: system.deps.log });
});
afterAll(async () => {
  route.close();
  await catcher.close();
  await system.stop();
});

test('what is paid is told, a declined card is not, and a refund is told after it', async () => {
  const { db } = system.deps;
  const relay = () => relayMails({ ...system.deps, timeZone: 'UTC', route });
  const told = () => catcher.mails.map(({ to, subject }) => [to[0], subject]);
  const drop = await system.openDrop();
  const buyer = await system.user();
  const { place, hold } = await system.hold(drop, buyer, 2);

  expect(await payHold(system.deps, place, hold, { token: system.cards.declined })).toMatchObject({
    kind: 'open',
  });
  await relay();
  expect(told()).toEqual([]);

  expect(await payHold(system.deps, place, hold, { token: system.cards.approved })).toMatchObject({
    kind: 'paid',
  });
  await relay();
  expect(told()).toEqual([[buyer.email, 'Your seats for A Night of Strings']]);
  expect(catcher.mails[0]?.text.match(/Stalls, row 1, seat \d/g)).toHaveLength(2);

  await requestRefunds(db, { id: hold.holdId });
  await advanceRefund(system.deps, hold.holdId);
  await relay();
  expect(told().slice(1)).toEqual([[buyer.email, 'Your money back for A Night of Strings']]);
});
