import type { NewsMailJob } from './news-mail-job.ts';

type Facts = { title: string; at: string; minutes: number; amount: string };
type Text = (facts: Facts) => string;

/** The texts of news in one language; `sms` is all there is of a text message, before the link. */
export type NewsWords = {
  greeting: (name: string) => string;
  when: string;
  where: string;
  seats: string;
  seat: (seat: NewsMailJob['seats'][number]) => string;
  about: Record<
    NewsMailJob['about'],
    { subject: Text; opening: Text; next: string; link: string; sms: Text }
  >;
};

const minutesIn = (minutes: number) => (minutes === 1 ? '1 minute' : `${minutes} minutes`);

const en: NewsWords = {
  greeting: (name) => `Hello ${name},`,
  when: 'When',
  where: 'Where',
  seats: 'Seats',
  seat: ({ section, row, number }) => `${section}, row ${row}, seat ${number}`,
  about: {
    promoted: {
      subject: ({ title }) => `Seats are free for you: ${title}`,
      opening: ({ at, minutes }) =>
        `Seats became free, and you are next on the waiting list. They are held for you until ${at}: ${minutesIn(minutes)} from when this mail was written.`,
      next: 'Pay for them in that time, on any device on which you sign in. After that they go to the next person.',
      link: 'Get your seats',
      sms: ({ title, minutes }) => `Seatdrop: seats for ${title} are held for you for ${minutesIn(minutes)}.`,
    },
    'hold-ends': {
      subject: ({ title, minutes }) => `${minutesIn(minutes)} left for your seats: ${title}`,
      opening: ({ at }) => `The seats that became free for you are held until ${at}, and are not paid yet.`,
      next: 'After that they go to the next person.',
      link: 'Get your seats',
      sms: ({ title, minutes }) =>
        `Seatdrop: your seats for ${title} are held for ${minutesIn(minutes)} more.`,
    },
    'sale-opens': {
      subject: ({ title }) => `The sale opens soon: ${title}`,
      opening: ({ at }) => `You asked to be reminded: this sale opens on ${at}.`,
      next: 'Sign in before it opens, so that you can press Buy at once.',
      link: 'Go to the sale',
      sms: ({ title, minutes }) => `Seatdrop: the sale for ${title} opens in ${minutesIn(minutes)}.`,
    },
    'payment-declined': {
      subject: ({ title }) => `Your payment failed: ${title}`,
      opening: ({ amount }) =>
        `Your payment of ${amount} did not go through, and the time to pay is over. You were not charged. Your seats were released.`,
      next: 'The page of the sale shows whether seats are still available.',
      link: 'Go to the sale',
      sms: ({ title }) => `Seatdrop: your payment for ${title} failed and your seats were released.`,
    },
    'charge-refunded': {
      subject: ({ title }) => `Your payment was refunded: ${title}`,
      opening: ({ amount }) =>
        `A payment of ${amount} arrived too late for its seats, or was one too many. All of it is refunded. Your bank may take some days to show it.`,
      next: 'The page of the sale shows whether seats are still available.',
      link: 'Go to the sale',
      sms: ({ title }) =>
        `Seatdrop: a payment for ${title} came too late, or was one too many. All of it is refunded.`,
    },
  },
};

const zhHant: NewsWords = {
  greeting: (name) => `${name}，你好：`,
  when: '時間',
  where: '地點',
  seats: '座位',
  seat: ({ section, row, number }) => `${section} ${row} 排 ${number} 號`,
  about: {
    promoted: {
      subject: ({ title }) => `有座位了：${title}`,
      opening: ({ at, minutes }) =>
        `有座位釋出，輪到候補名單上的你。座位為你保留到 ${at}，自本信寫成起還有 ${minutes} 分鐘。`,
      next: '請在期限內付款，在任何裝置登入都可以。逾時座位會讓給下一位。',
      link: '取得座位',
      sms: ({ title, minutes }) => `Seatdrop：${title} 的座位為你保留 ${minutes} 分鐘。`,
    },
    'hold-ends': {
      subject: ({ title, minutes }) => `座位只再保留 ${minutes} 分鐘：${title}`,
      opening: ({ at }) => `釋出給你的座位保留到 ${at}，尚未付款。`,
      next: '逾時座位會讓給下一位。',
      link: '取得座位',
      sms: ({ title, minutes }) => `Seatdrop：${title} 的座位只再保留 ${minutes} 分鐘。`,
    },
    'sale-opens': {
      subject: ({ title }) => `即將開賣：${title}`,
      opening: ({ at }) => `你要求的提醒：本場將於 ${at} 開賣。`,
      next: '請先登入，開賣時即可按下購買。',
      link: '前往開賣頁面',
      sms: ({ title, minutes }) => `Seatdrop：${title} 將於 ${minutes} 分鐘後開賣。`,
    },
    'payment-declined': {
      subject: ({ title }) => `付款失敗：${title}`,
      opening: ({ amount }) => `你的付款 ${amount} 未成功，且付款期限已過。你沒有被扣款，座位已釋出。`,
      next: '是否還有座位，請見開賣頁面。',
      link: '前往開賣頁面',
      sms: ({ title }) => `Seatdrop：${title} 的付款失敗，座位已釋出。`,
    },
    'charge-refunded': {
      subject: ({ title }) => `款項已退還：${title}`,
      opening: ({ amount }) =>
        `有一筆付款 ${amount} 來不及取得座位，或是重複付款，已全額退還。款項可能要幾天後才會出現在你的帳上。`,
      next: '是否還有座位，請見開賣頁面。',
      link: '前往開賣頁面',
      sms: ({ title }) => `Seatdrop：${title} 有一筆付款來不及取得座位或重複，已全額退還。`,
    },
  },
};

export const newsWords: Record<NewsMailJob['locale'], NewsWords> = { en, 'zh-Hant': zhHant };
