import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readKeyList } from '../../../shared/auth/key-list.ts';
import { verifySession } from '../../../shared/auth/session.ts';
import { createTestDatabase, type TestDatabase } from '../../../testing/database.ts';
import { parseBuyers } from '../../k6/plain/buyers-file.ts';

const root = resolve(import.meta.dirname, '../../..');
const key = randomBytes(32).toString('hex');

let database: TestDatabase;
let dir: string;
beforeAll(async () => {
  database = await createTestDatabase();
  dir = mkdtempSync(join(tmpdir(), 'seatdrop-buyers-'));
});
afterAll(async () => {
  rmSync(dir, { recursive: true });
  await database.drop();
});

function buyers(args: string[], env: Record<string, string>) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['load-tests/commands/buyers.ts', ...args], {
    cwd: root,
    encoding: 'utf8',
    env: {
      PATH: process.env['PATH'] ?? '',
      MYSQL_URL: database.url,
      SESSION_KEYS: key,
      INIT_CWD: dir,
      ...env,
    },
  });
  return { status, output: stdout + stderr };
}

test('each buyer in the file has an account and a session', async () => {
  const made = buyers(['--count', '2500', '--out', 'b.json'], { SEATDROP_ENV: 'test' });
  expect(made).toEqual({ status: 0, output: expect.stringContaining('2500 buyers in') });
  const file = join(dir, 'b.json');
  // Session tokens are as sensitive as passwords: only the owner may read the file.
  expect(statSync(file).mode & 0o077).toBe(0);
  const listed = parseBuyers(readFileSync(file, 'utf8'), 'json');
  expect(new Set(listed.map(({ userId }) => userId)).size).toBe(2500);
  const sessionKeys = readKeyList(key);
  for (const { userId, token } of listed)
    expect(verifySession(token, sessionKeys)).toMatchObject({ userId, role: 'shopper' });
  const ids = listed.map(({ userId }) => userId);
  expect(await database.db('users').whereIn('id', ids)).toHaveLength(2500);
});

test.each<[string, Record<string, string>, string]>([
  ['in production without --yes-in-production', { SEATDROP_ENV: 'production' }, '--yes-in-production'],
  ['without the name of the environment', {}, 'SEATDROP_ENV'],
  ['with half of the settings', { SEATDROP_ENV: 'test', SESSION_KEYS: '' }, 'SESSION_KEYS'],
])('no buyers are made %s', async (_case, env, named) => {
  const before = await database.db('users').count();
  const refused = buyers(['--count', '3', '--out', 'none.json'], env);
  expect(refused).toEqual({ status: 1, output: expect.stringContaining(named) });
  expect(await database.db('users').count()).toEqual(before);
  expect(existsSync(join(dir, 'none.json'))).toBe(false);
});

test('in production buyers are made with --yes-in-production', () => {
  const yes = ['--count', '3', '--out', 'some.csv', '--yes-in-production'];
  const made = buyers(yes, { SEATDROP_ENV: 'production' });
  expect(made).toEqual({ status: 0, output: expect.stringContaining('3 buyers') });
  expect(parseBuyers(readFileSync(join(dir, 'some.csv'), 'utf8'), 'csv')).toHaveLength(3);
});

test('no buyers are made if the file cannot be written', async () => {
  const before = await database.db('users').count();
  const failed = buyers(['--count', '3', '--out', 'no/such/folder/b.json'], { SEATDROP_ENV: 'test' });
  expect(failed.status).toBe(1);
  expect(failed.output).toContain('no/such/folder');
  expect(await database.db('users').count()).toEqual(before);
});

test('a drop that does not exist is named', () => {
  const failed = buyers(['--count', '3', '--out', 'b2.json', '--drop', '1'], { SEATDROP_ENV: 'test' });
  expect(failed).toEqual({ status: 1, output: expect.stringContaining('no drop 1') });
});
