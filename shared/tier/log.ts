import { pino, type Logger } from 'pino';

export type Log = Logger;

/** The structured log of one tier: one JSON line per entry, to standard output. Secrets are removed. */
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
