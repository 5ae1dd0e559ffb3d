/**
 * Passwords are stored as scrypt hashes, which cost memory as well as time, so that guessing on special hardware does
 * not pay. Each hash contains its parameters, so they can be raised without locking anybody out.
 */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { HashingLines, type HashingTurn } from './hashing-lines.ts';

/** About 150 ms and 32 MB per hash: what a sign-in may cost here, and two thirds of what OWASP recommends. */
const cost = { N: 2 ** 15, r: 8, p: 2 };
const hashBytes = 32;

/** Without a `turn` the hash starts at once: for callers that are not clients' requests. */
export async function hashPassword(password: string, turn?: HashingTurn): Promise<string> {
  const salt = randomBytes(16);
  return write(salt, await derive(password, salt, cost, turn));
}

function write(salt: Buffer, hash: Buffer): string {
  const { N, r, p } = cost;
  return ['scrypt', N, r, p, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/** A well-formed hash of no password; comparing with it takes as long as with a real one. */
const placeholderHash = write(Buffer.alloc(16), Buffer.alloc(hashBytes));

/**
 * Whether `stored` is a hash of `password`. If `stored` is undefined the result is false and takes as long, so that
 * the response time does not tell which accounts exist.
 */
export async function passwordMatches(
  password: string,
  stored: string | undefined,
  turn?: HashingTurn,
): Promise<boolean> {
  const [, N, r, p, salt = '', hash = ''] = (stored ?? placeholderHash).split('$');
  const costs = { N: Number(N), r: Number(r), p: Number(p) };
  const derived = await derive(password, Buffer.from(salt, 'base64url'), costs, turn);
  return timingSafeEqual(derived, Buffer.from(hash, 'base64url')) && stored !== undefined;
}

/** Shared by the whole process, since all hashes run on the same threads. */
const lines = new HashingLines();

async function derive(
  password: string,
  salt: Buffer,
  { N, r, p }: typeof cost,
  turn?: HashingTurn,
): Promise<Buffer> {
  // Keyboards encode the same letters in different ways.
  const secret = password.normalize('NFKC');
  const hash = () =>
    new Promise<Buffer>((resolve, reject) => {
      scrypt(secret, salt, hashBytes, { N, r, p, maxmem: 256 * N * r }, (error, key) =>
        error ? reject(error) : resolve(key),
      );
    });
  return turn ? lines.run(turn, hash) : hash();
}
