import type { OrderMailJob } from './mail-job.ts';

/** The texts of a mail in one language. */
export type Words = {
  subject: Record<OrderMailJob['about'], (title: string) => string>;
  greeting: (name: string) => string;
  opening: Record<OrderMailJob['about'], string>;
  /** In place of subject and opening, if no money has moved. */
  withoutMoney: Partial<
    Record<OrderMailJob['about'], { subject: (title: string) => string; opening: string }>
  >;
  when: string;
  where: string;
  seats: string;
  amount: Record<OrderMailJob['about'], string>;
  order: string;
  seat: (seat: OrderMailJob['seats'][number]) => string;
  /** What to do now, before the link to the order. */
  next: Record<OrderMailJob['about'], string>;
  link: Record<OrderMailJob['about'], string>;
};

export const words: Record<OrderMailJob['locale'], Words> = {
  en: {
    subject: {
      'order-paid': (title) => `Your seats for ${title}`,
      'order-refunded': (title) => `Your money back for ${title}`,
      'order-disputed': (title) => `Disputed payment: ${title}`,
      'dispute-ended': (title) => `Dispute ended: ${title}`,
      'refunded-outside': (title) => `Refund at the payment provider: ${title}`,
    },
    greeting: (name) => `Hello ${name},`,
    opening: {
      'order-paid': 'Thank you, your payment has arrived. These seats are yours:',
      'order-refunded':
        'These seats were refunded and are no longer yours. Your bank may take some days to show the money.',
      'order-disputed':
        'The buyer of this order disputes the payment at the bank. Respond in the dashboard of the payment provider. The tickets stay valid until you refund them.',
      'dispute-ended':
        'The dispute about the payment of this order has ended. The page of the order says how. The tickets stay valid until you refund them.',
      'refunded-outside':
        'A refund of this order was made at the payment provider and not in Seatdrop. The tickets stay valid, because a refund made there does not say which seats it is for.',
    },
    withoutMoney: {
      'order-paid': {
        subject: (title) => `Your seats for ${title}`,
        opening: 'Thank you. These seats are yours:',
      },
      'order-refunded': {
        subject: (title) => `Tickets cancelled: ${title}`,
        opening: 'These seats were cancelled and are no longer yours.',
      },
    },
    when: 'When',
    where: 'Where',
    seats: 'Seats',
    amount: {
      'order-paid': 'Paid',
      'order-refunded': 'Refunded',
      'order-disputed': 'Disputed',
      'dispute-ended': 'Disputed',
      'refunded-outside': 'Refunded there',
    },
    order: 'Order',
    seat: ({ section, row, number }) => `${section}, row ${row}, seat ${number}`,
    next: {
      'order-paid':
        'Your tickets are on the page of your order, where you can also save them as PDF: show the QR code of each seat at the door.',
      'order-refunded': 'The tickets of these seats are no longer valid.',
      'order-disputed': 'The page of the order says until when to respond.',
      'dispute-ended': 'If the money is lost, you can refund the order to make its tickets invalid.',
      'refunded-outside': 'To make tickets invalid and sell their seats again, refund them in Seatdrop.',
    },
    link: {
      'order-paid': 'See your order',
      'order-refunded': 'See your order',
      'order-disputed': 'See the order',
      'dispute-ended': 'See the order',
      'refunded-outside': 'See the order',
    },
  },
  'zh-Hant': {
    subject: {
      'order-paid': (title) => `你的座位：${title}`,
      'order-refunded': (title) => `已退款：${title}`,
      'order-disputed': (title) => `付款爭議：${title}`,
      'dispute-ended': (title) => `爭議已結束：${title}`,
      'refunded-outside': (title) => `支付平台退款：${title}`,
    },
    greeting: (name) => `${name}，你好：`,
    opening: {
      'order-paid': '謝謝，我們已收到付款。以下座位是你的了：',
      'order-refunded': '以下座位已退款，不再為你保留。款項可能要幾天後才會出現在你的帳上。',
      'order-disputed':
        '這筆訂單的買家向銀行提出付款爭議。請到支付平台的後台回應。在你退款之前，門票仍然有效。',
      'dispute-ended': '這筆訂單的付款爭議已結束，結果請見訂單頁面。在你退款之前，門票仍然有效。',
      'refunded-outside':
        '有人在支付平台上為這筆訂單退款，並非透過 Seatdrop。由於該退款未指明座位，門票仍然有效。',
    },
    withoutMoney: {
      'order-paid': { subject: (title) => `你的座位：${title}`, opening: '謝謝。以下座位是你的了：' },
      'order-refunded': {
        subject: (title) => `已取消票券：${title}`,
        opening: '以下座位已取消，不再為你保留。',
      },
    },
    when: '時間',
    where: '地點',
    seats: '座位',
    amount: {
      'order-paid': '已付金額',
      'order-refunded': '退款金額',
      'order-disputed': '爭議金額',
      'dispute-ended': '爭議金額',
      'refunded-outside': '平台退款金額',
    },
    order: '訂單',
    seat: ({ section, row, number }) => `${section} ${row} 排 ${number} 號`,
    next: {
      'order-paid': '門票在訂單頁面上，也可以存成 PDF：入場時請出示每個座位的 QR code。',
      'order-refunded': '這些座位的門票已不能入場。',
      'order-disputed': '訂單頁面會顯示回應期限。',
      'dispute-ended': '如果款項無法取回，你可以將訂單退款，使門票失效。',
      'refunded-outside': '若要使門票失效並重新出售座位，請在 Seatdrop 退款。',
    },
    link: {
      'order-paid': '查看訂單',
      'order-refunded': '查看訂單',
      'order-disputed': '查看訂單',
      'dispute-ended': '查看訂單',
      'refunded-outside': '查看訂單',
    },
  },
};
