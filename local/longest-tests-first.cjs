// jest starts with the files that took longest, so that no worker is left with a long one at the end. At a first run it
// does not know, and takes the largest files instead: but the tests that take minutes, of whole systems in a browser or
// under load, are short to write.
const { default: Sequencer } = require('@jest/test-sequencer');

/** Parts of paths, the longest first; tests that mostly wait are beside those that keep a core busy. */
const longest = [
  'web/tests/layout-shift',
  'local/start.test',
  'web/tests/page-width',
  'local/containers/image',
  'load-tests/',
  'shared/inventory/failover',
  'web/tests/',
  'ops/',
  '/guarantees/',
];
const rankOf = ({ path }) => {
  const rank = longest.findIndex((part) => path.includes(part));
  return rank < 0 ? longest.length : rank;
};

module.exports = class LongestTestsFirst extends Sequencer {
  sort(tests) {
    // oxlint-disable-next-line unicorn/no-array-sort -- a method of jest, not of an array
    const sorted = super.sort(tests);
    const isKnown = sorted.every(({ duration }) => duration !== undefined);
    return isKnown ? sorted : sorted.toSorted((one, other) => rankOf(one) - rankOf(other));
  }
};
