import type { TestServers } from '../shared/testing/servers.ts';
import type { Servers } from './start-servers.ts';

/** What tests find, as JSON, in the environment variable SEATDROP_TEST_SERVERS. */
export function testServers(servers: Servers): TestServers {
  return {
    redisNodes: [...servers.redis.nodes],
    amqpUrl: servers.rabbitMq.url,
    mysqlAdminUrl: servers.mariaDb.adminUrl,
  };
}
