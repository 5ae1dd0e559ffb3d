import { grouped } from './grouped.ts';

class Taken extends Error {}
const isOnesFault = (error: unknown) => error instanceof Taken;

/** Work that waits until it is released, and records its groups. */
function slowWork(fault?: (group: number[]) => Error | undefined) {
  const groups: number[][] = [];
  const open: (() => void)[] = [];
  const work = async (group: number[]) => {
    groups.push(group);
    await new Promise<void>((resolve) => open.push(resolve));
    const error = fault?.(group);
    if (error) throw error;
    return group.map((each) => each * 10);
  };
  const letGo = async () => {
    while (open.length > 0) {
      open.shift()!();
      await new Promise(setImmediate);
    }
  };
  return { groups, work, letGo };
}

test('whoever comes while a group is under way is in the next one, and gets his own result', async () => {
  const { groups, work, letGo } = slowWork();
  const ask = grouped(work, { atOnce: 1, isOnesFault });
  const first = [ask(1), ask(2)];
  await new Promise(setImmediate);
  const later = [ask(3), ask(4), ask(5)];
  await new Promise(setImmediate);
  expect(groups).toEqual([[1, 2]]);
  await letGo();
  expect(await Promise.all([...first, ...later])).toEqual([10, 20, 30, 40, 50]);
  expect(groups).toEqual([
    [1, 2],
    [3, 4, 5],
  ]);
});

test('no more groups at once, and no more members, than was said', async () => {
  const { groups, work, letGo } = slowWork();
  const ask = grouped(work, { atOnce: 2, maxSize: 2, isOnesFault });
  const asked = [1, 2, 3, 4, 5].map(ask);
  await new Promise(setImmediate);
  expect(groups).toEqual([
    [1, 2],
    [3, 4],
  ]);
  await letGo();
  expect(await Promise.all(asked)).toEqual([10, 20, 30, 40, 50]);
  expect(groups.slice(2)).toEqual([[5]]);
});

test('one at fault fails alone', async () => {
  const ask = grouped(
    async (group: number[]) => {
      await Promise.resolve();
      if (group.includes(2)) throw new Taken('2');
      return group;
    },
    { isOnesFault },
  );
  const settled = await Promise.allSettled([ask(1), ask(2), ask(3)]);
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

test('what is nobody’s fault is tried once, and everybody hears of it', async () => {
  const { groups, work, letGo } = slowWork(() => new Error('the server is gone'));
  const ask = grouped(work, { isOnesFault });
  const asked = Promise.allSettled([ask(1), ask(2)]);
  await new Promise(setImmediate);
  await letGo();
  expect((await asked).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(groups).toHaveLength(1);
  const later = Promise.allSettled([ask(3)]);
  await new Promise(setImmediate);
  await letGo();
  expect((await later).map(({ status }) => status)).toEqual(['rejected']);
});
