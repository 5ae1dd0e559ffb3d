import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { keptSecrets } from '../local/secrets.ts';
import { readTicket } from '../general/check-ins/ticket.ts';
import { readKeyList } from '../shared/auth/key-list.ts';

const sessionKey = '1f8d'.padEnd(64, '0372ac51e9b64d');
/** The previous version derived the key of this ticket from it, and signed the ticket. */
const checkoutKey = '7d1f0a63c94be85217b6d0f3a4928ce51f6b3d70e2c8594ab1360f9d8e7c2a45';
const sold = { code: '0123456789abcd-zz.12.34.ofYt9aqGnT_XVVcA-POZ3Q', eventId: 56 };
const ticket = { orderId: '0123456789abcd-zz', seatId: '12.34' };

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'make-env-'))));
afterEach(() => rmSync(dir, { recursive: true }));

const upgrade = (args: string[] = [], env: Record<string, string> = {}) =>
  promisify(execFile)(process.execPath, [join(import.meta.dirname, 'make-env.mjs'), '--upgrade', ...args], {
    cwd: dir,
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });

function settingsIn(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
}

test('its keys become lists, and tickets that were sold still let in', async () => {
  const before = `PUBLIC_URL='https://x.test'\nSESSION_KEY=${sessionKey}\nCHECKOUT_KEY='${checkoutKey}'`;
  writeFileSync(join(dir, '.env'), before);
  await upgrade();
  const text = readFileSync(join(dir, '.env'), 'utf8');
  // The previous version may be needed again.
  expect(text.startsWith(`${before}\n`)).toBe(true);
  const { SESSION_KEYS, CHECKOUT_KEYS, TICKET_KEYS = '' } = settingsIn(text);
  expect({ SESSION_KEYS, CHECKOUT_KEYS }).toEqual({ SESSION_KEYS: sessionKey, CHECKOUT_KEYS: checkoutKey });
  expect(readTicket(sold.code, sold.eventId, readKeyList(TICKET_KEYS))).toEqual(ticket);
  await upgrade();
  expect(readFileSync(join(dir, '.env'), 'utf8')).toBe(text);
});

test('without .env the environment is read, and lists that are there stay as they are', async () => {
  const env = { SESSION_KEY: sessionKey, CHECKOUT_KEY: checkoutKey, SESSION_KEYS: 'rotated' };
  const { stdout } = await upgrade(['--print'], env);
  expect(Object.keys(settingsIn(stdout))).toEqual(['CHECKOUT_KEYS', 'TICKET_KEYS']);
});

test('where the sandbox is the provider, the front door is told where its frames are', async () => {
  const env = { SESSION_KEYS: 'a', CHECKOUT_KEYS: 'b', TICKET_KEYS: 'c', PAYMENT_PROVIDER: 'sandbox' };
  const { stdout } = await upgrade(['--print'], env);
  expect(settingsIn(stdout)).toEqual({ FRONT_DOOR_SANDBOX_PAYMENTS: 'sandbox-payments:3005' });
});

test('there has to be something to upgrade', async () => {
  await expect(upgrade()).rejects.toMatchObject({ code: 1 });
});

test('a local system that sold tickets keeps their key too', () => {
  const file = join(dir, 'secrets.json');
  writeFileSync(file, JSON.stringify({ sessionKey, checkoutKey }));
  const { ticketKey } = keptSecrets(file);
  expect(readTicket(sold.code, sold.eventId, readKeyList(ticketKey))).toEqual(ticket);
  expect(keptSecrets(file).ticketKey).toBe(ticketKey);
});
