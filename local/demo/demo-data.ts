/**
 * `node local/demo/demo-data.ts`: adds accounts, events and drops to try the local system with. It adds only what is
 * missing, so it can run at every start; a drop that has closed gets a successor, so that one is always about to open.
 */
import { z } from 'zod';
import { hashPassword } from '../../general/accounts/passwords.ts';
import { insertDrop } from '../../general/drops/create-drop.ts';
import { stockDropSoon } from '../../general/duties/stock-drops.ts';
import { commonSettings, mysqlSettings, readConfig, redisSettings } from '../../shared/tier/config.ts';
import { newDrop } from '../../shared/contract/drops.ts';
import { createInventory } from '../../shared/inventory/inventory.ts';
import { createLog } from '../../shared/tier/log.ts';
import { connectMysql } from '../../shared/mysql/connect.ts';
import { connectRedis } from '../../shared/redis/connect.ts';
import type { Role } from '../../shared/auth/session.ts';
import { demoEvents, type DemoEvent } from './demo-events.ts';

/** Published in the README, so only for the local system. */
const demoPassword = 'seatdrop-demo';

const { MYSQL_URL, REDIS_NODES, NAMESPACE } = readConfig(
  z.object({
    SEATDROP_ENV: z.literal('local', { error: 'demo data is for the local stack only' }),
    NAMESPACE: commonSettings.NAMESPACE,
    ...mysqlSettings,
    ...redisSettings,
  }),
);

const log = createLog('demo-data', 'warn');
const db = connectMysql(MYSQL_URL, { max: 2 });
const redis = connectRedis(REDIS_NODES, log);
try {
  const deps = { db, inventory: createInventory({ redis, namespace: NAMESPACE }), log };
  await account('shopper', 'Sam Shopper');
  await account('admin', 'Ada Admin');
  const organizerId = await account('organizer', 'Olga Organizer');
  for (const event of demoEvents) {
    const eventId = await announced(event, organizerId);
    if (await hasUnclosedDrop(eventId)) continue;
    const drop = newDrop.parse({ ...event.drop, ...timesOf(event) });
    const id = await insertDrop(db, eventId, drop);
    await stockDropSoon(deps, id);
    console.log(`Drop ${id}, ${event.title}: opens ${drop.opensAt}`);
  }
} finally {
  redis.disconnect();
  await db.destroy();
}

/** The id of the demo account with this role. */
async function account(role: Role, name: string): Promise<number> {
  const email = `${role}@seatdrop.test`;
  const known: { id: number } | undefined = await db('users').where({ email }).first('id');
  if (known) return known.id;
  const [id] = await db('users').insert({
    email,
    name,
    role,
    password_hash: await hashPassword(demoPassword),
  });
  return id!;
}

/** The id of the event. A seat of an event is sold only once, so if its drop has closed, a new event is added. */
async function announced(event: DemoEvent, organizerId: number): Promise<number> {
  const { title, description, venue, timeZone } = event;
  const starts_at = inSeconds(event.startsIn);
  // In the evening by local time, to within an hour.
  starts_at.setUTCHours(timeZone === 'America/New_York' ? 24 : 19, 30, 0, 0);
  const known: { id: number; starts_at: Date } | undefined = await db('events')
    .where({ title, organizer_id: organizerId })
    .orderBy('id', 'desc')
    .first();
  if (known && (await hasUnclosedDrop(known.id))) return known.id;
  if (known && !(await hasSold(known.id))) {
    await db('events').where({ id: known.id }).update({ starts_at });
    return known.id;
  }
  const [id] = await db('events').insert({
    title,
    description,
    venue,
    starts_at,
    time_zone: timeZone,
    organizer_id: organizerId,
  });
  return id!;
}

async function hasSold(eventId: number): Promise<boolean> {
  const found: unknown = await db('drops').where({ event_id: eventId, cancelled_at: null }).first('id');
  return found !== undefined;
}

async function hasUnclosedDrop(eventId: number): Promise<boolean> {
  const found: unknown = await db('drops')
    .where({ event_id: eventId, cancelled_at: null })
    .where('closes_at', '>', new Date())
    .first('id');
  return found !== undefined;
}

function timesOf({ opensIn, closesIn }: DemoEvent) {
  return { opensAt: inSeconds(opensIn).toISOString(), closesAt: inSeconds(closesIn).toISOString() };
}

function inSeconds(seconds: number): Date {
  return new Date(Date.now() + seconds * 1000);
}
