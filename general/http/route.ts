/**
 * One HTTP call as data: what it takes, who may make it, what it can answer and what it does. The application
 * mounts it and the OpenAPI document is written from it, so the two cannot say different things.
 */
import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { Log } from '../../shared/tier/log.ts';
import type { ProblemCode } from '../../shared/tier/problems.ts';
import type { Role, Session } from '../../shared/auth/session.ts';

/** `anyone` may be signed in too; a list of roles means these and no others. */
export type Who = 'anyone' | 'signed-in' | readonly Role[];

type Tag = 'Accounts' | 'Events' | 'Drops' | 'Entries' | 'Checkout' | 'Orders' | 'Tickets' | 'Operations';

/** What a handler is given. All of it has been checked. */
type Call<W extends Who, P, Q, B> = {
  params: P;
  query: Q;
  body: B;
  /** On routes for certain roles its role is today's, not that of the day the session began. */
  session: W extends 'anyone' ? Session | undefined : Session;
  /** The body as it came, for signatures; empty when there was none. */
  rawBody: Buffer;
  log: Log;
  req: Request;
  /** For headers and cookies. The answer is what the handler returns. */
  res: Response;
};

type RouteDefinition<
  W extends Who,
  P extends z.ZodType,
  Q extends z.ZodType,
  B extends z.ZodType,
  A extends z.ZodType,
  O extends z.ZodType,
> = RouteFacts & {
  who: W;
  /** A path that does not fit names nothing: 404. */
  params?: P;
  query?: Q;
  /** Without it a call that has a body is refused. */
  body?: B;
  /** What is returned passes through `schema`, which drops every field that the contract does not name. */
  success: { status: 200 | 201 | 202; schema: A; description: string } | NoContent | Download;
  /** For the answer that is neither the usual one nor a problem. */
  otherwise?: { status: 202; schema: O; description: string };
  handle: (
    call: Call<W, z.output<P>, z.output<Q>, z.output<B>>,
  ) => Promise<z.input<A> | Otherwise<z.input<O>> | TextStream>;
};

/** What a handler returns when the answer is the route's `otherwise`. */
export class Otherwise<T> {
  readonly answer: T;

  constructor(answer: T) {
    this.answer = answer;
  }
}

type NoContent = { status: 204; schema?: never; contentType?: never; description: string };

/** Answered with text, as a file to keep. */
type Download = { status: 200; schema?: never; contentType: 'text/csv'; description: string };

/** What a handler returns on a route that is answered with text: read only as fast as it is sent. */
export class TextStream {
  readonly fileName: string;
  readonly chunks: AsyncIterable<string>;

  constructor(fileName: string, chunks: AsyncIterable<string>) {
    this.fileName = fileName;
    this.chunks = chunks;
  }
}

type RouteFacts = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** As Express has it: `/api/drops/:id`. */
  path: string;
  /** One line, in the imperative. */
  summary: string;
  description?: string;
  tag: Tag;
  /** Sessions of these scopes, too, may make the call. Without it only those without a scope. */
  scopes?: readonly NonNullable<Session['scope']>[];
  /** Those of its own; what the application answers for any such route is added by `problemsOf`. */
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
  otherwise?: { status: 202; schema: z.ZodType; description: string };
  handle: (call: Call<Who, unknown, unknown, unknown>) => Promise<unknown>;
};

/** A route another tier serves: part of the contract, not of this application. */
export type DocumentedRoute = Omit<Route, 'handle'>;

export function defineRoute<
  const W extends Who,
  P extends z.ZodType = z.ZodUndefined,
  Q extends z.ZodType = z.ZodUndefined,
  B extends z.ZodType = z.ZodUndefined,
  A extends z.ZodType = z.ZodVoid,
  O extends z.ZodType = z.ZodNever,
>(route: RouteDefinition<W, P, Q, B, A, O>): Route {
  // The application passes `handle` what came out of these very schemas, which the erased type cannot say.
  return route as unknown as Route;
}

/** Every problem a call of `route` can be answered with. */
export function problemsOf(route: DocumentedRoute): ProblemCode[] {
  const { who, method } = route;
  // A body where none is expected is one too.
  const codes = new Set<ProblemCode>(route.problems).add('invalid_request');
  if (who !== 'anyone') codes.add('not_signed_in').add('banned');
  if (Array.isArray(who)) codes.add('not_allowed');
  if (route.params) codes.add('not_found');
  if (route.body) codes.add('malformed_json').add('body_too_large').add('unsupported_media_type');
  if (method !== 'GET') codes.add('cross_site_request');
  return [...codes.add('too_many_requests').add('internal').add('unavailable')];
}
