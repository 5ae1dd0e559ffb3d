/**
 * The service worker: keeps the page of an order usable without network. It is registered by that page alone, for addresses
 * that begin with /orders, so browsers never ask it about pages of sales (docs/decisions/050). Built to /sw.js.
 */
import { answerKept } from './kept-pages.ts';

declare const self: ServiceWorkerGlobalScope;

/** Filled in by build.ts: the files that the page of an order needs, and a name for this very set. */
declare const builtShell: { version: string; entry: string; files: readonly string[] };

const shell = { ...builtShell, cache: `seatdrop-shell-${builtShell.version}` };

self.addEventListener('install', (event) => {
  event.waitUntil(keepShell());
});

self.addEventListener('activate', (event) => {
  event.waitUntil(dropOldShells());
});

self.addEventListener('fetch', (event) => {
  const answer = answerKept(event.request, shell, self.location.origin);
  // Without an answer from here the browser asks the network as if there were no service worker.
  if (answer) event.respondWith(answer());
});

/** @throws if a file is missing or of another build: the browser then keeps the version before and tries again later */
async function keepShell(): Promise<void> {
  const cache = await caches.open(shell.cache);
  await cache.addAll([...shell.files]);
  const page = await (await cache.match('/index.html'))?.text();
  if (!page?.includes(shell.entry)) {
    await caches.delete(shell.cache);
    throw new Error('the page is of another build');
  }
  await self.skipWaiting();
}

async function dropOldShells(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith('seatdrop-shell-') && name !== shell.cache);
  await Promise.all(old.map((name) => caches.delete(name)));
}
