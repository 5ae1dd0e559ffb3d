/** CPU of the whole system without any load, after 10 ended drops and after 1,000. */
import { setTimeout as sleep } from 'node:timers/promises';
import { insertEvent } from '../../testing/insert-drop.ts';
import { endDrops } from '../commands/drill/age-the-system.ts';
import { cpuOfAll, cpuOfServers, type Spent } from './cpu-time.ts';
import { median, number, round, spread, type Finding } from './figures.ts';
import type { Plan } from './plan.ts';
import type { BenchSystem } from './bench-system.ts';

const fewDrops = 10;
const manyDrops = 1_000;

/**
 * Seconds until the work after a drop's end (archiving, freeing Redis memory) is done and connection pools have
 * shrunk.
 */
const restSeconds = 30;

export async function benchIdle(system: BenchSystem, { rounds, seconds }: Plan): Promise<Finding> {
  system.useAllCores();
  const general = await system.startTier('general');
  const tiers = {
    publisher: (await system.startTier('publisher')).child,
    consumer: (await system.startTier('consumer')).child,
    realtime: (await system.startTier('realtime')).child,
    general: general.child,
  };
  system.useAllCores();
  const cpu = (): Spent => ({
    ...Object.fromEntries(Object.entries(tiers).map(([name, child]) => [name, cpuOfAll([child])])),
    ...cpuOfServers(system.servers),
  });
  // Creates the organizer of all further events.
  await insertEvent(system.db);
  const deps = { db: system.db, inventory: system.inventory, say: () => {} };

  /** CPU ms per second, for each round. */
  const measureIdle = async (endedDrops: number): Promise<Spent[]> => {
    await sleep(restSeconds * 1_000);
    const found: Spent[] = [];
    for (let each = 1; each <= rounds; each += 1) {
      await system.step(`${number(endedDrops)} ended drops, round ${each} of ${rounds}`, async () => {
        const [before, since] = [cpu(), performance.now()];
        await sleep(seconds * 1_000);
        const [after, passed] = [cpu(), (performance.now() - since) / 1e3];
        found.push(
          Object.fromEntries(
            Object.entries(after).map(([name, spent]) => [name, ((spent - before[name]!) * 1e3) / passed]),
          ),
        );
      });
    }
    return found;
  };

  await system.step(`${fewDrops} drops end`, () => endDrops(deps, fewDrops));
  const afterFew = await measureIdle(fewDrops);
  await system.step(`${number(manyDrops - fewDrops)} more drops end`, () =>
    endDrops(deps, manyDrops - fewDrops),
  );
  const afterMany = await measureIdle(manyDrops);

  const sums = (found: Spent[]) => found.map((each) => Object.values(each).reduce((sum, ms) => sum + ms, 0));
  const row = (name: string, valuesOf: (found: Spent[]) => number[]) => [
    name,
    spread(valuesOf(afterFew), 1),
    spread(valuesOf(afterMany), 1),
  ];
  return {
    value: round(median(sums(afterMany)), 1),
    unit: 'CPU ms per second, idle after 1,000 drops',
    reference: round(median(sums(afterFew)), 1),
    ratio: round(median(sums(afterMany)) / median(sums(afterFew)), 3),
    table: [
      ['', `after ${fewDrops} drops`, `after ${number(manyDrops)} drops`],
      ...Object.keys(afterFew[0]!).map((name) => row(name, (found) => found.map((each) => each[name]!))),
      row('all', sums),
    ],
    notes: ['CPU ms per second, of one process of each tier and of the servers; no drop is on sale'],
  };
}
