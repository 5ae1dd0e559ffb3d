import { randomBytes } from 'node:crypto';
import { createLog } from '../tier/log.ts';
import { eventually } from '../../testing/eventually.ts';
import { testServers } from '../../testing/servers.ts';
import { startTcpProxy, viaProxy } from '../../testing/tcp-proxy.ts';
import { connectBroker } from './connect.ts';

test('a broker that is lost while channels are being set up ends nothing, and is there again later', async () => {
  const { hostname, port } = new URL(testServers().amqpUrl);
  const proxy = await startTcpProxy({ host: hostname, port: Number(port) });
  const broker = await connectBroker(viaProxy(testServers().amqpUrl, proxy), createLog('test', 'silent'));
  const queue = `test-${randomBytes(4).toString('hex')}`;
  let setUps = 0;
  const channel = await broker.channel('test', async (opened) => {
    setUps += 1;
    // Lost for the first time after everything was set up, for the second time in the middle of it.
    if (setUps === 2) proxy.cut();
    await opened.assertQueue(queue, { exclusive: true });
  });

  proxy.cut();
  proxy.restore();
  await eventually(() => expect(setUps).toBe(2));
  proxy.restore();
  await eventually(() => expect(channel.ready()).toBe(true));
  expect(setUps).toBe(3);

  await channel.close();
  await broker.close();
  await proxy.stop();
});
