import { SaleBadge } from '../drop/sale-badge.tsx';
import { useSaleState, type ToldDrop } from '../drop/use-sale-state.ts';
import { useLocale } from '../i18n/locale.tsx';
import styles from './sale-line.module.css';

/** In what state a sale is, in a few words; follows the clock while it is looked at. `timeZone`: of its event. */
export function SaleLine({ drop, timeZone }: { drop: ToldDrop | undefined; timeZone: string }) {
  const { text } = useLocale();
  if (!drop) return <p className={styles.line}>{text.events.noSale}</p>;
  return <StateLine drop={drop} timeZone={timeZone} />;
}

function StateLine({ drop, timeZone }: { drop: ToldDrop; timeZone: string }) {
  const { text, format } = useLocale();
  const { state } = useSaleState(drop);
  return (
    <p className={styles.line}>
      <SaleBadge state={state} />
      {state === 'scheduled' && (
        <span>{text.events.opensOn(format.opening(drop.opensAt, timeZone, text.common.yourTime))}</span>
      )}
    </p>
  );
}
