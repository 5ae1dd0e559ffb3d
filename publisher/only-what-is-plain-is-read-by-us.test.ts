import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import * as fc from 'fast-check';
import { closeServer, listen } from '../shared/listen.ts';
import { readWhole } from './whole-request.ts';

const lines = [
  'POST /api/drops/7/entries HTTP/1.1',
  'Host: seatdrop.test',
  'Authorization: Bearer a.b.c',
  'Content-Type: application/json',
  'Content-Length: 13',
];
const body = '{"quantity":1}'.slice(0, 13);
const plain = Buffer.from([...lines, '', body].join('\r\n'));

test('a plain request is read whole', () => {
  expect(readWhole(plain)).toEqual({
    target: '/api/drops/7/entries',
    headers: {
      host: 'seatdrop.test',
      authorization: 'Bearer a.b.c',
      'content-type': 'application/json',
      'content-length': '13',
    },
    body: Buffer.from(body),
  });
});

const withLine = (line: string) => [...lines.slice(0, 2), line, ...lines.slice(2), '', body].join('\r\n');

test.each([
  'X-Real-IP: 198.51.100.1',
  'Cookie: a=b; session=x.y.z',
  'cOnNeCtIoN: keep-alive',
  'User-Agent:Mozilla/5.0 (X11; Linux x86_64) "quoted"\t',
  'Origin: \t https://seatdrop.test \t',
  'Empty:',
])('and so it is with "%s"', (line) => {
  expect(readWhole(Buffer.from(withLine(line)))).toHaveProperty('target', '/api/drops/7/entries');
});

test.each([
  ['a field that says how the body comes', withLine('Transfer-Encoding: chunked')],
  ['one that asks before it sends', withLine('Expect: 100-continue')],
  ['one that wants another protocol', withLine('Upgrade: websocket')],
  ['an end of the connection', withLine('Connection: close')],
  ['what is said twice', withLine('content-length: 13')],
  ['two sessions', withLine('authorization: Bearer d.e.f')],
  ['a folded line', withLine('X-Folded: a\r\n b')],
  ['a space before the colon', withLine('Host : other.test')],
  ['a space before the name', withLine(' Host: other.test')],
  ['a line with no colon', withLine('nothing')],
  ['a bare line feed', withLine('X-A: b\nTransfer-Encoding: chunked')],
  ['a bare carriage return', withLine('X-A: b\rTransfer-Encoding: chunked')],
  ['a zero byte', withLine('X-A: \0')],
  ['letters beyond ASCII', withLine('X-A: ä')],
  ['no host', plain.toString().replace('Host', 'Ghost')],
  ['no length', plain.toString().replace('Content-Length', 'Length')],
  ['a length with a sign', plain.toString().replace(': 13', ': +13')],
  ['a length with a zero', plain.toString().replace(': 13', ': 013')],
  ['a length of more than any entry needs', plain.toString().replace(': 13', ': 8193')],
  ['more than was announced', `${plain.toString()}P`],
  ['no end of the head', lines.join('\r\n')],
  ['another version', plain.toString().replace('HTTP/1.1', 'HTTP/1.0')],
  ['another method', plain.toString().replace('POST', 'PUT')],
  ['another site’s address', plain.toString().replace(' /api', ' http://other.test/api')],
  ['two spaces', plain.toString().replace('POST ', 'POST  ')],
  ['an empty line first', `\r\n${plain.toString()}`],
  ['more than any entry needs', withLine(`X-Long: ${'x'.repeat(8_192)}`)],
])('%s is left to node:http', (_what, text) => {
  expect(readWhole(Buffer.from(text))).toBeUndefined();
});

test('of one of which the body is on its way it is known how much is missing', () => {
  const endOfHead = plain.length - body.length;
  for (let length = 0; length < plain.length; length += 1)
    expect(readWhole(plain.subarray(0, length))).toEqual(
      length < endOfHead ? undefined : { missing: plain.length - length },
    );
});

/** What node:http makes of bytes: the requests it saw, and their bodies. */
async function byNode(bytes: Buffer): Promise<{ req: IncomingMessage; body: Buffer }[]> {
  const seen: { req: IncomingMessage; body: Buffer }[] = [];
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      seen.push({ req, body: Buffer.concat(chunks) });
      res.end();
    });
  });
  const port = await listen(server, '127.0.0.1', 0);
  const socket = connect(port, '127.0.0.1');
  socket.end(bytes);
  socket.resume();
  await once(socket, 'close');
  await closeServer(server);
  return seen;
}

const pieces = fc.oneof(
  fc.constantFrom(
    '\r\n',
    '\n',
    '\r',
    '\0',
    ' ',
    '\t',
    ':',
    ',',
    'X-A: b\r\n',
    'Content-Length: 3\r\n',
    '13',
    '0',
  ),
  fc.constantFrom(
    'Transfer-Encoding: chunked\r\n',
    'Connection: close\r\n',
    'Host: b\r\n',
    '\r\n\r\n',
    'é',
    '"',
    '\\',
  ),
  fc.string({ maxLength: 3 }),
);
/** Some of the bytes of a plain request replaced by something. */
const changed = fc
  .array(fc.tuple(fc.nat(plain.length), fc.nat(3), pieces), { minLength: 1, maxLength: 3 })
  .map((changes) =>
    changes.reduce(
      (text, [at, gone, piece]) => text.slice(0, at) + piece + text.slice(at + gone),
      plain.toString('latin1'),
    ),
  );

test('what we read, node:http reads in the same way', async () => {
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(changed, async (text) => {
      const bytes = Buffer.from(text, 'latin1');
      const ours = readWhole(bytes);
      if (!ours || 'missing' in ours) return;
      taken += 1;
      const seen = await byNode(bytes);
      expect(seen).toHaveLength(1);
      const { req, body: theirs } = seen[0]!;
      expect(req.method).toBe('POST');
      expect(req.url).toBe(ours.target);
      expect(theirs).toEqual(ours.body);
      expect(req.headers).toMatchObject(ours.headers);
    }),
    { numRuns: 3_000 },
  );
  // Most changes spoil it; but with none taken, nothing would have been compared.
  expect(taken).toBeGreaterThan(100);
}, 60_000);
