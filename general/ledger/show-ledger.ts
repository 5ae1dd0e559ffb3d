import { z } from 'zod';
import { idParams } from '../../shared/contract/ids.ts';
import { ledgerItem, type LedgerItem } from '../../shared/contract/ledger.ts';
import { pageOf, pageQuery } from '../../shared/contract/paging.ts';
import { loadDrop, type Drop } from '../../shared/drops/drop.ts';
import { partitionOfBuyer } from '../../shared/inventory/layout.ts';
import { readOn, type LedgerSource, type Line, type Position } from '../../shared/ledger/read-ledger.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { currentRole } from '../accounts/user.ts';
import { ownLines } from '../../shared/ledger/own-lines.ts';
import { positionAfter } from './position-after.ts';
import { presentLine } from './present-line.ts';

type Place = { partition: number; seq: number };

/**
 * Organizers read the whole ledger, partition by partition; a buyer reads their own records, which are in one
 * partition.
 */
export function showLedger({ db, reader, inventory }: Pick<Deps, 'db' | 'reader' | 'inventory'>): Route {
  const source = { db, reader, inventory };
  return defineRoute({
    method: 'GET',
    path: '/api/drops/:id/ledger',
    summary: 'Show the ledger of a drop',
    description:
      'Every change of a seat, in order. The drop’s organizer and admins see all records; other users see the ' +
      'records of their own entry.',
    tag: 'Drops',
    who: 'signed-in',
    params: idParams,
    query: z.strictObject(pageQuery),
    success: { status: 200, schema: pageOf(ledgerItem), description: 'Records, the oldest first' },
    problems: [],
    async handle({ params: { id }, query: { limit, after }, session }) {
      const drop = await loadDrop(db, id);
      if (!drop) throw new Problem('not_found');
      const from = readPlace(after);
      // A session keeps the role it was issued with; the current role decides. Most who ask are shoppers, and a shopper
      // who has become an organizer since is one of these drops.
      const mayBeStaff =
        !session.isUnproven && (session.role !== 'shopper' || drop.organizerId === session.userId);
      const role = mayBeStaff ? await currentRole(db, session.userId) : 'shopper';
      const all = role === 'admin' || (role === 'organizer' && drop.organizerId === session.userId);
      const items = all
        ? await everyLine(source, drop, from, limit + 1)
        : await linesOf(source, drop, session.userId, from, limit + 1);
      const page = items.slice(0, limit);
      const last = items.length > limit ? page.at(-1) : undefined;
      return { items: page, next: last ? `${last.seq}.${last.partition}` : null };
    },
  });
}

async function linesOf(
  source: LedgerSource,
  drop: Drop,
  buyerId: number,
  from: Place,
  limit: number,
): Promise<LedgerItem[]> {
  const partition = partitionOfBuyer(buyerId, drop.partitions);
  const after = from.partition === partition ? from.seq : 0;
  const lines = await ownLines(source, { dropId: drop.id, partition }, buyerId, after, limit);
  return lines.map((line) => presentLine(partition, line, buyerId));
}

async function everyLine(
  source: LedgerSource,
  drop: Drop,
  from: Place,
  limit: number,
): Promise<LedgerItem[]> {
  const items: LedgerItem[] = [];
  for (let { partition } = from; partition < drop.partitions && items.length < limit; partition += 1) {
    const place = { dropId: drop.id, partition };
    let position: Position | undefined = await positionAfter(
      source,
      place,
      partition === from.partition ? from.seq : 0,
    );
    while (position && items.length < limit) {
      const page: { lines: Line[]; position: Position; end: boolean } = await readOn(
        source,
        place,
        position,
        {
          limit: limit - items.length,
        },
      );
      items.push(...page.lines.map((line) => presentLine(partition, line)));
      position = page.end ? undefined : page.position;
    }
  }
  return items;
}

/** Parses `SEQ.PARTITION`, the format of `next`. Anything else means the beginning. */
function readPlace(after = '0.0'): Place {
  const [seq, partition] = after.split('.').map(Number);
  return Number.isSafeInteger(seq) && Number.isSafeInteger(partition)
    ? { seq: seq!, partition: partition! }
    : { seq: 0, partition: 0 };
}
