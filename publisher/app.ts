/** The publisher's HTTP server: entries on node:http, everything else by Express. It does not listen. */
import type { Server } from 'node:http';
import express from 'express';
import { finishApp, prepareApp, refuseOtherMethods, type AppOptions } from '../shared/http/express-app.ts';
import { createHttpServer } from '../shared/tier/http-server.ts';
import type { AcceptEntry } from './accept-entry.ts';
import { createEntryRoute } from './entry-route.ts';

export type PublisherDeps = AppOptions & { acceptEntry: AcceptEntry };

/** A path without query. The only group is the drop's id. */
const entryPath = /^\/api\/drops\/([1-9]\d{0,9})\/entries\/?$/;
const entryTarget = /^\/api\/drops\/([1-9]\d{0,9})\/entries\/?(?:\?.*)?$/;

/**
 * Milliseconds. The front door closes an idle connection long before (shared/tier/listen.ts). In an overload one turn
 * of the event loop takes seconds; Node's default of 5 s could then close a connection whose next request has arrived
 * but has not been read yet.
 */
const keepAliveTimeout = 65_000;

export function createPublisher(deps: PublisherDeps): Server {
  const entryRoute = createEntryRoute(deps);
  const app = express();
  prepareApp(app, deps);
  app
    .route(entryPath)
    // For request targets that Express parses and `entryTarget` does not match, such as
    // http://HOST/api/drops/1/entries.
    .post((req, res) => entryRoute(Number(req.params[0]), req, res))
    .all(refuseOtherMethods('POST'));
  finishApp(app);

  return createHttpServer(
    (req, res) => {
      const dropId = req.method === 'POST' ? entryTarget.exec(req.url!)?.[1] : undefined;
      if (dropId === undefined) app(req, res);
      else entryRoute(Number(dropId), req, res);
    },
    { keepAliveTimeout },
  );
}
