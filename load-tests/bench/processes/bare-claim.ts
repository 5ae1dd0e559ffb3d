/**
 * The claim script alone: `GET /?drop=ID&entries=N` calls it with the batches that the consumer would get, one after
 * the other from one client, and answers how many seconds that took. Replies are not decoded.
 */
import { createServer } from 'node:http';
import { Keys } from '../../../shared/inventory/keys.ts';
import { defineScript } from '../../../shared/inventory/script.ts';
import { createLog } from '../../../shared/tier/log.ts';
import { connectRedis } from '../../../shared/redis/connect.ts';
import { batchesOf } from '../batches.ts';

const redis = connectRedis(process.env['REDIS_NODES']?.split(',') ?? [], createLog('bare-claim', 'error'));
const claim = defineScript(redis, new Keys(''), 'claim', (_place, ask) => ask(redis));

createServer((req, res) => {
  const { searchParams } = new URL(req.url ?? '/', 'http://localhost');
  const place = { dropId: Number(searchParams.get('drop')), partition: 0 };
  const run = async (): Promise<number> => {
    const batches = [...batchesOf(Number(searchParams.get('entries')))];
    const since = performance.now();
    for (const { id, packed, sent } of batches) {
      const [outcome] = await claim(place, id, packed, '0', sent);
      if (outcome !== 'decided') throw new Error(outcome);
    }
    return (performance.now() - since) / 1000;
  };
  run().then(
    (seconds) => res.end(JSON.stringify({ seconds })),
    (error: unknown) => res.writeHead(500).end(String(error)),
  );
}).listen(Number(process.env['PORT']), '127.0.0.1');
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit());
