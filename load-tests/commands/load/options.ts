import { BadOption, defineCommand } from '../../cli.ts';

export const scripts = ['entries', 'sockets', 'journey'] as const;
export type ScriptName = (typeof scripts)[number];

export type LoadOptions = {
  script: ScriptName;
  /** Settings of the script, which its head lists. */
  env: Record<string, string>;
  /** Terms of the drop that is made for the run. */
  seats: number | undefined;
  standby: number | undefined;
  holdSeconds: number;
  free: boolean;
  /** Arguments for k6 itself. */
  k6Args: string[];
};

export const loadCommand = defineCommand({
  name: 'load',
  about: `
Runs a load test with k6: entries presses Buy at a constant rate, sockets opens connections and keeps them, journey plays
whole purchases and fails if a rule is broken. The head of load-tests/k6/NAME.ts lists the settings of each. The exit
code is that of k6: 0 if every threshold was met, 99 if not; 2 if an option is wrong.`,
  argument: { name: scripts.join('|'), choices: scripts },
  passesOn: 'options of k6',
  options: {
    set: {
      type: 'texts',
      value: 'NAME=VALUE',
      help: 'a setting of the script, such as --set RATE=500 --set DURATION=1m',
    },
    seats: {
      type: 'whole number',
      value: 'N',
      min: 1,
      max: 200_000,
      default: 'one per buyer; journey: half as many',
      help: 'seats in the drop that is made for the run',
    },
    standby: {
      type: 'whole number',
      value: 'N',
      min: 0,
      max: 1_000_000,
      default: 'a fifth of the buyers',
      help: 'places in its standby',
    },
    hold: { type: 'whole number', value: 'S', min: 5, max: 3600, default: 15, help: 'seconds to pay' },
    free: { type: 'flag', help: 'its seats cost nothing, and no card is sent' },
  },
  notes: `
k6 is taken from the PATH (0.57 or later) or from .local/bin/k6-VERSION, which is built from source (go install) if
neither exists. A drop and buyers are made on the system that \`npm start\` runs, unless DROP and BUYERS are set; for
another system set BASE_URL as well, and make its buyers with \`npm run buyers\`.`,
  read({ values: { set, seats, standby, hold, free }, argument, passedOn }): LoadOptions {
    const env = Object.fromEntries(set.map(readSetting));
    const names = ['DROP', 'BUYERS'].filter((name) => name in env);
    if (names.length === 1)
      throw new BadOption(`--set DROP and --set BUYERS need each other; only ${names[0]} is set`);
    if ('BASE_URL' in env && names.length === 0)
      throw new BadOption(
        '--set BASE_URL needs --set DROP and --set BUYERS: nothing is made on another system',
      );
    const script = argument as ScriptName;
    return { script, env, seats, standby, holdSeconds: hold, free, k6Args: passedOn };
  },
});

/**
 * Number of buyers that a script needs with these settings; counts like the scripts.
 * @throws {BadOption} if a setting is not a number over 0
 */
export function buyersNeeded(script: ScriptName, env: Record<string, string>): number {
  const number = (name: string, fallback: number) => {
    const [, amount, unit] = /^(\d+(?:\.\d+)?)([smh]?)$/.exec(env[name] ?? String(fallback)) ?? [];
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
