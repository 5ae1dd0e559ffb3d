import { useSyncExternalStore } from 'react';
import { minorDigits } from '@seatdrop/shared/contract/minor-units.ts';
import type { Money } from '../../api/types.ts';
import { useLocale } from '../../i18n/locale.tsx';
import { useWords } from '../../staff/use-words.ts';
import { Chart } from '../chart.tsx';
import { windowSeconds, type DropSeries } from './drop-series.ts';
import styles from './live-page.module.css';

type DropChartsProps = { series: DropSeries; currency: Money['currency']; timeZone: string };

export function DropCharts({ series, currency, timeZone }: DropChartsProps) {
  const { format } = useLocale();
  const { charts } = useWords().dropPages;
  const version = useSyncExternalStore(series.subscribe, series.version);
  const { times, columns } = series;
  const common = { times, timeZone, version, window: windowSeconds };
  const short = (amount: number) =>
    format.shortMoney({ amount: Math.round(amount), currency }, 10 ** minorDigits(currency));
  return (
    <section aria-labelledby="charts" className={styles.charts}>
      <h2 id="charts" className="unseen">
        {charts.window}
      </h2>
      <Chart
        {...common}
        title={charts.seats}
        write={format.number}
        lines={[
          { label: charts.free, colour: 'free', values: columns.free },
          { label: charts.held, colour: 'held', values: columns.held, dashed: true },
          { label: charts.sold, colour: 'ink', values: columns.sold, filled: true },
        ]}
      />
      <Chart
        {...common}
        title={charts.entries}
        write={format.rate}
        lines={[
          { label: charts.entriesLine, colour: 'blue', values: columns.entries, filled: true },
          { label: charts.decisions, colour: 'ink', values: columns.decisions, dashed: true },
        ]}
      />
      <Chart
        {...common}
        title={charts.waiting}
        write={format.rate}
        lines={[
          { label: charts.standby, colour: 'blue', values: columns.standby, filled: true },
          { label: charts.queue, colour: 'ink', values: columns.queue, dashed: true },
        ]}
      />
      <Chart
        {...common}
        title={charts.revenue}
        write={short}
        lines={[{ label: charts.revenueLine, colour: 'free', values: columns.revenue, filled: true }]}
      />
    </section>
  );
}
