import type { Order } from '../api/types.ts';
import { useLocale } from '../i18n/locale.tsx';
import styles from './order-page.module.css';

/** Here and not in the catalogs, which every page loads. */
const words = {
  en: {
    lines: { seats: 'Seats', fees: 'Fees', platform_fees: 'Service fee' },
    tax: (percent: string) => `Tax included (${percent}%)`,
  },
  'zh-Hant': {
    lines: { seats: '座位', fees: '手續費', platform_fees: '服務費' },
    tax: (percent: string) => `內含稅額（${percent}％）`,
  },
};

/** What was paid for, if that is more than seats. */
export function OrderLines({ order: { lines = [], includedTax } }: { order: Order }) {
  const { locale, format } = useLocale();
  if (lines.length < 2 && !includedTax?.amount.amount) return null;
  return (
    <dl className={styles.lines}>
      {lines.map(({ kind, amount }) => (
        <div key={kind}>
          <dt>{words[locale].lines[kind]}</dt>
          <dd>{format.money(amount)}</dd>
        </div>
      ))}
      {includedTax && (
        <div className={styles.soft}>
          <dt>{words[locale].tax(format.number(includedTax.percent))}</dt>
          <dd>{format.money(includedTax.amount)}</dd>
        </div>
      )}
    </dl>
  );
}
