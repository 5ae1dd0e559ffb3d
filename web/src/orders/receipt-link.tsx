import buttons from '../design/button.module.css';
import { classes } from '../design/classes.ts';
import { useLocale } from '../i18n/locale.tsx';

/** Here and not in the catalogs, which every page loads. */
const words = { en: 'Receipt (PDF)', 'zh-Hant': '收據（PDF）' };

/** A download by the browser, which sends the session's cookie. */
export function ReceiptLink({ orderId }: { orderId: string }) {
  const { locale } = useLocale();
  return (
    <a
      className={classes(buttons.button, buttons.quiet)}
      href={`/api/orders/${encodeURIComponent(orderId)}/receipt.pdf?locale=${locale}`}
      download
    >
      {words[locale]}
    </a>
  );
}
