import type { HolderMailJob } from './holder-mail-job.ts';

/** The texts of mails to ticket holders in one language. An empty text is left out. */
export type HolderWords = {
  greeting: (name: string) => string;
  name: string;
  when: string;
  where: string;
  back: string;
  before: (was: string) => string;
  from: (organizer: string) => string;
  link: string;
  /** After a text that the organizer wrote. */
  care: string;
  about: Record<
    HolderMailJob['about'],
    { subject: (title: string) => string; opening: string; next: string }
  >;
};

export const holderWords: Record<HolderMailJob['locale'], HolderWords> = {
  en: {
    greeting: (name) => `Hello ${name},`,
    name: 'Event',
    when: 'When',
    where: 'Where',
    back: 'You get back',
    before: (was) => `before: ${was}`,
    from: (organizer) => `Message from the organizer, ${organizer}:`,
    link: 'See your tickets',
    care: 'The organizer wrote this message. Seatdrop never asks for passwords or card numbers by e-mail.',
    about: {
      'holder-message': {
        subject: (title) => `Message from the organizer: ${title}`,
        opening: '',
        next: 'You get this mail because you have tickets for this event.',
      },
      'event-moved': {
        subject: (title) => `New time or place: ${title}`,
        opening: 'An event for which you have tickets was moved. Please note the new time and place.',
        next: 'Your tickets stay valid.',
      },
      'event-changed': {
        subject: (title) => `Changed: ${title}`,
        opening: 'An event for which you have tickets was changed.',
        next: 'Your tickets stay valid.',
      },
      'event-cancelled': {
        subject: (title) => `Cancelled: ${title}`,
        opening: 'This event was cancelled. Your tickets are no longer valid.',
        next: 'What you paid goes back the way you paid it. You need not do anything. Another mail tells you when it is on its way.',
      },
    },
  },
  'zh-Hant': {
    greeting: (name) => `${name}，你好：`,
    name: '活動',
    when: '時間',
    where: '地點',
    back: '退款金額',
    before: (was) => `原為：${was}`,
    from: (organizer) => `主辦單位 ${organizer} 的訊息：`,
    link: '查看你的票券',
    care: '這則訊息由主辦單位撰寫。Seatdrop 絕不會以電子郵件詢問密碼或卡號。',
    about: {
      'holder-message': {
        subject: (title) => `主辦單位的訊息：${title}`,
        opening: '',
        next: '你持有這場活動的票券，因此收到這封信。',
      },
      'event-moved': {
        subject: (title) => `時間或地點異動：${title}`,
        opening: '你持有票券的活動已改期或更換地點，請留意新的時間和地點。',
        next: '你的票券仍然有效。',
      },
      'event-changed': {
        subject: (title) => `活動異動：${title}`,
        opening: '你持有票券的活動有異動。',
        next: '你的票券仍然有效。',
      },
      'event-cancelled': {
        subject: (title) => `活動取消：${title}`,
        opening: '這場活動已取消，你的票券已失效。',
        next: '款項會依原付款方式退還，你不需要做任何事。退款處理後會再寄信通知你。',
      },
    },
  },
};
