import { useWatch } from 'react-hook-form';
import type { Drop, Event } from '../../api/types.ts';
import { useApiFields } from '../../forms/use-api-form.ts';
import { useLocale } from '../../i18n/locale.tsx';
import { useWords } from '../../staff/use-words.ts';
import styles from '../form.module.css';
import { TimeField } from '../time-field.tsx';
import { momentOf, type Meant, usableZone } from '../zoned-time.ts';
import { LateBox } from '../late-box.tsx';
import { isLate, isoOf, type DropValues } from './drop-values.ts';

export function TimesPanel({ event, drop }: { event: Event; drop: Drop | undefined }) {
  const words = useWords();
  const { field, register, control } = useApiFields<DropValues>();
  const [opensAt, closesAt] = useWatch({ control, name: ['opensAt', 'closesAt'] });
  const timeZone = usableZone(event.timeZone);
  return (
    <section className={styles.panel} aria-labelledby="times">
      <header className={styles.panelHead}>
        <h2 id="times">{words.drop.times}</h2>
        <p className={styles.soft}>{words.drop.timesLead}</p>
      </header>
      <div className={styles.pair}>
        <TimeField {...field('opensAt')} label={words.drop.opensAt} typed={opensAt} timeZone={timeZone} />
        <TimeField {...field('closesAt')} label={words.drop.closesAt} typed={closesAt} timeZone={timeZone} />
      </div>
      {isLate(isoOf(closesAt, timeZone), event, drop) && <LateBox {...register('allowLate')} />}
      <Span
        opensAt={momentOf(opensAt, timeZone)}
        closesAt={momentOf(closesAt, timeZone)}
        startsAt={Date.parse(event.startsAt)}
      />
    </section>
  );
}

const minute = 60_000;

/** How long that is, and how it lies to the event: slips in a date are seen here. */
type SpanProps = { opensAt: Meant; closesAt: Meant; startsAt: number };

function Span({ opensAt: opens, closesAt: closes, startsAt }: SpanProps) {
  const { format } = useLocale();
  const words = useWords();
  if (opens.kind !== 'moment' || closes.kind !== 'moment' || closes.at <= opens.at) return null;
  const left = startsAt - closes.at;
  return (
    <p>
      <strong>{words.drop.openFor(format.longSpan(closes.at - opens.at))}</strong>
      <span className={styles.soft}>
        {left >= minute && ` · ${words.drop.beforeShow(format.longSpan(left))}`}
        {left <= -minute && ` · ${words.drop.afterShow}`}
      </span>
    </p>
  );
}
