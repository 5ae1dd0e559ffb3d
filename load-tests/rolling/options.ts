import { parseArgs } from 'node:util';
import { BadOption } from '../rush/options.ts';

export type RollingOptions = {
  /** Buyers who come in a second. */
  rate: number;
  /** Times each tier is reloaded. */
  rounds: number;
  /** Of each tier. */
  processes: number;
  seed: number;
};

export const help = `npm run rolling -- [options]

Starts a system of its own whose tiers run under pm2, in several processes each, behind nginx. Plays a sale to which buyers keep
coming while one tier after the other is reloaded (\`pm2 reload TIER\`), again and again. Then checks every rule of
docs/invariants.md, and that nobody noticed: no request failed, none was repeated, no socket was refused. Exit code 0:
so it is; 1: it is not, or it could not be run; 2: an option is wrong.

  --rate N          buyers who come in a second, 1 to 100 (10); sockets of all of them are open from the start
  --rounds N        times each tier is reloaded, 1 to 20 (3)
  --processes N     of each tier, 1 to 8 (2)
  --seed N          makes the same choices again (random)
  --help            this text

A round takes some 20 s, or longer where processes start slowly; the whole half a minute besides. Nothing of it is left
running.
`;

const numbers = {
  rate: [1, 100],
  rounds: [1, 20],
  processes: [1, 8],
  seed: [0, 2 ** 32 - 1],
} as const;

/** @throws {BadOption} naming the one that is wrong */
export function readOptions(args: string[], randomSeed: number): RollingOptions | 'help' {
  const values = parse(args);
  if (values.help) return 'help';
  const number = (name: keyof typeof numbers, otherwise: number): number => {
    const text = values[name];
    if (text === undefined) return otherwise;
    const [min, max] = numbers[name];
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (!(value >= min && value <= max))
      throw new BadOption(`--${name} must be a whole number from ${min} to ${max}, not '${text}'`);
    return value;
  };
  return {
    rate: number('rate', 10),
    rounds: number('rounds', 3),
    processes: number('processes', 2),
    seed: number('seed', randomSeed),
  };
}

function parse(args: string[]) {
  const string = { type: 'string' } as const;
  try {
    const options = {
      rate: string,
      rounds: string,
      processes: string,
      seed: string,
      help: { type: 'boolean' },
    } as const;
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new BadOption((error as Error).message);
  }
}
