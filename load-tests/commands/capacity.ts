/** `npm run capacity -- --buyers N --seats M --seconds S` prints the machines that a drop needs and their cost. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { capacityModel, machinesFor, needsOf, partitionsFor } from './capacity/model.ts';
import { capacityCommand, type CapacityOptions } from './capacity/options.ts';
import { layOut, number } from '../bench/figures.ts';
import { runCommand } from '../cli.ts';

await runCommand(capacityCommand, async (options) => {
  process.stdout.write(describe(options));
  return 0;
});

function describe({ dropSize, machine, price, hours }: CapacityOptions): string {
  const file = join(import.meta.dirname, 'capacity', 'model.json');
  const model = capacityModel.parse(JSON.parse(readFileSync(file, 'utf8')));
  const needs = needsOf(model, dropSize).map((need) => ({ ...need, machines: machinesFor(need, machine) }));
  const machines = needs.reduce((sum, each) => sum + each.machines, 0);
  const table = [
    ['', 'cores busy', 'memory', 'machines'],
    ...needs.map(({ tier, cores, bytes, machines: count }) => [
      tier,
      number(cores, 2),
      bytes === 0 ? '' : `${number(bytes / 2 ** 20)} MB`,
      String(count),
    ]),
    [
      'total',
      number(
        needs.reduce((sum, { cores }) => sum + cores, 0),
        2,
      ),
      '',
      String(machines),
    ],
  ];
  const partitions = partitionsFor(model, dropSize, machine.usable);
  const cost = machines * price * hours;
  return `
  ${number(dropSize.buyers)} buyers press within ${number(dropSize.seconds)} s for ${number(dropSize.seats)} seats, ${number(dropSize.standby)} places in standby

${layOut(table)}

  partitions   ${partitions}${partitions === 1 ? ' (strict order)' : ''}
  cost         ${number(cost, 2)} at ${price} per machine-hour, for ${hours} hours

  Machines have ${machine.cores} cores and ${number(machine.bytes / 2 ** 30)} GB and are used up to ${number(100 * machine.usable)} %; each tier and
  server has its own machines. Replicas and spares (a Redis replica per master, three broker nodes) come on top.
`;
}
