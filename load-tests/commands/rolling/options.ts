import { randomInt } from 'node:crypto';
import { defineCommand } from '../../cli.ts';

export type RollingOptions = {
  /** Buyers who press per second. */
  rate: number;
  /** Reloads of each tier. */
  rounds: number;
  /** Processes of each tier. */
  processes: number;
  seed: number;
};

const wholeNumber = { type: 'whole number', value: 'N' } as const;

export const rollingCommand = defineCommand({
  name: 'rolling',
  about: `
Starts a system of its own whose tiers run under pm2 behind nginx, with several processes each. Plays a drop to which
buyers keep coming while the tiers are reloaded in turn (\`pm2 reload TIER\`), several times. Then it checks every rule of
docs/invariants.md, and that no client noticed: no request failed or was retried, and no socket was refused. Exit code 0:
all of this held; 1: it did not, or the run failed; 2: an option is wrong.`,
  options: {
    rate: {
      ...wholeNumber,
      min: 1,
      max: 100,
      default: 10,
      help: 'buyers who press per second; all sockets are open from the start',
    },
    rounds: { ...wholeNumber, min: 1, max: 20, default: 3, help: 'reloads of each tier' },
    processes: { ...wholeNumber, min: 1, max: 8, default: 2, help: 'processes of each tier' },
    seed: {
      ...wholeNumber,
      min: 0,
      max: 2 ** 32 - 1,
      default: 'random',
      help: 'repeats the same random choices',
    },
  },
  notes: `
A round takes about 20 s, longer if processes start slowly; start, checks and stop take another 30 s. Nothing is left
running.`,
  read: ({ values }): RollingOptions => ({ ...values, seed: values.seed ?? randomInt(2 ** 32) }),
});

/** The arguments that repeat the run. */
export function argsOf({ rate, rounds, processes, seed }: RollingOptions): string {
  return `--rate ${rate} --rounds ${rounds} --processes ${processes} --seed ${seed}`;
}
