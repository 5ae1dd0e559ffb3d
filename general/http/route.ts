/**
 * One HTTP call as data: its input, who may make it, its possible responses, and its handler. Both the application
 * and the OpenAPI document are built from it, so they cannot differ.
 */
import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { Log } from '../../shared/tier/log.ts';
import type { ProblemCode } from '../../shared/tier/problems.ts';
import type { Act } from '../../shared/contract/audit.ts';
import type { Actor } from '../audit/record-act.ts';
import type { Role, Session, VerifiedSession } from '../../shared/auth/session.ts';

/** `anyone` includes signed-in users; a list of roles allows exactly those roles. */
export type Who = 'anyone' | 'signed-in' | readonly Role[];

type Tag =
  'Accounts' | 'Events' | 'Drops' | 'Entries' | 'Checkout' | 'Orders' | 'Tickets' | 'Payouts' | 'Operations';

/** The checked input of a handler. */
type Call<W extends Who, P, Q, B> = {
  params: P;
  query: Q;
  body: B;
  /** On routes for certain roles, `role` is the user's current role, not the one the session was issued with. */
  session: W extends 'anyone' ? VerifiedSession | undefined : VerifiedSession;
  /** For the audit log. */
  actor: W extends 'anyone' ? Actor | undefined : Actor;
  /** The body as received, for signatures; empty if there was none. */
  rawBody: Buffer;
  log: Log;
  req: Request;
  /** For headers and cookies. The response body is what the handler returns. */
  res: Response;
};

type RouteDefinition<
  W extends Who,
  P extends z.ZodType,
  Q extends z.ZodType,
  B extends z.ZodType,
  A extends z.ZodType,
  O extends readonly OtherSuccess[],
> = RouteFacts & {
  who: W;
  /** A path that does not match is answered 404. */
  params?: P;
  query?: Q;
  /** Without it, a call with a body is refused. */
  body?: B;
  /** The handler's result is parsed by `schema`, which removes every field that the contract does not name. */
  success: { status: 200 | 201 | 202; schema: A; description: string } | NoContent | Download;
  /** Further kinds of success. */
  otherwise?: O;
  handle: (
    call: Call<W, z.output<P>, z.output<Q>, z.output<B>>,
  ) => Promise<z.input<A> | Otherwise<AnswerOf<O[number]>> | TextStream | FileAnswer>;
};

type OtherSuccess = { status: 200 | 202; schema: z.ZodType; description: string };
type AnswerOf<S> = S extends OtherSuccess ? { status: S['status']; body: z.input<S['schema']> } : never;

/** Returned by a handler to send one of the route's `otherwise` responses. */
export class Otherwise<T extends { status: number; body: unknown }> {
  readonly answer: T;

  constructor(answer: T) {
    this.answer = answer;
  }
}

/** 303: the handler names the page in the header Location. */
type NoContent = { status: 204 | 303; schema?: never; contentType?: never; description: string };

/** A response to be saved as a file. */
type Download = {
  status: 200;
  schema?: never;
  contentType: 'text/csv' | 'text/calendar' | 'application/pdf' | 'application/json';
  description: string;
};

/** Returned by the handler of a `Download` route of text; the chunks are read only as fast as they are sent. */
export class TextStream {
  readonly fileName: string;
  readonly chunks: AsyncIterable<string>;

  constructor(fileName: string, chunks: AsyncIterable<string>) {
    this.fileName = fileName;
    this.chunks = chunks;
  }
}

/** Returned by the handler of any other `Download` route. */
export class FileAnswer {
  /** `make` is not called if the browser has the version of this `etag`. */
  readonly file: { fileName: string; etag: string; make: () => Promise<Buffer> };

  constructor(file: FileAnswer['file']) {
    this.file = file;
  }
}

type RouteFacts = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** In Express's syntax: `/api/drops/:id`. */
  path: string;
  /** One line, in the imperative. */
  summary: string;
  description?: string;
  tag: Tag;
  /** Sessions of banned users may make the call too. */
  scopes?: readonly Extract<Session['scope'], 'tickets'>[];
  /**
   * Users who have a second factor must have proven it in the last minutes. Users without one are asked for nothing, unless
   * their role needs one.
   */
  needsProof?: true;
  /** Browsers may post it from pages of other sites: it does nothing in the name of its session. */
  fromOtherSites?: true;
  /** Whether its body may be a form (`application/x-www-form-urlencoded`) in place of JSON. */
  takesForms?: () => boolean;
  /**
   * Which act of staff a call records in the audit log, or why it records none. Every route on which organizers or admins
   * change something says so (general/audit/audit-log.test.ts).
   */
  records?: Act | { nothing: string };
  /** Problems specific to this route; those common to all such routes are added by `problemsOf`. */
  problems: readonly ProblemCode[];
};

export type Route = RouteFacts & {
  who: Who;
  params?: z.ZodType;
  query?: z.ZodType;
  body?: z.ZodType;
  success:
    | { status: 200 | 201 | 202; schema: z.ZodType; contentType?: never; description: string }
    | NoContent
    | Download;
  otherwise?: readonly OtherSuccess[];
  handle: (call: Call<Who, unknown, unknown, unknown>) => Promise<unknown>;
};

/** A route served by another tier: part of the contract, not of this application. */
export type DocumentedRoute = Omit<Route, 'handle'>;

export function defineRoute<
  const W extends Who,
  P extends z.ZodType = z.ZodUndefined,
  Q extends z.ZodType = z.ZodUndefined,
  B extends z.ZodType = z.ZodUndefined,
  A extends z.ZodType = z.ZodVoid,
  const O extends readonly OtherSuccess[] = [],
>(route: RouteDefinition<W, P, Q, B, A, O>): Route {
  // The application passes `handle` the output of these very schemas, which the erased type cannot express.
  return route as unknown as Route;
}

/** Every problem that a call of `route` can be answered with. */
export function problemsOf(route: DocumentedRoute): ProblemCode[] {
  const { who, method, needsProof } = route;
  // Every route can be sent an unexpected body or query.
  const codes = new Set<ProblemCode>(route.problems).add('invalid_request');
  if (who !== 'anyone') codes.add('not_signed_in').add('banned');
  if (Array.isArray(who)) codes.add('not_allowed').add('email_not_confirmed').add('second_factor_required');
  if (needsProof) codes.add('second_factor_again');
  if (route.params) codes.add('not_found');
  if (route.body) codes.add('malformed_json').add('body_too_large').add('unsupported_media_type');
  if (method !== 'GET') codes.add('cross_site_request');
  return [...codes.add('too_many_requests').add('internal').add('unavailable')];
}
