/**
 * News for buyers promoted from standby. Redis decides promotions, and its ledger has each of them exactly once; so the
 * news is written in the transaction that archives the ledger's record. Whoever ran the script may crash at any line:
 * the record is in the ledger all the same (docs/decisions/049).
 */
import type { Place } from '../../shared/inventory/keys.ts';
import type { NewRecord } from '../../shared/ledger/archive.ts';
import { decodeRecord } from '../../shared/ledger/record.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import { notify, type News } from './notify.ts';

/** Seconds before the end of a hold at which its buyer is told of the end, if the hold lasts at least twice as long. */
const toldBeforeEnd = 120;

export async function notePromotions(
  trx: Database,
  { dropId, partition }: Place,
  records: readonly NewRecord[],
): Promise<void> {
  const news = records.flatMap(({ streamId, fields }): News[] => {
    if (fields[fields.indexOf('t') + 1] !== 'promote') return [];
    const record = decodeRecord(streamId ?? '0', fields);
    if (record.kind !== 'promote') return [];
    const { holdId, buyerId: userId, seats, expiresAt: at } = record;
    const payload = { userId, dropId, key: holdId, hold: { partition, holdId, seats }, at };
    const seconds = Math.floor((at - record.at) / 1000);
    return [
      { topic: 'promoted', payload },
      ...(seconds >= 2 * toldBeforeEnd
        ? [{ topic: 'hold-ends' as const, payload, secondsUntilDue: seconds - toldBeforeEnd }]
        : []),
    ];
  });
  await notify(trx, news);
}
