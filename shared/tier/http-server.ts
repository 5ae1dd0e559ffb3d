import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';

/**
 * Milliseconds in which a client must have sent its headers, and its whole request, so that clients that send slowly do
 * not occupy the server. nginx does not prevent that: it passes bodies on as they arrive, and limits only the time in
 * which nothing arrives, not the time for a whole body. The time for an answer is not limited here.
 */
const requestTimeouts = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  // How often Node looks for requests that are over their time; its default is 30 s.
  connectionsCheckingInterval: 1_000,
};

/** An HTTP server with these timeouts. */
export function createHttpServer(listener: RequestListener, options: ServerOptions = {}): Server {
  return createServer({ ...requestTimeouts, ...options }, listener);
}
