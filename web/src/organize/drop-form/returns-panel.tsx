import { useWatch } from 'react-hook-form';
import { Field } from '../../design/field.tsx';
import { useApiFields } from '../../forms/use-api-form.ts';
import { useWords } from '../../staff/use-words.ts';
import styles from '../form.module.css';
import { TimeField } from '../time-field.tsx';
import type { DropValues } from './drop-values.ts';

/** Whether buyers may return tickets: until when, and what they get back. */
export function ReturnsPanel({ timeZone }: { timeZone: string }) {
  const { drop: words } = useWords();
  const { field, control } = useApiFields<DropValues>();
  const until = useWatch({ control, name: 'returnsUntil' });
  return (
    <section className={styles.panel} aria-labelledby="returns">
      <header className={styles.panelHead}>
        <h2 id="returns">{words.returns}</h2>
        <p className={styles.soft}>{words.returnsLead}</p>
      </header>
      <div className={styles.pair}>
        <TimeField {...field('returnsUntil')} label={words.returnsUntil} typed={until} timeZone={timeZone} />
        <Field
          {...field('keepPercent')}
          inputMode="numeric"
          autoComplete="off"
          label={words.keepPercent}
          hint={words.keepPercentHint}
        />
      </div>
    </section>
  );
}
