import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { placeAt } from '../process/place.ts';
import { commandOf, processesIn, signal } from '../process/proc.ts';
import { freePorts } from '../process/ports.ts';
import { rabbitPorts, startRabbitMq } from './rabbitmq.ts';

const dir = mkdtempSync(join(tmpdir(), 'seatdrop-rabbitmq-'));
afterAll(() => {
  for (const { pid } of processesIn(dir)) signal(pid, 'SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

test('once its epmd has ended, none of its programs starts another one that would stay', async () => {
  const ports = await freePorts(rabbitPorts);
  const broker = await startRabbitMq({ place: placeAt(dir), ports, password: 'secret', cookie: 'cookie' });
  const [, epmd] = broker.processes;
  await epmd!.stop();
  await expect(broker.control('status')).rejects.toThrow('rabbitmqctl');
  await broker.stop();
  expect(processesIn(dir).map(({ pid }) => commandOf(pid))).toEqual([]);
}, 120_000);
