/**
 * The common part of all Express applications: ops routes, request ids, log, metrics, security headers, and every error
 * as a problem. A tier calls `prepareApp`, mounts its routes, and calls `finishApp`.
 */
import type { Express, NextFunction, Request, RequestHandler, Response } from 'express';
import helmet from 'helmet';
import type { Registry } from 'prom-client';
import type { Log } from '../tier/log.ts';
import type { Ops } from '../tier/ops.ts';
import { Problem } from '../tier/problems.ts';
import { observeRequests, type Locals } from './observe-requests.ts';
import { problemAnswer, toProblem } from './problem-answer.ts';

export type AppOptions = {
  ops: Ops;
  log: Log;
  registry: Registry;
  /** The address that browsers use, if it is known. */
  publicUrl?: URL | undefined;
};

/** Call it before anything is mounted: Express reads some of these settings when the first route is mounted. */
export function prepareApp(app: Express, { ops, log, registry, publicUrl }: AppOptions): void {
  app.disable('etag');
  app.set('case sensitive routing', true);
  app.set('query parser', 'simple');

  app.use((req, res, next) => void (ops.handle(req, res) || next()));
  app.use(observeRequests(log, registry));
  app.use(safetyHeaders(publicUrl));
}

/** Answers requests that no route has answered, and errors that a route threw. */
export function finishApp(app: Express): void {
  app.use(() => {
    throw new Problem('not_found');
  });
  app.use(answerError);
}

/** Answers 405 for other methods of a path that exists. `allow`: its methods, as in the Allow header. */
export function refuseOtherMethods(allow: string): RequestHandler {
  return (_req, res) => {
    res.set('Allow', allow);
    throw new Problem('method_not_allowed');
  };
}

/** Answers are data for one caller: nothing may run, frame or cache them. */
function safetyHeaders(publicUrl: URL | undefined): RequestHandler {
  const headers = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    strictTransportSecurity: publicUrl?.protocol === 'https:',
  });
  return (req, res, next) => {
    res.set('Cache-Control', 'no-store');
    headers(req, res, next);
  };
}

/** Express recognizes an error handler by its four parameters. */
function answerError(
  error: unknown,
  _req: Request,
  res: Response<unknown, Locals>,
  next: NextFunction,
): void {
  const problem = toProblem(error);
  const { log } = res.locals;
  if (problem.code === 'internal') log.error({ err: error }, 'unexpected error');
  else if (problem.code === 'unavailable') log.warn({ err: problem.options.cause }, 'not available');
  else log.debug({ code: problem.code, detail: problem.options.detail }, 'problem');
  // An answer that has begun cannot be replaced; Express closes the connection.
  if (res.headersSent) {
    next(error);
    return;
  }
  const { status, headers, body } = problemAnswer(problem);
  // Overrides headers that the handler may have set for its own answer.
  res.writeHead(status, headers).end(body);
}
