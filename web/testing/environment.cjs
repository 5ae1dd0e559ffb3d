// jsdom with the fetch, streams and BroadcastChannel of Node.
module.exports = require('jest-fixed-jsdom');
