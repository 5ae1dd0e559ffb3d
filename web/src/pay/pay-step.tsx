/** The step of paying: what the seats cost and until when they are kept, and the provider's part below. */
import { Link } from 'wouter';
import { orderFeeOf, seatPriceOf, totalOf } from '@seatdrop/shared/contract/total.ts';
import { Skeleton } from '../design/skeleton.tsx';
import styles from '../drop/counter.module.css';
import { SeatList } from '../drop/seat-list.tsx';
import type { Stage } from '../drop/stage-of.ts';
import { TimeLeft } from '../drop/time-left.tsx';
import type { LiveDrop } from '../drop/use-drop.ts';
import { useLocale } from '../i18n/locale.tsx';
import { Part, part } from '../shell/parts.tsx';
import { formHeights } from './form-heights.ts';

const load = () => import('./payment.tsx');
const PaymentOfSeats = part(load);

/** Called when seats are held, so that paying begins without a wait. A failure shows when it is needed. */
export const loadPayment = () => load().catch(() => undefined);

export function PayStep({ live, stage }: { live: LiveDrop; stage: Extract<Stage, { kind: 'held' }> }) {
  const { text, format } = useLocale();
  const { drop, payment } = live;
  const orderFee = orderFeeOf(drop);
  const usual = totalOf(drop, stage.seats.length);
  const total = payment?.newTotal ?? payment?.total ?? usual;
  return (
    <>
      <Link href={`/drops/${drop.id}`}>{text.pay.backToSeats}</Link>
      <h2 id="stage" tabIndex={-1} className={styles.title}>
        {text.pay.title}
      </h2>
      <TimeLeft until={stage.expiresAt} small />
      <SeatList seats={stage.seats} sections={drop.sections} />
      <p className={styles.total}>
        {total.amount === usual.amount && (
          <span className={styles.soft}>
            {text.pay.each(stage.seats.length, format.money(seatPriceOf(drop)))}
            {orderFee.amount > 0 && ` + ${format.money(orderFee)}`}
          </span>
        )}
        <strong>{format.money(total)}</strong>
      </p>
      <div className={styles.tear} />
      <Part fallback={<Skeleton heights={formHeights} />}>
        <PaymentOfSeats live={live} stage={stage} total={total} />
      </Part>
    </>
  );
}
