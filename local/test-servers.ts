import { z } from 'zod';
import type { Servers } from './start-servers.ts';

/** What tests find, as JSON, in the environment variable SEATDROP_TEST_SERVERS. */
export const testServersSchema = z.object({
  redisNodes: z.array(z.string()).min(1),
  amqpUrl: z.string(),
  /** A user who may create databases; names none. */
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
