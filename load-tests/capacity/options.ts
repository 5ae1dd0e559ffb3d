import { parseArgs } from 'node:util';
import { BadOption } from '../rush/options.ts';
import type { Machine, Sale } from './model.ts';

export type CapacityOptions = { sale: Sale; machine: Machine; price: number; hours: number };

const numbers = {
  buyers: { otherwise: 100_000, min: 1, max: 1e9 },
  seats: { otherwise: 10_000, min: 1, max: 1e7 },
  standby: { otherwise: undefined, min: 0, max: 1e8 },
  seconds: { otherwise: 60, min: 0.1, max: 86_400 },
  arrival: { otherwise: 600, min: 1, max: 86_400 },
  payment: { otherwise: 300, min: 1, max: 86_400 },
  cores: { otherwise: 2, min: 1, max: 256 },
  memory: { otherwise: 4, min: 1, max: 4_096 },
  usable: { otherwise: 60, min: 1, max: 100 },
  price: { otherwise: 0.0725, min: 0, max: 1_000 },
  hours: { otherwise: 2, min: 0, max: 100_000 },
} as const;
type Name = keyof typeof numbers;

export const help = `npm run capacity -- [options]

The machines that a drop needs at its peak, and what they cost, by what \`npm run bench -- scale\` measured on the machine
where it ran last (load-tests/capacity/model.json). What goes into it, and how far off it is: docs/capacity.md.

  --buyers N    who press Buy (100000)
  --seats M     that are sold (10000)
  --standby N   places on the waiting list (half the seats)
  --seconds S   in which they press (60)
  --arrival S   in which they open the page before that (600)
  --payment S   in which the seats are paid after that (300)

  --cores N     of one machine (2)
  --memory GB   of one machine (4)
  --usable P    per cent of either that may be in use at the peak (60)
  --price P     of one machine for an hour, in whatever currency (0.0725)
  --hours H     for which they are up (2)
  --help        this text
`;

/** @throws {BadOption} naming the one that is wrong */
export function readOptions(args: string[]): CapacityOptions | 'help' {
  const string = { type: 'string' } as const;
  const names = Object.keys(numbers) as Name[];
  let values: Partial<Record<Name, string>> & { help?: boolean };
  try {
    const options = Object.fromEntries(names.map((name) => [name, string])) as Record<Name, typeof string>;
    ({ values } = parseArgs({ args, options: { ...options, help: { type: 'boolean' } } }));
  } catch (error) {
    throw new BadOption((error as Error).message);
  }
  if (values.help === true) return 'help';
  const of = (name: Name): number => {
    const text = values[name];
    const { otherwise, min, max } = numbers[name];
    if (text === undefined) return otherwise ?? of('seats') / 2;
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
    if (!(value >= min && value <= max))
      throw new BadOption(`--${name} must be a number from ${min} to ${max}, not '${text}'`);
    return value;
  };
  return {
    sale: {
      buyers: of('buyers'),
      seats: of('seats'),
      standby: of('standby'),
      seconds: of('seconds'),
      arrivalSeconds: of('arrival'),
      paymentSeconds: of('payment'),
    },
    machine: { cores: of('cores'), bytes: of('memory') * 2 ** 30, usable: of('usable') / 100 },
    price: of('price'),
    hours: of('hours'),
  };
}
