/**
 * `npm run posters -w web`: draws the posters as PNG into `web/public/posters`, for link previews, which show
 * no SVG. The pictures are committed, so that no build needs a browser; a test fails if they are older than
 * the art.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { createElement, type ComponentType } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { createServer } from 'vite';
import { previewSize } from '../../shared/posters.ts';
import { fingerprintFile, fingerprintOfArt } from './fingerprint.ts';

const web = join(import.meta.dirname, '..');
const out = join(web, 'public/posters');

const vite = await createServer({
  root: web,
  server: { middlewareMode: true },
  appType: 'custom',
  logLevel: 'warn',
});
const browser = await chromium.launch({
  executablePath: process.env['SEATDROP_CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu'],
});
try {
  const art = (await vite.ssrLoadModule('/src/design/art/posters.tsx')) as {
    posters: Record<string, ComponentType>;
  };
  const page = await browser.newPage({ viewport: previewSize });
  mkdirSync(out, { recursive: true });
  for (const [name, Art] of Object.entries(art.posters)) {
    const svg = renderToStaticMarkup(createElement(Art));
    await page.setContent(
      `<style>body { margin: 0 } svg { display: block; width: 100vw; height: 100vh }</style>
       <svg viewBox="0 0 800 600" preserveAspectRatio="xMidYMid slice">${svg}</svg>`,
    );
    await page.screenshot({ path: join(out, `${name}.png`) });
  }
  writeFileSync(fingerprintFile, `${fingerprintOfArt()}\n`);
} finally {
  await browser.close();
  await vite.close();
}
