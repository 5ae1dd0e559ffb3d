import { parseArgs } from 'node:util';
import { ConfigError } from '../shared/tier/config.ts';
import { CannotRun } from './system.ts';

class BadUsage extends Error {
  override name = 'BadUsage';
}

/**
 * Runs a command on one drop. Exit code: what `run` returns; 1 if the command cannot be carried out; 2 for wrong usage.
 */
export async function runCommand(
  help: string,
  flags: readonly string[],
  run: (dropId: number, given: ReadonlySet<string>) => Promise<number>,
): Promise<void> {
  try {
    const { dropId, given } = readArgs(flags);
    if (dropId === undefined) process.stdout.write(help);
    else process.exitCode = await run(dropId, given);
  } catch (error) {
    const { code } = error as { code?: string };
    const wrong = error instanceof BadUsage || code?.startsWith('ERR_PARSE_ARGS') === true;
    const expected = wrong || error instanceof CannotRun || error instanceof ConfigError;
    console.error(expected ? (error as Error).message : error);
    if (wrong) console.error(`\n${help}`);
    process.exitCode = wrong ? 2 : 1;
  }
  // Timers of client libraries must not keep a finished command running.
  process.exit();
}

function readArgs(flags: readonly string[]): { dropId: number | undefined; given: ReadonlySet<string> } {
  const { values, positionals } = parseArgs({
    args: process.argv.slice(2),
    options: Object.fromEntries([...flags, 'help'].map((flag) => [flag, { type: 'boolean' }] as const)),
    allowPositionals: true,
  });
  const given = new Set(Object.keys(values));
  if (given.has('help')) return { dropId: undefined, given };
  const [id, ...more] = positionals;
  if (id === undefined || more.length > 0) throw new BadUsage('Name one drop by its id.');
  if (!/^[1-9]\d{0,9}$/.test(id)) throw new BadUsage(`'${id}' is not the id of a drop.`);
  return { dropId: Number(id), given };
}
