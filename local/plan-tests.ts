/** @property duration milliseconds of its last run, if jest knows it: not in a fresh clone */
type Test = { path: string; duration?: number | undefined };

/** Seconds that files take which keep a core busy: whole systems in a browser or under load. The first part that fits counts. */
const busy = {
  'web/tests/page-width': 300,
  'web/tests/layout-shift': 240,
  'load-tests/commands/drill/run-drill': 110,
  'web/tests/outcomes': 90,
  'web/tests/organizer': 95,
  'load-tests/commands/rolling': 75,
  'web/tests/accounts': 70,
  'web/tests/buyer': 60,
  'web/tests/door': 55,
  'web/tests/second-factor': 60,
  'web/tests/payments.test': 55,
  'local/start.test': 40,
  'web/tests/tickets': 35,
  'load-tests/commands/load/': 30,
  'web/tests/': 25,
  'load-tests/commands/drill/': 20,
  'local/containers/image': 14,
};
/** Seconds that the other files take, which mostly wait. */
const waiting = {
  'shared/inventory/failover': 45,
  'local/containers/compose-cluster': 28,
  'general/own-data': 32,
  'general/replica-reads': 26,
  'general/mailings/holders-are-told': 25,
  'shared/guarantees/any-interleaving': 22,
  'general/guarantees/a-refund-that-fails-later': 22,
  'general/accounts/second-factor': 22,
  'general/accounts/confirm-email': 21,
  'nginx/limits': 21,
  'nginx/timeouts': 21,
  'publisher/entry-route': 18,
  'general/accounts/change-email': 13,
  'realtime/report-watchers': 15,
  'nginx/caches': 15,
  'local/servers/': 15,
  'lambda/bundle': 13,
  'proof/rebuild': 11,
  '/guarantees/': 6,
  '': 2,
};

const secondsIn = (table: Readonly<Record<string, number>>, path: string): number | undefined =>
  Object.entries(table).find(([part]) => path.includes(part))?.[1];

/**
 * The order of the test files. Three workers share two cores: at any moment about two of them should run a busy file, and
 * one a file that waits. So two lanes of busy files and one of waiting files are planned, each with its longest files
 * first, and all files are taken in the order in which they would begin.
 */
export function planTests<T extends Test>(tests: readonly T[]): T[] {
  const planned = tests.map((test) => {
    const { path } = test;
    const seconds = secondsIn(busy, path);
    const known = test.duration === undefined ? undefined : test.duration / 1_000;
    return {
      test,
      isBusy: seconds !== undefined,
      seconds: known ?? seconds ?? secondsIn(waiting, path) ?? 0,
      begin: 0,
    };
  });
  const longestFirst = planned.toSorted((a, b) => b.seconds - a.seconds);
  const lanes = { busy: [0, 0], waiting: [0] };
  for (const one of longestFirst) {
    const ends = one.isBusy ? lanes.busy : lanes.waiting;
    one.begin = Math.min(...ends);
    ends[ends.indexOf(one.begin)] = one.begin + one.seconds;
  }
  return longestFirst.toSorted((a, b) => a.begin - b.begin).map(({ test }) => test);
}
