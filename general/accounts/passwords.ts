/**
 * Passwords are kept as scrypt hashes, which need memory as well as time, so that guessing them on special hardware
 * does not pay. The parameters stand in each hash, so they can be raised without locking anybody out.
 */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { Problem } from '../../shared/problems.ts';

/** Together some 150 ms and 32 MB: what a sign-in may cost here, and two thirds of what OWASP would have. */
const cost = { N: 2 ** 15, r: 8, p: 2 };
const hashBytes = 32;

/** Hashes at a time: each keeps one of the four threads busy that file and name look-ups need too. */
const atOnce = 2;
/** More in line than this would wait longer than people do. */
const longestLine = 100;

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  return write(salt, await derive(password, salt, cost));
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
export async function passwordMatches(password: string, stored: string | undefined): Promise<boolean> {
  const [, N, r, p, salt = '', hash = ''] = (stored ?? hashOfNothing).split('$');
  const derived = await derive(password, Buffer.from(salt, 'base64url'), {
    N: Number(N),
    r: Number(r),
    p: Number(p),
  });
  return timingSafeEqual(derived, Buffer.from(hash, 'base64url')) && stored !== undefined;
}

let running = 0;
const line: (() => void)[] = [];

async function derive(password: string, salt: Buffer, { N, r, p }: typeof cost): Promise<Buffer> {
  if (running >= atOnce) {
    if (line.length >= longestLine) throw new Problem('unavailable', { retryAfter: 5 });
    await new Promise<void>((resolve) => line.push(resolve));
  } else {
    running += 1;
  }
  try {
    // Keyboards write the same letters in different ways; people mean the same.
    const secret = password.normalize('NFKC');
    return await new Promise<Buffer>((resolve, reject) => {
      scrypt(secret, salt, hashBytes, { N, r, p, maxmem: 256 * N * r }, (error, key) =>
        error ? reject(error) : resolve(key),
      );
    });
  } finally {
    // Whoever is next takes this place over.
    const next = line.shift();
    if (next) next();
    else running -= 1;
  }
}
