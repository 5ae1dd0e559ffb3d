import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { consumerSettings } from '../../consumer/config.ts';
import { generalSettings } from '../../general/config.ts';
import { hadolint } from '../tools/container-checks.ts';
import { mailCatcherSettings } from '../mail-catcher/config.ts';
import { sandboxSettings } from '../sandbox-payments/config.ts';
import { clusterRules } from '../servers/redis-cluster.ts';
import { nginxConfig } from '../../nginx/config.ts';
import { publisherSettings } from '../../publisher/config.ts';
import { realtimeSettings } from '../../realtime/config.ts';
import { mysqlSettings, readConfig, redisSettings } from '../../shared/tier/config.ts';
import { frontDoorSettings } from '../../nginx/front-door-settings.ts';
import { dockerfileStages, readCompose, root, type Services, variablesOf } from './compose.ts';
import { filledIn, madeEnv } from './made-env.ts';
import { namesOf } from '../../shared/tier/settings-of.ts';

const run = promisify(execFile);
const schemas = {
  publisher: publisherSettings,
  consumer: consumerSettings,
  realtime: realtimeSettings,
  general: generalSettings,
  migrate: z.object(mysqlSettings),
  'demo-data': z.object({ SEATDROP_ENV: z.literal('local'), ...mysqlSettings, ...redisSettings }),
  'sandbox-payments': sandboxSettings,
  'mail-catcher': mailCatcherSettings,
  'front-door-config': frontDoorSettings,
} as const;
const ours = Object.keys(schemas) as (keyof typeof schemas)[];

let trial: Services;
let production: Services;
beforeAll(async () => {
  const [forTrial, forProduction] = await Promise.all([madeEnv(), madeEnv('--production')]);
  trial = await readCompose(forTrial);
  production = await readCompose({ ...forProduction, ...filledIn });
}, 120_000);
const the = (services: Services, name: string) => services[name]!;
const tierImage = (services: Services) => the(services, 'publisher').image;

test.each(ours)('%s gets the settings it needs, and none that it does not know', (name) => {
  const { environment } = the(trial, name);
  expect(() => readConfig(schemas[name], environment)).not.toThrow();
  const known = namesOf(schemas[name]);
  for (const setting of Object.keys(environment)) expect(known).toContain(setting);
});

test.each(['publisher', 'consumer', 'realtime', 'general'] as const)(
  '%s starts in production once what make-env leaves open is filled in',
  (name) => {
    const { environment } = the(production, name);
    expect(environment['SEATDROP_ENV']).toBe('production');
    expect(() => readConfig(schemas[name], environment)).not.toThrow();
  },
);

test('production has no demo data, no sandbox, no phpMyAdmin, and nothing that only stands for something', () => {
  for (const name of ['demo-data', 'sandbox-payments', 'mail-catcher', 'phpmyadmin'])
    expect(the(production, name).profiles).toEqual(['demo']);
  expect(the(production, 'moto').profiles).toEqual(['aws']);
  // Services of production must not depend on services that are not part of it.
  for (const [name, { depends_on }] of Object.entries(production)) {
    for (const [other, { required }] of Object.entries(depends_on)) {
      const optional = the(production, other).profiles.some(
        (each) => !the(production, name).profiles.includes(each),
      );
      expect([name, other, optional && required]).toEqual([name, other, false]);
    }
  }
});

test('every address names a service and the port it listens on', () => {
  const listens = new Map<string, number>();
  for (const [name, { environment, networks }] of Object.entries(trial)) {
    const port = Number(environment['PORT'] ?? environment['FRONT_DOOR_PORT'] ?? 0);
    const found =
      { mysql: 3306, 'mysql-replica': 3306, rabbitmq: 5672 }[name] ??
      (name.startsWith('redis-') ? 6379 : port);
    for (const host of [name, networks['seatdrop']?.ipv4_address])
      if (host !== undefined) listens.set(host, found);
  }
  listens.set('broker', 5672);
  listens.set('moto', 5000);
  let seen = 0;
  for (const { environment, command } of Object.values(trial)) {
    for (const value of [...Object.values(environment), ...(command ?? [])]) {
      for (const [, host = '', port] of value.matchAll(/(?:^|[@/,=])([\w.-]+):(\d+)(?=[/,]|$)/g)) {
        if (host === '127.0.0.1') continue;
        seen += 1;
        expect([host, listens.get(host)]).toEqual([host, Number(port)]);
      }
    }
  }
  expect(seen).toBeGreaterThan(30);
});

test('every file that is run or mounted is in the image or in the repository', () => {
  const copied = (dockerfileStages().get('tier')?.instructions ?? []).filter(({ name }) => name === 'COPY');
  const inImage = (path: string) =>
    existsSync(join(root, path)) && copied.some(({ args }) => args.split(' ').includes(path.split('/')[0]!));
  for (const [name, { command, healthcheck, volumes, image }] of Object.entries(trial)) {
    const files = [...(command ?? []), ...(healthcheck?.test ?? [])].filter((word) =>
      /\.(ts|js)$/.test(word),
    );
    expect([name, image === tierImage(trial) && files.length === 0]).toEqual([name, false]);
    for (const path of files) expect([path, inImage(path)]).toEqual([path, true]);
    for (const { type, source } of volumes)
      expect([source, type !== 'bind' || existsSync(source)]).toEqual([source, true]);
    expect(image).toMatch(/:[\w.-]+$/); // no image without a version
  }
});

test('tiers are not root, cannot write to their file system, and are started as under pm2', () => {
  const { apps } = createRequire(import.meta.url)('../../ecosystem.config.js') as {
    apps: { name: string; script: string; node_args: string[]; env: { PORT: string } }[];
  };
  for (const { name, script, node_args, env } of apps) {
    expect([name, the(trial, name).command]).toEqual([name, ['node', ...node_args, script]]);
    expect(the(trial, name).environment['PORT']).toBe(env.PORT);
  }
  for (const name of [...ours, 'front-door'])
    expect([name, the(trial, name).read_only]).toEqual([name, true]);
  const users = ['tier', 'front-door'].map((stage) =>
    dockerfileStages()
      .get(stage)
      ?.instructions.find(({ name }) => name === 'USER'),
  );
  expect(users.map((user) => user?.args)).toEqual(['node', 'nginx']);
});

test('health is asked for where it is answered', () => {
  for (const stage of ['tier', 'front-door'])
    expect(
      dockerfileStages()
        .get(stage)
        ?.instructions.map(({ name }) => name),
    ).toContain('HEALTHCHECK');
  for (const [name, { healthcheck, depends_on }] of Object.entries(trial)) {
    for (const [other, { condition }] of Object.entries(depends_on)) {
      const { image, healthcheck: theirs } = the(trial, other);
      const isOurs = [tierImage(trial), the(trial, 'front-door').image].includes(image);
      const answers = theirs?.disable !== true && (theirs?.test !== undefined || isOurs);
      const fits = condition === 'service_completed_successfully' ? theirs?.test === undefined : answers;
      expect([name, other, fits]).toEqual([name, other, true]);
    }
    expect(healthcheck?.test?.[0] ?? 'CMD').toBe('CMD');
  }
});

test('nodes of the Redis Cluster are set as those of the local stack', () => {
  for (const name of [1, 2, 3, 4, 5, 6].map((n) => `redis-${n}`)) {
    const [program, ...flags] = the(trial, name).command ?? [];
    expect(program).toBe('redis-server');
    const found = Object.fromEntries(
      flags.flatMap((flag, i) => (flag.startsWith('--') ? [[flag.slice(2), flags[i + 1] ?? '']] : [])),
    );
    expect(found).toMatchObject({
      ...clusterRules,
      'cluster-enabled': 'yes',
      'cluster-node-timeout': '5000',
    });
  }
});

test('no two services publish the same port, whatever profiles there are', () => {
  for (const services of [trial, production]) {
    const published = Object.values(services).flatMap(({ ports }) => ports);
    const outside = published.map((port) => port.split(':').at(-2));
    expect(outside.length).toBeGreaterThan(4);
    expect(new Set(outside).size).toBe(outside.length);
  }
});

test('each image is built by one service, and every service that runs it waits for none that cannot pull it', () => {
  const builders = Object.entries(trial).filter(([, { build }]) => build !== undefined);
  const images = builders.map(([, { image }]) => image);
  expect(new Set(images).size).toBe(images.length);
  expect(Object.fromEntries(builders.map(([name, { build }]) => [build!.target, name]))).toEqual({
    tier: 'migrate',
    'front-door': 'front-door',
  });
  // Compose accepts an image that cannot be pulled if another service that it starts builds it.
  for (const name of ours) {
    expect([name, the(trial, name).image]).toEqual([name, the(trial, 'migrate').image]);
  }
  expect(the(trial, 'migrate').profiles).toEqual([]);
});

test('passwords are no longer than their servers take', () => {
  for (const services of [trial, production]) {
    const replication = the(services, 'mysql-replication').environment['MYSQL_REPLICATION_PASSWORD'] ?? '';
    expect(replication).toMatch(/^[0-9a-f]{32}$/); // MySQL: CHANGE REPLICATION SOURCE takes 32 characters
    for (const name of ['MYSQL_PASSWORD', 'MYSQL_ROOT_PASSWORD'])
      expect(the(services, 'mysql-replication').environment[name]).toBe(
        the(services, 'mysql').environment[name],
      );
    expect(the(services, 'rabbitmq').environment['RABBITMQ_ERLANG_COOKIE']?.length).toBeLessThanOrEqual(255);
  }
});

test('the front door may open as many files as nginx is told to', () => {
  const config = nginxConfig({
    listen: '127.0.0.1:8080',
    upstreams: { publisher: ['a:1'], realtime: ['b:1'], general: ['c:1'] },
    trustedProxies: [],
    dir: '/run/front-door',
  });
  const [, wanted = '0'] = /worker_rlimit_nofile (\d+);/.exec(config) ?? [];
  const [, connections = '0'] = /worker_connections (\d+);/.exec(config) ?? [];
  expect(the(trial, 'front-door').ulimits?.nofile).toBeGreaterThanOrEqual(Number(wanted));
  expect(Number(wanted)).toBeGreaterThan(Number(connections));
});

test('nothing in a broker’s container runs as root, so that its cookie is the server’s', () => {
  for (const name of ['rabbitmq', 'rabbitmq-2', 'rabbitmq-3'])
    expect([name, the(trial, name).user]).toEqual([name, 'rabbitmq']);
});

test('an optional setting that is empty in .env is as good as none', () => {
  const env = { ...the(production, 'general').environment };
  for (const name of namesOf(schemas.general)) env[name] ??= '';
  expect(() => readConfig(schemas.general, env)).not.toThrow();
  const overSqs = {
    ...env,
    SMTP_URL: '',
    MAIL_FROM: '',
    MAIL_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/1/mails',
    AWS_REGION: 'eu-central-1',
  };
  expect(readConfig(schemas.general, overSqs)).not.toHaveProperty('SMTP_URL');
});

test('nobody is told to use --profile, which would switch off the profiles of .env', () => {
  for (const file of ['README.md', 'docs/operations.md', '.github/workflows/test.yml', 'ops/deploy.sh'])
    expect([file, readFileSync(join(root, file), 'utf8')]).toEqual([
      file,
      expect.not.stringMatching(/docker compose[^\n`]*--profile/),
    ]);
});

test('scripts and mounted files have LF everywhere', async () => {
  const { stdout } = await run('git', ['ls-files', '-z', '--eol', '*.sh', 'ops/containers', 'Dockerfile'], {
    cwd: root,
  });
  const files = stdout.split('\0').filter((line) => line !== '');
  expect(files.length).toBeGreaterThan(6);
  for (const line of files) expect(line).toMatch(/^i\/lf +w\/lf +attr\/text=auto eol=lf/);
});

test('every variable is one that make-env writes, or has a default', async () => {
  const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8');
  const made = Object.keys({ ...(await madeEnv()), ...(await madeEnv('--production')) });
  for (const name of variablesOf(text)) {
    const always = new RegExp(`\\$\\{${name}:-`).test(text);
    expect([name, made.includes(name) || always]).toEqual([name, true]);
  }
  for (const name of made) {
    // `NAME:` without a value passes the variable on.
    const taken = variablesOf(text).has(name) || new RegExp(`^ +${name}:$`, 'm').test(text);
    expect([name, name === 'COMPOSE_PROFILES' || taken]).toEqual([name, true]);
  }
  await expect(readCompose({})).rejects.toThrow('run npm run make-env');
});

test('the Dockerfile has nothing that its linter warns of', async () => {
  const { stdout } = await run(
    await hadolint(),
    ['--failure-threshold', 'warning', '--no-color', 'Dockerfile'],
    {
      cwd: root,
    },
  ).catch((error: { stdout: string }) => error);
  expect(stdout).not.toMatch(/ (warning|error): /);
}, 120_000);
