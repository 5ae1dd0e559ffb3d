import type { Message } from 'amqplib';
import * as fc from 'fast-check';
import { newBatchId } from '../inventory/entry-id.ts';
import { decodeBatch, encodeBatch, lateSent, maxBatchSize, packEntry } from './entry-batch.ts';
import { decodeTimer, encodeTimer } from './hold-timer.ts';

type Parts = { content: Buffer; options: { type?: unknown; messageId?: unknown; headers?: unknown } };

const asMessage = ({ content, options }: Parts): Message =>
  ({ content, fields: {}, properties: { ...options } }) as unknown as Message;

const place = fc.record({ dropId: fc.integer({ min: 1, max: 2 ** 32 - 1 }), partition: fc.nat({ max: 15 }) });
const entries = fc.array(
  fc.tuple(fc.integer({ min: 1, max: 2 ** 32 - 1 }), fc.integer({ min: 1, max: 10 })),
  {
    minLength: 1,
    maxLength: maxBatchSize,
  },
);

test('a batch comes out as it went in', () => {
  fc.assert(
    fc.property(
      place,
      entries,
      fc.nat(),
      fc.integer({ min: 1, max: 10 ** 15 - 1 }),
      (to, list, at, number) => {
        const id = newBatchId();
        const sent = `0channel.${number}`;
        const packed = list.map(([buyer, quantity]) => packEntry(buyer, quantity));
        const message = asMessage(encodeBatch(to, id, packed, at, sent));
        expect(decodeBatch(message)).toEqual({
          place: to,
          batch: { id, packed: packed.join(','), sent },
          size: list.length,
          acceptedAt: at,
        });
      },
    ),
  );
});

test('a batch that comes late keeps its number, and says so once', () => {
  const late = lateSent('0channel.7');
  expect(late).toBe('0channel.7.late');
  expect(lateSent(late)).toBe(late);
  const message = asMessage(encodeBatch({ dropId: 1, partition: 0 }, newBatchId(), ['1:1'], 0, String(late)));
  expect(decodeBatch(message)?.batch.sent).toBe(late);
  for (const none of [
    undefined,
    '',
    7,
    '0channel.0',
    '0channel',
    '0channel.7.soon',
    'x.7',
    '0channel.7.late.late',
  ]) {
    expect(lateSent(none)).toBeUndefined();
  }
});

test('a timer comes out as it went in', () => {
  fc.assert(
    fc.property(place, fc.array(fc.nat({ max: 499 }), { minLength: 1, maxLength: 500 }), (to, indexes) => {
      const timer = { place: to, holdIds: indexes.map((index) => `${newBatchId()}-${index.toString(36)}`) };
      expect(decodeTimer(asMessage(encodeTimer(timer)))).toEqual(timer);
    }),
  );
});

/** Bytes that are almost a valid message, and arbitrary bytes. */
const body = fc.oneof(
  fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
  fc.string({ maxLength: 100 }).map((text) => Buffer.from(text)),
  fc
    .array(fc.constantFrom('1', '0', '9', ':', ',', '.', '-', ' ', '\n', 'a', '4294967295', '4294967296'), {
      maxLength: 30,
    })
    .map((parts) => Buffer.from(parts.join(''))),
);
const anything = fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true });
const header = fc.oneof(fc.constantFrom(0, 1, -1, 1.5, NaN, 2 ** 53, '1', null, undefined), anything);
const options = fc.record({
  type: fc.oneof(fc.constantFrom('entries.v1', 'holds.v1'), anything),
  messageId: fc.oneof(fc.constant('0123456789abcd'), anything),
  headers: fc.oneof(fc.record({ drop: header, partition: header, at: header }), fc.constant(undefined)),
});

test('whatever else arrives is refused without a fault, and what is let through is well formed', () => {
  fc.assert(
    fc.property(body, options, (content, others) => {
      const message = asMessage({ content, options: others });
      const batch = decodeBatch(message);
      if (batch) {
        const list = batch.batch.packed.split(',').map((entry) => entry.split(':').map(Number));
        for (const [buyer = 0, quantity = 0] of list) {
          if (!(buyer >= 1 && buyer < 2 ** 32 && quantity >= 1 && quantity <= 99))
            throw new Error('let through');
        }
        if (!Number.isSafeInteger(batch.place.dropId) || list.length !== batch.size)
          throw new Error('let through');
      }
      const timer = decodeTimer(message);
      if (timer && !Number.isSafeInteger(timer.place.dropId)) throw new Error('let through');
    }),
    { numRuns: 5_000 },
  );
  expect(maxBatchSize).toBe(500);
});

test('a batch has at least one entry, and no more than its limit', () => {
  const of = (count: number) =>
    decodeBatch(
      asMessage(
        encodeBatch(
          { dropId: 1, partition: 0 },
          newBatchId(),
          Array.from({ length: count }, (_, index) => packEntry(4_294_000_000 + index, 10)),
          0,
          '0channel.1',
        ),
      ),
    );
  expect(of(0)).toBeUndefined();
  expect(of(1)?.size).toBe(1);
  expect(of(500)?.size).toBe(500);
  expect(of(501)).toBeUndefined();
});
