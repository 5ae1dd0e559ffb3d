import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A hash of the art from which the pictures were drawn. */
export const fingerprintFile = join(import.meta.dirname, 'drawn-from.txt');

/** The same hash of the present art. */
export function fingerprintOfArt(): string {
  const dir = join(import.meta.dirname, '../src/design/art');
  const hash = createHash('sha256');
  for (const file of globSync('*-art.tsx', { cwd: dir }).toSorted()) {
    if (file === 'event-art.tsx' || file === 'made-art.tsx') continue;
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(dir, file)));
  }
  return hash.digest('hex');
}
