/**
 * Time from a promotion in Redis to its mail at the mail server, by one general tier, while many other mails wait. The
 * reference is the same with an empty outbox.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { MailCatcher } from '../../local/mail-catcher/catcher.ts';
import { readKeyList } from '../../shared/auth/key-list.ts';
import { newBatchId } from '../../shared/inventory/entry-id.ts';
import { beginArchive } from '../../shared/ledger/archive.ts';
import { makeBuyers, type Identity } from '../buyer/make-buyers.ts';
import type { BenchSystem } from './bench-system.ts';
import { median, number, round, spread, type Finding } from './figures.ts';
import type { Plan } from './plan.ts';

const waiting = 100_000;
/** Promotions in a round, one after the other. */
const promotions = 10;
const longestMs = 30_000;

export async function benchNotify(system: BenchSystem, { rounds }: Plan): Promise<Finding> {
  const catcher = new MailCatcher();
  const SMTP_URL = `smtp://127.0.0.1:${await catcher.listen(0)}`;
  await system.startTier('general', { SMTP_URL, MAIL_FROM: 'bench@seatdrop.test' });
  const buyers = await makeBuyers(system.db, readKeyList(system.secrets.sessionKey), 2);
  const empty: number[] = [];
  const busy: number[] = [];
  await system.step('warm-up', () => promoteSome(system, catcher, buyers));
  await system.step('reference', async () => {
    for (let each = 1; each <= rounds; each += 1) empty.push(...(await promoteSome(system, catcher, buyers)));
  });
  await system.step(`${number(waiting)} mails wait`, () => fillOutbox(system, buyers[0]!.userId));
  let left = 0;
  await system.step('measured rounds', async () => {
    for (let each = 1; each <= rounds; each += 1) busy.push(...(await promoteSome(system, catcher, buyers)));
    left = await countWaiting(system);
  });
  await catcher.close();
  return {
    value: Math.round(median(busy)),
    unit: 'ms',
    reference: Math.round(median(empty)),
    ratio: round(median(busy) / median(empty), 3),
    more: { longest: Math.round(Math.max(...busy)), waitingAtTheEnd: left },
    table: [
      ['', 'ms from promotion to mail'],
      [`${number(waiting)} others wait`, spread(busy)],
      ['none waits', spread(empty)],
    ],
    notes: [
      `${promotions} promotions a round; ${number(left)} of the other mails still waited at the end`,
      'from the reply of the script in Redis until the mail server has the mail: ledger, archive, outbox, relay, SMTP',
    ],
  };
}

/** Mails to one buyer, of two priorities, half of them tried before. */
async function fillOutbox({ db, openDrop }: BenchSystem, userId: number): Promise<void> {
  const at = Date.now() + 86_400_000;
  const drop = await openDrop({ opensAt: at, closesAt: at + 3_600_000 });
  const opensAt = drop.opensAt;
  const rows = Array.from({ length: waiting }, (_, index) => ({
    topic: 'sale-opens',
    priority: 1 + (index % 2),
    tries: index % 4 < 2 ? 0 : 1,
    payload: JSON.stringify({ userId, dropId: drop.id, key: `bench.${index}`, at: opensAt }),
  }));
  await db.batchInsert('outbox', rows, 2_000);
}

async function countWaiting({ db }: BenchSystem): Promise<number> {
  const [row] = await db('outbox').whereNull('sent_at').count<{ count: number }[]>({ count: '*' });
  return row?.count ?? 0;
}

async function promoteSome(
  system: BenchSystem,
  catcher: MailCatcher,
  [holder, next]: readonly Identity[],
): Promise<number[]> {
  const { db, inventory } = system;
  const took: number[] = [];
  for (let each = 0; each < promotions; each += 1) {
    const drop = await system.openDrop({
      sections: [{ name: 'Stalls', rows: 1, seatsPerRow: 1 }],
      standbyLimit: 5,
    });
    await beginArchive(db, drop);
    const place = { dropId: drop.id, partition: 0 };
    for (const { userId } of [holder!, next!])
      await inventory.claim(place, { id: newBatchId(), packed: `${userId}:1` }, { mayBorrow: false });
    const left = await inventory.leave(place, holder!.userId);
    const since = performance.now();
    const view = await inventory.view(place, next!.userId);
    if (view.kind !== 'held') throw new Error(`not promoted: ${left.kind}, ${view.kind}`);
    const id = `<promoted.${view.holdId}@seatdrop.test>`;
    while (!catcher.mails.some(({ messageId }) => messageId === id)) {
      if (performance.now() - since > longestMs) throw new Error('the mail did not come');
      await sleep(10);
    }
    took.push(performance.now() - since);
  }
  return took;
}
