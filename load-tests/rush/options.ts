import { parseArgs } from 'node:util';

export type RushOptions = {
  buyers: number;
  seats: number;
  standby: number;
  /** Seats a buyer may ask for; each asks for 1 to this many. */
  quantity: number;
  holdSeconds: number;
  partitions: number;
  /** Seconds over which the presses of Buy spread. */
  burst: number;
  /** Per cent of those who got seats. */
  chances: { decline: number; lapse: number; leave: number; slow: number; lost: number; late: number };
  /** Per cent of all buyers, who press twice. */
  double: number;
  seed: number;
  /** The front door; where `npm start` says it is, if not given. */
  url: string | undefined;
  json: boolean;
};

export const help = `npm run rush -- [options]

Plays a drop that is bought out, against the system that \`npm start\` runs: buyers with sockets press Buy at the same
moment; most of those who get seats pay, some are declined, some let their time run out, some leave. Then checks what
Redis, MySQL, the broker, the payment provider and the buyers say of it. Exit code 0: every rule held; 1: one did not,
or the system could not be used; 2: an option is wrong.

The organizer's part goes over the documented HTTP API. Buyers are written into MySQL directly and their sessions are
signed with the local stack's key: passwords are hashed so that they cost memory and time, and signing thousands up
would take minutes. From there on buyers are clients like any other, four to an address.

  --buyers N       how many (2000)
  --seats N        in the drop (a fifth of the buyers)
  --standby N      places on the waiting list (a tenth of the buyers)
  --quantity N     seats a buyer may ask for, 1 to 10; each asks for 1 to N (2)
  --hold S         seconds to pay, 5 to 3600 (15)
  --partitions N   parts that decide at once, 1 to 16 (1: strict order)
  --burst S        seconds over which the presses spread (1.5)

Of those who get seats, how many per cent
  --decline P      have a card that is declined; half of them pay with another one (10)
  --lapse P        let the time run out (8)
  --leave P        give their seats back (5); as many leave standby
  --slow P         have a card that takes two seconds (3)
  --lost P         have a card that is charged, but the answer is lost (3)
  --late P         have a card that is approved after checkout has given up waiting (2)
The others pay at once. Of all buyers
  --double P       press twice (2)

  --seed N         makes the same choices again (random)
  --url URL        another front door of the same system
  --json           the summary as JSON on standard output
  --help           this text
`;

export class BadOption extends Error {
  override name = 'BadOption';
}

const numbers = {
  buyers: { min: 1, max: 200_000, whole: true },
  seats: { min: 1, max: 200_000, whole: true },
  standby: { min: 0, max: 1_000_000, whole: true },
  quantity: { min: 1, max: 10, whole: true },
  hold: { min: 5, max: 3600, whole: true },
  partitions: { min: 1, max: 16, whole: true },
  burst: { min: 0, max: 600, whole: false },
  decline: { min: 0, max: 100, whole: false },
  lapse: { min: 0, max: 100, whole: false },
  leave: { min: 0, max: 100, whole: false },
  slow: { min: 0, max: 100, whole: false },
  lost: { min: 0, max: 100, whole: false },
  late: { min: 0, max: 100, whole: false },
  double: { min: 0, max: 100, whole: false },
  seed: { min: 0, max: 2 ** 32 - 1, whole: true },
} as const;
type Name = keyof typeof numbers;

/**
 * The options of a run; 'help' when only the help text is wanted.
 * @throws {BadOption} naming the one that is wrong
 */
export function readOptions(args: string[], randomSeed: number): RushOptions | 'help' {
  const values = parse(args);
  if (values.help) return 'help';
  const number = (name: Name, otherwise: number): number => {
    const text = values[name];
    return text === undefined ? otherwise : parseNumber(name, text);
  };

  const buyers = number('buyers', 2000);
  const options: RushOptions = {
    buyers,
    seats: number('seats', Math.max(1, Math.round(buyers / 5))),
    standby: number('standby', Math.round(buyers / 10)),
    quantity: number('quantity', 2),
    holdSeconds: number('hold', 15),
    partitions: number('partitions', 1),
    burst: number('burst', 1.5),
    chances: {
      decline: number('decline', 10),
      lapse: number('lapse', 8),
      leave: number('leave', 5),
      slow: number('slow', 3),
      lost: number('lost', 3),
      late: number('late', 2),
    },
    double: number('double', 2),
    seed: number('seed', randomSeed),
    url: values.url,
    json: values.json ?? false,
  };
  const all = Object.values(options.chances).reduce((sum, chance) => sum + chance, 0);
  if (all > 100)
    throw new BadOption(
      `--decline, --lapse, --leave, --slow, --lost and --late are ${all} % together, over 100 %`,
    );
  if (options.partitions > options.seats)
    throw new BadOption(`--partitions ${options.partitions} is more than --seats ${options.seats}`);
  if (options.url !== undefined && !/^https?:\/\//.test(options.url))
    throw new BadOption(`--url must begin with http:// or https://, not be '${options.url}'`);
  return options;
}

function parse(args: string[]) {
  const string = { type: 'string' } as const;
  const boolean = { type: 'boolean' } as const;
  const named = Object.fromEntries(Object.keys(numbers).map((name) => [name, string])) as Record<
    Name,
    typeof string
  >;
  try {
    return parseArgs({ args, options: { ...named, url: string, json: boolean, help: boolean } }).values;
  } catch (error) {
    throw new BadOption((error as Error).message);
  }
}

function parseNumber(name: Name, text: string): number {
  const { min, max, whole } = numbers[name];
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (!(value >= min && value <= max) || (whole && !Number.isInteger(value)))
    throw new BadOption(
      `--${name} must be a${whole ? ' whole' : ''} number from ${min} to ${max}, not '${text}'`,
    );
  return value;
}
