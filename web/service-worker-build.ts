import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InlineConfig } from 'vite';

type Chunk = {
  file: string;
  isEntry?: boolean;
  imports?: string[];
  css?: string[];
  assets?: string[];
};

/** What the page of an order needs, in both languages. */
const modules = ['src/orders/order-page.tsx', 'src/i18n/zh-hant.ts'];

/** How to build the service worker into `dist`, where the pages are already: it keeps their files by name. */
export function serviceWorkerBuild(dist: string, version: string): InlineConfig {
  const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8')) as Record<
    string,
    Chunk
  >;
  const [entryName, entry] = Object.entries(manifest).find(([, { isEntry }]) => isEntry)!;
  const files = new Set<string>(['index.html', 'before-paint.js', 'favicon.svg']);
  const seen = new Set<string>();
  for (const name of [entryName, ...modules]) add(name);
  const shell = {
    version: version.slice(0, 16),
    entry: entry.file,
    files: [...files].map((file) => `/${file}`),
  };
  return {
    configFile: false,
    root: import.meta.dirname,
    logLevel: 'warn',
    publicDir: false,
    define: { builtShell: JSON.stringify(shell) },
    build: {
      outDir: dist,
      emptyOutDir: false,
      rolldownOptions: {
        input: join(import.meta.dirname, 'service-worker/main.ts'),
        // A classic script, since not every browser takes modules here; its name must not change.
        output: { format: 'iife', entryFileNames: 'sw.js' },
      },
    },
  };

  function add(name: string): void {
    const chunk = manifest[name];
    if (!chunk) throw new Error(`the pages have no ${name}`);
    if (seen.has(name)) return;
    seen.add(name);
    for (const file of [chunk.file, ...(chunk.css ?? []), ...(chunk.assets ?? [])]) files.add(file);
    for (const imported of chunk.imports ?? []) add(imported);
  }
}
