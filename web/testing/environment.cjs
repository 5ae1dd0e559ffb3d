const JsdomWithFetch = require('jest-fixed-jsdom');

/** jsdom with the fetch, streams and BroadcastChannel of Node. */
module.exports = class extends JsdomWithFetch {
  #channels = [];

  constructor(...args) {
    super(...args);
    this.global.setImmediate = setImmediate;
    const channels = this.#channels;
    // One that is open keeps Node running.
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
