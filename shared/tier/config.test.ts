import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import {
  brokerSettings,
  checkoutSettings,
  commonSettings,
  ConfigError,
  mysqlSettings,
  readConfig,
  redisSettings,
  sessionSettings,
} from './config.ts';

const schema = z.object({
  ...commonSettings,
  ...redisSettings,
  ...brokerSettings,
  ...mysqlSettings,
  ...sessionSettings,
  ...checkoutSettings,
});
const good = {
  SEATDROP_ENV: 'production',
  PORT: '3000',
  REDIS_NODES: '10.0.0.1:6379,10.0.0.2:6379',
  AMQP_URL: 'amqps://user:secret-one@broker:5671/seatdrop',
  MYSQL_URL: 'mysql://user:secret-two@db:3306/seatdrop',
  SESSION_KEYS: randomBytes(32).toString('hex'),
  CHECKOUT_KEYS: randomBytes(32).toString('hex'),
};

const faultsOf = (changes: Record<string, string | undefined>): string => {
  try {
    readConfig(schema, { ...good, ...changes });
    return '';
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message;
  }
};

test('a good one becomes a frozen, typed object, with defaults where they are safe', () => {
  const config = readConfig(schema, { ...good, UNRELATED: 'x' });
  expect(config).toMatchObject({
    HOST: '127.0.0.1',
    PORT: 3000,
    NAMESPACE: '',
    REDIS_NODES: ['10.0.0.1:6379', '10.0.0.2:6379'],
    REDIS_REPLICA_ACKS: 1,
    ENTRY_QUEUES: 4,
  });
  expect(config).not.toHaveProperty('UNRELATED');
  expect(Object.isFrozen(config)).toBe(true);
});

test('all faults are named at once, and no value is: it may be a secret', () => {
  const message = faultsOf({
    SEATDROP_ENV: undefined,
    PORT: '70000',
    REDIS_NODES: 'nowhere',
    AMQP_URL: 'http://user:secret-one@broker',
    MYSQL_URL: 'secret-two',
    SESSION_KEYS: 'secret-three',
    CHECKOUT_KEYS: undefined,
    ENTRY_QUEUES: 'many',
  });
  for (const name of [
    'SEATDROP_ENV',
    'PORT',
    'REDIS_NODES',
    'AMQP_URL',
    'MYSQL_URL',
    'SESSION_KEYS',
    'CHECKOUT_KEYS',
    'ENTRY_QUEUES',
  ]) {
    expect(message).toContain(`${name}: `);
  }
  expect(message).not.toMatch(/secret|70000|nowhere|many/);
});

test('a known key is no key', () => {
  for (const SESSION_KEYS of [
    '',
    '0'.repeat(64),
    'ab'.repeat(32),
    'x'.repeat(64),
    good.SESSION_KEYS.slice(2),
  ]) {
    expect(faultsOf({ SESSION_KEYS })).toContain('SESSION_KEYS');
  }
});

test('an empty setting is unset: it has its default, or is named as missing', () => {
  const empty = { HOST: '', LOG_LEVEL: '', NAMESPACE: '', REDIS_REPLICA_ACKS: '', ENTRY_QUEUES: '' };
  expect(readConfig(schema, { ...good, ...empty })).toEqual(readConfig(schema, good));
  expect(faultsOf({ PORT: '', MYSQL_URL: '' })).toMatch(/PORT: [^]*MYSQL_URL: /);
  const optional = z.object({ SMTP_URL: z.url().optional() });
  expect(readConfig(optional, { SMTP_URL: '' })).toEqual({});
});

test('a blank number is a fault, not zero', () => {
  for (const name of ['PORT', 'REDIS_REPLICA_ACKS', 'ENTRY_QUEUES']) {
    expect(faultsOf({ [name]: ' ' })).toContain(name);
    expect(faultsOf({ [name]: '1.5' })).toContain(name);
    expect(faultsOf({ [name]: '-1' })).toContain(name);
  }
});
