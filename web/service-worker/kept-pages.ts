import { ticketCache } from '../src/offline/ticket-cache.ts';

type Shell = { cache: string; files: readonly string[] };

/** A line that is up but dead is no use at a door: what is kept is shown after so many milliseconds. */
const patienceMs = 3_000;

/** What the page of an order asks of the API. Everything else of the API is never answered from here. */
const ownData = /^\/api\/(?:auth\/me|orders\/[\w-]+|events\/\d+)$/;

/** How to answer a request; undefined if that is the network's business alone. */
export function answerKept(
  request: Request,
  shell: Shell,
  origin: string,
): (() => Promise<Response>) | undefined {
  const { pathname, origin: asked } = new URL(request.url);
  if (request.method !== 'GET' || asked !== origin) return undefined;
  if (request.mode === 'navigate') return () => freshOrKept(request, () => kept(shell.cache, '/index.html'));
  if (shell.files.includes(pathname))
    return async () => (await kept(shell.cache, pathname)) ?? (await fetch(request));
  if (ownData.test(pathname)) return () => freshOrKept(request, () => kept(ticketCache, pathname));
  return undefined;
}

async function kept(name: string, path: string): Promise<Response | undefined> {
  // A cache that does not exist is not made by looking.
  return (await caches.has(name)) ? (await caches.open(name)).match(path) : undefined;
}

async function freshOrKept(
  request: Request,
  findKept: () => Promise<Response | undefined>,
): Promise<Response> {
  const fresh = fetch(request);
  // Its failure is dealt with below, perhaps only after the copy was found.
  fresh.catch(() => {});
  const copy = await findKept();
  if (!copy) return fresh;
  const late = new Promise<Response>((resolve) => {
    setTimeout(() => resolve(copy), patienceMs);
  });
  return Promise.race([
    late,
    fresh.then((answer) => (answer.status < 500 ? answer : copy)).catch(() => copy),
  ]);
}
