import { useLocale } from '../../i18n/locale.tsx';
import type { DropStats } from '../../staff/queries.ts';
import { SoldBar } from '../../design/sold-bar.tsx';
import { useWords } from '../../staff/use-words.ts';
import type { Figures } from './use-live-figures.ts';
import styles from './live-page.module.css';

/** The present numbers, large enough to be read across a room. */
export function DropFigures({
  figures,
  stats,
}: {
  figures: Figures | undefined;
  stats: DropStats | undefined;
}) {
  const { format } = useLocale();
  const { figures: words } = useWords().dropPages;
  const number = (value: number | undefined) => (value === undefined ? '–' : format.number(value));
  const shown = [
    { name: 'sold', label: words.sold, value: number(figures?.sold) },
    { name: 'held', label: words.held, value: number(figures?.held) },
    { name: 'free', label: words.free, value: number(figures?.free) },
    { name: 'standby', label: words.standby, value: number(figures?.standby) },
    { name: 'watching', label: words.watching, value: number(stats?.watching) },
    {
      name: 'revenue',
      label: stats ? `${words.revenue} · ${words.orders(stats.orders)}` : words.revenue,
      value: stats ? format.money(stats.revenue) : '–',
    },
  ];
  return (
    <div>
      <dl className={styles.figures}>
        {shown.map(({ name, label, value }) => (
          <div key={name} data-figure={name}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {figures && (
        <div className={styles.bar}>
          <SoldBar {...figures} />
        </div>
      )}
    </div>
  );
}
