/** Shared by all commands of this folder: option tables, the `--help` generated from them, errors and exit codes. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ConfigError } from '../shared/tier/config.ts';

/** An option is unknown, missing, or has an invalid value. The message names it. */
export class BadOption extends Error {
  override name = 'BadOption';
}

/** The command cannot run in this environment. The message says what to do. */
export class CannotRun extends Error {
  override name = 'CannotRun';
}

/** Resolves a path against the folder in which the user typed it: npm itself runs in the folder of package.json. */
export function pathAsTyped(path: string): string {
  return resolve(process.env['INIT_CWD'] ?? '.', path);
}

type Described = {
  help: string;
  /** A heading above this option in the help. */
  heading?: string;
};

type NumberOption = Described & {
  type: 'whole number' | 'number';
  /** Placeholder for the value in the help. */
  value: string;
  min: number;
  max: number;
  /** A text describes a default that the command computes: the value is then undefined. */
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

type ParsedArgs<T extends OptionTable> = {
  values: { [Name in keyof T]: ValueOf<T[Name]> };
  /** The positional argument; empty unless the command takes one. */
  argument: string;
  /** The arguments after `--`, for a command that passes them on. */
  passedOn: string[];
};

/** The one positional argument; if `choices` is given, it must be one of them. */
type Argument = { name: string; choices?: readonly string[] };

type Definition<T extends OptionTable, Options> = {
  /** The NAME of `npm run NAME`. */
  name: string;
  about: string;
  options: T;
  argument?: Argument;
  /** Describes the arguments after `--` in the help. */
  passesOn?: string;
  /** Text below the options in the help. */
  notes?: string;
  /** Turns the values into the command's options. @throws BadOption if values contradict each other */
  read: (parsed: ParsedArgs<T>) => Options;
};

export type Command<Options> = {
  name: string;
  help: string;
  /**
   * Parses the arguments into options; returns 'help' for `--help`.
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
      const parsed = parse(definition, args);
      return parsed === 'help' ? 'help' : definition.read(parsed);
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
  // Exits explicitly, because a timer of a client library can keep the process alive.
  return process.exit();
}

function parse<T extends OptionTable>(
  { options, argument, passesOn }: Definition<T, unknown>,
  args: readonly string[],
): ParsedArgs<T> | 'help' {
  // parseArgs would treat the arguments after `--` as positional arguments of this command.
  const end = passesOn === undefined ? -1 : args.indexOf('--');
  const { values, positionals } = parseTexts(options, end === -1 ? args : args.slice(0, end));
  if (values['help'] === true) return 'help';
  const entries = Object.entries(options).map(([name, option]) => [
    name,
    readValue(name, option, values[name]),
  ]);
  return {
    values: Object.fromEntries(entries) as ParsedArgs<T>['values'],
    argument: readArgument(argument, positionals),
    passedOn: end === -1 ? [] : args.slice(end + 1),
  };
}

type Texts = Partial<Record<string, string | boolean | (string | boolean)[]>>;

function parseTexts(options: OptionTable, args: readonly string[]): { values: Texts; positionals: string[] } {
  const declared = Object.entries(options).map(([name, { type }]) => {
    const argType = type === 'flag' ? ('boolean' as const) : ('string' as const);
    return [name, { type: argType, multiple: type === 'texts' }] as const;
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

function readArgument(argument: Argument | undefined, positionals: string[]): string {
  const text = positionals.join(' ');
  if (argument === undefined) {
    if (positionals.length > 0) throw new BadOption(`unexpected argument '${text}'`);
    return '';
  }
  const { name, choices } = argument;
  if (choices === undefined) {
    if (positionals.length !== 1)
      throw new BadOption(`give one ${name}${text === '' ? '' : `, not '${text}'`}`);
  } else if (positionals.length === 0) throw new BadOption(`which one? ${choices.join(', ')}`);
  else if (!choices.includes(text))
    throw new BadOption(`there is no '${text}'; there are ${choices.join(', ')}`);
  return text;
}

function readValue(name: string, option: Option, value: Texts[string]): unknown {
  switch (option.type) {
    case 'flag':
      return value ?? false;
    case 'texts':
      return value ?? [];
    case 'text':
      if (option.required && !value)
        throw new BadOption(`--${name} must name a ${option.value.toLowerCase()}`);
      return value;
    case 'number':
    case 'whole number':
      return readNumber(name, option, value as string | undefined);
  }
}

function readNumber(name: string, option: NumberOption, text: string | undefined): number | undefined {
  const { type, min, max, required } = option;
  if (text === undefined && !required) return typeof option.default === 'number' ? option.default : undefined;
  const value = /^\d+(\.\d+)?$/.test(text ?? '') ? Number(text) : NaN;
  if (value >= min && value <= max && (type === 'number' || Number.isInteger(value))) return value;
  const problem = text === undefined ? 'and is missing' : `not '${text}'`;
  throw new BadOption(`--${name} must be a ${type} from ${min} to ${max}, ${problem}`);
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
  // The range of an id is not worth printing.
  const range = max === Number.MAX_SAFE_INTEGER ? [] : [`${min} to ${max}`];
  const fallback = option.default === undefined ? [] : [`default ${option.default}`];
  const limits = [...range, ...fallback].join(', ');
  return limits === '' ? '' : ` (${limits})`;
}
