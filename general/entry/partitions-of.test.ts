import type { Database } from '../../shared/mysql/connect.ts';
import { createPartitionsOf } from './partitions-of.ts';

/** A table of drops in which every drop has two partitions. */
function createDrops() {
  const reads: number[] = [];
  const table = {
    where: ({ id }: { id: number }) => ({
      first: async () => {
        reads.push(id);
        return { partitions: 2 };
      },
    }),
  };
  return { reads, db: (() => table) as unknown as Database };
}

test('MySQL is read once for all who ask for their entry in a drop', async () => {
  const { reads, db } = createDrops();
  const partitionsOf = createPartitionsOf(db);
  await Promise.all([partitionsOf(1), partitionsOf(1)]);
  expect(await partitionsOf(1)).toEqual({ id: 1, partitions: 2 });
  expect(reads).toEqual([1]);
});

test('a process that has met 20,000 drops does not remember them all', async () => {
  const { reads, db } = createDrops();
  const partitionsOf = createPartitionsOf(db);
  for (let id = 1; id <= 20_000; id += 1) await partitionsOf(id);
  for (const id of [20_000, 1]) await partitionsOf(id);
  expect(reads.slice(20_000)).toEqual([1]);
});
