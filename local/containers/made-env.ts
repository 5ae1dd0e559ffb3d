/** For tests: the settings that `npm run make-env` makes, and those that an operator adds for production. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './compose.ts';

export async function madeEnv(...options: string[]): Promise<Record<string, string>> {
  const args = [join(root, 'ops/make-env.mjs'), '--print', ...options];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const lines = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => [line.replace(/=.*/, ''), valueOf(line.replace(/^\w+=/, ''))]),
  );
}

/**
 * A value as compose reads it.
 * @throws Error if compose would replace something in it
 */
function valueOf(text: string): string {
  const [, quoted] = /^'([^']*)'$/.exec(text) ?? [];
  if (quoted === undefined && /[$'"\\#]/.test(text)) throw new Error(`needs single quotes: ${text}`);
  return quoted ?? text;
}

export const filledIn = {
  SEATDROP_IMAGE: 'example/seatdrop',
  SEATDROP_TAG: '1.0.0',
  PUBLIC_URL: 'https://seatdrop.test',
  FRONT_DOOR_TRUSTED_PROXIES: '192.0.2.10',
  STRIPE_SECRET_KEY: 'sk_live_0123456789abcdef',
  STRIPE_PUBLISHABLE_KEY: 'pk_live_0123456789abcdef',
  STRIPE_WEBHOOK_SECRET: 'whsec_0123456789abcdef',
  SMTP_URL: 'smtp://user:secret@mail.seatdrop.test:587',
  MAIL_FROM: 'Seatdrop <tickets@seatdrop.test>',
};
