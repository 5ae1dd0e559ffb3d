import { defineCommand } from '../cli.ts';
import { benches, type BenchName } from './benches.ts';
import type { Plan } from './plan.ts';

const names = Object.keys(benches);
const width = Math.max(...names.map((name) => name.length)) + 2;

export const benchCommand = defineCommand({
  name: 'bench',
  about: `
Measures one part of the system and its reference, on servers of its own, and prints a short table; the last line has
the same figures as JSON. docs/performance.md explains the figures and gives our results.

${Object.entries(benches)
  .map(([name, { about }]) => `  ${name.padEnd(width)}${about}\n`)
  .join('')}`,
  argument: { name: 'NAME', choices: names },
  options: {
    rounds: {
      type: 'whole number',
      value: 'N',
      min: 1,
      max: 20,
      default: 3,
      help: 'measured rounds, each with a round of the reference',
    },
    seconds: {
      type: 'whole number',
      value: 'S',
      min: 1,
      max: 600,
      default: 5,
      help: 'length of a round, in benchmarks whose rounds have a fixed length',
    },
    profile: { type: 'flag', help: 'print a CPU profile of the measured tier; this lowers the figures' },
  },
  read: ({ values, argument }): { name: BenchName; plan: Plan } => ({
    name: argument as BenchName,
    plan: values,
  }),
});
