/** The whole system with its pages, as tests meet it: real tiers behind a real nginx, on the servers of the test run. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { z } from 'zod';
import type { Child } from '../../local/process/child.ts';
import { placeAt } from '../../local/process/place.ts';
import { freePorts } from '../../local/process/ports.ts';
import { generateSecrets } from '../../local/secrets.ts';
import { startNginx } from '../../local/servers/nginx.ts';
import { runTask } from '../../local/process/task.ts';
import {
  generalEnv,
  localUpstreams,
  startSandboxPayments,
  startScript,
  tierEnv,
  tierNames,
  type TierName,
} from '../../local/tiers.ts';
import type { newDrop } from '../../shared/contract/drops.ts';
import type { EntryState } from '../../shared/contract/entries.ts';
import type { Limits } from '../../shared/http/front-door-limits.ts';
import { Keys } from '../../shared/inventory/keys.ts';
import { readKeyList } from '../../shared/auth/key-list.ts';
import { createLog } from '../../shared/tier/log.ts';
import { publishNews } from '../../shared/messages/news.ts';
import type { DropNews } from '../../shared/messages/realtime-events.ts';
import { capacityOf } from '../../shared/inventory/layout.ts';
import { connectRedis } from '../../shared/redis/connect.ts';
import { signSession, type Role } from '../../shared/auth/session.ts';
import { createTestDatabase } from '../../testing/database.ts';
import { eventually } from '../../testing/eventually.ts';
import { testServers } from '../../testing/servers.ts';

export type Stack = Awaited<ReturnType<typeof startStack>>;
export type Person = Awaited<ReturnType<Stack['person']>>;

const wide = { rate: 10_000, burst: 10_000 };
const wideLimits: Partial<Limits> = {
  entryPerAddress: wide,
  entryPerAddressWithSession: wide,
  entryPerToken: wide,
  generalPerAddress: wide,
  generalPerAddressWithSession: wide,
  generalPerToken: wide,
};

/** What every question of these drops wants to hear. */
const answer = 'Cello';

/** `limits`: of the front door; by default so wide that no test meets them. */
export async function startStack({ limits = wideLimits }: { limits?: Partial<Limits> } = {}) {
  const root = resolve(import.meta.dirname, '../..');
  const dir = mkdtempSync(join(tmpdir(), 'seatdrop-web-'));
  const place = placeAt(dir);
  const database = await createTestDatabase();
  const { db } = database;
  const ports = await freePorts([...tierNames, 'sandbox-payments', 'front-door'] as const);
  const secrets = generateSecrets();
  const sessionKeys = readKeyList(secrets.sessionKey);
  const url = `http://127.0.0.1:${ports['front-door']}`;
  const pages = join(root, 'web/dist');
  const { redisNodes: nodes, amqpUrl } = testServers();

  const redis = connectRedis(nodes, createLog('web', 'silent'));
  const namespace = `web-${randomBytes(4).toString('hex')}-`;
  const env = {
    ...tierEnv({ redis: { nodes }, rabbitMq: { url: amqpUrl }, mariaDb: { url: database.url } }, secrets),
    SEATDROP_ENV: 'local',
    NAMESPACE: namespace,
    REDIS_REPLICA_ACKS: '0',
  };
  const sandboxPaymentsUrl = `http://127.0.0.1:${ports['sandbox-payments']}`;
  const envOfGeneral = {
    ...env,
    ...generalEnv({ publicUrl: url, sandboxPaymentsUrl, secrets, ports, pages }),
  };

  await runTask({ name: 'web', place, root, script: 'web/build.ts', env: {} });
  const tiers = new Map<TierName, Child>();
  const others: { stop(): Promise<void> }[] = [];
  let sandbox: Child | undefined;
  const stop = async () => {
    await Promise.all([...tiers.values()].map((tier) => tier.stop()));
    await Promise.all(others.map((other) => other.stop()));
    redis.disconnect();
    await database.drop();
    rmSync(dir, { recursive: true, force: true });
  };
  const starts = await Promise.allSettled([
    ...tierNames.map(async (name) => {
      const options = { name, place, root, folder: name, path: '/readyz', port: ports[name] } as const;
      tiers.set(name, await startScript({ ...options, env: name === 'general' ? envOfGeneral : env }));
    }),
    startSandboxPayments({
      place,
      root,
      port: ports['sandbox-payments'],
      secrets,
      generalUrl: `http://127.0.0.1:${ports.general}`,
      data: join(dir, 'sandbox.sqlite'),
    }).then((child) => {
      sandbox = child;
      others.push(child);
    }),
    startNginx({
      place,
      port: ports['front-door'],
      pages,
      workers: 1,
      upstreams: localUpstreams(ports),
      limits,
    }).then((nginx) => others.push(nginx)),
  ]);
  const failed = starts.find(({ status }) => status === 'rejected');
  if (failed) {
    // Nobody else could stop what did start.
    await stop();
    throw (failed as PromiseRejectedResult).reason as Error;
  }

  /** Somebody with an account, who acts over HTTP without a browser. */
  async function person(role: Role = 'shopper', name = 'Robin Chen', chosenEmail?: string) {
    const email = chosenEmail ?? `${role}-${randomBytes(6).toString('hex')}@seatdrop.test`;
    const [id] = await db('users').insert({ email, name, role, password_hash: 'none' });
    const token = signSession({ userId: id!, role }, sessionKeys);
    const ask = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
      const response = await fetch(`${url}/api${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
      return (text === '' ? undefined : JSON.parse(text)) as T;
    };
    const entry = (dropId: number) => ask<EntryState>('GET', `/drops/${dropId}/entry`);
    const queue = async (dropId: number, quantity: number): Promise<void> => {
      const { question } = await ask<{ question: { id: number } }>('GET', `/drops/${dropId}`);
      const body = { questionId: question.id, answer, quantity };
      // A drop made just now takes a moment to reach the publisher.
      await eventually(() => ask('POST', `/drops/${dropId}/entries`, body));
    };
    const outcome = (dropId: number): Promise<EntryState> =>
      eventually(async () => {
        const seen = await entry(dropId);
        if (seen.status === 'none') throw new Error('not decided');
        return seen;
      });
    return {
      id: id!,
      role,
      name,
      email,
      token,
      ask,
      entry,
      /** Sends an entry; resolves when it is accepted. */
      queue,
      outcome,
      async enter(dropId: number, quantity: number): Promise<EntryState> {
        await queue(dropId, quantity);
        return outcome(dropId);
      },
      giveBack: (dropId: number) => ask('DELETE', `/drops/${dropId}/entry`),
      async pay(dropId: number, token_ = 'tok_approved'): Promise<{ id: string }> {
        const { checkoutToken } = await entry(dropId);
        return ask('POST', '/checkout', { checkoutToken, payment: { token: token_ } });
      },
    };
  }

  const organizer = await person('organizer', 'Olga Organizer');
  const announce = async (): Promise<number> => {
    const { id } = await organizer.ask<{ id: number }>('POST', '/events', {
      title: 'The Lanterns: One Night Only',
      description: 'Four people and a harbour.\nNo support, no encore.',
      venue: 'Glasshouse Hall, Riverside',
      startsAt: '2041-05-04T18:30:00.000Z',
      timeZone: 'Europe/London',
    });
    return id;
  };
  const eventId = await announce();

  return {
    url,
    namespace,
    sessionKeys,
    db,
    tiers,
    /** The provider of payments. */
    sandbox: sandbox!,
    person,
    organizer,
    announce,
    eventId,
    /** A drop, by default of an event of its own and open since a moment ago. */
    async drop(changes: Partial<z.input<typeof newDrop>> = {}, event?: number): Promise<number> {
      const sections = [
        { name: 'Floor', rows: 3, seatsPerRow: 10 },
        { name: 'Gallery', rows: 1, seatsPerRow: 12 },
      ];
      const of = event ?? (await announce());
      const { id } = await organizer.ask<{ id: number }>('POST', `/events/${of}/drops`, {
        opensAt: inSeconds(-5),
        closesAt: inSeconds(7200),
        price: { amount: 6500, currency: 'EUR' },
        holdSeconds: 120,
        maxPerBuyer: Math.min(4, capacityOf(changes.sections ?? sections)),
        standbyLimit: 20,
        sections,
        questions: [{ text: 'Which of these is played with a bow?', choices: [answer, 'Harp'], answer }],
        ...changes,
      });
      return id;
    },
    /** Tells buyers something, as the tiers do. */
    tell: (news: DropNews) => publishNews(redis, new Keys(namespace), news),
    /** Moves an opening that is far off to a moment from now; pages that are open hear of it. */
    openSoon: (dropId: number) => organizer.ask('PATCH', `/drops/${dropId}`, { opensAt: inSeconds(2) }),
    stop,
  };
}

export function inSeconds(seconds: number): string {
  return new Date(Date.now() + seconds * 1000).toISOString();
}
