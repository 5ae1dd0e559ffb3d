/** Reference for the publisher: a bare Node server that reads the body and at once sends the publisher's answer. */
import { createServer } from 'node:http';

const body = JSON.stringify({ status: 'queued' });
const headers = {
  'x-request-id': '00000000-0000-4000-8000-000000000000',
  'content-type': 'application/json',
  'content-length': body.length,
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
};

const server = createServer((req, res) => {
  req.resume();
  req.on('end', () => {
    res.writeHead(202, headers);
    res.end(body);
  });
});
server.keepAliveTimeout = 65_000;
server.listen(Number(process.env['PORT']), '127.0.0.1');
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit());
