import { measureShape, readShapeList } from './shape.ts';

const found = measureShape();
const listed = readShapeList();

test('no function is longer than 70 lines but those that were, and they grow no more', () => {
  const longer = Object.entries(found.longFunctions).filter(
    ([name, lines]) => lines > (listed.longFunctions[name] ?? 0),
  );
  expect(longer).toEqual([]);
});

test('no name is exported by two files but those that were', () => {
  const more = Object.entries(found.exportedTwice).filter(
    ([name, files]) => files.length > (listed.exportedTwice[name]?.length ?? 0),
  );
  expect(more).toEqual([]);
});

test('what is short now, or has one meaning, has left the list', () => {
  const stale = [
    ...Object.keys(listed.longFunctions).filter((name) => found.longFunctions[name] === undefined),
    ...Object.keys(listed.exportedTwice).filter((name) => found.exportedTwice[name] === undefined),
  ];
  // `node local/source-checks/write-shape.ts` updates the list.
  expect(stale).toEqual([]);
});
