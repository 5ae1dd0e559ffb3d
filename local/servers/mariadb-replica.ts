import { randomBytes } from 'node:crypto';
import { connectMysql } from '../../shared/mysql/connect.ts';
import type { Place } from '../process/place.ts';
import { waitUntil } from '../process/wait.ts';
import { type MariaDb, type MariaDbPort, startMariaDb } from './mariadb.ts';

type Options = Omit<Parameters<typeof startMariaDb>[0], 'place' | 'ports' | 'role'>;

/** Starts a primary and a replica that follows it from its first transaction. */
export async function startMariaDbPair(
  options: Options & { primary: ServerAt; replica: ServerAt },
): Promise<{ primary: MariaDb; replica: MariaDb }> {
  const started = await Promise.allSettled([
    startMariaDb({ ...options, ...options.primary, role: 'primary' }),
    startMariaDb({ ...options, ...options.replica, role: 'replica' }),
  ]);
  const servers = started.filter((one) => one.status === 'fulfilled').map((one) => one.value);
  try {
    for (const one of started) if (one.status === 'rejected') throw one.reason;
    const [primary, replica] = servers as [MariaDb, MariaDb];
    await follow(primary, replica);
    return { primary, replica };
  } catch (error) {
    await Promise.all(servers.map((server) => server.stop()));
    throw error;
  }
}

type ServerAt = { place: Place; ports: Readonly<Record<MariaDbPort, number>> };

/** Makes the replica follow the primary. It reconnects every second while the primary is away. */
async function follow(primary: MariaDb, replica: MariaDb): Promise<void> {
  const password = randomBytes(16).toString('hex');
  const onPrimary = connectMysql(primary.adminUrl, { max: 1 });
  const onReplica = connectMysql(replica.adminUrl, { max: 1 });
  try {
    await onPrimary.raw("create or replace user replication@'127.0.0.1' identified by ?", [password]);
    await onPrimary.raw("grant replication slave on *.* to replication@'127.0.0.1'");
    await onReplica.raw(
      `change master to master_host = '127.0.0.1', master_port = ?, master_user = 'replication',
        master_password = ?, master_use_gtid = slave_pos, master_connect_retry = 1`,
      [Number(new URL(primary.adminUrl).port), password],
    );
    await onReplica.raw('start slave');
    await waitUntil('the replica to follow', 30_000, async () => {
      const [[status]] = (await onReplica.raw('show replica status')) as [Record<string, string>[]];
      const threads = [status?.['Slave_IO_Running'], status?.['Slave_SQL_Running']];
      if (threads.join() === 'Yes,Yes') return true;
      throw new Error(`${threads.join()} ${status?.['Last_IO_Error']} ${status?.['Last_SQL_Error']}`);
    });
  } finally {
    await Promise.all([onPrimary.destroy(), onReplica.destroy()]);
  }
}
