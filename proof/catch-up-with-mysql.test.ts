import { execFile, spawn } from 'node:child_process';
import { buffer, text } from 'node:stream/consumers';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startLedgerSystem, type LedgerSystem } from '../testing/ledger/ledger-system.ts';
import { connectMysql, type Database } from '../shared/mysql/connect.ts';
import { testServers } from '../testing/servers.ts';

let system: LedgerSystem;
let admin: Database;
let restored: URL;
beforeAll(async () => {
  system = await startLedgerSystem();
  admin = connectMysql(testServers().mysqlAdminUrl, { max: 1 });
  restored = new URL(system.url);
  restored.pathname = `${restored.pathname}_restored`;
  await admin.raw('create database ?? character set utf8mb4', [restored.pathname.slice(1)]);
});
afterAll(async () => {
  await admin.raw('drop database ??', [restored.pathname.slice(1)]);
  await admin.destroy();
  await system.close();
});

/** Runs backup.sh or restore.sh for the database at a URL, with its standard input. */
async function script(name: string, of: URL, input = Buffer.alloc(0), options: readonly string[] = []) {
  const { hostname, port, username, password, pathname } = of;
  const file = join(import.meta.dirname, '../ops/containers', name);
  const args = [
    file,
    ...options,
    pathname.slice(1),
    `--host=${hostname}`,
    `--port=${port}`,
    `--user=${username}`,
  ];
  const env = { PATH: process.env['PATH'] ?? '', MYSQL_PWD: password };
  const child = spawn('sh', args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(input);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [out, errors] = await Promise.all([buffer(child.stdout), text(child.stderr)]);
  return { code: await ended, out, errors };
}

async function command(file: string, dropId: number): Promise<string> {
  const env = {
    PATH: process.env['PATH'] ?? '',
    MYSQL_URL: restored.href,
    REDIS_NODES: testServers().redisNodes.join(),
    NAMESPACE: system.namespace,
  };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(import.meta.dirname, file), String(dropId)],
    {
      env,
    },
  );
  return stdout;
}

/** Adds the list of transactions that MySQL's own dump contains; MariaDB's tools, used here, leave it out. */
function withTransactions(backup: Buffer) {
  const [server, other] = ['3bafc33b-eb5d-11f1-b828-02fc00000001', 'dd767d55-eb5d-11f1-a5b4-02fc00000001'];
  const statements = `SET @MYSQLDUMP_TEMP_LOG_BIN = @@SESSION.SQL_LOG_BIN;
SET @@SESSION.SQL_LOG_BIN= 0;

--
-- GTID state at the beginning of the backup
--

SET @@GLOBAL.GTID_PURGED=/*!80000 '+'*/ '${server}:1-66,
${other}:1-3';
`;
  const [head = '', ...rest] = backup.toString('latin1').split(/(?<=SET @OLD_SQL_NOTES.*\n)/);
  const end = 'SET @@SESSION.SQL_LOG_BIN = @MYSQLDUMP_TEMP_LOG_BIN;\n-- Dump completed';
  return Buffer.from(head + statements + rest.join('').replace('-- Dump completed', end), 'latin1');
}

test('a backup of MySQL is restored with transactions of its own, which replicas get', async () => {
  const backup = withTransactions((await script('backup.sh', new URL(system.url))).out);
  const other = new URL(system.url);
  other.pathname = `${other.pathname}_mysql`;
  await admin.raw('create database ?? character set utf8mb4', [other.pathname.slice(1)]);
  try {
    expect(await script('restore.sh', other, backup)).toMatchObject({ code: 0, errors: '' });
    const db = connectMysql(other.href, { max: 1 });
    try {
      expect(await db('users')).toEqual(await system.db('users'));
    } finally {
      await db.destroy();
    }
  } finally {
    await admin.raw('drop database ??', [other.pathname.slice(1)]);
  }
});

test('a replica is not begun from a backup that does not say which transactions are in it', async () => {
  const { out } = await script('backup.sh', new URL(system.url));
  const outcome = await script('restore.sh', restored, out, ['--replica']);
  expect(outcome).toMatchObject({
    code: 1,
    errors: 'The backup does not say which transactions are in it. Nothing was done\n',
  });
});

test('a backup, restored elsewhere, has all orders, and the drop goes on from it', async () => {
  const { drop, place } = await system.open();
  const buyer = await system.newUser();
  const [paid] = await system.holds(place, `${buyer}:2,${await system.newUser()}:1`);
  await system.pay(drop, place, paid!);
  await system.archive(drop);
  const backup = await script('backup.sh', new URL(system.url));
  expect(backup.code).toBe(0);

  // Both are lost: what MySQL had, and what Redis had.
  await system.redis.unlink(...system.inventory.keys.all(place));
  expect(await script('restore.sh', restored, backup.out.subarray(0, -200))).toMatchObject({
    code: 1,
    errors: 'The backup is cut short. Nothing was done\n',
  });
  expect(await script('restore.sh', restored, backup.out)).toMatchObject({ code: 0 });
  expect((await script('restore.sh', restored, backup.out)).errors).toMatch(
    /has \d+ tables. Nothing was done/,
  );

  const db = connectMysql(restored.href, { max: 1 });
  try {
    for (const table of ['orders', 'sold_seats', 'drops', 'users', 'ledger', 'outbox'])
      expect([table, await db(table)]).toEqual([table, await system.db(table)]);
  } finally {
    await db.destroy();
  }
  expect(await command('rebuild.ts', drop.id)).toContain('partition 0: restored up to record');
  expect(await system.inventory.counts(drop)).toMatchObject({ sold: 2, held: 1, free: 7 });
  expect(await command('verify-ledger.ts', drop.id)).toContain('✓');
}, 60_000);
