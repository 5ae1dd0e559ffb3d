import { createStage, watch, type Process, type Stage } from '../testing/realtime/stage.ts';

let stage: Stage;
let process: Process;
beforeAll(async () => {
  stage = await createStage();
  process = await stage.process();
});
afterAll(() => stage.stop());

const until = async (holds: () => Promise<boolean>) => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
};

const channelsOfOurs = async () => {
  const found = await Promise.all(
    process.redis
      .nodes('master')
      .map((node) => node.call('PUBSUB', 'SHARDCHANNELS', `${stage.namespace}:*`) as Promise<string[]>),
  );
  return found.flat();
};

test('when everybody has gone, nothing is kept of them, also of those who left in the middle', async () => {
  const drop = await stage.drop(1);
  const others = [await stage.drop(1), await stage.drop(1)];
  for (let round = 0; round < 3; round += 1) {
    const users = await Promise.all(Array.from({ length: 20 }, () => stage.user()));
    const sockets = users.map((user) => stage.connect(process, user));
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
