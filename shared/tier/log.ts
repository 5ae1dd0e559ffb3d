import { pino, type Logger } from 'pino';

export type Log = Logger;

/** Structured log of one tier, one JSON line an entry, to standard output. Secrets never reach it. */
export function createLog(tier: string, level: string): Log {
  return pino({
    level,
    base: { tier, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: ['req.headers.authorization', 'req.headers.cookie', '*.password', '*.checkoutToken', '*.token'],
      censor: '[hidden]',
    },
  });
}
