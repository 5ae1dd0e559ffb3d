/** The provider `payu` against a stand-in (testing/general/start-payu.ts says what that proves and what it does not). */
import { captureLog } from '../../testing/captured-log.ts';
import { payuAccount } from '../../testing/general/payu-book.ts';
import { startPayu, type TestPayu } from '../../testing/general/start-payu.ts';
import { keyOfTxnid, maxTries, paiseOf, rupees, txnidOf, txnidsOf } from './payu-messages.ts';
import { createPayuPayments } from './payu.ts';
import type { Charge } from './provider.ts';

const { log, lines } = captureLog();
const payBy = Date.now();
let now = payBy - 60_000;
let payu: TestPayu;
let payments: ReturnType<typeof createPayuPayments>;
beforeAll(async () => {
  payu = await startPayu();
  payments = createPayuPayments({
    ...payuAccount,
    pageUrl: `${payu.url}/_payment`,
    apiUrl: `${payu.url}/merchant/postservice.php?form=2`,
    returnUrl: 'https://seatdrop.test/api/payments/return',
    findBuyer: (id) => Promise.resolve(id === 7 ? { name: 'Ada | <b>', email: 'ada@buyer.test' } : undefined),
    timeoutMs: 2_000,
    now: () => now,
    log,
  });
});
afterAll(() => payu.stop());
beforeEach(() => {
  now = payBy - 60_000;
});

let count = 0;
const newCharge = (): Charge => ({
  key: `0123456789abcd-${(count += 1).toString(36)}.1`,
  amount: 450_000,
  currency: 'INR',
  buyerId: 7,
  payBy,
});
const remember = () => Promise.resolve(true);
const begin = (charge: Charge) => payments.begin({ ...charge, remember });
const txnid = ({ key }: Charge, numberOfTry = 1) => txnidOf(key, numberOfTry);
const holdOf = ({ key }: Charge) => key.split('.')[0]!;

/** The form that the buyer's page has now. */
async function formOf(charge: Charge): Promise<Record<string, string>> {
  const found = await payments.find(charge);
  if (found.kind !== 'open' || found.action.provider !== 'payu') throw new Error(`${found.kind}, not open`);
  return found.action.fields;
}

/** The buyer goes to PayU's page with a form, and does this there. */
async function goes(charge: Charge, choice?: Parameters<TestPayu['book']['choose']>[1]): Promise<string> {
  const form = await formOf(charge);
  expect(payu.post(form)).toBeUndefined();
  if (choice) payu.book.choose(form['txnid']!, choice);
  return form['txnid']!;
}

const refund = (charge: Charge, ref: string, { amount = charge.amount, number = 1 } = {}) =>
  payments.refund({ charge: { ...charge, ref }, key: `${charge.key}.refund.${number}`, amount });

const refOf = (id: string) => payu.book.transactions.find((each) => each.txnid === id)!.mihpayid;

test('begun, it is a signed form for PayU’s page, made without a call', async () => {
  const charge = newCharge();
  const before = payu.asked.length;
  const begun = await begin(charge);
  expect(payu.asked.length).toBe(before);
  expect(begun).toEqual({
    kind: 'open',
    action: {
      provider: 'payu',
      step: 'choose',
      url: `${payu.url}/_payment`,
      fields: {
        key: payuAccount.key,
        txnid: txnid(charge),
        amount: '4500.00',
        productinfo: 'Tickets',
        firstname: 'Ada    b',
        email: 'ada@buyer.test',
        surl: 'https://seatdrop.test/api/payments/return',
        furl: 'https://seatdrop.test/api/payments/return',
        curl: 'https://seatdrop.test/api/payments/return',
        hash: expect.stringMatching(/^[0-9a-f]{128}$/) as string,
      },
    },
  });
  expect(await payments.find(charge)).toEqual(begun);
  // The stand-in checks the hash as PayU does.
  expect(payu.post({ ...(await formOf(charge)), amount: '1.00' })).toBe('Hash mismatch');
  expect(payu.post(await formOf(charge))).toBeUndefined();
});

test('a payment that PayU captured is approved, with PayU’s id of it', async () => {
  const charge = newCharge();
  const id = await goes(charge, 'approve');
  expect(await payments.find(charge)).toEqual({ kind: 'approved', ref: refOf(id) });
  expect(await payments.cancel(charge)).toEqual({ kind: 'approved', ref: refOf(id) });
});

test('declined or cancelled at PayU, it is open for another try with an id of its own, a limited number of times', async () => {
  const charge = newCharge();
  const ids = [];
  const reasons: (string | undefined)[] = [];
  for (let index = 0; index < maxTries; index += 1) {
    ids.push(await goes(charge, index === 0 ? 'cancel' : 'decline'));
    const found = await payments.find(charge);
    reasons.push(found.kind === 'open' ? found.declined : found.kind);
  }
  expect(reasons).toEqual(['E1605', 'E308', 'E308', 'E308', 'declined']);
  expect(new Set(ids)).toEqual(new Set(txnidsOf(charge.key)));
  expect(await payments.find(charge)).toEqual({ kind: 'declined', reason: 'E308' });
});

test('a buyer who comes back from PayU’s page without paying can go there again', async () => {
  const charge = newCharge();
  await goes(charge);
  const form = await formOf(charge);
  expect(form['txnid']).toBe(txnid(charge, 2));
  expect(await payments.find(charge)).not.toHaveProperty('declined');
});

test('while a bank decides there is no other try', async () => {
  const charge = newCharge();
  const id = await goes(charge, 'pay');
  expect(await payments.find(charge)).toEqual({ kind: 'pending' });
  payu.book.transactions.at(-1)!.unmappedstatus = 'auth';
  payu.book.transactions.at(-1)!.status = 'success';
  expect(await payments.find(charge)).toEqual({ kind: 'pending' });
  payu.book.transactions.at(-1)!.unmappedstatus = 'captured';
  expect(await payments.find(charge)).toEqual({ kind: 'approved', ref: refOf(id) });
});

describe('a payment that nobody completes ends', () => {
  const minute = 60_000;
  test.each([
    ['at payBy, if nobody went to PayU’s page', undefined, 0],
    ['three minutes later, if the buyer was there', 'leave', 3],
    ['fifteen minutes later, if a bank had not decided', 'pay', 15],
  ] as const)('%s', async (_, choice, minutes) => {
    const charge = newCharge();
    if (choice) await goes(charge, choice === 'leave' ? undefined : choice);
    const cancelAt = async (at: number) => {
      now = at;
      return (await payments.cancel(charge)).kind;
    };
    const earlier = minutes > 0 ? await cancelAt(payBy + minutes * minute - 1) : 'undecided';
    expect([earlier, await cancelAt(payBy + minutes * minute)]).toEqual(['undecided', 'declined']);
  });

  test('at once if its seats are given back, unless a bank decides', async () => {
    const [left, decided] = [newCharge(), newCharge()];
    await goes(left);
    await goes(decided, 'pay');
    expect(await payments.cancel(left)).toEqual({ kind: 'declined', reason: 'abandoned' });
    expect(await payments.cancel(decided)).toEqual({ kind: 'undecided' });
  });
});

test('paid after it ended here, it is found', async () => {
  const charge = newCharge();
  const id = await goes(charge);
  expect(await payments.late!.resolve(charge)).toEqual({ kind: 'not_paid' });
  payu.book.choose(id, 'approve');
  expect(await payments.late!.resolve(charge)).toEqual({ kind: 'approved', ref: refOf(id) });
});

test('paid in two tabs, the payment that is not the order’s goes back once', async () => {
  const charge = newCharge();
  const first = await goes(charge);
  const second = await goes(charge, 'approve');
  expect(await payments.find(charge)).toEqual({ kind: 'approved', ref: refOf(second) });
  const stored = { ...charge, ref: refOf(second) };
  payu.book.choose(first, 'approve');
  expect(await payments.find(stored)).toEqual({ kind: 'approved', ref: refOf(second) });
  for (const _ of [1, 2])
    expect(await payments.late!.resolve(stored)).toEqual({ kind: 'approved', ref: refOf(second) });
  expect(payu.of(holdOf(charge)).map(({ refunds }) => refunds.map(({ amount }) => amount))).toEqual([
    ['4500.00'],
    [],
  ]);
});

test('another amount than ours is never approved, and goes back', async () => {
  const charge = newCharge();
  const id = await goes(charge, 'approve');
  payu.book.transactions.at(-1)!.paid = '4499.99';
  expect(await payments.find(charge)).toMatchObject({ kind: 'open', declined: 'wrong_amount' });
  expect(await payments.late!.resolve(charge)).toEqual({ kind: 'not_paid' });
  expect(await payments.late!.resolve(charge)).toEqual({ kind: 'not_paid' });
  expect(payu.book.transactions.find((each) => each.txnid === id)!.refunds).toMatchObject([
    { amount: '4499.99' },
  ]);
});

test('another currency than INR is declined without asking', async () => {
  const charge = { ...newCharge(), currency: 'EUR' };
  const declined = { kind: 'declined', reason: 'currency_not_charged' };
  expect(await begin(charge)).toEqual(declined);
  expect(await payments.find(charge)).toEqual(declined);
  expect(await payments.cancel(charge)).toEqual(declined);
});

test('there is no token of a card', async () => {
  const charge = newCharge();
  expect(await payments.cardOf('tok_approved')).toEqual({ kind: 'unknown_token' });
  expect(await payments.confirm({ ...charge, token: 'tok_approved', remember })).toEqual({
    kind: 'unknown_token',
  });
});

describe.each(['request_lost', 'answer_lost', 'fails'] as const)('when %s', (what) => {
  test('nothing is known of a payment, and it is neither approved nor ended', async () => {
    const charge = newCharge();
    await goes(charge, 'approve');
    for (const ask of [payments.find, payments.cancel, payments.late!.resolve]) {
      payu.accident('verify_payment', what);
      expect(await ask(charge)).toEqual({ kind: 'undecided' });
    }
    expect(await payments.find(charge)).toMatchObject({ kind: 'approved' });
  });

  test('a refund is made once', async () => {
    const charge = newCharge();
    const ref = refOf(await goes(charge, 'approve'));
    payu.accident('check_action_status', what);
    expect(await refund(charge, ref)).toEqual({ kind: 'undecided' });
    payu.accident('cancel_refund_transaction', what);
    expect(await refund(charge, ref)).toEqual({ kind: 'undecided' });
    for (const _ of [1, 2]) expect(await refund(charge, ref)).toMatchObject({ kind: 'refunded' });
    expect(payu.book.transactions.at(-1)!.refunds).toMatchObject([{ amount: '4500.00' }]);
  });
});

test('a refund that failed at the bank is made anew', async () => {
  const charge = newCharge();
  const ref = refOf(await goes(charge, 'approve'));
  await refund(charge, ref);
  payu.book.transactions.at(-1)!.refunds[0]!.status = 'failure';
  for (const _ of [1, 2]) expect(await refund(charge, ref)).toMatchObject({ kind: 'refunded' });
  expect(payu.book.transactions.at(-1)!.refunds).toMatchObject([{ status: 'failure' }, { status: 'queued' }]);
});

test('a refund of a part leaves the rest; more than was paid is not given back, and PayU says why', async () => {
  const charge = newCharge();
  const ref = refOf(await goes(charge, 'approve'));
  const part = await refund(charge, ref, { amount: 100_050 });
  expect(part).toEqual({ kind: 'refunded', ref: expect.stringMatching(/^\d+$/) as string });
  expect(await refund(charge, ref, { amount: 450_000, number: 2 })).toEqual({
    kind: 'failed',
    reason: 'Refund amount is more than the transaction amount',
  });
  expect(await refund(charge, ref, { amount: 349_950, number: 3 })).toMatchObject({ kind: 'refunded' });
  expect(await refund(charge, ref, { amount: 100_050 })).toEqual(part);
  expect(payu.book.transactions.at(-1)!.refunds).toMatchObject([
    { amount: '1000.50' },
    { amount: '3499.50' },
  ]);
});

test('two processes refund at once: one refund', async () => {
  const charge = newCharge();
  const ref = refOf(await goes(charge, 'approve'));
  await Promise.all([1, 2, 3].map(() => refund(charge, ref)));
  expect(payu.book.transactions.at(-1)!.refunds).toHaveLength(1);
});

test('a wrong key or salt decides nothing', async () => {
  const charge = newCharge();
  await goes(charge, 'approve');
  const other = createPayuPayments({
    key: payuAccount.key,
    salt: 'another-salt-of-somebody',
    pageUrl: `${payu.url}/_payment`,
    apiUrl: `${payu.url}/merchant/postservice.php?form=2`,
    returnUrl: 'https://seatdrop.test/api/payments/return',
    findBuyer: () => Promise.resolve(undefined),
    log,
  });
  expect(await other.find(charge)).toEqual({ kind: 'undecided' });
  expect(await other.cancel(charge)).toEqual({ kind: 'undecided' });
});

test.each([
  ['0123456789abcd-0.1', '0123456789abcd000011'],
  ['0123456789abcd-zzzz.999999', '0123456789abcdzzzz1lflr'],
  ['zzzzzzzzzzzzzz-1a0.35', 'zzzzzzzzzzzzzz01a01z'],
])('%s has transaction ids that PayU takes, and that lead back to it', (key, first) => {
  expect(txnidOf(key, 1)).toBe(first);
  for (const id of txnidsOf(key)) {
    expect(id).toMatch(/^[0-9a-z]{1,25}$/);
    expect(keyOfTxnid(id)).toBe(key);
  }
  expect(new Set(txnidsOf(key)).size).toBe(maxTries);
});

test.each([
  '',
  'x',
  '0123456789abcd',
  '0123456789abcd000001',
  '0123456789abcd000061',
  '0123456789abcd000010',
  'T26030414460918221',
])('%j is no transaction of ours', (id) => expect(keyOfTxnid(id)).toBeUndefined());

test.each([
  [100, '1.00'],
  [1, '0.01'],
  [450_005, '4500.05'],
  [10 ** 11 + 10, '1000000000.10'],
])('%i paise are %s rupees', (paise, text) => {
  expect(rupees(paise)).toBe(text);
  expect(paiseOf(text)).toBe(paise);
});

test.each([
  ['10', 1000],
  ['10.5', 1050],
  ['10.500', 1050],
  ['10.505', undefined],
  ['', undefined],
  ['-1.00', undefined],
  ['1e3', undefined],
])('an amount %j is %s paise', (text, paise) => {
  expect(paiseOf(text)).toBe(paise);
});

describe('what PayU posts', () => {
  const read = (form: Record<string, string> | string) =>
    payments.readWebhook(Buffer.from(new URLSearchParams(form).toString()), () => undefined);

  test('names the charge it is about', async () => {
    const charge = newCharge();
    const id = await goes(charge, 'approve');
    expect(read(payu.book.posted(id))).toEqual([{ kind: 'charge', key: charge.key }]);
  });

  test('of a transaction that is none of ours names no charge', async () => {
    const charge = newCharge();
    const id = await goes(charge, 'approve');
    expect(read(payu.book.posted(id, { txnid: 'T2603041446091822117' }))).toEqual([{ kind: 'other' }]);
  });

  test('with anything altered, a field twice, or a wrong hash is refused', async () => {
    const charge = newCharge();
    const id = await goes(charge, 'decline');
    const form = payu.book.posted(id);
    const altered = [
      { status: 'success' },
      { amount: '1.00' },
      { txnid: txnid(newCharge()) },
      { email: 'eve@buyer.test' },
      { additionalCharges: '1.00' },
      { key: 'Another' },
      { hash: form['hash']!.replace(/^./, (first) => (first === '0' ? '1' : '0')) },
      { hash: '' },
      { hash: 'x'.repeat(128) },
    ];
    for (const changes of altered)
      expect([changes, read({ ...form, ...changes })]).toEqual([changes, undefined]);
    expect(read(`status=success&${new URLSearchParams(form).toString()}`)).toBeUndefined();
    expect(read('')).toBeUndefined();
    expect(payments.readWebhook(Buffer.from('{"status":"success"}'), () => undefined)).toBeUndefined();
    expect(read(form)).toEqual([{ kind: 'charge', key: charge.key }]);
  });
});

test('nothing that was logged holds the salt, a hash, or who the buyer is', () => {
  const logged = JSON.stringify(lines);
  expect(lines.length).toBeGreaterThan(0);
  for (const secret of [payuAccount.salt, 'ada@buyer.test']) expect(logged).not.toContain(secret);
  expect(logged).not.toMatch(/[0-9a-f]{128}/);
});
