import { parseArgs } from 'node:util';
import { BadOption } from '../rush/options.ts';
import { describedOnly, drills, shortDrill, type Drill } from './drills.ts';

export type DrillOptions = {
  chosen: readonly Drill[];
  seed: number;
  /** Of breaking, for each drill. */
  minutes: number;
  /** Who come in a minute of it. */
  buyersPerMinute: number;
  /** Of Redis, that must have a batch before it counts as decided. */
  replicaAcks: number;
  /** Where the report goes as JSON, beside the one that is shown. */
  report: string | undefined;
};

export const help = `npm run drill -- [options]

Starts a system of its own, and for each drill plays a sale to which buyers keep coming while something is broken at
random moments. Then heals it, waits until nothing goes on any more, and checks every rule of docs/invariants.md by
ledger, MySQL, Redis, broker, payment provider and what the buyers were told. Exit code 0: every rule held; 1: one did
not, or a drill could not be run; 2: an option is wrong.

  --list            what there is
  --only A[,B]      these drills (all but short, which npm test runs)
  --minutes M       of breaking, for each drill: 0.2 to 60 (2)
  --buyers N        who come in a minute, 10 to 5000 (240)
  --seed N          breaks the same things at the same moments again (random)
  --replica-acks N  REDIS_REPLICA_ACKS of the tiers, 0 or 1 (1)
  --report FILE     the report as JSON; npm run drill:report -- FILE makes a table of it
  --help            this text

It runs for the breaking, and a minute or so for each drill besides. Nothing of it is left running.
`;

/** @throws {BadOption} naming the one that is wrong */
export function readOptions(args: string[], randomSeed: number): DrillOptions | 'help' | 'list' {
  const { values } = parse(args);
  if (values.help) return 'help';
  if (values.list) return 'list';
  return {
    chosen: values.only === undefined ? drills : values.only.split(',').map(drillNamed),
    seed: number('seed', values.seed, randomSeed, 0, 2 ** 32 - 1, true),
    minutes: number('minutes', values.minutes, 2, 0.2, 60),
    buyersPerMinute: number('buyers', values.buyers, 240, 10, 5_000, true),
    replicaAcks: number('replica-acks', values['replica-acks'], 1, 0, 1, true),
    report: values.report,
  };
}

/** The arguments that make the same choices again. */
export function argsOf({ chosen, seed, minutes, buyersPerMinute, replicaAcks }: DrillOptions): string {
  return [
    ...(chosen === drills ? [] : [`--only ${chosen.map(({ name }) => name).join(',')}`]),
    `--minutes ${minutes} --buyers ${buyersPerMinute} --seed ${seed}`,
    ...(replicaAcks === 1 ? [] : [`--replica-acks ${replicaAcks}`]),
  ].join(' ');
}

export function describeDrills(): string {
  const width = Math.max(...drills.map(({ name }) => name.length)) + 2;
  const rows = [...drills, shortDrill].map(({ name, what }) => `  ${name.padEnd(width)}${what}\n`);
  const described = `  ${describedOnly.join(', ')}: described in docs/reliability.md, not run\n`;
  return [...rows, described].join('');
}

function parse(args: string[]) {
  const string = { type: 'string' } as const;
  const boolean = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args,
      options: {
        list: boolean,
        help: boolean,
        only: string,
        minutes: string,
        buyers: string,
        seed: string,
        'replica-acks': string,
        report: string,
      },
    });
  } catch (error) {
    throw new BadOption((error as Error).message);
  }
}

function drillNamed(name: string): Drill {
  const found = [...drills, shortDrill].find((drill) => drill.name === name);
  if (!found) throw new BadOption(`--only: there is no drill '${name}'`);
  return found;
}

function number(
  name: string,
  text: string | undefined,
  otherwise: number,
  min: number,
  max: number,
  whole = false,
): number {
  if (text === undefined) return otherwise;
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (!(value >= min && value <= max) || (whole && !Number.isInteger(value)))
    throw new BadOption(
      `--${name} must be a${whole ? ' whole' : ''} number from ${min} to ${max}, not '${text}'`,
    );
  return value;
}
