import { useMemo } from 'react';
import { useLocale } from '../../i18n/locale.tsx';
import type { Report } from '../../staff/queries.ts';
import { useWords } from '../../staff/use-words.ts';
import { Chart } from '../chart.tsx';
import styles from './report-page.module.css';

const minute = 60;
/** Minutes that are filled with zeros; across a longer gap the line is straight. */
const longestGap = 240;

type ByMinuteProps = { report: Report; timeZone: string };

/** The drop minute by minute, as a chart and as a table. */
export function ByMinute({ report: { series }, timeZone }: ByMinuteProps) {
  const { format } = useLocale();
  const { report: words } = useWords();
  const drawn = useMemo(() => withoutGaps(series), [series]);
  if (series.length === 0) return null;
  const column = (valueOf: (point: Report['series'][number]) => number) =>
    drawn.map(({ point }) => (point ? valueOf(point) : 0));
  return (
    <section className={styles.byMinute} aria-labelledby="by-minute">
      <h3 id="by-minute" className="unseen">
        {words.byMinute}
      </h3>
      <Chart
        title={words.byMinute}
        sums
        timeZone={timeZone}
        times={drawn.map(({ at }) => at)}
        write={format.rate}
        lines={[
          { label: words.entries, colour: 'blue', values: column(({ entries }) => entries), filled: true },
          { label: words.seatsPaid, colour: 'ink', values: column(({ seatsPaid }) => seatsPaid) },
          { label: words.lapsed, colour: 'held', values: column(({ lapsed }) => lapsed), dashed: true },
        ]}
      >
        <details className={styles.numbers}>
          <summary>{words.inNumbers}</summary>
          {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- so that keys can scroll it */}
          <div className={styles.scroll} role="region" aria-label={words.inNumbers} tabIndex={0}>
            <table>
              <thead>
                <tr>
                  <th scope="col">{words.minute}</th>
                  <th scope="col">{words.entries}</th>
                  <th scope="col">{words.steps.held}</th>
                  <th scope="col">{words.steps.standby}</th>
                  <th scope="col">{words.steps.soldOut}</th>
                  <th scope="col">{words.seatsPaid}</th>
                  <th scope="col">{words.lapsed}</th>
                </tr>
              </thead>
              <tbody>
                {series.map((each) => (
                  <tr key={each.minute}>
                    <th scope="row">{format.moment(each.minute, timeZone)}</th>
                    <td>{format.number(each.entries)}</td>
                    <td>{format.number(each.held)}</td>
                    <td>{format.number(each.standby)}</td>
                    <td>{format.number(each.soldOut)}</td>
                    <td>{format.number(each.seatsPaid)}</td>
                    <td>{format.number(each.lapsed)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </details>
      </Chart>
    </section>
  );
}

type Drawn = { at: number; point: Report['series'][number] | undefined };

/** The report omits minutes in which nothing happened; in a chart they must be zero. */
function withoutGaps(series: Report['series']): Drawn[] {
  const drawn: Drawn[] = [];
  for (const point of series) {
    const at = Date.parse(point.minute) / 1000;
    const last = drawn.at(-1)?.at ?? at - 2 * minute;
    const missing = Math.round((at - last) / minute) - 1;
    if (missing > longestGap)
      drawn.push({ at: last + minute, point: undefined }, { at: at - minute, point: undefined });
    else
      for (let step = 1; step <= missing; step += 1)
        drawn.push({ at: last + step * minute, point: undefined });
    drawn.push({ at, point });
  }
  const end = drawn.at(-1);
  if (end) drawn.push({ at: end.at + minute, point: undefined });
  return drawn;
}
