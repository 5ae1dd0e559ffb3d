import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { placeAt } from '../process/place.ts';
import { allProcs, signal } from '../process/proc.ts';
import { freePorts } from '../process/ports.ts';
import { rabbitPorts, startRabbitMq } from './rabbitmq.ts';

const dir = mkdtempSync(join(tmpdir(), 'seatdrop-rabbitmq-'));
afterAll(() => {
  for (const pid of left()) signal(pid, 'SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

test('once its epmd has ended, none of its programs starts another one that would stay', async () => {
  const ports = await freePorts(rabbitPorts);
  const broker = await startRabbitMq({ place: placeAt(dir), ports, password: 'secret', cookie: 'cookie' });
  const [, epmd] = broker.processes;
  await epmd!.stop();
  await expect(broker.control('status')).rejects.toThrow('rabbitmqctl');
  await broker.stop();
  expect(left()).toEqual([]);
}, 120_000);

/** Processes that were started with an environment of this broker. */
function left(): number[] {
  return allProcs()
    .map(({ pid }) => pid)
    .filter((pid) => pid !== process.pid && environmentOf(pid).includes(dir));
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return ''; // it has ended
  }
}
