// The sandbox payment provider as a process of its own. Environment: HOST, PORT, SANDBOX_PAYMENTS_KEY,
// SANDBOX_WEBHOOK_SECRET, SANDBOX_WEBHOOK_URL, SANDBOX_DATA (path of its database).
import { Charges } from './charges.ts';
import { createProvider } from './provider.ts';
import { createSandboxServer } from './server.ts';
import { createWebhooks } from './webhooks.ts';

const log = (line: Record<string, unknown>): void =>
  console.log(JSON.stringify({ time: new Date().toISOString(), ...line }));

const charges = new Charges(setting('SANDBOX_DATA'));
const webhooks = createWebhooks({
  url: setting('SANDBOX_WEBHOOK_URL'),
  secret: setting('SANDBOX_WEBHOOK_SECRET'),
  log,
});
const provider = createProvider({ charges, webhooks });
const server = createSandboxServer({ provider, apiKey: setting('SANDBOX_PAYMENTS_KEY') });

server.on('error', (error) => {
  log({ msg: error.message });
  process.exit(1);
});
server.listen(Number(setting('PORT')), setting('HOST'), () =>
  log({ msg: 'listening', port: setting('PORT') }),
);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop());

/** What is pending is on disk with its time, and goes on at the next start. */
async function stop(): Promise<void> {
  log({ msg: 'stopping' });
  server.close();
  server.closeAllConnections();
  provider.close();
  await webhooks.close();
  charges.close();
}

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') {
    log({ msg: `${name} is not set` });
    process.exit(1);
  }
  return value;
}
