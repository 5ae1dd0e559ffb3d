import { defineCommand } from '../cli.ts';
import { benches, type BenchName } from './benches.ts';
import type { Plan } from './plan.ts';

const names = Object.keys(benches);
const width = Math.max(...names.map((name) => name.length)) + 2;

export const benchCommand = defineCommand({
  name: 'bench',
  about: `
Measures one part of the system beside its reference, on servers of its own, and prints a short table; the last line is
the same as JSON. docs/performance.md says what the figures mean, and what we measured.

${Object.entries(benches)
  .map(([name, { what }]) => `  ${name.padEnd(width)}${what}\n`)
  .join('')}`,
  argument: { name: 'NAME', choices: names },
  options: {
    rounds: {
      type: 'whole number',
      value: 'N',
      min: 1,
      max: 20,
      default: 3,
      help: 'measurements, each followed by one of the reference',
    },
    seconds: {
      type: 'whole number',
      value: 'S',
      min: 1,
      max: 600,
      default: 5,
      help: 'length of a measurement, where it is measured over time',
    },
    profile: { type: 'flag', help: 'where the measured tier spends its time; this lowers the figures' },
  },
  read: ({ values, argument }): { name: BenchName; plan: Plan } => ({
    name: argument as BenchName,
    plan: values,
  }),
});
