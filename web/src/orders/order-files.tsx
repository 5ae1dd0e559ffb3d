import buttons from '../design/button.module.css';
import { classes } from '../design/classes.ts';
import type { Order } from '../api/types.ts';
import { useLocale } from '../i18n/locale.tsx';
import { ReceiptLink } from './receipt-link.tsx';

/** Here and not in the catalogs, which every page loads. */
const words = {
  en: { tickets: 'Tickets (PDF)', calendar: 'Add to calendar' },
  'zh-Hant': { tickets: '門票（PDF）', calendar: '加入行事曆' },
};

/** Downloads by the browser, which sends the session's cookie. */
export function OrderFiles({ order: { id, eventId, status } }: { order: Order }) {
  const { locale } = useLocale();
  const look = classes(buttons.button, buttons.quiet);
  return (
    <>
      {status === 'paid' && (
        <>
          <a className={look} href={`/api/orders/${id}/tickets.pdf?locale=${locale}`} download>
            {words[locale].tickets}
          </a>
          <a className={look} href={`/api/events/${eventId}/calendar.ics?locale=${locale}`} download>
            {words[locale].calendar}
          </a>
        </>
      )}
      <ReceiptLink orderId={id} />
    </>
  );
}
