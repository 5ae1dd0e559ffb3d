/**
 * Sends entries as fast as they are answered, from its own process. `GET /?port=PORT&drop=ID&connections=N&seconds=S`
 * answers pairs of status and number of answers; with `seconds=0` it only prepares the requests. They come from 100,000
 * buyers, four per address, so that the limits of nginx let them pass like those of a real crowd.
 */
import { createServer } from 'node:http';
import { loadDrop } from '../../../shared/drops/drop.ts';
import { readKeyList } from '../../../shared/auth/key-list.ts';
import { connectMysql } from '../../../shared/mysql/connect.ts';
import { signSession } from '../../../shared/auth/session.ts';
import { addressOfBuyer } from '../../buyer/make-buyers.ts';
import { offer } from '../http-load.ts';
import { postEntry } from '../../buyer/requests.ts';

const buyers = 100_000;
const db = connectMysql(process.env['MYSQL_URL'] ?? '', { max: 1 });
const key = readKeyList(process.env['SESSION_KEYS'] ?? '');
const tokens: string[] = [];
const requestsByDrop = new Map<number, Buffer[]>();

createServer((req, res) => {
  const { searchParams } = new URL(req.url ?? '/', 'http://localhost');
  const setting = (name: string) => Number(searchParams.get(name));
  flood(setting('port'), setting('drop'), setting('connections'), setting('seconds')).then(
    (answers) => res.end(JSON.stringify([...answers])),
    (error: unknown) => res.writeHead(500).end(String(error)),
  );
}).listen(Number(process.env['PORT']), '127.0.0.1');
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit());

/** Returns the number of answers by status. */
async function flood(
  port: number,
  dropId: number,
  connections: number,
  seconds: number,
): Promise<Map<number, number>> {
  // The readiness probe of this process names no drop.
  if (dropId === 0) return new Map();
  const requests = requestsByDrop.get(dropId) ?? (await requestsFor(dropId));
  requestsByDrop.set(dropId, requests);
  if (seconds === 0) return new Map();
  let nextIndex = 0;
  const next = () => requests[nextIndex++ % requests.length];
  return (await offer({ port, connections, seconds, next })).answers;
}

async function requestsFor(dropId: number): Promise<Buffer[]> {
  const drop = await loadDrop(db, dropId);
  if (!drop) throw new Error(`no drop ${dropId}`);
  return Array.from({ length: buyers }, (_, index) => {
    const userId = index + 1_000_000;
    const token = (tokens[index] ??= signSession({ userId, role: 'shopper' }, key));
    return postEntry(drop, { userId, token, address: addressOfBuyer(index) });
  });
}
