// Like environment.cjs, for a device in Los Angeles.
const Environment = require('./environment.cjs');

const { TZ } = process.env;

module.exports = class extends Environment {
  constructor(...all) {
    process.env.TZ = 'America/Los_Angeles';
    super(...all);
  }

  async teardown() {
    if (TZ === undefined) delete process.env.TZ;
    else process.env.TZ = TZ;
    await super.teardown();
  }
};
