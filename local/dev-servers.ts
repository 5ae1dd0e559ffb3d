// Starts Redis Cluster, RabbitMQ and MariaDB and keeps them running until Ctrl-C, for running jest by hand:
// `node local/dev-servers.ts`, then `npx jest two-buyers` in another terminal.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runFolder } from './process/orphans.ts';
import { placeAt } from './process/place.ts';
import { freePorts } from './process/ports.ts';
import { generateSecrets } from './secrets.ts';
import { serverPorts, startServers } from './start-servers.ts';
import { createSteps } from './process/steps.ts';
import { testServersOf } from './test-servers.ts';

const root = resolve(import.meta.dirname, '..');
const dir = runFolder(join(root, '.local'), 'dev-servers');
const addressFile = join(root, '.local', 'dev-servers.json');
const stopped = new Promise<void>((resolveStopped) => {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => resolveStopped());
});

mkdirSync(dir, { recursive: true });
try {
  const { step } = createSteps();
  const ports = await freePorts(serverPorts);
  const secrets = generateSecrets();
  const servers = await startServers({ place: placeAt(dir), ports, secrets, durable: false, step });
  try {
    const addresses = JSON.stringify(testServersOf(servers));
    writeFileSync(addressFile, addresses, { mode: 0o600 });
    console.log(addresses);
    await stopped;
  } finally {
    rmSync(addressFile, { force: true });
    await servers.stop();
  }
} finally {
  rmSync(dir, { recursive: true, force: true });
}
