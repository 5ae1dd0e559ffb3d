/**
 * Passwords are kept as scrypt hashes, which need memory as well as time, so that guessing them on special hardware
 * does not pay. The parameters stand in each hash, so they can be raised without locking anybody out.
 */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { HashingLines, type HashingTurn } from './hashing-lines.ts';

/** Together some 150 ms and 32 MB: what a sign-in may cost here, and two thirds of what OWASP would have. */
const cost = { N: 2 ** 15, r: 8, p: 2 };
const hashBytes = 32;

/** Without a `turn` at once, for what no client waits for. */
export async function hashPassword(password: string, turn?: HashingTurn): Promise<string> {
  const salt = randomBytes(16);
  return write(salt, await derive(password, salt, cost, turn));
}

function write(salt: Buffer, hash: Buffer): string {
  const { N, r, p } = cost;
  return ['scrypt', N, r, p, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/** Looks like a hash and takes as long to compare with. */
const hashOfNothing = write(Buffer.alloc(16), Buffer.alloc(hashBytes));

/**
 * Whether `stored` is a hash of `password`. Without one it takes as long and is false, so that the time tells nobody
 * which accounts exist.
 */
export async function passwordMatches(
  password: string,
  stored: string | undefined,
  turn?: HashingTurn,
): Promise<boolean> {
  const [, N, r, p, salt = '', hash = ''] = (stored ?? hashOfNothing).split('$');
  const costs = { N: Number(N), r: Number(r), p: Number(p) };
  const derived = await derive(password, Buffer.from(salt, 'base64url'), costs, turn);
  return timingSafeEqual(derived, Buffer.from(hash, 'base64url')) && stored !== undefined;
}

/** One for the process: all hash on the same threads. */
const lines = new HashingLines();

async function derive(
  password: string,
  salt: Buffer,
  { N, r, p }: typeof cost,
  turn?: HashingTurn,
): Promise<Buffer> {
  // Keyboards write the same letters in different ways; people mean the same.
  const secret = password.normalize('NFKC');
  const hash = () =>
    new Promise<Buffer>((resolve, reject) => {
      scrypt(secret, salt, hashBytes, { N, r, p, maxmem: 256 * N * r }, (error, key) =>
        error ? reject(error) : resolve(key),
      );
    });
  return turn ? lines.run(turn, hash) : hash();
}
