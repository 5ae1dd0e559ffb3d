/**
 * Reference for checkout: the database work alone. `GET /?drop=ID&user=ID&orders=N&atOnce=N` writes the rows of N
 * checkouts through mysql2, one transaction per order, and answers how many seconds that took.
 */
import { createServer } from 'node:http';
import { createPool } from 'mysql2/promise';
import { newBatchId } from '../../../shared/inventory/entry-id.ts';

const pool = createPool({ uri: process.env['MYSQL_URL'] ?? '', connectionLimit: 10, timezone: 'Z' });

createServer((req, res) => {
  const { searchParams } = new URL(req.url ?? '/', 'http://localhost');
  const setting = (name: string) => Number(searchParams.get(name));
  const [drop, user, orders] = [setting('drop'), setting('user'), setting('orders')];
  const run = async (): Promise<number> => {
    let next = 0;
    const writeMore = async () => {
      while (next < orders) await writeOrder(drop, user, (next += 1));
    };
    const since = performance.now();
    await Promise.all(Array.from({ length: setting('atOnce') }, writeMore));
    return (performance.now() - since) / 1000;
  };
  run().then(
    (seconds) => res.end(JSON.stringify({ seconds })),
    (error: unknown) => res.writeHead(500).end(String(error)),
  );
}).listen(Number(process.env['PORT']), '127.0.0.1');
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit());

async function writeOrder(drop: number, user: number, number: number): Promise<void> {
  const id = `${newBatchId()}-0`;
  const seat = `0.${number}`;
  const connection = await pool.getConnection();
  try {
    await connection.beginTransaction();
    await connection.execute(
      `insert into payment_attempts (hold_id, attempt, drop_id, \`partition\`, user_id, seats, provider, amount, currency,
         status, provider_ref) values (?, 1, ?, 0, ?, ?, 'sandbox', 4500, 'EUR', 'approved', ?)`,
      [id, drop, user, seat, id],
    );
    await connection.execute(
      `insert into orders (id, drop_id, \`partition\`, user_id, attempt, amount, currency, status)
         values (?, ?, 0, ?, 1, 4500, 'EUR', 'paid')`,
      [id, drop, user],
    );
    await connection.execute('insert into order_seats (order_id, seat_id) values (?, ?)', [id, seat]);
    await connection.execute(
      `insert into sold_seats (drop_id, seat_id, order_id, event_id, section_key, row_label, seat_number)
         values (?, ?, ?, ?, 'stalls', '1', ?)`,
      [drop, seat, id, drop, number],
    );
    await connection.execute('insert into outbox (topic, payload) values (?, ?)', [
      'order-paid',
      JSON.stringify({ orderId: id }),
    ]);
    await connection.commit();
  } finally {
    connection.release();
  }
}
