import { defineCommand } from '../../cli.ts';
import type { Machine, DropSize } from './model.ts';

export type CapacityOptions = { dropSize: DropSize; machine: Machine; price: number; hours: number };

const number = { type: 'number', value: 'N' } as const;

export const capacityCommand = defineCommand({
  name: 'capacity',
  about: `
Calculates the machines that a drop needs at its peak and their cost, from the last measurements of \`npm run bench -- scale\`
(load-tests/commands/capacity/model.json). docs/capacity.md describes the model and its error.`,
  options: {
    buyers: { ...number, min: 1, max: 1e9, default: 100_000, help: 'buyers who press Buy' },
    seats: { ...number, min: 1, max: 1e7, default: 10_000, help: 'seats in the drop' },
    standby: {
      ...number,
      min: 0,
      max: 1e8,
      default: 'half the seats',
      help: 'places in standby',
    },
    seconds: {
      ...number,
      value: 'S',
      min: 0.1,
      max: 86_400,
      default: 60,
      help: 'seconds in which they press',
    },
    arrival: {
      ...number,
      value: 'S',
      min: 1,
      max: 86_400,
      default: 600,
      help: 'seconds before that in which they open the page',
    },
    payment: {
      ...number,
      value: 'S',
      min: 1,
      max: 86_400,
      default: 300,
      help: 'seconds after that in which the seats are paid',
    },
    cores: { ...number, heading: 'One machine', min: 1, max: 256, default: 2, help: 'cores' },
    memory: { ...number, value: 'GB', min: 1, max: 4_096, default: 4, help: 'memory' },
    usable: {
      ...number,
      value: 'P',
      min: 1,
      max: 100,
      default: 60,
      help: 'percentage of cores and memory that may be in use at the peak',
    },
    price: {
      ...number,
      value: 'P',
      min: 0,
      max: 1_000,
      default: 0.0725,
      help: 'price per hour, in any currency',
    },
    hours: { ...number, value: 'H', min: 0, max: 100_000, default: 2, help: 'hours that the machines run' },
  },
  read({ values }): CapacityOptions {
    const { buyers, seats, seconds, arrival, payment, cores, memory, usable, price, hours } = values;
    const standby = values.standby ?? seats / 2;
    return {
      dropSize: { buyers, seats, standby, seconds, arrivalSeconds: arrival, paymentSeconds: payment },
      machine: { cores, bytes: memory * 2 ** 30, usable: usable / 100 },
      price,
      hours,
    };
  },
});
