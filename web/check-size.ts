/**
 * `npm run check:size`: the size of the scripts that a browser loads before it can use each page, compressed
 * as nginx sends them. Fails if a page of buyers exceeds the budget. Builds first if sources have changed.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

/** Kilobytes of gzip. */
const budget = 135;
const dist = join(import.meta.dirname, 'dist');

execFileSync(process.execPath, [join(import.meta.dirname, 'build.ts')]);

type Chunk = { file: string; isEntry?: boolean; imports?: string[]; dynamicImports?: string[] };
const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8')) as Record<string, Chunk>;

const entry = Object.keys(manifest).find((name) => manifest[name]?.isEntry)!;
const staffRoutes = 'src/staff/staff-routes.tsx';
const pagesOf = (name: string) =>
  (manifest[name]?.dynamicImports ?? []).filter((each) => each.endsWith('-page.tsx'));
/**
 * The modules that lead to each page, its own last. Pages of organizers and administrators come by way of
 * their routes.
 */
const ways = [
  ...pagesOf(entry).map((page) => [entry, page]),
  ...pagesOf(staffRoutes).map((page) => [entry, staffRoutes, page]),
];

let worst = 0;
for (const way of ways) {
  const files = new Set(['before-paint.js', ...way.flatMap((name) => filesOf(name))]);
  const sizes = [...files].map((file) => {
    const bytes = readFileSync(join(dist, file));
    return { gzip: gzipSync(bytes, { level: 9 }).length, brotli: brotliCompressSync(bytes).length };
  });
  const gzip = sizes.reduce((sum, size) => sum + size.gzip, 0) / 1024;
  const brotli = sizes.reduce((sum, size) => sum + size.brotli, 0) / 1024;
  if (!way.includes(staffRoutes)) worst = Math.max(worst, gzip);
  const name = way.at(-1)!.replace(/^src\//, '');
  console.log(
    `${name.padEnd(42)} ${gzip.toFixed(1).padStart(6)} KB gzip ${brotli.toFixed(1).padStart(6)} KB brotli`,
  );
}
if (worst > budget) {
  console.error(`✗ over the budget of ${budget} KB`);
  process.exit(1);
}
console.log(`✓ the heaviest page of the shoppers needs ${worst.toFixed(1)} of ${budget} KB`);

/** The scripts of a module and of everything it imports before it can run. */
function filesOf(name: string, seen = new Set<string>()): string[] {
  if (seen.has(name)) return [];
  seen.add(name);
  const chunk = manifest[name];
  if (!chunk) return [];
  return [chunk.file, ...(chunk.imports ?? []).flatMap((imported) => filesOf(imported, seen))];
}
