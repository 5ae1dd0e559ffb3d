import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { requireBinary } from '../process/binaries.ts';
import { scriptEnv } from '../process/binaries.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { testServers } from '../../testing/servers.ts';
import { connectMysql, type Database } from '../../shared/mysql/connect.ts';
import { readCompose, root, type Services } from './compose.ts';
import { filledIn, madeEnv } from './made-env.ts';

let services: Services;
let made: Record<string, string>;
let bin: string;
let database: TestDatabase;
let admin: Database;
beforeAll(async () => {
  made = { ...(await madeEnv('--production')), ...filledIn };
  services = await readCompose(made);
  database = await createTestDatabase();
  admin = connectMysql(testServers().mysqlAdminUrl, { max: 1 });
  // The real client, with the names of containers replaced by the test server.
  const { hostname, port, username } = new URL(testServers().mysqlAdminUrl);
  bin = mkdtempSync(join(tmpdir(), 'mysql-client-'));
  const client = `#!/bin/sh
for arg; do
  shift
  case $arg in
    --host=mysql | --host=mysql-replica) set -- "$@" --host=${hostname} --port=${port} ;;
    --user=root) set -- "$@" --user=${username} ;;
    *) set -- "$@" "$arg" ;;
  esac
done
exec ${requireBinary('mysql', 'mariadb')} "$@"
`;
  writeFileSync(join(bin, 'mysql'), client, { mode: 0o755 });
}, 120_000);
afterAll(async () => {
  await admin.destroy();
  await database.drop();
  rmSync(bin, { recursive: true });
});

/** Runs the command of the service `mysql-replication`, with the password of the test server. */
async function followPrimary(env: Record<string, string> = {}) {
  const { entrypoint, volumes, environment } = services['mysql-replication']!;
  const [shell = '', script] = entrypoint ?? [];
  const file = volumes.find(({ target }) => target === script)?.source ?? '';
  expect(file.startsWith(root)).toBe(true);
  const inherited = scriptEnv();
  const all = {
    ...inherited,
    PATH: `${bin}:${inherited.PATH}`,
    ...environment,
    MYSQL_ROOT_PASSWORD: new URL(testServers().mysqlAdminUrl).password,
    ...env,
  };
  return promisify(execFile)(requireBinary(shell), [file], { env: all }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
      code,
      stdout,
      stderr,
    }),
  );
}

test('once MYSQL_URL names the promoted replica, nothing is done to any server', async () => {
  const promoted = await readCompose({
    ...made,
    MYSQL_URL: 'mysql://seatdrop:p%40ss@mysql-replica:3306/seatdrop',
  });
  const { environment } = promoted['mysql-replication']!;
  // With this PATH no client is found.
  const outcome = await followPrimary({ ...environment, PATH: '/nowhere' });
  expect(outcome).toEqual({
    code: 0,
    stdout: 'MYSQL_URL names mysql-replica and not mysql: nothing was done\n',
    stderr: '',
  });
});

test('a server that has tables and follows nobody is refused, and stays as it was', async () => {
  const users = () => admin('mysql.user').where({ User: 'replication' }).count({ n: '*' });
  const before = await users();
  const outcome = await followPrimary();
  expect(outcome).toMatchObject({ code: 1, stdout: '' });
  expect(outcome.stderr).toMatch(/mysql-replica has \d+ tables, follows nobody, .*\nNothing was done/);
  expect(await users()).toEqual(before);
  const db = connectMysql(database.url, { max: 1 });
  try {
    await db('users').insert({ email: 'a@b.test', name: 'A', password_hash: 'x', role: 'shopper' });
  } finally {
    await db.destroy();
  }
});

test('a password that MySQL would not take is named before anything is done', async () => {
  const outcome = await followPrimary({ MYSQL_REPLICATION_PASSWORD: 'a'.repeat(64), PATH: '/nowhere' });
  expect(outcome).toMatchObject({ code: 1 });
  expect(outcome.stderr).toContain('MYSQL_REPLICATION_PASSWORD has more than the 32 characters');
});
