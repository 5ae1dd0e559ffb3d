// CommonJS, as is the root package.json. The tiers' ES modules are turned into CommonJS for Jest by swc,
// which also gives `import.meta.dirname` and `import.meta.url` their values.
const { existsSync, readFileSync } = require('node:fs');

// `npm test` says where its servers are. Jest by hand takes those of `node local/dev-servers.ts`.
const devServers = `${__dirname}/.local/dev-servers.json`;
if (process.env.SEATDROP_TEST_SERVERS === undefined && existsSync(devServers)) {
  process.env.SEATDROP_TEST_SERVERS = readFileSync(devServers, 'utf8');
}

/** @type {import('jest').Config} */
module.exports = {
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/.local/'],
  modulePathIgnorePatterns: ['<rootDir>/.local/'],
  watchPathIgnorePatterns: ['<rootDir>/.local/'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        jsc: { target: 'es2024', parser: { syntax: 'typescript' } },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  testTimeout: 30_000,
  maxWorkers: 2,
};
