/** Pages whose address alone says what they are about. The rest of the web app is files, which the front door has. */
import { Router, type Request, type Response } from 'express';
import { idInPath } from '../../shared/contract/ids.ts';
import type { Locals } from '../../shared/http/observe-requests.ts';
import type { Log } from '../../shared/tier/log.ts';
import { pagePolicy } from '../../shared/http/page-policy.ts';
import type { Deps } from '../deps.ts';
import { sayPublic } from '../http/public-answer.ts';
import { createAppShell, type PageParts } from './app-shell.ts';
import { eventMeta, eventSaid, noEventMeta } from './event-meta.ts';
import { createReadPageEvent } from './read-page-event.ts';

export type PageDeps = Pick<Deps, 'db' | 'inventory' | 'publicUrl' | 'eventTimeZone'> & {
  /** The built web app; without it pages say what they are about and no more. */
  webRoot?: string | undefined;
};

export function servePages(deps: PageDeps): Router {
  const router = Router();
  router.get('/events/:id', eventPage(deps));
  return router;
}

function eventPage({ db, inventory, publicUrl, eventTimeZone, webRoot }: PageDeps) {
  const shell = createAppShell(webRoot);
  const readPageEvent = createReadPageEvent({ db, inventory, eventTimeZone });
  const policy = pagePolicy([publicUrl.host]);

  /** What is said on the page, and the status it is answered with. */
  const look = async (text: string, log: Log): Promise<PageParts & { status: number }> => {
    const id = idInPath.safeParse(text);
    try {
      const event = id.success ? await readPageEvent(id.data) : undefined;
      if (!event) return { status: 404, head: noEventMeta, said: '' };
      const head = eventMeta(event, new URL(`/events/${text}`, publicUrl).href);
      return { status: 200, head, said: eventSaid(event) };
    } catch (error) {
      // The app itself can still say what is the matter, and tries again.
      log.warn({ err: error }, 'an event page without its event');
      return { status: 503, head: noEventMeta, said: '' };
    }
  };

  return async (req: Request<{ id: string }>, res: Response<unknown, Locals>): Promise<void> => {
    res.locals.route = '/events/:id';
    const { status, ...parts } = await look(req.params.id, res.locals.log);
    if (status === 503) res.set('Retry-After', '2');
    res.status(status).set('Content-Security-Policy', policy);
    if (status === 200) sayPublic(res);
    res.type('html').send(await shell(parts));
  };
}
