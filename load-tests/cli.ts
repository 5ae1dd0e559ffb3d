/** What all commands of this folder share: a table of options, the `--help` made from it, errors and exit codes. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ConfigError } from '../shared/tier/config.ts';

/** An option is unknown, missing, or has a value that is not allowed. The message names it. */
export class BadOption extends Error {
  override name = 'BadOption';
}

/** The command cannot do its work here. The message says what to do. */
export class CannotRun extends Error {
  override name = 'CannotRun';
}

/** The path that a person typed. npm changes to the folder of package.json; they meant the folder they were in. */
export function pathAsTyped(path: string): string {
  return resolve(process.env['INIT_CWD'] ?? '.', path);
}

type Described = {
  help: string;
  /** A line of the help above this option. */
  heading?: string;
};

type NumberOption = Described & {
  type: 'whole number' | 'number';
  /** Stands for the value in the help. */
  value: string;
  min: number;
  max: number;
  /** A text describes a default that the command makes itself: the value is then undefined. */
  default?: number | string;
  required?: true;
};

type Option =
  | NumberOption
  | (Described & { type: 'text'; value: string; required?: true })
  /** May be given several times. */
  | (Described & { type: 'texts'; value: string })
  | (Described & { type: 'flag' });

export type OptionTable = Readonly<Record<string, Option>>;

type ValueOf<O extends Option> = O extends { type: 'flag' }
  ? boolean
  : O extends { type: 'texts' }
    ? string[]
    : (O extends { type: 'text' } ? string : number) | (O extends Always ? never : undefined);
type Always = { default: number } | { required: true };

type Given<T extends OptionTable> = {
  values: { [Name in keyof T]: ValueOf<T[Name]> };
  /** What stands beside the options; empty unless the command takes an argument. */
  argument: string;
  /** What follows `--`, for a command that passes it on. */
  passedOn: string[];
};

/** Stands beside the options, once; one of `choices` where there are any. */
type Argument = { name: string; choices?: readonly string[] };

type Definition<T extends OptionTable, Options> = {
  /** As in `npm run NAME`. */
  name: string;
  about: string;
  options: T;
  argument?: Argument;
  /** Says whose the arguments after `--` are. */
  passesOn?: string;
  /** Stands below the options in the help. */
  notes?: string;
  /** Makes of the values what the command works with. Throws BadOption where values do not go together. */
  read: (given: Given<T>) => Options;
};

export type Command<Options> = {
  name: string;
  help: string;
  /**
   * The options of a run; 'help' when only the help text is wanted.
   * @throws {BadOption}
   */
  read: (args: readonly string[]) => Options | 'help';
};

export function defineCommand<const T extends OptionTable, Options>(
  definition: Definition<T, Options>,
): Command<Options> {
  return {
    name: definition.name,
    help: helpOf(definition),
    read(args) {
      const given = parse(definition, args);
      return given === 'help' ? 'help' : definition.read(given);
    },
  };
}

/** Runs a command and ends the process. Exit code: what `run` returns; 2 for a bad option; 1 for any other error. */
export async function runCommand<Options>(
  { name, help, read }: Command<Options>,
  run: (options: Options) => Promise<number>,
): Promise<never> {
  try {
    const options = read(process.argv.slice(2));
    if (options === 'help') process.stdout.write(help);
    else process.exitCode = await run(options);
  } catch (error) {
    const isBadOption = error instanceof BadOption;
    const isExpected = isBadOption || error instanceof CannotRun || error instanceof ConfigError;
    console.error(isExpected ? error.message : error);
    if (isBadOption) console.error(`\n\`npm run ${name} -- --help\` lists the options.`);
    process.exitCode = isBadOption ? 2 : 1;
  }
  // A timer of a client library must not keep a finished run from ending.
  return process.exit();
}

function parse<T extends OptionTable>(
  { options, argument, passesOn }: Definition<T, unknown>,
  args: readonly string[],
): Given<T> | 'help' {
  // parseArgs would take what follows -- for arguments of ours.
  const end = passesOn === undefined ? -1 : args.indexOf('--');
  const { values, positionals } = parseTexts(options, end === -1 ? args : args.slice(0, end));
  if (values['help'] === true) return 'help';
  const read = Object.entries(options).map(([name, option]) => [name, readValue(name, option, values[name])]);
  return {
    values: Object.fromEntries(read) as Given<T>['values'],
    argument: readArgument(argument, positionals),
    passedOn: end === -1 ? [] : args.slice(end + 1),
  };
}

type Texts = Partial<Record<string, string | boolean | (string | boolean)[]>>;

function parseTexts(options: OptionTable, args: readonly string[]): { values: Texts; positionals: string[] } {
  const declared = Object.entries(options).map(([name, { type }]) => {
    const kind = type === 'flag' ? ('boolean' as const) : ('string' as const);
    return [name, { type: kind, multiple: type === 'texts' }] as const;
  });
  try {
    return parseArgs({
      args: [...args],
      options: { ...Object.fromEntries(declared), help: { type: 'boolean' } },
      allowPositionals: true,
    });
  } catch (error) {
    throw new BadOption((error as Error).message, { cause: error });
  }
}

function readArgument(argument: Argument | undefined, given: string[]): string {
  const all = given.join(' ');
  if (argument === undefined) {
    if (given.length > 0) throw new BadOption(`unexpected argument '${all}'`);
    return '';
  }
  const { name, choices } = argument;
  if (choices === undefined) {
    if (given.length !== 1) throw new BadOption(`give one ${name}${all === '' ? '' : `, not '${all}'`}`);
  } else if (given.length === 0) throw new BadOption(`which one? ${choices.join(', ')}`);
  else if (!choices.includes(all))
    throw new BadOption(`there is no '${all}'; there are ${choices.join(', ')}`);
  return all;
}

function readValue(name: string, option: Option, given: Texts[string]): unknown {
  switch (option.type) {
    case 'flag':
      return given ?? false;
    case 'texts':
      return given ?? [];
    case 'text':
      if (option.required && !given)
        throw new BadOption(`--${name} must name a ${option.value.toLowerCase()}`);
      return given;
    case 'number':
    case 'whole number':
      return readNumber(name, option, given as string | undefined);
  }
}

function readNumber(name: string, option: NumberOption, text: string | undefined): number | undefined {
  const { type, min, max, required } = option;
  if (text === undefined && !required) return typeof option.default === 'number' ? option.default : undefined;
  const value = /^\d+(\.\d+)?$/.test(text ?? '') ? Number(text) : NaN;
  if (value >= min && value <= max && (type === 'number' || Number.isInteger(value))) return value;
  const found = text === undefined ? 'and is missing' : `not '${text}'`;
  throw new BadOption(`--${name} must be a ${type} from ${min} to ${max}, ${found}`);
}

function helpOf({
  name,
  about,
  options,
  argument,
  passesOn,
  notes,
}: Omit<Definition<OptionTable, unknown>, 'read'>): string {
  const usage = [
    `npm run ${name} --`,
    ...(argument ? [argument.name] : []),
    ...Object.entries(options).flatMap(([each, option]) =>
      'required' in option && option.required ? [`--${each} ${option.value}`] : [],
    ),
    '[options]',
    ...(passesOn === undefined ? [] : [`[-- ${passesOn}]`]),
  ].join(' ');
  const rows = Object.entries({ ...options, help: { type: 'flag', help: 'this text' } } as OptionTable).map(
    ([each, option]) => {
      const left = option.type === 'flag' ? `--${each}` : `--${each} ${option.value}`;
      return { heading: option.heading, left, right: option.help + describeRange(option) };
    },
  );
  const width = Math.max(...rows.map(({ left }) => left.length)) + 2;
  const lines = rows.map(
    ({ heading, left, right }) =>
      `${heading === undefined ? '' : `\n${heading}\n`}  ${left.padEnd(width)}${right}\n`,
  );
  return (
    [usage, about.trim(), lines.join('').trimEnd(), ...(notes ? [notes.trim()] : [])].join('\n\n') + '\n'
  );
}

function describeRange(option: Option): string {
  if (option.type !== 'number' && option.type !== 'whole number') return '';
  const { min, max } = option;
  // An id has no range to speak of.
  const range = max === Number.MAX_SAFE_INTEGER ? [] : [`${min} to ${max}`];
  const otherwise = option.default === undefined ? [] : [`default ${option.default}`];
  const limits = [...range, ...otherwise].join(', ');
  return limits === '' ? '' : ` (${limits})`;
}
