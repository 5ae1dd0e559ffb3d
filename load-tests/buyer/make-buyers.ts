import { randomBytes } from 'node:crypto';
import type { KeyList } from '../../shared/auth/key-list.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import { signSession } from '../../shared/auth/session.ts';

export type Identity = { userId: number; token: string; address: string };

const perInsert = 1_000;
const perAddress = 4;

/** Inserts buyers and signs sessions for them. They have no password, since hashing one takes too long. */
export async function makeBuyers(db: Database, sessionKeys: KeyList, count: number): Promise<Identity[]> {
  const buyers: Identity[] = [];
  for await (const portion of buyersInPortions(db, sessionKeys, count)) buyers.push(...portion);
  return buyers;
}

/** Like `makeBuyers`, but yields a thousand at a time, for numbers that should not all be in memory. */
export async function* buyersInPortions(
  db: Database,
  sessionKeys: KeyList,
  count: number,
): AsyncGenerator<Identity[]> {
  const run = randomBytes(5).toString('hex');
  for (let made = 0; made < count; made += perInsert) {
    const rows = Array.from({ length: Math.min(perInsert, count - made) }, (_, index) => ({
      email: `rush-${run}-${made}-${index}@seatdrop.test`,
      name: `Buyer ${made + index}`,
      role: 'shopper',
      password_hash: 'none',
    }));
    await db('users').insert(rows);
    const users: { id: number }[] = await db('users')
      .where('email', 'like', `rush-${run}-${made}-%`)
      .orderBy('id')
      .select('id');
    yield users.map(({ id }, index) => ({
      userId: id,
      token: signSession({ userId: id, role: 'shopper' }, sessionKeys),
      address: addressOfBuyer(made + index),
    }));
  }
}

/** Four buyers share an address. 198.18.0.0/15 is reserved for load tests (RFC 2544). */
export function addressOfBuyer(index: number): string {
  const number = Math.floor(index / perAddress);
  return `198.${18 + ((number >> 16) & 1)}.${(number >> 8) & 255}.${number & 255}`;
}
