import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { requireBinary, searchPath } from '../process/binaries.ts';
import { type Child, startChild } from '../process/child.ts';
import type { Place } from '../process/place.ts';
import { exchange, waitUntil } from '../process/wait.ts';

export type MariaDbPort = 'mariadb';
export const mariaDbPorts: readonly MariaDbPort[] = ['mariadb'];

const DATABASE = 'seatdrop';

export type MariaDb = {
  /** mysql://seatdrop:password@127.0.0.1:port/seatdrop; the user has all rights on that database only. */
  readonly url: string;
  /** mysql://admin:password@127.0.0.1:port; may create databases and users. For tests and tools. */
  readonly adminUrl: string;
  readonly processes: readonly Child[];
  stop(): Promise<void>;
};

const roles = {
  alone: ['--skip-log-bin'],
  primary: ['--server-id=1', '--log-bin=binlog', '--binlog-format=ROW'],
  replica: ['--server-id=2', '--skip-log-bin', '--read-only=ON'],
};

/** Starts MariaDB with an empty `seatdrop` database, or with the data of earlier starts. */
export async function startMariaDb(options: {
  place: Place;
  ports: Readonly<Record<MariaDbPort, number>>;
  password: string;
  adminPassword: string;
  /** false, for tests: commits are not forced to disk. They survive a killed server, but not a power cut. */
  durable: boolean;
  /** `primary`: replicas may follow it; `replica`: accepts writes from replication only. Default: `alone`. */
  role?: 'alone' | 'primary' | 'replica';
}): Promise<MariaDb> {
  const { place, ports, password, adminPassword } = options;
  const port = ports.mariadb;
  const dir = join(place.dir, 'mariadb');
  const data = join(dir, 'data');
  mkdirSync(temporary(dir), { recursive: true });
  if (!existsSync(data)) await createData(dir, data);

  const initFile = join(dir, 'init.sql');
  writeFileSync(initFile, initSql(password, adminPassword), { mode: 0o600 });
  chmodSync(initFile, 0o600);
  const server = await startChild({
    name: 'mariadb',
    place,
    command: requireBinary('mariadbd', 'mysqld'),
    args: [
      '--no-defaults',
      ...asRoot(),
      `--datadir=${data}`,
      `--tmpdir=${temporary(dir)}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      '--socket=mariadb.sock', // relative to the data folder, since a full path may be too long for a socket
      '--pid-file=mariadb.pid',
      `--init-file=${initFile}`,
      '--skip-name-resolve',
      ...roles[options.role ?? 'alone'],
      '--character-set-server=utf8mb4',
      '--collation-server=utf8mb4_unicode_ci',
      '--default-time-zone=+00:00',
      `--innodb-flush-log-at-trx-commit=${options.durable ? 1 : 2}`,
      '--innodb-buffer-pool-size=256M',
      '--innodb-log-file-size=48M',
      '--max-connections=400',
    ],
    env: { PATH: searchPath, HOME: dir, LANG: 'C.UTF-8', TZ: 'UTC' },
    cwd: dir,
    // The server sends a greeting on connect. It listens only after the init file has run.
    ready: () =>
      waitUntil('MariaDB', 120_000, async () => {
        const greeting = await exchange(port, '', (reply) => reply.length > 5);
        return greeting.charCodeAt(4) === 10; // protocol 10, not 255: an error
      }),
    graceMs: 20_000,
    crashSafe: true,
  });
  return {
    url: `mysql://${DATABASE}:${password}@127.0.0.1:${port}/${DATABASE}`,
    adminUrl: `mysql://admin:${adminPassword}@127.0.0.1:${port}`,
    processes: [server],
    stop: () => server.stop(),
  };
}

/** A folder of its own for each server: at its start a server removes all temporary tables there, also of others. */
function temporary(dir: string): string {
  return join(dir, 'tmp');
}

/** Creates the database in another folder first, so that an interrupted set-up is not taken for a database. */
async function createData(dir: string, data: string): Promise<void> {
  const unfinished = join(dir, 'data.unfinished');
  rmSync(unfinished, { recursive: true, force: true });
  const installer = requireBinary('mariadb-install-db', 'mysql_install_db');
  const args = [
    '--no-defaults',
    ...asRoot(),
    // Relative, and TMPDIR in place of --tmpdir: the installer splits its arguments at spaces.
    `--datadir=./${relative(dir, unfinished)}`,
    '--auth-root-authentication-method=socket',
    '--skip-test-db',
    '--skip-name-resolve',
    '--innodb-log-file-size=48M',
    '--innodb-flush-log-at-trx-commit=0',
  ];
  const env = { PATH: searchPath, HOME: dir, TMPDIR: temporary(dir), LANG: 'C.UTF-8', TZ: 'UTC' };
  await promisify(execFile)(installer, args, { env, cwd: dir });
  renameSync(unfinished, data);
}

function initSql(password: string, adminPassword: string): string {
  return `CREATE DATABASE IF NOT EXISTS ${DATABASE} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE OR REPLACE USER ${DATABASE}@'127.0.0.1' IDENTIFIED BY '${password}';
GRANT ALL ON ${DATABASE}.* TO ${DATABASE}@'127.0.0.1';
CREATE OR REPLACE USER admin@'127.0.0.1' IDENTIFIED BY '${adminPassword}';
GRANT ALL ON *.* TO admin@'127.0.0.1' WITH GRANT OPTION;
`;
}

/** MariaDB refuses to run as root without this option. */
function asRoot(): string[] {
  return userInfo().uid === 0 ? ['--user=root'] : [];
}
