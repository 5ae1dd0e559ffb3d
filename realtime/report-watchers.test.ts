import { createWatchers, type Watchers } from '../shared/drops/watchers.ts';
import { connectRedis } from '../shared/redis/connect.ts';
import { createLog } from '../shared/tier/log.ts';
import { eventually } from '../testing/eventually.ts';
import { testServers } from '../testing/servers.ts';
import { createRealtimeSystem, watch, type RealtimeSystem } from '../testing/realtime/realtime-system.ts';

const redis = connectRedis(testServers().redisNodes, createLog('test', 'silent'));
let system: RealtimeSystem;
let watchers: Watchers;
beforeAll(async () => {
  system = await createRealtimeSystem();
  watchers = createWatchers(redis, system.inventory.keys);
});
afterAll(async () => {
  await system.stop();
  redis.disconnect();
});

const counted = (drop: { id: number }, expected: number) =>
  eventually(async () => expect(await watchers.count(drop.id)).toBe(expected));

test('those of all processes count, those who leave no longer, nor those of a process that is gone', async () => {
  const [one, other] = [await system.process(), await system.process()];
  const [drop, another] = [await system.drop(2), await system.drop(2)];
  expect(await watchers.count(drop.id)).toBe(0);
  const sockets = [one, one, one, other, other].map((process) => system.connect(process));
  await Promise.all(sockets.map((socket) => watch(socket, drop)));
  await watch(sockets[0]!, another);
  await counted(drop, 5);
  await counted(another, 1);

  await sockets[0]!.emitWithAck('drop:unwatch', { dropId: another.id });
  sockets[1]!.disconnect();
  await counted(drop, 4);
  await counted(another, 0);

  // Like a killed process: it sends no further report to Redis, not even a last one.
  other.redis.disconnect();
  await counted(drop, 2);
  expect(await redis.smembers(system.inventory.keys.watchers(drop.id))).toHaveLength(1);
  await one.stop();
  await counted(drop, 0);
  await other.redis.connect();
});
