import { createHash } from 'node:crypto';

/** `tickets`: the same by each key, as printed ones may be older. What a scanner without network knows of a ticket: enough to recognise it, not to print it. */
export function hashesOf(tickets: readonly string[], code: string, eventId: number) {
  return {
    tickets: tickets.map((ticket) => hashOf(ticket).slice(0, 16)),
    // A whole hash of a code could be undone by trying all codes. 24 bits fit a thousand codes.
    code: hashOf(`${eventId}:${code}`).slice(0, 4),
  };
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('base64url');
