import { parseArgs } from 'node:util';
import { BadOption } from '../rush/options.ts';

export type OverloadOptions = { minutes: number; connections: number; depth: number };

export const help = `npm run overload -- [options]

Starts a system of its own and offers one publisher more entries than it can take. First without a broker: how long do
its 503 answers take? Then with a broker whose memory alarm is on half of the time: does the publisher's memory stay
bounded? Exit code 0: every 503 had Retry-After, and memory was bounded; 1: not so; 2: an option is wrong.

  --minutes M       of overload, 0.5 to 120 (10)
  --connections N   to the publisher, past nginx, 1 to 10000 (1500)
  --depth N         requests under way on each, 1 to 100 (16: more together than the publisher lets wait)
  --help            this text
`;

/** @throws {BadOption} naming the one that is wrong */
export function readOptions(args: string[]): OverloadOptions | 'help' {
  const string = { type: 'string' } as const;
  let values;
  try {
    const options = {
      minutes: string,
      connections: string,
      depth: string,
      help: { type: 'boolean' },
    } as const;
    values = parseArgs({ args, options }).values;
  } catch (error) {
    throw new BadOption((error as Error).message);
  }
  if (values.help) return 'help';
  return {
    minutes: number('minutes', values.minutes, 10, 0.5, 120, /^\d+(\.\d+)?$/),
    connections: number('connections', values.connections, 1_500, 1, 10_000, /^\d+$/),
    depth: number('depth', values.depth, 16, 1, 100, /^\d+$/),
  };
}

function number(
  name: string,
  text: string | undefined,
  otherwise: number,
  min: number,
  max: number,
  pattern: RegExp,
): number {
  if (text === undefined) return otherwise;
  const value = pattern.test(text) ? Number(text) : NaN;
  if (!(value >= min && value <= max))
    throw new BadOption(`--${name} must be a number from ${min} to ${max}, not '${text}'`);
  return value;
}
