import express, { type Express, type Request, type Response, type Router } from 'express';
import { ForgedSessions } from '../shared/auth/forged-sessions.ts';
import { finishApp, prepareApp, refuseOtherMethods, type AppOptions } from '../shared/http/express-app.ts';
import type { Locals } from '../shared/http/observe-requests.ts';
import type { Reader } from '../shared/mysql/reader.ts';
import { Problem } from '../shared/tier/problems.ts';
import { sessionCookieName } from '../shared/auth/session-cookie.ts';
import type { SessionNotes } from './accounts/note-sessions.ts';
import { documentedElsewhere } from './api-docs/documented-elsewhere.ts';
import { openApiDocument } from './api-docs/openapi.ts';
import { serveDocs } from './api-docs/serve-docs.ts';
import { actorOf } from './audit/record-act.ts';
import { authorize, type AuthorizeDeps } from './http/authorize.ts';
import { checkInput } from '../shared/tier/check-input.ts';
import { readBody, requireNoBody } from './http/read-body.ts';
import { sendFile } from './http/send-file.ts';
import { sendText } from './http/send-text.ts';
import { FileAnswer, Otherwise, problemsOf, type Route, type TextStream } from './http/route.ts';

export type AppDeps = Omit<AuthorizeDeps, 'forgedSessions'> &
  AppOptions & {
    routes: readonly Route[];
    /** Routes that answer with pages instead of data. */
    pages?: Router;
    reader: Pick<Reader, 'writing'>;
    sessionNotes: Pick<SessionNotes, 'note'>;
    /** Addresses or networks of the front door; by default it runs on the same machine. */
    trustedProxies?: string[];
  };

/** The general tier as an Express application that does not listen. */
export function createApp(deps: AppDeps): Express {
  const { routes, pages, publicUrl, trustedProxies = ['loopback'] } = deps;
  const forgedSessions = new ForgedSessions();
  const app = express();
  // Only the front door's X-Forwarded-For is trusted.
  app.set('trust proxy', trustedProxies);
  prepareApp(app, deps);
  for (const [path, there] of Map.groupBy(routes, (route) => route.path)) {
    const mounted = app.route(path);
    for (const route of there) mounted[methods[route.method]](serve(route, { ...deps, forgedSessions }));
    const allow = there.map(({ method }) => (method === 'GET' ? 'GET, HEAD' : method)).join(', ');
    mounted.all(refuseOtherMethods(allow));
  }
  app.use(serveDocs(openApiDocument([...routes, ...documentedElsewhere], sessionCookieName(publicUrl))));
  if (pages) app.use(pages);
  finishApp(app);
  return app;
}

const noBody = { body: undefined, rawBody: Buffer.alloc(0) };

/** Handles one call from request to response. */
function serve(route: Route, deps: AppDeps & AuthorizeDeps) {
  const { params, query, body, success, otherwise, handle } = route;
  const expected = new Set(problemsOf(route));

  return async (req: Request, res: Response<unknown, Locals>): Promise<void> => {
    const { log, requestId } = res.locals;
    res.locals.route = route.path;
    try {
      const session = await authorize(req, route, deps);
      if (session) {
        res.locals.userId = session.userId;
        deps.sessionNotes.note(session, req);
      }
      const parsedParams = params?.safeParse(req.params);
      if (parsedParams?.success === false) throw new Problem('not_found');
      if (!body) await requireNoBody(req);
      const sent = body ? await readBody(req, res, route.takesForms?.()) : noBody;
      const call = {
        params: parsedParams?.data,
        query: query && checkInput(query, req.query),
        body: body && checkInput(body, sent.body),
        rawBody: sent.rawBody,
        // The route types ensure that only routes for `anyone` can be called without a session.
        session: session!,
        actor: session && actorOf(session, { address: req.ip, requestId }),
        log,
        req,
        res,
      };
      const mayWrite = session && route.method !== 'GET';
      const answer = await (mayWrite ? deps.reader.writing(session, () => handle(call)) : handle(call));
      if (answer instanceof Otherwise) {
        const { status, body: other } = answer.answer as { status: number; body: unknown };
        const kind = otherwise?.find((each) => each.status === status);
        res.status(status).json(kind?.schema.parse(other));
        return;
      }
      res.status(success.status);
      const { contentType } = success;
      if (answer instanceof FileAnswer) await sendFile(req, res, contentType!, answer);
      else if (contentType !== undefined) await sendText(res, contentType, answer as TextStream);
      else if (!success.schema) res.end();
      else res.json(success.schema.parse(answer));
    } catch (error) {
      if (error instanceof Problem && !expected.has(error.code)) {
        log.warn({ code: error.code }, 'a route answered with a problem that its list lacks');
      }
      throw error;
    }
  };
}

const methods = { GET: 'get', POST: 'post', PUT: 'put', PATCH: 'patch', DELETE: 'delete' } as const;
