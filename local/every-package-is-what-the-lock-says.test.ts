import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

test('every package that is installed is pinned to its contents by a hash, and comes from a registry', () => {
  const lock = join(resolve(import.meta.dirname, '..'), 'package-lock.json');
  const { packages } = JSON.parse(readFileSync(lock, 'utf8')) as {
    packages: Record<
      string,
      { integrity?: string; link?: boolean; resolved?: string; bundled?: boolean; inBundle?: boolean }
    >;
  };
  const fetched = Object.entries(packages).filter(
    ([path, { link, inBundle }]) => path.includes('node_modules/') && !link && !inBundle,
  );
  expect(fetched.length).toBeGreaterThan(100);
  for (const [path, { integrity, resolved = '' }] of fetched) {
    expect([path, integrity]).toEqual([path, expect.stringMatching(/^sha512-/)]);
    expect(resolved).not.toMatch(/^(git|http:)/);
  }
});
