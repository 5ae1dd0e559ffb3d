const JsdomWithFetch = require('jest-fixed-jsdom');

/** jsdom with fetch, streams and BroadcastChannel from Node. */
module.exports = class extends JsdomWithFetch {
  #channels = [];

  constructor(...args) {
    super(...args);
    this.global.setImmediate = setImmediate;
    const channels = this.#channels;
    // An open channel would keep Node running.
    this.global.BroadcastChannel = class extends BroadcastChannel {
      constructor(name) {
        super(name);
        channels.push(this);
      }
    };
  }

  async teardown() {
    for (const channel of this.#channels) channel.close();
    await super.teardown();
  }
};
