import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { ConfigError, readConfig } from '../shared/tier/config.ts';
import { confirmsEmail, generalSettings } from './config.ts';

const key = () => randomBytes(32).toString('hex');
const safe = {
  SEATDROP_ENV: 'local',
  PORT: '8080',
  REDIS_NODES: '127.0.0.1:6379',
  AMQP_URL: 'amqp://127.0.0.1',
  MYSQL_URL: 'mysql://root@127.0.0.1/seatdrop',
  SESSION_KEYS: key(),
  CHECKOUT_KEYS: key(),
  TICKET_KEYS: key(),
  PUBLIC_URL: 'http://127.0.0.1:8080',
  PAYMENT_PROVIDER: 'sandbox',
  SANDBOX_PAYMENTS_URL: 'http://127.0.0.1:9000',
  SANDBOX_PAYMENTS_KEY: key(),
  SANDBOX_WEBHOOK_SECRET: key(),
};
const start = (changes: object) => () => readConfig(generalSettings, { ...safe, ...changes });

test('what the local stack gives is enough', () => {
  expect(start({})()).toMatchObject({ PORT: 8080, ENTRY_QUEUES: 4 });
});

test('keys are lists, of which none can be read out of what is logged', () => {
  const keys = [key(), key()];
  const { SESSION_KEYS } = start({ SESSION_KEYS: keys.join(',') })();
  expect(SESSION_KEYS.map(({ secret }) => secret.export().toString('hex'))).toEqual(keys);
  expect(`${JSON.stringify(SESSION_KEYS)} ${inspect(SESSION_KEYS, { depth: 9 })}`).not.toMatch(
    new RegExp(keys.map((hex) => hex.slice(0, 16)).join('|')),
  );
});

const stripe = {
  PAYMENT_PROVIDER: 'stripe',
  STRIPE_SECRET_KEY: 'sk_live_0123456789abcdef',
  STRIPE_PUBLISHABLE_KEY: 'pk_live_0123456789abcdef',
  STRIPE_WEBHOOK_SECRET: 'whsec_0123456789abcdef',
  AMQP_URL: 'amqps://general:a-password@broker.test',
  MYSQL_URL: 'mysql://general:a-password@mysql.test/seatdrop',
  PUBLIC_URL: 'https://seatdrop.test',
};

test.each([
  [{}, false],
  [{ CONFIRM_EMAIL: 'yes' }, true],
  [{ ...stripe, SEATDROP_ENV: 'production' }, true],
  [{ ...stripe, SEATDROP_ENV: 'production', CONFIRM_EMAIL: 'yes' }, true],
])('whether buying needs a confirmed address, with %j: %s', (changes, needsIt) => {
  expect(confirmsEmail(start(changes)())).toBe(needsIt);
});

test('in production it always does', () => {
  const refused = start({ ...stripe, SEATDROP_ENV: 'production', CONFIRM_EMAIL: 'no' });
  expect(refused).toThrow('CONFIRM_EMAIL: must not be no in production');
});

test('a real system takes its money by Stripe, with a key that charges', () => {
  expect(start({ ...stripe, SEATDROP_ENV: 'production' })()).toMatchObject({
    ...stripe,
    SEATDROP_ENV: 'production',
  });
});

test.each([
  [{ STRIPE_SECRET_KEY: undefined }, 'STRIPE_SECRET_KEY'],
  [{ STRIPE_SECRET_KEY: 'pk_live_0123456789abcdef' }, 'STRIPE_SECRET_KEY: must be sk_'],
  [{ STRIPE_WEBHOOK_SECRET: 'secret' }, 'STRIPE_WEBHOOK_SECRET: must be whsec_'],
  [{ STRIPE_SECRET_KEY: 'sk_test_0123456789abcdef' }, 'STRIPE_SECRET_KEY: a test key charges nobody'],
  [
    { STRIPE_PUBLISHABLE_KEY: 'pk_test_0123456789abcdef' },
    'STRIPE_PUBLISHABLE_KEY: a test key charges nobody',
  ],
  [{ STRIPE_PUBLISHABLE_KEY: 'sk_live_0123456789abcdef' }, 'STRIPE_PUBLISHABLE_KEY: must be pk_'],
  [{ STRIPE_PAYMENT_METHODS: 'card,sepa_debit' }, 'STRIPE_PAYMENT_METHODS'],
  [{ AMQP_URL: 'amqp://guest:guest@broker.test' }, 'AMQP_URL: the broker needs a password'],
  [{ AMQP_URL: 'amqp://broker.test' }, 'AMQP_URL: the broker needs a password'],
  [{ MYSQL_URL: 'mysql://root@mysql.test/seatdrop' }, 'MYSQL_URL: the database needs a password'],
  [
    { MYSQL_REPLICA_URL: 'mysql://seatdrop:seatdrop@replica.test/seatdrop' },
    'MYSQL_REPLICA_URL: the database',
  ],
  [{ PUBLIC_URL: 'http://seatdrop.test' }, 'PUBLIC_URL: must be https'],
  [
    { SECURITY_CONTACT: 'http://seatdrop.test' },
    'SECURITY_CONTACT: must be an e-mail address or an https URL',
  ],
  [{ STRIPE_API_URL: 'https://elsewhere.test' }, 'STRIPE_API_URL: is refused in production'],
])('in production not with %o', (changes, fault) => {
  const refused = start({ ...stripe, SEATDROP_ENV: 'production', ...changes });
  expect(refused).toThrow(ConfigError);
  expect(refused).toThrow(fault);
});

test('organizers are paid by Stripe Connect only where that is turned on, with the secret of its webhook', () => {
  const connect = { STRIPE_CONNECT: 'on', STRIPE_CONNECT_WEBHOOK_SECRET: 'whsec_0123456789abcdef' };
  expect(start(stripe)()).toMatchObject({ STRIPE_CONNECT: 'off' });
  expect(start({ ...stripe, ...connect })()).toMatchObject(connect);
  for (const [secret, fault] of [
    [undefined, 'is needed with STRIPE_CONNECT=on'],
    ['secret', 'must be whsec_'],
  ])
    expect(start({ ...stripe, ...connect, STRIPE_CONNECT_WEBHOOK_SECRET: secret })).toThrow(
      `STRIPE_CONNECT_WEBHOOK_SECRET: ${fault}`,
    );
});

const payu = { ...stripe, PAYMENT_PROVIDER: 'payu', PAYU_KEY: 'gtKFFx', PAYU_SALT: 'a-salt-of-payu' };

test('a real system can take its money by PayU, in its live environment unless another is set', () => {
  const expected = { PAYU_KEY: payu.PAYU_KEY, PAYU_SALT: payu.PAYU_SALT, PAYU_ENVIRONMENT: 'live' };
  expect(start({ ...payu, SEATDROP_ENV: 'production' })()).toMatchObject(expected);
});

test.each([
  [{ PAYU_KEY: undefined }, 'PAYU_KEY'],
  [{ PAYU_KEY: 'two words' }, 'PAYU_KEY: must be letters and digits'],
  [{ PAYU_SALT: '' }, 'PAYU_SALT'],
  [{ PAYU_ENVIRONMENT: 'test' }, 'PAYU_ENVIRONMENT: test charges nobody'],
  [{ PAYU_ENVIRONMENT: 'sandbox' }, 'PAYU_ENVIRONMENT'],
  [{ PAYU_URL: 'https://elsewhere.test' }, 'PAYU_URL: is refused in production'],
])('with PayU in production not with %o', (changes, fault) => {
  const refused = start({ ...payu, SEATDROP_ENV: 'production', ...changes });
  expect(refused).toThrow(ConfigError);
  expect(refused).toThrow(fault);
});

test('where the tiers are is told by name, and a name may have several', () => {
  const TIER_URLS = 'publisher=http://10.0.0.1:1,general=https://x.test:2/a=b,publisher=http://10.0.0.2:1';
  expect(start({ TIER_URLS })()).toMatchObject({
    TIER_URLS: {
      publisher: ['http://10.0.0.1:1', 'http://10.0.0.2:1'],
      general: ['https://x.test:2/a=b'],
    },
  });
});

test('fees of the platform are numbers, by currency where they are amounts', () => {
  const fees = { PLATFORM_FEE_PERCENT: '2.5', PLATFORM_FEE_PER_SEAT: 'EUR=50,JPY=80' };
  const config = start(fees)();
  expect(config.PLATFORM_FEE_PERCENT).toBe(2.5);
  expect(config.PLATFORM_FEE_PER_SEAT?.get('JPY')).toBe(80);
  expect(start({})()).toMatchObject({ PLATFORM_FEE_PERCENT: 0 });
});

test.each([
  [{ PLATFORM_FEE_PERCENT: '-1' }, 'PLATFORM_FEE_PERCENT'],
  [{ PLATFORM_FEE_PERCENT: '100' }, 'PLATFORM_FEE_PERCENT'],
  [{ PLATFORM_FEE_PERCENT: '2.0005' }, 'PLATFORM_FEE_PERCENT'],
  [{ PLATFORM_FEE_PER_SEAT: '50' }, 'PLATFORM_FEE_PER_SEAT'],
  [{ PLATFORM_FEE_PER_SEAT: 'EUR=0.50' }, 'PLATFORM_FEE_PER_SEAT'],
  [{ PLATFORM_FEE_PER_ORDER: 'QQQ=50' }, 'PLATFORM_FEE_PER_ORDER: has an unknown currency'],
  [{ TIER_URLS: 'publisher' }, 'TIER_URLS'],
  [{ TIER_URLS: 'publisher=file:///etc/passwd' }, 'TIER_URLS'],
  [{ SEATDROP_ENV: 'production' }, 'PAYMENT_PROVIDER: sandbox charges nobody'],
  [{ PAYMENT_PROVIDER: 'cash' }, 'PAYMENT_PROVIDER'],
  [{ SESSION_KEYS: undefined }, 'SESSION_KEYS'],
  [{ SESSION_KEYS: 'a'.repeat(64) }, 'SESSION_KEYS: must be random'],
  [{ SESSION_KEYS: '0123456789abcdef'.repeat(4) }, 'SESSION_KEYS: must be random'],
  [{ TRUSTED_PROXIES: 'everybody please' }, 'TRUSTED_PROXIES'],
  [{ SESSION_KEYS: `${key()},${'a'.repeat(64)}` }, 'SESSION_KEYS: must be random'],
  [{ SESSION_KEYS: `${key()},` }, 'SESSION_KEYS: must be keys of 64 hex characters'],
  [{ SESSION_KEYS: `${key()}, ${key()}` }, 'SESSION_KEYS: must be keys of 64 hex characters'],
  [
    { TICKET_KEYS: `${safe.TICKET_KEYS},${safe.TICKET_KEYS.toUpperCase()}` },
    'TICKET_KEYS: must not have a key',
  ],
  [{ CHECKOUT_KEYS: safe.SESSION_KEYS }, 'CHECKOUT_KEYS: must not have a key that SESSION_KEYS has'],
  [
    { TICKET_KEYS: `${key()},${safe.CHECKOUT_KEYS.toUpperCase()}` },
    'TICKET_KEYS: must not have a key that CHECKOUT_KEYS has',
  ],
  [
    { TICKET_KEYS: undefined, CHECKOUT_KEY: key() },
    'TICKET_KEYS: made from the settings of the version before',
  ],
  [{ PUBLIC_URL: 'seatdrop.test' }, 'PUBLIC_URL'],
  [{ SANDBOX_WEBHOOK_SECRET: 'short' }, 'SANDBOX_WEBHOOK_SECRET'],
])('not with %o', (changes, fault) => {
  expect(start(changes)).toThrow(ConfigError);
  expect(start(changes)).toThrow(fault);
});

test('all faults are told at once, and no secret with them', () => {
  const secret = `${'5'.repeat(63)}!`;
  const refused = start({ SESSION_KEYS: secret, PUBLIC_URL: 'x', MYSQL_URL: 'y' });
  for (const setting of ['SESSION_KEYS', 'PUBLIC_URL', 'MYSQL_URL']) expect(refused).toThrow(setting);
  expect(refused).not.toThrow(secret);
});
