/**
 * `npm run make-env`: writes the settings of one docker compose deployment, with new secrets. Plain JavaScript, so
 * that any Node version runs it.
 */
import { hkdfSync, randomBytes } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const help = `npm run make-env [-- --production] [-- --print]
npm run make-env -- --upgrade [--print]

Writes .env for docker compose, readable by its owner only, with new secrets. Refuses to replace an existing .env,
since the running system could not read its data any more.

  --production   for production, without demo data and sandbox; the lines to fill in are marked
  --upgrade      adds the settings that the previous version did not have to the existing .env (or, without .env, reads
                 the environment): the lists of keys, made from the previous keys, and with the sandbox provider its
                 address for the front door. Safe to repeat.
  --print        print to standard output instead
  --help         show this text

Exit code 0: done; 1: .env exists, or there is nothing to upgrade; 2: wrong usage.
`;

const secret = (bytes = 32) => randomBytes(bytes).toString('hex');
const secrets = {
  SESSION_KEYS: secret(),
  CHECKOUT_KEYS: secret(),
  TICKET_KEYS: secret(),
  MYSQL_PASSWORD: secret(),
  MYSQL_ROOT_PASSWORD: secret(),
  MYSQL_REPLICATION_PASSWORD: secret(16), // MySQL allows 32 characters at most
  RABBITMQ_PASSWORD: secret(),
  RABBITMQ_COOKIE: secret(),
};
// The generated secrets have letters and digits only, but filled-in values may contain anything.
const quoting = `# Put values in single quotes, since compose replaces $NAME in others.
`;
/** Where the front door finds the frames of the sandbox provider. */
const sandboxAddress = 'sandbox-payments:3005';
const trial = `# What runs besides the system itself, separated by commas: demo (sandbox payments, demo data, caught mails, phpMyAdmin),
# aws (moto in place of AWS; its settings are in docs/operations.md), cluster (three brokers).
COMPOSE_PROFILES=demo
SEATDROP_ENV=local
PUBLIC_URL=http://127.0.0.1:8080
PAYMENT_PROVIDER=sandbox
FRONT_DOOR_SANDBOX_PAYMENTS=${sandboxAddress}
SANDBOX_PAYMENTS_KEY=${secret()}
SANDBOX_WEBHOOK_SECRET=${secret()}
SMTP_URL=smtp://mail-catcher:1025
MAIL_FROM='Seatdrop <tickets@seatdrop.test>'
`;
const production = `# cluster: three brokers instead of one.
COMPOSE_PROFILES=cluster
SEATDROP_ENV=production
# Fill in: the image and version to run, as pushed by the release workflow.
SEATDROP_IMAGE=
SEATDROP_TAG=
# Fill in: the address that buyers see, https.
PUBLIC_URL=
# Fill in: address or network of the load balancer that ends TLS, as the container sees it (172.30.77.1 if it runs on
# this machine).
FRONT_DOOR_TRUSTED_PROXIES=
PAYMENT_PROVIDER=stripe
# Fill in. For PayU in place of Stripe: PAYMENT_PROVIDER=payu, PAYU_KEY and PAYU_SALT (docs/payments.md).
STRIPE_SECRET_KEY=
STRIPE_PUBLISHABLE_KEY=
STRIPE_WEBHOOK_SECRET=
# Fill in: the mail server (smtp://user:password@host:587), or else MAIL_QUEUE_URL and AWS_REGION.
SMTP_URL=
MAIL_FROM=
`;

const { values: options } = parseArgs({
  options: {
    production: { type: 'boolean' },
    upgrade: { type: 'boolean' },
    print: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});
if (options.help === true) {
  console.log(help);
} else if (options.upgrade === true) {
  upgrade();
} else {
  const lines = Object.entries(secrets).map(([name, value]) => `${name}=${value}\n`);
  const text = quoting + (options.production === true ? production : trial) + lines.join('');
  if (options.print === true) process.stdout.write(text);
  else write(text);
}

function write(text) {
  try {
    writeFileSync('.env', text, { mode: 0o600, flag: 'wx' });
    console.log('Wrote .env');
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    console.error('.env exists: nothing was done.');
    process.exitCode = 1;
  }
}

function upgrade() {
  const file = existsSync('.env') ? readFileSync('.env', 'utf8') : undefined;
  const valueOf = (name) =>
    file === undefined ? process.env[name] : new RegExp(`^${name}=['"]?([^'"\\s]+)`, 'm').exec(file)?.[1];
  const [session, checkout] = [valueOf('SESSION_KEY'), valueOf('CHECKOUT_KEY')];
  const lists = {
    SESSION_KEYS: session,
    CHECKOUT_KEYS: checkout,
    // Derived as the previous version did, so that every sold ticket stays valid.
    TICKET_KEYS:
      checkout &&
      Buffer.from(hkdfSync('sha256', Buffer.from(checkout, 'hex'), '', 'seatdrop ticket v1', 32)).toString(
        'hex',
      ),
    ...(valueOf('PAYMENT_PROVIDER') === 'sandbox' && { FRONT_DOOR_SANDBOX_PAYMENTS: sandboxAddress }),
  };
  const missing = Object.entries(lists).filter(([name]) => valueOf(name) === undefined);
  if (missing.some(([, value]) => value === undefined)) {
    console.error('SESSION_KEY and CHECKOUT_KEY of the previous version are missing: nothing was done.');
    process.exitCode = 1;
    return;
  }
  const lines = missing.map(([name, value]) => `${name}=${value}\n`).join('');
  if (options.print === true) process.stdout.write(lines);
  else {
    appendFileSync('.env', file === undefined || file.endsWith('\n') ? lines : `\n${lines}`, { mode: 0o600 });
    console.log(
      missing.length === 0
        ? '.env has all that this version needs.'
        : `Added ${missing.map(([name]) => name).join(', ')}`,
    );
  }
}
