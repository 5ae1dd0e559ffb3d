import { captureLog } from '../../testing/captured-log.ts';
import { eventually } from '../../testing/eventually.ts';
import { createWorkOff, inMemory, type Round, type WorkOff } from '../tier/work-off.ts';

type Row = { id: number; lane?: string };

/** Works off `rows`, which may change meanwhile, and records the attempts. */
function workOff(
  rows: Row[],
  work: (row: Row) => Promise<'done' | 'later'>,
  more: Partial<WorkOff<Row>> = {},
): { round: Round; tried: number[]; pages: number[]; lines: { level: number }[] } {
  const { log, lines } = captureLog();
  const tried: number[] = [];
  const pages: number[] = [];
  const round = createWorkOff<Row>({
    name: 'work',
    log,
    pageSize: 10,
    firstPauseMs: 3_600_000,
    longestPauseMs: 3_600_000,
    page(after, limit) {
      const page = rows.filter(({ id }) => id > (after?.id ?? 0)).slice(0, limit);
      pages.push(page.length);
      return Promise.resolve(page);
    },
    keyOf: ({ id }) => id,
    laneOf: ({ lane = '' }) => lane,
    work(row) {
      tried.push(row.id);
      return work(row);
    },
    ...more,
  });
  return { round, tried, pages, lines };
}

const listOf = (length: number, lane?: string): Row[] =>
  Array.from({ length }, (_, index) => ({ id: index + 1, ...(lane !== undefined && { lane }) }));

test('a round comes to the last row, however many before it fail or are not done', async () => {
  const rows = listOf(1_001);
  const { round, tried, pages, lines } = workOff(rows, ({ id }) => {
    if (id === 1_001) return Promise.resolve('done');
    return id % 2 ? Promise.reject(new Error('stuck')) : Promise.resolve('later');
  });
  await round();
  expect(tried).toEqual(rows.map(({ id }) => id));
  expect(pages).toHaveLength(101);
  // A row that is not done yet is not a fault.
  expect(lines.map(({ level }) => level)).toEqual(Array.from({ length: 500 }, () => 40));
});

test('what failed rests for a time of its own; what is new is done at once', async () => {
  const rows = listOf(2);
  const { round, tried } = workOff(rows, ({ id }) =>
    id === 1 ? Promise.reject(new Error('stuck')) : Promise.resolve('done'),
  );
  await round();
  rows.push({ id: 3 });
  await round();
  expect(tried).toEqual([1, 2, 2, 3]);
});

test('a rest doubles up to its limit and starts anew after a success', async () => {
  const now = jest.spyOn(performance, 'now');
  const random = jest.spyOn(Math, 'random').mockReturnValue(1);
  try {
    let at = 0;
    now.mockImplementation(() => at);
    let isDone = false;
    const { round, tried } = workOff(listOf(1), () => Promise.resolve(isDone ? 'done' : 'later'), {
      firstPauseMs: 100,
      longestPauseMs: 350,
    });
    const restOf = async () => {
      const before = tried.length;
      const since = at;
      while (tried.length === before) {
        at += 10;
        await round();
      }
      return at - since;
    };
    await round();
    expect([await restOf(), await restOf(), await restOf(), await restOf()]).toEqual([100, 200, 350, 350]);
    isDone = true;
    await restOf();
    isDone = false;
    expect(await restOf()).toBe(10);
    expect(await restOf()).toBe(100);
    // Half of the pause is random.
    random.mockReturnValue(0);
    expect(await restOf()).toBe(200);
    expect(await restOf()).toBe(180);
  } finally {
    now.mockRestore();
    random.mockRestore();
  }
});

test('a row that left the list and comes back is new', async () => {
  const rows = listOf(1);
  const { round, tried } = workOff(rows, () => Promise.resolve('later'));
  await round();
  const [row] = rows.splice(0);
  await round();
  rows.push(row!);
  await round();
  expect(tried).toEqual([1, 1]);
});

test('no more rows of a lane are under way than may be', async () => {
  let running = 0;
  let peakRunning = 0;
  const { round } = workOff(
    listOf(50),
    async () => {
      running += 1;
      peakRunning = Math.max(peakRunning, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return 'done';
    },
    { atOnce: 3 },
  );
  await round();
  expect(peakRunning).toBe(3);
});

test('a lane in which nothing ends holds up neither the others nor the next round', async () => {
  const away = Promise.withResolvers<'done'>();
  const rows = Array.from({ length: 60 }, (_, index) => ({
    id: index + 1,
    lane: index % 2 ? 'away' : 'here',
  }));
  const { round, tried } = workOff(
    rows,
    ({ lane }) => (lane === 'away' ? away.promise : Promise.resolve('done')),
    {
      atOnce: 4,
      patienceMs: 20,
    },
  );
  const of = (lane: string, list: number[]) => list.filter((id) => rows[id - 1]?.lane === lane);
  await round();
  expect(of('here', tried)).toHaveLength(30);
  expect(of('away', tried)).toEqual([2, 4, 6, 8]);

  await round();
  // A row under way is not started again.
  expect(of('here', tried)).toHaveLength(60);
  expect(of('away', tried)).toEqual([2, 4, 6, 8]);

  away.resolve('done');
  await eventually(async () => {
    await round();
    return of('away', tried).length >= 30;
  });
});

test('a list that cannot be read ends the round, and the next one reads it again', async () => {
  let isAway = true;
  const { round, tried } = workOff(listOf(1), () => Promise.resolve('done'), {
    page: (after) => (isAway ? Promise.reject(new Error('away')) : inMemory(() => listOf(1))(after, 10)),
  });
  await expect(round()).rejects.toThrow('away');
  isAway = false;
  await round();
  expect(tried).toEqual([1]);
});

test('a stop begins no other row', async () => {
  const stopping = new AbortController();
  const { round, tried, pages } = workOff(listOf(100), ({ id }) => {
    if (id === 5) stopping.abort();
    return Promise.resolve('done');
  });
  await round(stopping.signal);
  expect(tried).toEqual([1, 2, 3, 4, 5]);
  expect(pages).toHaveLength(1);
});
