/** `npm run make-env`: the settings of one deployment by docker compose, with secrets of its own. Plain JavaScript: any Node. */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const help = `npm run make-env [-- --production] [-- --print]

Writes .env for docker compose, readable by its owner only, with new secrets. Refuses to replace one that is there:
what runs by it could not read its data any more.

  --production   a real system, without demo data and sandbox; the lines to fill in are marked
  --print        to standard output instead
  --help         this text

Exit code 0: done; 1: .env is there; 2: wrong usage.
`;

const secret = (bytes = 32) => randomBytes(bytes).toString('hex');
const secrets = {
  SESSION_KEY: secret(),
  CHECKOUT_KEY: secret(),
  MYSQL_PASSWORD: secret(),
  MYSQL_ROOT_PASSWORD: secret(),
  MYSQL_REPLICATION_PASSWORD: secret(16), // MySQL takes 32 characters for it
  RABBITMQ_PASSWORD: secret(),
  RABBITMQ_COOKIE: secret(),
};
// Secrets of the deployment have letters and digits only; what is filled in may have anything.
const quoting = `# Put values between single quotes: compose would replace $NAME in them.
`;
const trial = `# What runs besides the system itself: demo (sandbox payments, demo data, caught mails, phpMyAdmin), aws (moto in place
# of AWS; docs/operations.md says what to set for it), cluster (three brokers). All that are wanted, with commas between.
COMPOSE_PROFILES=demo
SEATDROP_ENV=local
PUBLIC_URL=http://127.0.0.1:8080
PAYMENT_PROVIDER=sandbox
SANDBOX_PAYMENTS_KEY=${secret()}
SANDBOX_WEBHOOK_SECRET=${secret()}
SMTP_URL=smtp://mail-catcher:1025
MAIL_FROM='Seatdrop <tickets@seatdrop.test>'
`;
const production = `# cluster: three brokers. Without it one.
COMPOSE_PROFILES=cluster
SEATDROP_ENV=production
# Fill in: the image and the version to run, as the release workflow pushed them.
SEATDROP_IMAGE=
SEATDROP_TAG=
# Fill in: the address that buyers see, https.
PUBLIC_URL=
# Fill in: the load balancer that ends TLS, as the container sees it (address or network; 172.30.77.1 where it is on this
# machine).
FRONT_DOOR_TRUSTED_PROXIES=
PAYMENT_PROVIDER=stripe
# Fill in.
STRIPE_SECRET_KEY=
STRIPE_WEBHOOK_SECRET=
# Fill in: the mail server (smtp://user:password@host:587), or MAIL_QUEUE_URL and AWS_REGION in place of it.
SMTP_URL=
MAIL_FROM=
`;

const { values: options } = parseArgs({
  options: { production: { type: 'boolean' }, print: { type: 'boolean' }, help: { type: 'boolean' } },
});
if (options.help === true) {
  console.log(help);
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
    console.error('.env is there already: nothing was done.');
    process.exitCode = 1;
  }
}
