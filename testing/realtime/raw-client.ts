/** Parts for clients of realtime that send raw bytes. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A WebSocket handshake. `fields` are additional header lines. */
export function handshake(...fields: readonly string[]): string {
  const lines = [
    'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
    'Host: x',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    'Sec-WebSocket-Version: 13',
    ...fields,
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** A masked client frame with fewer than 126 bytes of payload. `opcode` 1 is text, 9 a ping. */
export function frame(text: string, opcode = 1): Buffer {
  const bytes = Buffer.from(text);
  const mask = randomBytes(4);
  return Buffer.concat([
    Buffer.from([0x80 | opcode, 0x80 | bytes.length]),
    mask,
    bytes.map((byte, index) => byte ^ mask[index % 4]!),
  ]);
}

/** A client that connects and then reads nothing. `joined` must resolve when the server has its socket. */
export async function joinUnread(port: number, joined: () => Promise<unknown>): Promise<Socket> {
  const client = connect(port, '127.0.0.1');
  client.on('error', () => {}); // the server may disconnect it during a write
  client.write(handshake());
  await once(client, 'data');
  client.write(frame('40'));
  await joined();
  client.pause();
  return client;
}
