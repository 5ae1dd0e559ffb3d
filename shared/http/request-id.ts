import { randomUUID } from 'node:crypto';

/** The usual form of request ids. Other texts are not accepted, since they could be used to forge log entries. */
const validRequestId = /^[\w.-]{8,64}$/;

/** The id of a request in log and answer: the one the client sent if its form is valid, else a new UUID. */
export function requestIdOf(given: string | string[] | undefined): string {
  return typeof given === 'string' && validRequestId.test(given) ? given : randomUUID();
}
