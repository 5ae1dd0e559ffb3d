import { useEffect } from 'react';
import { useSay } from '../../design/announcer.tsx';
import { Button } from '../../design/button.tsx';
import { Check, Cross } from '../../design/icons.tsx';
import { useLocale } from '../../i18n/locale.tsx';
import { useStaffFault } from '../../staff/use-staff-fault.ts';
import { useWords } from '../../staff/use-words.ts';
import styles from './check-in-page.module.css';
import { UndoButton, type CheckInOfDoor } from './found-tickets.tsx';
import type { Result } from './use-check-in.ts';
import { usePlaceWords } from './use-place-words.ts';

type ResultPanelProps = { checkIn: CheckInOfDoor; timeZone: string };

/** The result for the person at the door: colour, icon and word all say the same. */
export function ResultPanel({ checkIn, timeZone }: ResultPanelProps) {
  const [result] = checkIn.results;
  const { text } = useLocale();
  const { checkIn: words } = useWords();
  const tell = useTelling(timeZone);
  const say = useSay();
  const shown = result && tell(result);
  const key = result?.key;
  const spoken =
    shown && [shown.title, shown.mark, shown.seat, shown.hint].filter(Boolean).join(text.common.stop);
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
    <section
      key={result.key}
      className={styles.result}
      data-result={result.kind}
      data-offline={shown.mark === undefined ? undefined : ''}
    >
      {result.kind !== 'undone' && result.kind !== 'choose' && (
        <span className={styles.sign}>{result.kind === 'let_in' ? <Check /> : <Cross />}</span>
      )}
      <h2>{shown.title}</h2>
      {shown.mark && <p className={styles.mark}>{shown.mark}</p>}
      {shown.seat && (
        <p className={styles.seat} dir="auto">
          {shown.seat}
        </p>
      )}
      {shown.hint && <p>{shown.hint}</p>}
      {result.kind === 'let_in' && <UndoButton ticket={result.ticket} undo={checkIn.undo} />}
      {result.kind === 'choose' &&
        result.tickets.map(({ orderId, seat }) => (
          <Button
            key={`${orderId} ${seat.id}`}
            look="quiet"
            onClick={() => checkIn.choose(result.shown, { ...result, ticket: { orderId, seatId: seat.id } })}
          >
            {text.map.seatAt(seat.section, seat.row, seat.number)}
          </Button>
        ))}
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
                <bdi>{seat ?? ('code' in result.shown ? result.shown.code : '')}</bdi>
              </span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

type Telling = {
  title: string;
  mark?: string | undefined;
  seat?: string | undefined;
  hint?: string | undefined;
};

function useTelling(timeZone: string): (result: Result) => Telling {
  const { text, format } = useLocale();
  const { checkIn: words } = useWords();
  const faultOf = useStaffFault();
  const placeWords = usePlaceWords(timeZone);
  return (result) => {
    switch (result.kind) {
      case 'let_in': {
        const mark = result.isOffline ? words.offline : undefined;
        return { title: words.letIn, seat: nameOf(result.ticket.seat), mark };
      }
      case 'undone':
        return { title: words.undone, seat: nameOf(result.seat), hint: words.undoneHint };
      case 'again': {
        const place = placeWords(result.checkedIn, result.isHere);
        return {
          title: words.again,
          seat: result.seat && nameOf(result.seat),
          hint: place === '' ? undefined : words.againSince(place),
        };
      }
      case 'choose':
        return { title: words.choose, hint: words.chooseHint };
      case 'not_listed':
        return {
          title: words.notListed,
          mark: words.offline,
          hint: words.notListedHint(format.time(result.listedAt, timeZone)),
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
