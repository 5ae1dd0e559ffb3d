/**
 * `npm run build -w web`: builds the pages into `web/dist`, with a compressed copy beside every asset. Does
 * nothing if no source has changed since the last build, so that a second `npm start` is quick.
 */
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { serviceWorkerBuild } from './service-worker-build.ts';

const web = import.meta.dirname;
const dist = join(web, 'dist');
/** Each build writes into its own folder first: two builds at once (tests beside a start) must not mix. */
const draft = join(web, `dist.${process.pid}`);
const sources = [
  'web/{src,public,service-worker}/**/*',
  'web/*.{html,ts,json}',
  'shared/**/*.ts',
  'package-lock.json',
];

const fingerprint = fingerprintOf(sources);
const note = join(dist, 'built-from.txt');
if (existsSync(note) && readFileSync(note, 'utf8') === fingerprint) {
  console.log('unchanged');
} else {
  // Loaded when it is needed: it takes longer than the rest of this file.
  const { build } = await import('vite');
  try {
    await build({ root: web, logLevel: 'warn', build: { outDir: draft, emptyOutDir: true } });
    await build(serviceWorkerBuild(draft, fingerprint));
    for (const file of globSync('assets/*.{js,css,svg,wasm}', { cwd: draft })) {
      const path = join(draft, file);
      writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
    }
    writeFileSync(join(draft, 'built-from.txt'), fingerprint);
    rmSync(dist, { recursive: true, force: true });
    try {
      renameSync(draft, dist);
    } catch (error) {
      // Another build of the same sources was faster.
      if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function fingerprintOf(patterns: readonly string[]): string {
  const hash = createHash('sha256');
  const root = join(web, '..');
  for (const file of globSync([...patterns], { cwd: root }).toSorted()) {
    const path = join(root, file);
    if (/\.test\.tsx?$/.test(file) || !statSync(path).isFile()) continue;
    hash.update(file).update('\0').update(readFileSync(path)).update('\0');
  }
  return hash.digest('hex');
}
