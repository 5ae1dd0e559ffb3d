/** The whole system with its pages for tests: real tiers behind a real nginx, on the servers of the test run. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import type { Child } from '../../local/process/child.ts';
import { placeAt } from '../../local/process/place.ts';
import { freePorts } from '../../local/process/ports.ts';
import { systemOn, systemPorts } from '../../local/system.ts';
import { tierNames, type TierName } from '../../local/tiers.ts';
import type { newDrop } from '../../shared/contract/drops.ts';
import type { EntryState } from '../../shared/contract/entries.ts';
import { totalOf, type Pricing } from '../../shared/contract/total.ts';
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

type NewDrop = z.input<typeof newDrop>;
export type WebSystem = Awaited<ReturnType<typeof startWebSystem>>;
export type Person = Awaited<ReturnType<WebSystem['person']>>;

const wide = { rate: 10_000, burst: 10_000 };
const wideLimits: Partial<Limits> = {
  entryPerAddress: wide,
  entryPerAddressWithSession: wide,
  entryPerToken: wide,
  generalPerAddress: wide,
  generalPerAddressWithSession: wide,
  generalPerToken: wide,
};

/** The right answer to the question of every drop made here. */
const answer = 'Cello';

export type WebSystemOptions = {
  /** Of nginx; by default so high that no test reaches them. */
  limits?: Partial<Limits>;
  /** Additional settings of general, such as another payment provider. */
  generalSettings?: Readonly<Record<string, string>>;
  /** Reached as http://localhost, since browsers have passkeys for names only, not for an IP address. */
  byName?: boolean;
};

/** Where staff need a second factor, they act as if they had proven one long ago. */
const proven = ({ SECOND_FACTOR: rule }: Readonly<Record<string, string>>) =>
  rule === 'compulsory' ? { provenAt: 1 } : {};

async function chooseUrl(host: string) {
  const ports = await freePorts(systemPorts);
  return { ports, url: `http://${host}:${ports['front-door']}` };
}

export async function startWebSystem({ limits = wideLimits, byName, ...others }: WebSystemOptions = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'seatdrop-web-'));
  const database = await createTestDatabase();
  const { db } = database;
  const { redisNodes: nodes, amqpUrl } = testServers();
  const namespace = `web-${randomBytes(4).toString('hex')}-`;
  const { url, ports } = await chooseUrl(byName ? 'localhost' : '127.0.0.1');
  const generalSettings = { ...others.generalSettings, PUBLIC_URL: url };
  const settings = { NAMESPACE: namespace, REDIS_REPLICA_ACKS: '0', PUBLIC_URL: url };
  const local = await systemOn(
    { redis: { nodes }, rabbitMq: { url: amqpUrl }, mariaDb: { url: database.url } },
    { place: placeAt(dir), ports, settings, generalSettings },
  );
  const sessionKeys = readKeyList(local.secrets.sessionKey);
  const redis = connectRedis(nodes, createLog('web', 'silent'));
  const stop = async () => {
    await local.stop();
    redis.disconnect();
    await database.drop();
    rmSync(dir, { recursive: true, force: true });
  };
  const tiers = new Map<TierName, Child>();
  let sandbox: Child;
  try {
    await local.buildPages();
    [sandbox] = await Promise.all([
      local.startPayments({ data: join(dir, 'sandbox.sqlite') }),
      local.startFrontDoor({ pages: local.pages, limits }),
      ...tierNames.map(async (name) => tiers.set(name, await local.startTier(name))),
    ]);
  } catch (error) {
    await stop(); // nobody else could stop it
    throw error;
  }

  /** A user who acts over HTTP, without a browser. */
  async function person(role: Role = 'shopper', name = 'Robin Chen', chosenEmail?: string) {
    const email = chosenEmail ?? `${role}-${randomBytes(6).toString('hex')}@seatdrop.test`;
    const [id] = await db('users').insert({ email, name, role, password_hash: 'none' });
    const token = signSession({ userId: id!, role, ...proven(generalSettings) }, sessionKeys);
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
      // A new drop takes a moment to reach the publisher.
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
        const drop = await ask<Pricing>('GET', `/drops/${dropId}`);
        return ask('POST', '/checkout', purchaseOf(drop, await entry(dropId), token_));
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
    /** The payment provider. */
    sandbox,
    person,
    organizer,
    announce,
    eventId,
    /** Creates a drop, by default of a new event and open since a moment ago. */
    async drop(changes: Partial<NewDrop> = {}, event?: number): Promise<number> {
      const path = `/events/${event ?? (await announce())}/drops`;
      const { id } = await organizer.ask<{ id: number }>('POST', path, newDropBody(changes));
      return id;
    },
    /** Publishes news to buyers, as the tiers do. */
    tell: (news: DropNews) => publishNews(redis, new Keys(namespace), news),
    /** Moves a distant opening to two seconds from now; open pages learn of it. */
    openSoon: (dropId: number) => organizer.ask('PATCH', `/drops/${dropId}`, { opensAt: inSeconds(2) }),
    stop,
  };
}

/** A drop that is open since a moment ago. */
function newDropBody(changes: Partial<NewDrop>) {
  const sections = [
    { name: 'Floor', rows: 3, seatsPerRow: 10 },
    { name: 'Gallery', rows: 1, seatsPerRow: 12 },
  ];
  return {
    opensAt: inSeconds(-5),
    closesAt: inSeconds(7200),
    price: { amount: 6500, currency: 'EUR' },
    holdSeconds: 120,
    maxPerBuyer: Math.min(4, capacityOf(changes.sections ?? sections)),
    standbyLimit: 20,
    sections,
    questions: [{ text: 'Which of these is played with a bow?', choices: [answer, 'Harp'], answer }],
    ...changes,
  };
}

function purchaseOf(drop: Pricing, { checkoutToken, seats = [] }: EntryState, token: string) {
  return { checkoutToken, total: totalOf(drop, seats.length), payment: { token } };
}

export function inSeconds(seconds: number): string {
  return new Date(Date.now() + seconds * 1000).toISOString();
}
