import type { Servers } from './start-servers.ts';

/** What tests find in the environment variable SEATDROP_TEST_SERVERS, as JSON. */
export type TestServers = {
  /** `127.0.0.1:port` of every Redis Cluster node. */
  redisNodes: string[];
  amqpUrl: string;
  /** A user that may create databases; no database is chosen. */
  mysqlAdminUrl: string;
};

export function testServers(servers: Servers): TestServers {
  return {
    redisNodes: [...servers.redis.nodes],
    amqpUrl: servers.rabbitMq.url,
    mysqlAdminUrl: servers.mariaDb.adminUrl,
  };
}
