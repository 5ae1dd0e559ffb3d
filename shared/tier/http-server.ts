import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';

/**
 * Milliseconds in which a client must have sent what it wants: its headers, and all of it. Nobody keeps a server busy by
 * sending slowly. nginx passes bodies on as they come: it has no limit for how long all of a body may take,
 * only for how long nothing may come. How long an answer takes is not limited here.
 */
const httpPatience = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  // Node looks for those that are over time only so often; by itself every 30 s.
  connectionsCheckingInterval: 1_000,
};

/** A server with that patience. */
export function createHttpServer(listener: RequestListener, options: ServerOptions = {}): Server {
  return createServer({ ...httpPatience, ...options }, listener);
}
