const { default: Sequencer } = require('@jest/test-sequencer');
const { planTests } = require('./plan-tests.ts');

module.exports = class extends Sequencer {
  sort(tests) {
    // Of jest's own order nothing is kept, but it notes how long each file took.
    // oxlint-disable-next-line unicorn/no-array-sort -- a method of jest, not of an array
    return planTests(super.sort(tests));
  }
};
