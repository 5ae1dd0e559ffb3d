import type { MailJob } from './mail-job.ts';

/** The texts of a mail in one language. */
type Words = {
  subject: Record<MailJob['about'], (title: string) => string>;
  greeting: (name: string) => string;
  opening: Record<MailJob['about'], string>;
  when: string;
  where: string;
  seats: string;
  amount: Record<MailJob['about'], string>;
  order: string;
  seat: (seat: MailJob['seats'][number]) => string;
  /** What to do now, before the link to the order. */
  next: Record<MailJob['about'], string>;
  link: string;
};

export const words: Record<MailJob['locale'], Words> = {
  en: {
    subject: {
      'order-paid': (title) => `Your seats for ${title}`,
      'order-refunded': (title) => `Your money back for ${title}`,
    },
    greeting: (name) => `Hello ${name},`,
    opening: {
      'order-paid': 'Thank you, your payment has arrived. These seats are yours:',
      'order-refunded':
        'These seats were refunded and are no longer yours. Your bank may take some days to show the money.',
    },
    when: 'When',
    where: 'Where',
    seats: 'Seats',
    amount: { 'order-paid': 'Paid', 'order-refunded': 'Refunded' },
    order: 'Order',
    seat: ({ section, row, number }) => `${section}, row ${row}, seat ${number}`,
    next: {
      'order-paid': 'Your tickets are on the page of your order: show the QR code of each seat at the door.',
      'order-refunded': 'The tickets of these seats are no longer valid.',
    },
    link: 'See your order',
  },
  'zh-Hant': {
    subject: {
      'order-paid': (title) => `你的座位：${title}`,
      'order-refunded': (title) => `已退款：${title}`,
    },
    greeting: (name) => `${name}，你好：`,
    opening: {
      'order-paid': '謝謝，我們已收到付款。以下座位是你的了：',
      'order-refunded': '以下座位已退款，不再為你保留。款項可能要幾天後才會出現在你的帳上。',
    },
    when: '時間',
    where: '地點',
    seats: '座位',
    amount: { 'order-paid': '已付金額', 'order-refunded': '退款金額' },
    order: '訂單',
    seat: ({ section, row, number }) => `${section} ${row} 排 ${number} 號`,
    next: {
      'order-paid': '門票在訂單頁面上：入場時請出示每個座位的 QR code。',
      'order-refunded': '這些座位的門票已不能入場。',
    },
    link: '查看訂單',
  },
};
