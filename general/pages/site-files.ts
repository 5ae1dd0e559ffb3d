/** Files about the site as a whole, for search engines and for those who find a hole in it. */
import { Router, type Response } from 'express';
import { escapeHtml } from '../../shared/http/escape-html.ts';
import type { Locals } from '../../shared/http/observe-requests.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import { createCache } from '../../shared/tier/cache.ts';
import type { Deps } from '../deps.ts';
import { pastEvents, upcomingEvents } from '../events/upcoming-events.ts';
import { sayPublic } from '../http/public-answer.ts';

export type SiteFileDeps = Pick<Deps, 'reader' | 'publicUrl'> & {
  /** Whom to tell of a hole: an e-mail address or an https URL. Without it there is no security.txt. */
  securityContact?: string | undefined;
};

/** Entries of one sitemap, by its format (https://www.sitemaps.org/protocol.html). */
const maxEntries = 50_000;
/** The lists of events have entries too. */
const maxEvents = maxEntries - 2;
/** How long a sitemap is reused. Search engines ask once a day. */
const sitemapTtlMs = 60_000;
/** RFC 9116 recommends less than a year. */
const securityTxtDays = 180;

/** What a search engine gains nothing from: data, and pages of one user or of one moment. */
const notIndexed = ['/api/', '/drops/', '/orders', '/account', '/reset'];

export function serveSiteFiles({ reader, publicUrl, securityContact }: SiteFileDeps): Router {
  const router = Router();
  const urlOf = (path: string) => new URL(path, publicUrl).href;

  const serve = (path: string, type: string, make: () => Promise<string> | string): void => {
    router.get(path, async (_req, res: Response<unknown, Locals>) => {
      res.locals.route = path;
      const text = await make();
      sayPublic(res);
      res.type(type).send(text);
    });
  };

  const cached = createCache<'all', string>({ maxEntries: 1, ttlMs: sitemapTtlMs });
  serve('/sitemap.xml', 'application/xml', () =>
    cached('all', async () =>
      sitemap(['/', '/past', ...(await publicEventIds(reader)).map((id) => `/events/${id}`)].map(urlOf)),
    ),
  );
  serve('/robots.txt', 'text/plain', () => robotsTxt(urlOf('/sitemap.xml')));
  if (securityContact !== undefined) {
    const path = '/.well-known/security.txt';
    serve(path, 'text/plain', () => securityTxt(securityContact, urlOf(path)));
  }
  return router;
}

/**
 * Events to come or still on sale, the next first, then past ones, the latest first: without scripts nothing links to most
 * of those.
 */
async function publicEventIds(reader: Deps['reader']): Promise<number[]> {
  return reader.read(undefined, async (db) => {
    const now = new Date();
    const upcoming = await idsOf(db, await upcomingEvents(db, now), 'asc', maxEvents);
    const left = maxEvents - upcoming.length;
    return left === 0
      ? upcoming
      : [...upcoming, ...(await idsOf(db, await pastEvents(db, now), 'desc', left))];
  });
}

async function idsOf(
  db: Database,
  which: Awaited<ReturnType<typeof upcomingEvents>>,
  order: 'asc' | 'desc',
  limit: number,
): Promise<number[]> {
  const rows: { id: number }[] = await db('events')
    .modify(which)
    .orderBy([
      { column: 'starts_at', order },
      { column: 'id', order },
    ])
    .limit(limit)
    .select('id');
  return rows.map(({ id }) => id);
}

function sitemap(urls: readonly string[]): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
    ...urls.map((url) => `<url><loc>${escapeHtml(url)}</loc></url>`),
    '</urlset>\n',
  ].join('\n');
}

function robotsTxt(sitemapUrl: string): string {
  const lines = [
    'User-agent: *',
    ...notIndexed.map((path) => `Disallow: ${path}`),
    '',
    `Sitemap: ${sitemapUrl}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** RFC 9116. The text changes once a day. */
function securityTxt(contact: string, url: string): string {
  const expires = new Date();
  expires.setUTCHours(0, 0, 0, 0);
  expires.setUTCDate(expires.getUTCDate() + securityTxtDays);
  const lines = [
    `Contact: ${contact.includes(':') ? contact : `mailto:${contact}`}`,
    `Expires: ${expires.toISOString()}`,
    `Canonical: ${url}`,
  ];
  return `${lines.join('\n')}\n`;
}
