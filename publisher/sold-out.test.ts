import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { placeAt } from '../local/process/place.ts';
import { freePorts } from '../local/process/ports.ts';
import { startNginx, type Nginx } from '../local/servers/nginx.ts';
import type { Drop } from '../shared/drops/drop.ts';
import { eventually } from '../testing/eventually.ts';
import { createPublisherSystem, type PublisherSystem } from '../testing/publisher/publisher-system.ts';

const unlimited = { rate: 10_000, burst: 10_000 };

let system: PublisherSystem;
let door: Nginx;
const dir = mkdtempSync(join(tmpdir(), 'sold-out-'));
beforeAll(async () => {
  system = await createPublisherSystem();
  const { port } = await freePorts(['port']);
  door = await startNginx({
    place: placeAt(dir),
    port,
    upstreams: { publisher: [new URL(system.url).host], general: ['127.0.0.1:9'], realtime: ['127.0.0.1:9'] },
    limits: { entryPerAddress: unlimited, entryPerToken: unlimited },
    workers: 1,
  });
});
afterAll(async () => {
  await door.stop();
  await system.stop();
  rmSync(dir, { recursive: true });
});

type Buyer = Awaited<ReturnType<PublisherSystem['user']>>;

async function enter(drop: Drop, buyer: Buyer, body: unknown = system.entry(drop, buyer.id)) {
  const response = await fetch(`${door.url}/api/drops/${drop.id}/entries`, {
    method: 'POST',
    headers: { ...buyer.bearer, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as { code?: string } };
}

/** The number of all answers that the publisher has given. */
async function answers(): Promise<number> {
  const counted = await (await fetch(`${system.url}/metrics`)).text();
  const lines = [...counted.matchAll(/^seatdrop_entries_total\{[^}]*\} (\d+)/gm)];
  return lines.reduce((sum, [, count]) => sum + Number(count), 0);
}

test('while it is sold out hardly anybody reaches the publisher; when a seat comes back, everybody', async () => {
  const buyer = await system.user();
  const drop = await system.createDrop({
    sections: [{ name: 'Box', rows: 1, seatsPerRow: 1 }],
    standbyLimit: 1,
  });
  const place = { dropId: drop.id, partition: 0 };
  const wrong = { ...system.entry(drop, buyer.id), answer: 'no' };
  await system.testInventory.hold(place, 7);
  // A place in standby is left, and the answer to one buyer is not served to another.
  expect((await enter(drop, buyer, wrong)).body.code).toBe('wrong_answer');
  expect((await enter(drop, { ...buyer, bearer: { Authorization: '' } })).body.code).toBe('not_signed_in');
  await system.testInventory.decide(place, '8:1');
  await eventually(async () => (await enter(drop, buyer, wrong)).body.code === 'drop_sold_out');

  // One each second reaches the publisher, and those who come before it has answered: on a slow machine some of a crowd
  // do, but not of every crowd.
  const codes = new Set<string | undefined>();
  await eventually(async () => {
    const before = await answers();
    const crowd = await Promise.all(Array.from({ length: 300 }, () => enter(drop, buyer)));
    for (const { body } of crowd) codes.add(body.code);
    return (await answers()) - before < 30;
  });
  expect([...codes]).toEqual(['drop_sold_out']);

  await system.testInventory.inventory.leave(place, 8);
  await eventually(async () => (await enter(drop, buyer)).status === 202);
  await eventually(async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => enter(drop, buyer)));
    return all.every(({ status }) => status === 202);
  });
});
