// The sandbox payment provider as a process of its own.
import { readConfig } from '../../shared/tier/config.ts';
import { Charges } from './charges.ts';
import { sandboxSettings } from './config.ts';
import { createProvider } from './provider.ts';
import { createSandboxServer } from './server.ts';
import { createWebhooks } from './webhooks.ts';

const log = (line: Record<string, unknown>): void =>
  console.log(JSON.stringify({ time: new Date().toISOString(), ...line }));

const config = readSettings();
const charges = new Charges(config.SANDBOX_DATA);
const webhooks = createWebhooks({
  url: config.SANDBOX_WEBHOOK_URL,
  secret: config.SANDBOX_WEBHOOK_SECRET,
  log,
});
const provider = createProvider({ charges, webhooks });
const server = createSandboxServer({ provider, apiKey: config.SANDBOX_PAYMENTS_KEY });

server.on('error', (error) => {
  log({ msg: error.message });
  process.exit(1);
});
server.listen(config.PORT, config.HOST, () => log({ msg: 'listening', port: config.PORT }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop());

/** Pending charges are on disk with their times, and are decided after the next start. */
async function stop(): Promise<void> {
  log({ msg: 'stopping' });
  server.close();
  server.closeAllConnections();
  provider.close();
  await webhooks.close();
  charges.close();
}

function readSettings() {
  try {
    return readConfig(sandboxSettings);
  } catch (error) {
    log({ msg: (error as Error).message });
    process.exit(1);
  }
}
