import { parseArgs } from 'node:util';
import { BadOption } from '../rush/options.ts';
import { benches, type BenchName } from './benches.ts';
import type { Plan } from './plan.ts';

const width = Math.max(...Object.keys(benches).map((name) => name.length)) + 2;

export const help = `npm run bench -- NAME [options]

Measures one part of the system beside its reference, on servers of its own, and prints a short table; the last line is
the same as JSON. What the figures mean, and what we got: docs/performance.md.

${Object.entries(benches)
  .map(([name, { what }]) => `  ${name.padEnd(width)}${what}\n`)
  .join('')}
  --rounds N    of measuring, each interleaved with its reference; 1 to 20 (3)
  --seconds S   of one round, where a round is a stretch of time; 1 to 600 (5)
  --profile     where the measured tier's time goes; the figures suffer
  --help        this text
`;

/** @throws {BadOption} naming the one that is wrong */
export function readOptions(args: string[]): { name: BenchName; plan: Plan } | 'help' {
  const string = { type: 'string' } as const;
  const boolean = { type: 'boolean' } as const;
  let parsed;
  try {
    parsed = parseArgs({
      args,
      allowPositionals: true,
      options: { rounds: string, seconds: string, profile: boolean, help: boolean },
    });
  } catch (error) {
    throw new BadOption((error as Error).message);
  }
  const { values, positionals } = parsed;
  if (values.help === true) return 'help';
  const [name, ...more] = positionals;
  if (name === undefined) throw new BadOption(`which one? ${Object.keys(benches).join(', ')}`);
  if (!Object.hasOwn(benches, name) || more.length > 0)
    throw new BadOption(
      `there is no '${positionals.join(' ')}'; there are ${Object.keys(benches).join(', ')}`,
    );
  return {
    name: name as BenchName,
    plan: {
      rounds: whole('rounds', values.rounds, 3, 20),
      seconds: whole('seconds', values.seconds, 5, 600),
      profile: values.profile ?? false,
    },
  };
}

function whole(name: string, text: string | undefined, otherwise: number, most: number): number {
  if (text === undefined) return otherwise;
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(value >= 1 && value <= most))
    throw new BadOption(`--${name} must be a whole number from 1 to ${most}, not '${text}'`);
  return value;
}
