import express, { type Express, type NextFunction, type Request, type Response, type Router } from 'express';
import helmet from 'helmet';
import type { Registry } from 'prom-client';
import { ForgedSessions } from '../shared/forged-sessions.ts';
import type { Log } from '../shared/log.ts';
import type { Reader } from '../shared/mysql/reader.ts';
import type { Ops } from '../shared/ops.ts';
import { Problem } from '../shared/problems.ts';
import { sessionCookieName } from '../shared/session-cookie.ts';
import { documentedElsewhere } from './api-docs/documented-elsewhere.ts';
import { openApiDocument } from './api-docs/openapi.ts';
import { serveDocs } from './api-docs/serve-docs.ts';
import { answerProblem, toProblem } from './http/answer-problem.ts';
import { authorize, type AuthorizeDeps } from './http/authorize.ts';
import { checkInput } from '../shared/check-input.ts';
import { observeRequests, type Locals } from './http/observe-request.ts';
import { readBody, requireNoBody } from './http/read-body.ts';
import { sendText } from './http/send-text.ts';
import { Otherwise, problemsOf, type Route, type TextStream } from './http/route.ts';

export type AppDeps = Omit<AuthorizeDeps, 'forgedSessions'> & {
  routes: readonly Route[];
  /** What is answered with pages rather than data. */
  pages?: Router;
  ops: Ops;
  reader: Pick<Reader, 'writing'>;
  log: Log;
  registry: Registry;
  /** Addresses or networks of the front door; by default it runs beside this tier. */
  trustedProxies?: string[];
};

/** The general tier as an Express application. It does not listen. */
export function createApp(deps: AppDeps): Express {
  const { routes, pages, ops, log, registry, publicUrl, trustedProxies = ['loopback'] } = deps;
  const forgedSessions = new ForgedSessions();
  const app = express();
  app.disable('etag');
  app.set('case sensitive routing', true);
  app.set('query parser', 'simple');
  // Nobody but the front door may say which address a request came from.
  app.set('trust proxy', trustedProxies);

  app.use((req, res, next) => void (ops.handle(req, res) || next()));
  app.use(observeRequests(log, registry));
  app.use(safetyHeaders(publicUrl));
  for (const [path, there] of Map.groupBy(routes, (route) => route.path)) {
    const mounted = app.route(path);
    for (const route of there) mounted[methods[route.method]](serve(route, { ...deps, forgedSessions }));
    mounted.all((_req, res) => {
      res.set('Allow', there.map(({ method }) => (method === 'GET' ? 'GET, HEAD' : method)).join(', '));
      throw new Problem('method_not_allowed');
    });
  }
  app.use(serveDocs(openApiDocument([...routes, ...documentedElsewhere], sessionCookieName(publicUrl))));
  if (pages) app.use(pages);
  app.use(() => {
    throw new Problem('not_found');
  });
  app.use(answerError);
  return app;
}

const noBody = { body: undefined, rawBody: Buffer.alloc(0) };

/** One call from request to answer. */
function serve(route: Route, deps: AppDeps & AuthorizeDeps) {
  const { params, query, body, success, otherwise, handle } = route;
  const expected = new Set(problemsOf(route));

  return async (req: Request, res: Response<unknown, Locals>): Promise<void> => {
    const { log } = res.locals;
    res.locals.route = route.path;
    try {
      const session = await authorize(req, route, deps);
      if (session) res.locals.userId = session.userId;
      const parsedParams = params?.safeParse(req.params);
      if (parsedParams?.success === false) throw new Problem('not_found');
      if (!body) await requireNoBody(req);
      const sent = body ? await readBody(req, res) : noBody;
      const call = {
        params: parsedParams?.data,
        query: query && checkInput(query, req.query),
        body: body && checkInput(body, sent.body),
        rawBody: sent.rawBody,
        // Routes are typed so that only those for `anyone` can be given no session.
        session: session!,
        log,
        req,
        res,
      };
      const mayWrite = session && route.method !== 'GET';
      const answer = await (mayWrite ? deps.reader.writing(session, () => handle(call)) : handle(call));
      if (answer instanceof Otherwise && otherwise) {
        res.status(otherwise.status).json(otherwise.schema.parse(answer.answer));
        return;
      }
      res.status(success.status);
      if (success.contentType !== undefined) await sendText(res, success.contentType, answer as TextStream);
      else if (success.status === 204) res.end();
      else res.json(success.schema.parse(answer));
    } catch (error) {
      if (error instanceof Problem && !expected.has(error.code)) {
        log.warn({ code: error.code }, 'this problem is missing in the route’s list');
      }
      throw error;
    }
  };
}

const methods = { GET: 'get', POST: 'post', PUT: 'put', PATCH: 'patch', DELETE: 'delete' } as const;

/** Answers are data for one caller: nothing may run, frame or keep them. */
function safetyHeaders(publicUrl: URL) {
  const secure = publicUrl.protocol === 'https:';
  const headers = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    strictTransportSecurity: secure,
  });
  return (req: Request, res: Response, next: NextFunction): void => {
    res.set('Cache-Control', 'no-store');
    headers(req, res, next);
  };
}

/** Four parameters are how Express knows it. */
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
  // Half an answer cannot be taken back; Express ends the connection.
  if (res.headersSent) next(error);
  else answerProblem(res, problem);
}
