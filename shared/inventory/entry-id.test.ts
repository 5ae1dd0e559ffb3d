import { orderId } from '../contract/ids.ts';
import { batchIdPattern, entryIdOf, entryIdPattern, newBatchId } from './entry-id.ts';

test('batch ids have one form and do not repeat', () => {
  const ids = Array.from({ length: 20_000 }, newBatchId);
  expect(ids.filter((id) => !batchIdPattern.test(id))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
});

test('an entry’s id says its batch and its place in it, and is good as that of an order', () => {
  const batch = newBatchId();
  expect([0, 9, 10, 35, 36, 499, 1295, 1296].map((index) => entryIdOf(batch, index))).toEqual(
    ['0', '9', 'a', 'z', '10', 'dv', 'zz', '100'].map((digits) => `${batch}-${digits}`),
  );
  const ids = Array.from({ length: 600 }, (_, index) => entryIdOf(batch, index));
  expect(new Set(ids).size).toBe(600);
  for (const id of ids) {
    expect(entryIdPattern.test(id)).toBe(true);
    expect(orderId.safeParse(id).success).toBe(true);
  }
});
