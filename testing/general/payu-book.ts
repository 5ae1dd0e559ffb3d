/**
 * What PayU knows: transactions, and refunds. Written from PayU's documentation (docs.payu.in: "Payment State
 * Explanations", "Verify Payment API", "Refund Transaction API", "Check Action Status").
 */
import { createHash } from 'node:crypto';

type PayuTransaction = {
  mihpayid: string;
  txnid: string;
  /** As the form has it. */
  fields: Record<string, string>;
  status: 'pending' | 'success' | 'failure';
  unmappedstatus: string;
  error_code: string;
  /** What the buyer paid, if it is not the amount of the form. */
  paid?: string;
  refunds: { requestId: string; token: string; amount: string; status: string }[];
};

/** What the buyer does at PayU's page. `pay`: presses Pay, and the bank has not answered yet. */
export type PayuChoice = 'pay' | 'approve' | 'decline' | 'cancel';

export const payuAccount = { key: 'TestKey', salt: 'salt-of-the-test-0123456789' };

const sha512 = (parts: readonly string[]) => createHash('sha512').update(parts.join('|')).digest('hex');

const signed = [
  'txnid',
  'amount',
  'productinfo',
  'firstname',
  'email',
  'udf1',
  'udf2',
  'udf3',
  'udf4',
  'udf5',
];
const mandatory = [
  'key',
  'txnid',
  'amount',
  'productinfo',
  'firstname',
  'email',
  'phone',
  'surl',
  'furl',
  'hash',
];
const reserved = ['', '', '', '', ''];

export class PayuBook {
  readonly transactions: PayuTransaction[] = [];
  #requests = 0;

  /** Takes a form. Returns what PayU shows in place of its page, if it does not accept the form. */
  begin(form: Record<string, string>): PayuTransaction | string {
    const { key, salt } = payuAccount;
    const missing = mandatory.find((name) => !form[name]);
    if (missing !== undefined) return `Mandatory parameter missing: ${missing}`;
    const { txnid = '', amount = '' } = form;
    if (form['key'] !== key) return 'Invalid merchant key';
    const hash = sha512([key, ...signed.map((name) => form[name] ?? ''), ...reserved, salt]);
    if (form['hash'] !== hash) return 'Hash mismatch';
    if (txnid.length > 25) return 'Transaction id too long';
    if (!/^\d+\.\d\d$/.test(amount) || Number(amount) < 1) return 'Invalid amount';
    if (this.transactions.some((each) => each.txnid === txnid)) return 'Duplicate transaction id';
    const transaction: PayuTransaction = {
      mihpayid: `4039937155${String(this.transactions.length + 1).padStart(8, '0')}`,
      txnid,
      fields: form,
      status: 'pending',
      unmappedstatus: 'initiated',
      error_code: '',
      refunds: [],
    };
    this.transactions.push(transaction);
    return transaction;
  }

  choose(txnid: string, choice: PayuChoice): PayuTransaction {
    const found = this.#of(txnid);
    if (found.status === 'pending') Object.assign(found, outcomes[choice]);
    return found;
  }

  /** The form that PayU posts of a transaction, to webhooks and by the browser. `changes` are signed too. */
  posted(txnid: string, changes: Record<string, string> = {}): Record<string, string> {
    const { key, salt } = payuAccount;
    const { mihpayid, status, unmappedstatus, fields } = this.#of(txnid);
    const kept = Object.fromEntries([...signed, 'key', 'phone'].map((name) => [name, fields[name] ?? '']));
    const form: Record<string, string> = {
      mihpayid,
      mode: 'CC',
      status,
      unmappedstatus,
      ...kept,
      ...changes,
    };
    const values = [key, ...signed.map((name) => form[name] ?? '')].toReversed();
    return { ...form, hash: sha512([salt, form['status'] ?? '', ...reserved, ...values]) };
  }

  /** Answers a call of the API. */
  answerTo({ command = '', ...form }: Record<string, string>): object {
    const { key, salt } = payuAccount;
    const { var1 = '', var2 = '', var3 = '' } = form;
    if (form['key'] !== key || form['hash'] !== sha512([key, command, var1, salt]))
      return { status: 0, msg: 'Invalid Hash.' };
    const found = this.transactions.find(({ mihpayid }) => mihpayid === var1);
    switch (command) {
      case 'verify_payment':
        return this.#verify(var1.split('|'));
      case 'check_action_status':
        return found?.status === 'success'
          ? {
              status: 1,
              msg: '1 out of 1 Transactions Fetched Successfully',
              transaction_details: actionsOf(found),
            }
          : { status: 0, msg: '0 out of 1 Transactions Fetched Successfully' };
      case 'cancel_refund_transaction':
        return found ? this.#refund(found, var2, var3) : { status: 0, msg: 'Transaction not exists' };
      default:
        return { status: 0, msg: 'Invalid command' };
    }
  }

  /** The bank decides the latest refund of a transaction, after PayU had accepted it. */
  decideRefund(txnid: string, status: 'success' | 'failure' | 'in progress' | 'od_hit'): void {
    this.#of(txnid).refunds.at(-1)!.status = status;
  }

  #of(txnid: string): PayuTransaction {
    const found = this.transactions.find((each) => each.txnid === txnid);
    if (!found) throw new Error(`PayU has no transaction ${txnid}`);
    return found;
  }

  #verify(ids: readonly string[]): object {
    const known = ids.map(
      (txnid) => [txnid, this.transactions.find((each) => each.txnid === txnid)] as const,
    );
    const count = known.filter(([, each]) => each).length;
    return {
      status: count > 0 ? 1 : 0,
      msg: `${count} out of ${ids.length} Transactions Fetched Successfully`,
      transaction_details: Object.fromEntries(
        known.map(([txnid, each]) => [txnid, detailsOf(each)]),
      ) as object,
    };
  }

  #refund(found: PayuTransaction, token: string, amount: string): object {
    const given = found.refunds.filter(({ status }) => status !== 'failure');
    const sum = given.reduce((total, each) => total + Number(each.amount), Number(amount));
    if (token === '') return { status: 0, msg: 'token is empty' };
    if (found.status !== 'success') return { status: 0, msg: 'Invalid transaction status' };
    if (found.refunds.some((each) => each.token === token))
      return { status: 0, msg: 'Token already exists.' };
    if (sum > Number(found.paid ?? found.fields['amount']))
      return { status: 0, msg: 'Refund amount is more than the transaction amount' };
    this.#requests += 1;
    const requestId = String(131_278_000 + this.#requests);
    // Longer tokens are cut.
    found.refunds.push({ requestId, token: token.slice(0, 23), amount, status: 'queued' });
    return { status: 1, msg: 'Refund Request Queued', request_id: requestId, mihpayid: found.mihpayid };
  }
}

const outcomes: Record<PayuChoice, Pick<PayuTransaction, 'status' | 'unmappedstatus' | 'error_code'>> = {
  pay: { status: 'pending', unmappedstatus: 'in progress', error_code: '' },
  approve: { status: 'success', unmappedstatus: 'captured', error_code: 'E000' },
  decline: { status: 'failure', unmappedstatus: 'failed', error_code: 'E308' },
  cancel: { status: 'failure', unmappedstatus: 'userCancelled', error_code: 'E1605' },
};

function detailsOf(transaction: PayuTransaction | undefined): object {
  if (!transaction) return { mihpayid: 'Not Found', status: 'Not Found' };
  const {
    mihpayid,
    txnid,
    status,
    unmappedstatus,
    fields,
    paid = fields['amount'],
    error_code,
  } = transaction;
  return {
    mihpayid,
    txnid,
    status,
    unmappedstatus,
    amt: paid,
    transaction_amount: fields['amount'],
    net_amount_debit: Number(paid),
    disc: '0.00',
    additional_charges: '0.00',
    error_code,
  };
}

function actionsOf({ mihpayid, refunds }: PayuTransaction): object {
  const actions = refunds.map(({ requestId, token, amount, status }) => [
    requestId,
    { mihpayid, request_id: requestId, amt: amount, action: 'refund', token, status },
  ]);
  const capture = { mihpayid, request_id: `1${mihpayid}`, action: 'capture', token: '', status: 'SUCCESS' };
  return { [mihpayid]: { [capture.request_id]: capture, ...(Object.fromEntries(actions) as object) } };
}
