import { randomInt } from 'node:crypto';
import { BadOption, defineCommand } from '../../cli.ts';
import { describedOnly, drills, shortDrill, type Drill } from './drills.ts';

export type DrillOptions = {
  chosen: readonly Drill[];
  /** Only list the drills. */
  list: boolean;
  seed: number;
  /** Minutes of faults per drill. */
  minutes: number;
  /** Buyers who come per minute. */
  buyersPerMinute: number;
  /** Redis replicas that must have a batch before it counts as decided. */
  replicaAcks: number;
  /** File for the report as JSON, in addition to the printed one. */
  report: string | undefined;
};

const wholeNumber = { type: 'whole number', value: 'N' } as const;

export const drillCommand = defineCommand({
  name: 'drill',
  about: `
Starts a system of its own. For each drill it plays a drop to which buyers keep coming and injects faults at random
moments. Then it repairs everything, waits until nothing happens any more, and checks every rule of
docs/invariants.md against ledger, MySQL, Redis, broker, payment provider and what the buyers were told. Exit code 0: every
rule held; 1: a rule was broken, or a drill could not be run; 2: an option is wrong.`,
  options: {
    list: { type: 'flag', help: 'list the drills' },
    only: {
      type: 'text',
      value: 'A[,B]',
      help: 'run only these (default: all but short, which npm test runs)',
    },
    minutes: {
      type: 'number',
      value: 'M',
      min: 0.2,
      max: 60,
      default: 2,
      help: 'minutes of faults for each drill',
    },
    buyers: { ...wholeNumber, min: 10, max: 5_000, default: 240, help: 'buyers who come per minute' },
    seed: {
      ...wholeNumber,
      min: 0,
      max: 2 ** 32 - 1,
      default: 'random',
      help: 'repeats the same faults at the same moments',
    },
    'replica-acks': { ...wholeNumber, min: 0, max: 1, default: 1, help: 'REDIS_REPLICA_ACKS of the tiers' },
    report: {
      type: 'text',
      value: 'FILE',
      help: 'also write the report as JSON; npm run drill:report -- FILE makes a table of it',
    },
  },
  notes: 'A drill takes its minutes of faults and about one more. Nothing is left running.',
  read: ({ values: { list, only, seed, minutes, buyers, report, ...values } }): DrillOptions => ({
    chosen: only === undefined ? drills : only.split(',').map(drillNamed),
    list,
    seed: seed ?? randomInt(2 ** 32),
    minutes,
    buyersPerMinute: buyers,
    replicaAcks: values['replica-acks'],
    report,
  }),
});

/** The arguments that repeat the run. */
export function argsOf({ chosen, seed, minutes, buyersPerMinute, replicaAcks }: DrillOptions): string {
  return [
    ...(chosen === drills ? [] : [`--only ${chosen.map(({ name }) => name).join(',')}`]),
    `--minutes ${minutes} --buyers ${buyersPerMinute} --seed ${seed}`,
    ...(replicaAcks === 1 ? [] : [`--replica-acks ${replicaAcks}`]),
  ].join(' ');
}

export function describeDrills(): string {
  const width = Math.max(...drills.map(({ name }) => name.length)) + 2;
  const rows = [...drills, shortDrill].map(({ name, about }) => `  ${name.padEnd(width)}${about}\n`);
  const described = `  ${describedOnly.join(', ')}: described in docs/reliability.md, not run\n`;
  return [...rows, described].join('');
}

function drillNamed(name: string): Drill {
  const found = [...drills, shortDrill].find((drill) => drill.name === name);
  if (!found) throw new BadOption(`--only: there is no drill '${name}'`);
  return found;
}
