import type { NextFunction, Request, Response } from 'express';
import { Histogram, type Registry } from 'prom-client';
import type { Log } from '../tier/log.ts';
import { requestIdOf } from './request-id.ts';

/** What the application records about a request while handling it. */
export type Locals = {
  log: Log;
  requestId: string;
  /** The path of the route, never the requested path, which could contain anything. */
  route?: string;
  userId?: number;
};

/** Gives every request an id and a log of its own. When it ends, writes one log line and updates the metrics. */
export function observeRequests(log: Log, registry: Registry) {
  const durations = new Histogram({
    name: 'seatdrop_http_request_seconds',
    help: 'Time from the request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  });

  return (req: Request, res: Response<unknown, Locals>, next: NextFunction): void => {
    const requestId = requestIdOf(req.headers['x-request-id']);
    res.set('X-Request-Id', requestId);
    res.locals.requestId = requestId;
    res.locals.log = log.child({ requestId });

    const start = performance.now();
    res.once('close', () => {
      const { route = 'unknown', userId } = res.locals;
      const { method } = req;
      const ms = performance.now() - start;
      const status = res.writableFinished ? res.statusCode : 'aborted';
      durations.observe({ method, route, status }, ms / 1000);
      res.locals.log.info({ method, route, status, ms: Math.round(ms), userId }, 'request');
    });
    next();
  };
}
