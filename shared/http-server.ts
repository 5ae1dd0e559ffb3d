import { createServer, type RequestListener, type Server } from 'node:http';

/** Milliseconds in which a client must have sent what it wants: its headers, and all of it. */
const patience = { headers: 5_000, request: 10_000 };

/**
 * A server that nobody keeps busy by sending slowly. nginx collects requests before it passes them on, so only those
 * who reach a tier past it meet these limits. How long an answer takes is not limited here.
 */
export function createHttpServer(listener: RequestListener): Server {
  return createServer(
    {
      headersTimeout: patience.headers,
      requestTimeout: patience.request,
      // Node looks for those that are over time only so often; by itself every 30 s.
      connectionsCheckingInterval: 1_000,
    },
    listener,
  );
}
