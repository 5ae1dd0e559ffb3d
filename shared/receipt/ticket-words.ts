import type { Receipt } from './receipt.ts';

type Words = {
  title: (orderId: string) => string;
  number: (number: number, of: number) => string;
  section: string;
  row: string;
  seat: string;
  admits: string;
  holder: (name: string) => string;
  order: (id: string) => string;
  note: string;
};

export const ticketWords: Record<Receipt['locale'], Words> = {
  en: {
    title: (orderId) => `Tickets ${orderId}`,
    number: (number, of) => `Ticket ${number} of ${of}`,
    section: 'Section',
    row: 'Row',
    seat: 'Seat',
    admits: 'Admits one person, once',
    holder: (name) => `Name: ${name}`,
    order: (id) => `Order: ${id}`,
    note: 'Show the QR code at the door. If it cannot be scanned, read the code below it aloud. Whoever has this code can enter once: do not share pictures of it.',
  },
  'zh-Hant': {
    title: (orderId) => `門票 ${orderId}`,
    number: (number, of) => `門票 ${number}／${of}`,
    section: '區域',
    row: '排',
    seat: '座位',
    admits: '限一人入場一次',
    holder: (name) => `姓名：${name}`,
    order: (id) => `訂單編號：${id}`,
    note: '入場時請出示 QR code。若無法掃描，請唸出下方代碼。持有此代碼的人可入場一次：請勿分享圖片。',
  },
};
