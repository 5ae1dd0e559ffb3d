import { parseArgs } from 'node:util';
import { BadOption } from '../rush/options.ts';

export type BuyerOptions = {
  count: number;
  out: string;
  dropId: number | undefined;
  yesInProduction: boolean;
};

export const help = `npm run buyers -- --count N --out FILE [options]

Makes test buyers in MySQL, with sessions that hold for twelve hours, and writes what k6 needs to act as them: id,
session token and an address of their own each. They have no password. The file is as good as their sessions: keep it
to yourself, and delete it afterwards.

  --count N        how many, 1 to 1000000
  --out FILE       CSV if its name ends in .csv, otherwise JSON
  --drop ID        with each buyer's question in that drop and the answer to it, which entries.ts and journey.ts need
  --yes-in-production  also where SEATDROP_ENV is production
  --help           this text

Without anything else it is for the system that \`npm start\` runs here. For another one set SEATDROP_ENV, MYSQL_URL and
SESSION_KEYS as that system has them.
`;

const mostBuyers = 1_000_000;

/** @throws {BadOption} naming the one that is wrong */
export function readBuyerOptions(args: string[]): BuyerOptions | 'help' {
  const values = parse(args);
  if (values.help) return 'help';
  if (values.out === undefined || values.out === '') throw new BadOption('--out must name a file');
  return {
    count: whole('count', values.count, mostBuyers),
    out: values.out,
    dropId: values.drop === undefined ? undefined : whole('drop', values.drop, 2 ** 53 - 1),
    yesInProduction: values['yes-in-production'] ?? false,
  };
}

function parse(args: string[]) {
  const string = { type: 'string' } as const;
  const boolean = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args,
      options: { count: string, out: string, drop: string, 'yes-in-production': boolean, help: boolean },
    }).values;
  } catch (error) {
    throw new BadOption((error as Error).message);
  }
}

function whole(name: string, text: string | undefined, most: number): number {
  const value = /^[1-9]\d*$/.test(text ?? '') ? Number(text) : NaN;
  if (!(value <= most))
    throw new BadOption(
      `--${name} must be a whole number from 1 to ${most}, ${text === undefined ? 'and is missing' : `not '${text}'`}`,
    );
  return value;
}
