import { parseArgs } from 'node:util';
import { BadOption } from '../rush/options.ts';

export const scripts = ['entries', 'sockets', 'journey'] as const;
export type ScriptName = (typeof scripts)[number];

export type LoadOptions = {
  script: ScriptName;
  /** The script's own options, as its head lists them. */
  env: Record<string, string>;
  /** Of the drop that is made for the run. */
  seats: number | undefined;
  standby: number | undefined;
  holdSeconds: number;
  /** For k6 itself. */
  k6Args: string[];
};

export const help = `npm run load -- entries|sockets|journey [options] [-- options of k6]

Runs a load test with k6. entries presses Buy at a constant rate, sockets opens connections and keeps them, journey
plays whole purchases and fails when a rule is broken. The head of load-tests/k6/NAME.ts lists what each can be told.
The exit code is k6's: 0 when every aim was met, 99 when one was not.

  --set NAME=VALUE  an option of the script, such as --set RATE=500 --set DURATION=1m; may come again
  --seats N         in the drop that is made for the run (one a buyer; journey: half as many)
  --standby N       places on its waiting list (a fifth of the buyers)
  --hold S          seconds to pay, 5 to 3600 (15)
  --help            this text

k6 is the one in the PATH (0.57 or later), or .local/bin/k6-VERSION, which is built from source (go install) when there is
neither. A drop and buyers are made on the system that \`npm start\` runs, unless DROP and BUYERS are set; for another
system set BASE_URL as well, and make its buyers with \`npm run buyers\`.
`;

/** @throws {BadOption} naming the one that is wrong */
export function readLoadOptions(args: string[]): LoadOptions | 'help' {
  // What comes after -- is k6's own; parseArgs would take it for names of scripts.
  const end = args.indexOf('--');
  const own = end === -1 ? args : args.slice(0, end);
  const { values, positionals } = parse(own);
  if (values.help) return 'help';
  const [name = '', ...more] = positionals;
  const script = scripts.find((each) => each === name);
  if (!script)
    throw new BadOption(`say which one: ${scripts.join(', ')}${name === '' ? '' : `; not '${name}'`}`);
  if (more.length > 0) throw new BadOption(`one at a time, without '${more.join(' ')}'`);
  const env = Object.fromEntries((values.set ?? []).map(readSetting));
  const given = ['DROP', 'BUYERS'].filter((each) => each in env);
  if (given.length === 1)
    throw new BadOption(`--set DROP and --set BUYERS go together; only ${given[0]} is set`);
  if ('BASE_URL' in env && given.length === 0)
    throw new BadOption(
      '--set BASE_URL needs --set DROP and --set BUYERS: nothing is made on another system',
    );
  return {
    script,
    env,
    seats: values.seats === undefined ? undefined : whole('seats', values.seats, 1, 200_000),
    standby: values.standby === undefined ? undefined : whole('standby', values.standby, 0, 1_000_000),
    holdSeconds: values.hold === undefined ? 15 : whole('hold', values.hold, 5, 3600),
    k6Args: end === -1 ? [] : args.slice(end + 1),
  };
}

/**
 * How many buyers a run takes that is told this; as the scripts count them.
 * @throws {BadOption} when a number is not one
 */
export function buyersNeeded(script: ScriptName, env: Record<string, string>): number {
  const number = (name: string, otherwise: number) => {
    const [, amount, unit] = /^(\d+(?:\.\d+)?)([smh]?)$/.exec(env[name] ?? String(otherwise)) ?? [];
    const value = Number(amount) * (unit === 'h' ? 3600 : unit === 'm' ? 60 : 1);
    if (!(value > 0)) throw new BadOption(`--set ${name} must be a number over 0, not '${env[name]}'`);
    return value;
  };
  switch (script) {
    case 'entries':
      return Math.ceil(number('RATE', 100) * number('DURATION', 30)) + 1;
    case 'sockets':
      return number('CONNECTIONS', 200);
    case 'journey':
      return Math.ceil(number('RATE', 5) * number('DURATION', 30)) + 1;
  }
}

function readSetting(text: string): [string, string] {
  const [, name, value] = /^([A-Z][A-Z0-9_]*)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new BadOption(`--set takes NAME=VALUE, with the name in capitals, not '${text}'`);
  return [name, value];
}

function parse(args: string[]) {
  const string = { type: 'string' } as const;
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        set: { type: 'string', multiple: true },
        seats: string,
        standby: string,
        hold: string,
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new BadOption((error as Error).message);
  }
}

function whole(name: string, text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(value >= least && value <= most))
    throw new BadOption(`--${name} must be a whole number from ${least} to ${most}, not '${text}'`);
  return value;
}
