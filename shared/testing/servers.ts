import { z } from 'zod';

const schema = z.object({
  redisNodes: z.array(z.string()).min(1),
  amqpUrl: z.string(),
  /** A user who may create databases; names none. */
  mysqlAdminUrl: z.string(),
});

export type TestServers = z.infer<typeof schema>;

/** Where the servers of this test run are. `npm test` and `node local/dev-servers.ts` start some and say so. */
export function testServers(): TestServers {
  const said = process.env['SEATDROP_TEST_SERVERS'];
  if (said === undefined) {
    throw new Error('Tests need servers: run `npm test`, or keep `node local/dev-servers.ts` running');
  }
  return schema.parse(JSON.parse(said));
}
