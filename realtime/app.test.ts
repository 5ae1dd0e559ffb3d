import {
  createRealtimeSystem,
  watch,
  type Process,
  type RealtimeSystem,
} from '../testing/realtime/realtime-system.ts';

let system: RealtimeSystem;
let process: Process;
beforeAll(async () => {
  system = await createRealtimeSystem();
  process = await system.process();
});
afterAll(() => system.stop());

const until = async (holds: () => Promise<boolean>) => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
};

const channelsOfOurs = async () => {
  const found = await Promise.all(
    process.redis
      .nodes('master')
      .map((node) => node.call('PUBSUB', 'SHARDCHANNELS', `${system.namespace}:*`) as Promise<string[]>),
  );
  return found.flat();
};

test('when everybody has gone, nothing is kept of them, also of those who left in the middle', async () => {
  const drop = await system.drop(1);
  const others = [await system.drop(1), await system.drop(1)];
  for (let round = 0; round < 3; round += 1) {
    const users = await Promise.all(Array.from({ length: 20 }, () => system.user()));
    const sockets = users.map((user) => system.connect(process, user));
    await Promise.all(sockets.map((socket) => watch(socket, drop)));
    expect(await process.metric('seatdrop_realtime_watchers')).toBe(20);
    expect(await channelsOfOurs()).toHaveLength(1);
    for (const [index, socket] of sockets.entries()) {
      for (const { id } of others) socket.emit('drop:watch', { dropId: id }, () => {});
      if (index % 2) socket.disconnect();
      else socket.io.engine.close();
      socket.io.reconnection(false);
    }
    await until(async () => (await process.metric('seatdrop_realtime_connections')) === 0);
    await until(async () => (await process.metric('seatdrop_realtime_watched_drops')) === 0);
    await until(async () => (await channelsOfOurs()).length === 0);
  }
});
