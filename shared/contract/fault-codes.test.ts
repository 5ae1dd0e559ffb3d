import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { signUpBody } from './accounts.ts';
import { refundRequest } from './orders.ts';
import { newCheckIn } from './check-ins.ts';
import { dropChanges, dropQuery, newDrop } from './drops.ts';
import { eventQuery, newEvent } from './events.ts';
import { sellerDetails } from './seller.ts';
import { faultCodes, type Fault, type FaultCode } from './fault-codes.ts';
import { checkInput } from '../tier/check-input.ts';
import type { Problem } from '../tier/problems.ts';
import { dropBody } from '../../testing/general/new-drop.ts';
import type { Deps } from '../../general/deps.ts';
import { createRoutes } from '../../general/routes.ts';
import { documentedElsewhere } from '../../general/api-docs/documented-elsewhere.ts';

/** Found by code of a handler, which no schema can do. */
const inHandler = Symbol();
type Found = [schema: z.ZodType, input: unknown, pointer: string, params?: Fault['params']];

const event = { title: 'T', description: '', venue: 'V', startsAt: '2030-05-04T18:00:00Z' };
const account = { email: 'mara@seatdrop.test', password: 'long enough', name: 'Mara' };
const section = { name: 'Floor', rows: 2, seatsPerRow: 2 };
const question = { text: 'Which?', choices: ['Cello', 'Harp'], answer: 'Cello' };
const titled = (title: unknown): Found => [newEvent, { ...event, title }, '/title'];
const dropWith = (changes: object, pointer: string, params?: Fault['params']): Found => [
  newDrop,
  { ...dropBody({}), sections: [section], maxPerBuyer: 1, ...changes },
  pointer,
  params,
];

const examples: Record<FaultCode, Found | typeof inHandler> = {
  required: titled('  '),
  wrong_type: titled(7),
  not_number: [newDrop.shape.standbyLimit, 'many', ''],
  not_whole: dropWith({ standbyLimit: 1.5 }, '/standbyLimit'),
  too_small: dropWith({ holdSeconds: 4 }, '/holdSeconds', { minimum: 5 }),
  too_big: dropWith({ holdSeconds: 3601 }, '/holdSeconds', { maximum: 3600 }),
  too_short: [signUpBody, { ...account, password: 'short' }, '/password', { minimum: 10 }],
  too_long: [signUpBody, { ...account, name: 'x'.repeat(101) }, '/name', { maximum: 100 }],
  too_few: dropWith({ sections: [] }, '/sections', { minimum: 1 }),
  too_many: dropWith(
    { sections: Array.from({ length: 51 }, (_, index) => ({ ...section, name: String(index) })) },
    '/sections',
    { maximum: 50 },
  ),
  wrong_format: [newCheckIn, { code: 'x', nonce: '?' }, '/nonce'],
  not_an_option: [dropQuery, { phase: 'soon' }, '/phase'],
  unknown_field: [newEvent, { ...event, tip: 5 }, '/tip'],
  body_not_expected: inHandler,
  nothing_to_change: [dropChanges, { allowLate: true }, ''],
  nonce_reused: inHandler,
  code_or_ticket: [newCheckIn, { nonce: '12345678' }, ''],
  in_the_future: inHandler,
  too_long_ago: inHandler,
  line_breaks: titled('two\nlines'),
  control_characters: [newEvent, { ...event, description: 'bell\u0007' }, '/description'],
  hidden_characters: titled('tag\u{E0041}'),
  not_unicode: titled('half \uD800'),
  nothing_visible: titled('\u200B'),
  too_many_lines: [sellerDetails, { name: 'Strings', address: 'a\nb\nc\nd\ne\nf\ng' }, '/address'],
  not_an_address: [signUpBody, { ...account, email: 'mara' }, '/email'],
  address_too_long: [
    signUpBody,
    { ...account, email: `${'ä'.repeat(33)}@seatdrop.test` },
    '/email',
    { maximum: 64 },
  ],
  email_unchanged: inHandler,
  password_common: inHandler,
  password_repeats: inHandler,
  password_wrong: inHandler,
  code_wrong: inHandler,
  not_a_mobile_number: inHandler,
  not_offered: inHandler,
  password_is_email: inHandler,
  year_out_of_range: [
    newEvent,
    { ...event, startsAt: '1999-05-04T18:00:00Z' },
    '/startsAt',
    { minimum: 2000, maximum: 2199 },
  ],
  in_the_past: inHandler,
  not_after_opening: dropWith({ opensAt: event.startsAt, closesAt: event.startsAt }, '/closesAt'),
  returns_before_opening: dropWith(
    { returns: { until: '2020-05-04T18:00:00Z', keepPercent: 0 } },
    '/returns/until',
  ),
  closes_late: inHandler,
  starts_before_closing: inHandler,
  starts_before_opening: inHandler,
  before_from: [eventQuery, { from: event.startsAt, to: '2030-05-04T17:59:59Z' }, '/to'],
  not_a_time_zone: [newEvent, { ...event, timeZone: '+02:00' }, '/timeZone'],
  not_a_currency: dropWith({ price: { amount: 1, currency: 'XYZ' } }, '/price/currency'),
  percent_decimals: dropWith({ taxPercent: 8.8755 }, '/taxPercent'),
  nothing_to_pay: inHandler,
  currency_not_charged: inHandler,
  charge_step: inHandler,
  charge_too_small: inHandler,
  charge_too_big: inHandler,
  same_section: dropWith({ sections: [section, section] }, '/sections'),
  section_taken: inHandler,
  too_many_seats: dropWith(
    { sections: [1, 2, 3].map((name) => ({ name: String(name), rows: 500, seatsPerRow: 200 })) },
    '/sections',
    { maximum: 200_000 },
  ),
  fewer_seats: dropWith({ maxPerBuyer: 5 }, '/maxPerBuyer'),
  fewer_rows: dropWith({ partitions: 3 }, '/partitions'),
  same_choice: dropWith(
    { questions: [{ ...question, choices: ['Cello', ' cello'] }] },
    '/questions/0/choices',
  ),
  answer_not_a_choice: dropWith({ questions: [{ ...question, answer: 'Tuba' }] }, '/questions/0/answer'),
  seat_twice: [refundRequest, { seats: ['0.1', '0.1'] }, '/seats'],
  not_in_order: inHandler,
  above_buyer_limit: inHandler,
  above_seat_count: inHandler,
};

const ofSchemas = faultCodes.filter((code) => examples[code] !== inHandler);

test.each(ofSchemas)('a schema finds %s', (code) => {
  const [schema, input, pointer, params] = examples[code] as Found;
  const faults = faultsIn(schema, input);
  expect(faults).toEqual(
    expect.arrayContaining([{ pointer, code, message: expect.any(String) as unknown, params }]),
  );
});

function faultsIn(schema: z.ZodType, input: unknown): Fault[] {
  try {
    checkInput(schema, input);
    return [];
  } catch (error) {
    return (error as Problem).options.errors ?? [];
  }
}

test('every other code is named by a handler', () => {
  const root = join(import.meta.dirname, '../..');
  const sources = globSync('{general,publisher}/**/*.ts', { cwd: root })
    .filter((file) => !file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(root, file), 'utf8'))
    .join('\n');
  const named = [...sources.matchAll(/\b(?:invalid|faultAt)\([^,]*,\s*'(\w+)'/g)].map(([, code]) => code);
  const missing = faultCodes.filter((code) => examples[code] === inHandler && !named.includes(code));
  expect(missing).toEqual([]);
});

test('a rule without a code would be found', () => {
  expect(rulesWithoutCode(newDrop)).toEqual([]);
  expect(rulesWithoutCode(newDrop.refine(() => false, 'Wrong'))).toHaveLength(1);
  expect(rulesWithoutCode(newDrop.superRefine(() => {}))).toHaveLength(1);
});

test('every rule of the schemas of all routes has a code', () => {
  const routes = [...createRoutes({ sessionKeys: [] as readonly unknown[] } as Deps), ...documentedElsewhere];
  const schemas = routes.flatMap(({ query, body }) => [query, body]).filter((schema) => schema !== undefined);
  expect(schemas.length).toBeGreaterThan(10);
  expect(schemas.flatMap((schema) => rulesWithoutCode(schema))).toEqual([]);
});

/** The rules that `fault()` did not make, and patterns with a message but no code. */
function rulesWithoutCode(schema: unknown, seen = new Set()): string[] {
  if (typeof schema !== 'object' || schema === null || seen.has(schema)) return [];
  seen.add(schema);
  const own = (schema as { _zod?: { def: Rule } })['_zod']?.def;
  if (!own) return Object.values(schema).flatMap((each) => rulesWithoutCode(each, seen));
  const { check = '', fn, error, params } = own;
  const hasCode = params?.code !== undefined && faultCodes.includes(params.code);
  const isRule = check === 'custom' || error !== undefined;
  return [...(isRule && !hasCode ? [fn?.toString() ?? check] : []), ...rulesWithoutCode({ ...own }, seen)];
}

type Rule = { check?: string; fn?: () => unknown; error?: unknown; params?: { code?: FaultCode } };
