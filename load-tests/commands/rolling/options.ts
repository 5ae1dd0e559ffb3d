import { randomInt } from 'node:crypto';
import { defineCommand } from '../../cli.ts';

export type RollingOptions = {
  /** Buyers who come in a second. */
  rate: number;
  /** Times each tier is reloaded. */
  rounds: number;
  /** Of each tier. */
  processes: number;
  seed: number;
};

const whole = { type: 'whole number', value: 'N' } as const;

export const rollingCommand = defineCommand({
  name: 'rolling',
  about: `
Starts a system of its own whose tiers run under pm2 behind nginx, several processes of each. Plays a drop to which
buyers keep coming while each tier in turn is reloaded (\`pm2 reload TIER\`), several times. Then it checks every rule of
docs/invariants.md, and that no client noticed: no request failed, none was repeated, no socket was refused. Exit code
0: all of this held; 1: it did not, or the run failed; 2: an option is wrong.`,
  options: {
    rate: {
      ...whole,
      min: 1,
      max: 100,
      default: 10,
      help: 'buyers who come in a second; the sockets of all are open from the start',
    },
    rounds: { ...whole, min: 1, max: 20, default: 3, help: 'reloads of each tier' },
    processes: { ...whole, min: 1, max: 8, default: 2, help: 'processes of each tier' },
    seed: { ...whole, min: 0, max: 2 ** 32 - 1, default: 'random', help: 'makes the same choices again' },
  },
  notes: `
A round takes about 20 s, longer where processes start slowly; start, checks and stop take another 30 s. Nothing is left
running.`,
  read: ({ values }): RollingOptions => ({ ...values, seed: values.seed ?? randomInt(2 ** 32) }),
});

/** The arguments that make the same choices again. */
export function argsOf({ rate, rounds, processes, seed }: RollingOptions): string {
  return `--rate ${rate} --rounds ${rounds} --processes ${processes} --seed ${seed}`;
}
