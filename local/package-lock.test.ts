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

test('no package runs anything when it is installed but those we know, and what reports installations is told not to', () => {
  const root = resolve(import.meta.dirname, '..');
  const read = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8')) as unknown;
  const { packages } = read('package-lock.json') as {
    packages: Record<string, { hasInstallScript?: boolean }>;
  };
  const { allowScripts, scarfSettings } = read('package.json') as {
    allowScripts: Record<string, boolean>;
    scarfSettings: object;
  };
  const names = Object.entries(packages)
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path]) => path.split('node_modules/').at(-1)!);
  const known = [...Object.keys(allowScripts), '@scarf/scarf', '@parcel/watcher', 'esbuild'];
  expect(known).toEqual(expect.arrayContaining(names));
  expect(names).toContain('@scarf/scarf');
  expect(scarfSettings).toEqual({ enabled: false });
  // Images install without scripts, and have it not at all.
  const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8').replaceAll('\\\n', ' ');
  for (const [install] of dockerfile.matchAll(/^RUN npm install.*$/gm))
    expect(install).toContain('--ignore-scripts');
  expect(dockerfile).toMatch(/^RUN npm install --no-save --omit=dev .* rm -r node_modules\/@scarf /m);
});
