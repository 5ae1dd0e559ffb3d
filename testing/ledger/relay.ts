/** A process that archives one partition in a loop, for tests that kill it. Argument: RelayArguments as JSON. */
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
  /** Records per transaction; a small number gives many moments at which to kill it. */
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
