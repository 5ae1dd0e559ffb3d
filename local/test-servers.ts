import { z } from 'zod';
import type { Servers } from './start-servers.ts';

/** Content of the environment variable SEATDROP_TEST_SERVERS, as JSON, for tests. */
export const testServersSchema = z.object({
  redisNodes: z.array(z.string()).min(1),
  amqpUrl: z.string(),
  /** URL without a database, of a user who may create databases. */
  mysqlAdminUrl: z.string(),
});

export type TestServers = z.infer<typeof testServersSchema>;

export function testServersOf(servers: Servers): TestServers {
  return {
    redisNodes: [...servers.redis.nodes],
    amqpUrl: servers.rabbitMq.url,
    mysqlAdminUrl: servers.mariaDb.adminUrl,
  };
}
