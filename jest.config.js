// CommonJS, as is the root package.json. The tiers' ES modules are turned into CommonJS for Jest by swc,
// which also gives `import.meta.dirname` and `import.meta.url` their values.
const { existsSync, readFileSync } = require('node:fs');

// `npm test` says where its servers are. Jest by hand takes those of `node local/dev-servers.ts`.
const devServers = `${__dirname}/.local/dev-servers.json`;
if (process.env.SEATDROP_TEST_SERVERS === undefined && existsSync(devServers)) {
  process.env.SEATDROP_TEST_SERVERS = readFileSync(devServers, 'utf8');
}

/** @type {(parser: object, transform?: object) => import('jest').TransformerConfig} */
const swc = (parser, transform = {}) => [
  '@swc/jest',
  {
    swcrc: false,
    jsc: { target: 'es2024', parser, transform },
    module: { type: 'commonjs' },
    sourceMaps: 'inline',
  },
];
const typescript = { '\\.ts$': swc({ syntax: 'typescript' }) };

const everywhere = {
  rootDir: __dirname,
  modulePathIgnorePatterns: ['<rootDir>/.local/'],
  watchPathIgnorePatterns: ['<rootDir>/.local/'],
};
const ignored = ['/node_modules/', '<rootDir>/.local/'];

/** Packages that exist as ES modules only: they are turned into CommonJS as our own files are. */
const esModules = [
  'msw',
  '@open-draft/deferred-promise',
  'rettime',
  'until-async',
  'headers-polyfill',
  'wouter',
];

/** @type {import('jest').Config} */
module.exports = {
  testTimeout: 30_000,
  maxWorkers: 3, // see local/plan-tests.ts
  testSequencer: '<rootDir>/local/test-sequencer.cjs',
  projects: [
    {
      ...everywhere,
      displayName: 'servers',
      testMatch: ['**/*.test.ts'],
      testPathIgnorePatterns: [...ignored, '<rootDir>/web/src/'],
      transform: typescript,
    },
    // The pages without servers: jsdom instead of a browser, MSW instead of the API.
    {
      ...everywhere,
      displayName: 'pages',
      testEnvironment: '<rootDir>/web/testing/environment.cjs',
      testMatch: ['<rootDir>/web/src/**/*.test.{ts,tsx}'],
      testPathIgnorePatterns: ignored,
      setupFilesAfterEnv: ['<rootDir>/web/testing/set-up.ts'],
      moduleNameMapper: { '\\.css$': '<rootDir>/web/testing/styles.cjs' },
      transform: {
        ...typescript,
        '\\.tsx$': swc({ syntax: 'typescript', tsx: true }, { react: { runtime: 'automatic' } }),
        '\\.m?js$': swc({ syntax: 'ecmascript' }),
      },
      transformIgnorePatterns: [`/node_modules/(?!(${esModules.join('|')})/)`],
    },
  ],
};
