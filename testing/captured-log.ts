import { pino } from 'pino';
import type { Log } from '../shared/tier/log.ts';

export type LogLine = { level: number; msg: string } & Record<string, unknown>;

/** A log that keeps its lines for the test. */
export function captureLog(): { log: Log; lines: LogLine[]; errors: () => LogLine[] } {
  const lines: LogLine[] = [];
  const log = pino({ level: 'debug' }, { write: (line) => void lines.push(JSON.parse(line) as LogLine) });
  return { log, lines, errors: () => lines.filter(({ level }) => level >= 50) };
}
