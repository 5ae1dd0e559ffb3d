/** Packets as they go down the wire: Socket.IO 5 in Engine.IO 4, of which a page needs only this. */
import type { ServerEvents } from '../shared/realtime-events.ts';
import type { Client } from './client.ts';

/** An event as it goes down the wire, made once for all who get it. */
export type Packet = { event: keyof ServerEvents; frame: Buffer };

export function encodeEvent<E extends keyof ServerEvents>(
  event: E,
  ...payload: Parameters<ServerEvents[E]>
): Packet {
  return { event, frame: textFrame(`42${JSON.stringify([event, ...payload])}`) };
}

export function send(client: Client, { frame }: Packet): void {
  client.write(frame);
}

/** Whether the client has taken what it was sent before. What waits for a slow one is kept in our memory. */
export function keepsUp(client: Client): boolean {
  return client.bufferedAmount === 0;
}

export type Incoming =
  | { kind: 'pong' | 'leave' | 'junk' }
  | { kind: 'join'; auth: unknown }
  | { kind: 'join elsewhere'; namespace: string }
  /** `id` when an answer is asked for. */
  | { kind: 'event'; id: number | undefined; event: string; args: unknown[] };

const junk: Incoming = { kind: 'junk' };

/** What a client sent. Whatever is not of the protocol, or of a part of it that no page of ours uses, is junk. */
export function decode(text: string): Incoming {
  if (text === '3') return { kind: 'pong' };
  if (text === '1' || text === '41') return { kind: 'leave' };
  // 5 is an event with bytes, which come after it; none of ours has any, so its placeholders are wrong by themselves.
  const match = /^4(0|2|5\d{1,3}-)(\/[^,]*,)?(\d{0,15})(.*)$/s.exec(text);
  if (!match) return junk;
  const [, type, namespace, id = '', json = ''] = match;
  if (namespace !== undefined && type === '0')
    return { kind: 'join elsewhere', namespace: namespace.slice(0, -1) };
  if (namespace !== undefined) return junk;
  let value: unknown;
  try {
    value = json === '' ? undefined : JSON.parse(json);
  } catch {
    return junk;
  }
  if (type === '0') return id === '' ? { kind: 'join', auth: value } : junk;
  if (!Array.isArray(value)) return junk;
  const [event, ...args] = value as unknown[];
  if (typeof event !== 'string') return junk;
  return { kind: 'event', id: id === '' ? undefined : Number(id), event, args };
}

/** Engine.IO's greeting: milliseconds between pings, and in which a pong has to come; bytes of a message. */
export function greeting(
  sid: string,
  limits: { pingMs: number; pongMs: number; maxMessage: number },
): string {
  return `0${JSON.stringify({
    sid,
    upgrades: [],
    pingInterval: limits.pingMs,
    pingTimeout: limits.pongMs,
    maxPayload: limits.maxMessage,
  })}`;
}

export const ping = '2';
export const farewell = '41';

export function joined(sid: string): string {
  return `40${JSON.stringify({ sid })}`;
}

export function refused(reason: { message: string; data?: unknown }, namespace?: string): string {
  return `44${namespace === undefined ? '' : `${namespace},`}${JSON.stringify(reason)}`;
}

export function answered(id: number, answer: unknown): string {
  return `43${id}${JSON.stringify([answer])}`;
}

/** One unmasked frame of text (RFC 6455, section 5.2). */
function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const header = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafeSlow(header + length);
  frame[0] = 0x81;
  if (header === 2) {
    frame[1] = length;
  } else if (header === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, header);
  return frame;
}
