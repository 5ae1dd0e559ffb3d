import { useEffect } from 'react';
import { useSay } from '../../design/announcer.tsx';
import { Button } from '../../design/button.tsx';
import { Check, Cross } from '../../design/icons.tsx';
import { useLocale } from '../../i18n/locale.tsx';
import { useStaffFault } from '../../staff/use-staff-fault.ts';
import { useWords } from '../../staff/use-words.ts';
import styles from './check-in-page.module.css';
import type { Result } from './use-check-in.ts';

type ResultPanelProps = {
  result: Result | undefined;
  timeZone: string;
  /** Takes back a check-in, so that the ticket with this code can be used again. */
  undo: (code: string) => void;
};

/** The result for the person at the door: colour, icon and word all say the same. */
export function ResultPanel({ result, timeZone, undo }: ResultPanelProps) {
  const { text } = useLocale();
  const { checkIn: words } = useWords();
  const tell = useTelling(timeZone);
  const say = useSay();
  const shown = result && tell(result);
  const key = result?.key;
  const spoken = shown && [shown.title, shown.seat, shown.hint].filter(Boolean).join(text.common.stop);
  useEffect(() => {
    if (key !== undefined && spoken !== undefined) say(spoken, 'now');
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once for each ticket
  }, [key]);
  if (!result || !shown) {
    return (
      <section className={styles.result} data-result="ready">
        <h2>{words.ready}</h2>
        <p>{words.readyHint}</p>
      </section>
    );
  }
  return (
    // A new element for each ticket: two in a row must not look like one.
    <section key={result.key} className={styles.result} data-result={result.kind}>
      {result.kind !== 'undone' && (
        <span className={styles.sign}>{result.kind === 'let_in' ? <Check /> : <Cross />}</span>
      )}
      <h2>{shown.title}</h2>
      {shown.seat && (
        <p className={styles.seat} dir="auto">
          {shown.seat}
        </p>
      )}
      {shown.hint && <p>{shown.hint}</p>}
      {result.kind === 'let_in' && (
        <Button look="quiet" onClick={() => undo(result.code)}>
          {words.undo}
        </Button>
      )}
    </section>
  );
}

type RecentResultsProps = { results: readonly Result[]; timeZone: string };

export function RecentResults({ results, timeZone }: RecentResultsProps) {
  const { checkIn: words } = useWords();
  const tell = useTelling(timeZone);
  if (results.length === 0) return null;
  return (
    <section className={styles.recent} aria-labelledby="recent">
      <h2 id="recent">{words.recent}</h2>
      <ol>
        {results.map((result) => {
          const { title, seat } = tell(result);
          return (
            <li key={result.key} data-result={result.kind}>
              <strong>{title}</strong>{' '}
              <span className={styles.soft}>
                <bdi>{seat ?? result.code}</bdi>
              </span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

type Telling = { title: string; seat?: string | undefined; hint?: string | undefined };

function useTelling(timeZone: string): (result: Result) => Telling {
  const { text, format } = useLocale();
  const { checkIn: words } = useWords();
  const faultOf = useStaffFault();
  return (result) => {
    switch (result.kind) {
      case 'let_in':
        return { title: words.letIn, seat: nameOf(result.seat) };
      case 'undone':
        return { title: words.undone, seat: nameOf(result.seat), hint: words.undoneHint };
      case 'again':
        return {
          title: words.again,
          seat: result.seat && nameOf(result.seat),
          hint: result.since && words.againSince(format.moment(result.since, timeZone)),
        };
      case 'refunded':
        return { title: words.refunded, hint: words.refundedHint };
      case 'invalid':
        return { title: words.invalid, hint: words.invalidHint };
      case 'failed':
        return { title: words.failed, hint: faultOf(result.error) };
    }
  };
  function nameOf({ section, row, number }: { section: string; row: string; number: number }): string {
    return text.map.seatAt(section, row, number);
  }
}
