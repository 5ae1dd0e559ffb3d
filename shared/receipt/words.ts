import type { Receipt } from './receipt.ts';

/** The texts of a receipt in one language. */
type Words = {
  title: string;
  number: string;
  order: string;
  paidAt: string;
  seller: string;
  taxNumber: string;
  buyer: string;
  starts: (time: string) => string;
  venue: (name: string) => string;
  item: string;
  amountIn: (currency: string) => string;
  seat: (seat: Receipt['seats'][number]) => string;
  /** After the name of a seat. */
  seatState: Record<Receipt['seats'][number]['state'], string>;
  line: Record<Receipt['lines'][number]['kind'], string>;
  total: string;
  tax: (percent: string) => string;
  refund: (seats: number, at: string) => string;
  refundDue: (seats: number) => string;
  kept: (amount: string) => string;
  refunded: string;
  remains: string;
  note: string;
  page: (page: number, pages: number) => string;
};

/** Of an order that cost nothing: in place of the words about paying and refunding. */
type WithoutMoney = Pick<Words, 'paidAt' | 'seatState' | 'total' | 'refund' | 'refundDue'>;

const seats = (count: number) => (count === 1 ? '1 seat' : `${count} seats`);

const receiptWords: Record<Receipt['locale'], Words & { withoutMoney: WithoutMoney }> = {
  en: {
    title: 'Receipt',
    number: 'Receipt number',
    order: 'Order number',
    paidAt: 'Paid on',
    seller: 'Seller',
    taxNumber: 'Tax number',
    buyer: 'Buyer',
    starts: (time) => `Starts: ${time}`,
    venue: (name) => `Venue: ${name}`,
    item: 'Item',
    amountIn: (currency) => `Amount (${currency})`,
    seat: ({ section, row, number }) => `${section}, row ${row}, seat ${number}`,
    seatState: { valid: '', refunding: ' (being refunded)', refunded: ' (refunded)' },
    line: { seats: 'Seats', fees: 'Fees', platform_fees: 'Service fee' },
    total: 'Total paid',
    tax: (percent) => `Included tax (${percent}%)`,
    refund: (count, at) => (count === 0 ? `Refunded on ${at}` : `Refunded on ${at}: ${seats(count)}`),
    refundDue: (count) =>
      count === 0 ? 'Refund under way' : `Refund under way: ${seats(count)} (not yet paid back)`,
    kept: (amount) => `${amount} kept by the seller`,
    refunded: 'Total refunded',
    remains: 'Total after refunds',
    note: 'This receipt is not a ticket. The tickets are on the page of the order.',
    page: (page, pages) => `Page ${page} of ${pages}`,
    withoutMoney: {
      paidAt: 'Ordered on',
      seatState: { valid: '', refunding: ' (being cancelled)', refunded: ' (cancelled)' },
      total: 'Free of charge',
      refund: (count, at) => `Cancelled on ${at}: ${seats(count)}`,
      refundDue: (count) => `Cancellation under way: ${seats(count)}`,
    },
  },
  'zh-Hant': {
    title: '收據',
    number: '收據編號',
    order: '訂單編號',
    paidAt: '付款日期',
    seller: '賣方',
    taxNumber: '統一編號／稅籍編號',
    buyer: '買方',
    starts: (time) => `開始時間：${time}`,
    venue: (name) => `地點：${name}`,
    item: '項目',
    amountIn: (currency) => `金額（${currency}）`,
    seat: ({ section, row, number }) => `${section} ${row} 排 ${number} 號`,
    seatState: { valid: '', refunding: '（退款中）', refunded: '（已退款）' },
    line: { seats: '座位', fees: '手續費', platform_fees: '服務費' },
    total: '已付總額',
    tax: (percent) => `內含稅額（${percent}%）`,
    refund: (count, at) => (count === 0 ? `${at} 退款` : `${at} 退款：${count} 個座位`),
    refundDue: (count) => (count === 0 ? '退款處理中' : `退款處理中：${count} 個座位（尚未退回）`),
    kept: (amount) => `賣方保留 ${amount}`,
    refunded: '已退款總額',
    remains: '退款後總額',
    note: '本收據不是門票。門票在訂單頁面上。',
    page: (page, pages) => `第 ${page} 頁，共 ${pages} 頁`,
    withoutMoney: {
      paidAt: '訂購日期',
      seatState: { valid: '', refunding: '（取消中）', refunded: '（已取消）' },
      total: '免費',
      refund: (count, at) => `${at} 取消：${count} 個座位`,
      refundDue: (count) => `取消處理中：${count} 個座位`,
    },
  },
};

export function receiptWordsOf({ locale, total }: Pick<Receipt, 'locale' | 'total'>): Words {
  const { withoutMoney, ...words } = receiptWords[locale];
  return hasAmounts({ total }) ? words : { ...words, ...withoutMoney };
}

/** One of an order that cost nothing has none: neither prices and taxes of 0 nor a currency. */
export function hasAmounts({ total }: Pick<Receipt, 'total'>): boolean {
  return total !== 0;
}
