import { type TestServers, testServersSchema } from '../local/test-servers.ts';

/** Addresses of the servers of this test run, which `npm test` and `node local/dev-servers.ts` start. */
export function testServers(): TestServers {
  const setting = process.env['SEATDROP_TEST_SERVERS'];
  if (setting === undefined) {
    throw new Error('Tests need servers: run `npm test`, or keep `node local/dev-servers.ts` running');
  }
  return testServersSchema.parse(JSON.parse(setting));
}
