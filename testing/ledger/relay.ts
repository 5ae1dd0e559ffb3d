/** A process that archives one partition again and again, for tests that kill it. Arguments: what it needs, as JSON. */
import { pino } from 'pino';
import { createInventory } from '../../shared/inventory/inventory.ts';
import { connectMysql } from '../../shared/mysql/connect.ts';
import { connectRedis } from '../../shared/redis/connect.ts';
import { archivePartition } from '../../shared/ledger/archive-partition.ts';

export type RelayArguments = {
  url: string;
  nodes: string[];
  namespace: string;
  dropId: number;
  /** Records a transaction takes: few, so that there are many moments to be killed in. */
  limit: number;
};

const { url, nodes, namespace, dropId, limit } = JSON.parse(process.argv[2] ?? '{}') as RelayArguments;
const log = pino({ level: 'silent' });
const inventory = createInventory({ redis: connectRedis(nodes, log), namespace });
const db = connectMysql(url, { max: 1 });
for (;;) {
  const done = await archivePartition({ db, inventory, log }, { dropId, partition: 0 }, limit);
  process.stdout.write(`${done.kind}\n`);
}
