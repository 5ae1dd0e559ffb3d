import { randomUUID } from 'node:crypto';

/** As proxies and clients make them. Anything else could be put into the log to confuse it. */
const validRequestId = /^[\w.-]{8,64}$/;

/** The id under which a request is logged and answered: the client's own if it is harmless, else a new UUID. */
export function requestIdOf(given: string | string[] | undefined): string {
  return typeof given === 'string' && validRequestId.test(given) ? given : randomUUID();
}
