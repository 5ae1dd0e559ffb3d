/** CPU that the whole system uses while nobody does anything, after 10 drops that are over and after 1,000. */
import { setTimeout as sleep } from 'node:timers/promises';
import { insertEvent } from '../../testing/insert-drop.ts';
import { endDrops } from '../commands/drill/age-the-system.ts';
import { cpuOfAll, cpuOfServers, type Spent } from './cpu-time.ts';
import { median, number, round, spread, type Finding } from './figures.ts';
import type { Plan } from './plan.ts';
import type { BenchSystem } from './bench-system.ts';

const few = 10;
const many = 1_000;

/** Seconds until what follows the end of a drop (archiving, giving Redis back) is done, and the pools are at rest. */
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
  // With its organizer, whose events the others are.
  await insertEvent(system.db);
  const deps = { db: system.db, inventory: system.inventory, say: () => {} };

  /** For each round, milliseconds of CPU a second. */
  const idle = async (over: number): Promise<Spent[]> => {
    await sleep(restSeconds * 1_000);
    const found: Spent[] = [];
    for (let each = 1; each <= rounds; each += 1) {
      await system.step(`${number(over)} drops that are over, round ${each} of ${rounds}`, async () => {
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

  await system.step(`${few} drops end`, () => endDrops(deps, few));
  const afterFew = await idle(few);
  await system.step(`${number(many - few)} more drops end`, () => endDrops(deps, many - few));
  const afterMany = await idle(many);

  const sums = (found: Spent[]) => found.map((each) => Object.values(each).reduce((sum, ms) => sum + ms, 0));
  const row = (name: string, of: (found: Spent[]) => number[]) => [
    name,
    spread(of(afterFew), 1),
    spread(of(afterMany), 1),
  ];
  return {
    value: round(median(sums(afterMany)), 1),
    unit: 'ms of CPU a second, idle after 1,000 drops',
    reference: round(median(sums(afterFew)), 1),
    ratio: round(median(sums(afterMany)) / median(sums(afterFew)), 3),
    table: [
      ['', `${few} drops over`, `${number(many)} drops over`],
      ...Object.keys(afterFew[0]!).map((name) => row(name, (found) => found.map((each) => each[name]!))),
      row('all', sums),
    ],
    notes: ['ms of CPU a second, of one process of each tier and of the servers; no drop is on sale'],
  };
}
