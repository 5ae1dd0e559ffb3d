/**
 * Serves pages whose content or policy depends on their address, and files that depend on settings or events. All other
 * pages of the web app are files that the front door serves.
 */
import { Router, type Request, type Response } from 'express';
import { idInPath } from '../../shared/contract/ids.ts';
import type { Locals } from '../../shared/http/observe-requests.ts';
import type { Log } from '../../shared/tier/log.ts';
import { pageHeaders, pagePolicy, stripeHosts } from '../../shared/http/page-policy.ts';
import type { Deps } from '../deps.ts';
import { sayPublic } from '../http/public-answer.ts';
import { createAppShell, type PageParts } from './app-shell.ts';
import { eventMeta, eventContent, noEventMeta } from './event-meta.ts';
import { listParts, searchParts } from './list-content.ts';
import { createReadEventList, type WhichList } from './read-event-list.ts';
import { createReadPageEvent } from './read-page-event.ts';
import { serveSiteFiles, type SiteFileDeps } from './site-files.ts';

export type PageDeps = Pick<Deps, 'db' | 'inventory' | 'publicUrl' | 'eventTimeZone'> &
  SiteFileDeps & {
    /** Folder of the built web app; without it pages contain the event's data only. */
    webRoot?: string | undefined;
    /**
     * The payment provider. The pay page may load Stripe's script only where Stripe is the provider, and leave by a form for
     * the provider's page only where it has one.
     */
    payment?: { name: string; formOrigins?: readonly string[] };
  };

type PageSettings = { WEB_ROOT?: string | undefined; SECURITY_CONTACT?: string | undefined };

export function pageSettingsFrom(settings: PageSettings) {
  return { webRoot: settings.WEB_ROOT, securityContact: settings.SECURITY_CONTACT };
}

export function servePages(deps: PageDeps): Router {
  const router = Router();
  const shell = createAppShell(deps.webRoot);
  router.get('/', listPage('upcoming', '/', deps, shell));
  router.get('/past', listPage('past', '/past', deps, shell));
  router.get('/events/:id', eventPage(deps, shell));
  router.get('/drops/:id/pay', payPage(deps, shell));
  router.use(serveSiteFiles(deps));
  return router;
}

type Shell = ReturnType<typeof createAppShell>;

function payPage({ publicUrl, payment }: PageDeps, shell: Shell) {
  const others = payment?.name === 'stripe' ? stripeHosts : { 'form-action': payment?.formOrigins ?? [] };
  const policy = pagePolicy([publicUrl.host], others);
  return async (_req: Request, res: Response<unknown, Locals>): Promise<void> => {
    res.locals.route = '/drops/:id/pay';
    res.set({
      'Content-Security-Policy': policy,
      'Cache-Control': 'no-cache',
      ...pageHeaders,
    });
    res.type('html').send(await shell());
  };
}

function listPage(which: WhichList, path: string, deps: PageDeps, shell: Shell) {
  const { publicUrl } = deps;
  const readEventList = createReadEventList(deps);
  const url = new URL(path, publicUrl).href;
  const policy = pagePolicy([publicUrl.host]);
  return async (req: Request, res: Response<unknown, Locals>): Promise<void> => {
    res.locals.route = path;
    res.set({ 'Content-Security-Policy': policy, ...pageHeaders });
    let parts = searchParts(which, url);
    try {
      // The front door keeps one page for all queries, so that it must not depend on what the query is. For it, as here, a
      // question mark alone is no query.
      if (!/\?./.test(req.originalUrl)) parts = listParts(which, await readEventList(which), url);
      sayPublic(res);
    } catch (error) {
      // The app itself can still report the error, and tries again.
      res.locals.log.warn({ err: error }, 'the events of a page could not be read');
      res.status(503).set('Retry-After', '2');
    }
    res.type('html').send(await shell(parts));
  };
}

function eventPage({ db, inventory, publicUrl, eventTimeZone }: PageDeps, shell: Shell) {
  const readPageEvent = createReadPageEvent({ db, inventory, eventTimeZone });
  const policy = pagePolicy([publicUrl.host]);

  /** Reads the page's parts and its status. */
  const readParts = async (text: string, log: Log): Promise<PageParts & { status: number }> => {
    const id = idInPath.safeParse(text);
    try {
      const event = id.success ? await readPageEvent(id.data) : undefined;
      if (!event) return { status: 404, head: noEventMeta, content: '' };
      const head = eventMeta(event, new URL(`/events/${text}`, publicUrl).href);
      return { status: 200, head, content: eventContent(event, Date.now()) };
    } catch (error) {
      // The app itself can still report the error, and tries again.
      log.warn({ err: error }, 'the event of a page could not be read');
      return { status: 503, head: noEventMeta, content: '' };
    }
  };

  return async (req: Request<{ id: string }>, res: Response<unknown, Locals>): Promise<void> => {
    res.locals.route = '/events/:id';
    const { status, ...parts } = await readParts(req.params.id, res.locals.log);
    if (status === 503) res.set('Retry-After', '2');
    res.status(status).set({ 'Content-Security-Policy': policy, ...pageHeaders });
    if (status === 200) sayPublic(res);
    res.type('html').send(await shell(parts));
  };
}
