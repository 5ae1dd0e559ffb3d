import { useParams } from 'wouter';
import type { Drop, Event } from '../../api/types.ts';
import { Countdown } from '../../clock/countdown.tsx';
import { ButtonLink } from '../../design/button.tsx';
import { Notice } from '../../design/notice.tsx';
import { LinkSign } from '../../drop/link-sign.tsx';
import { latest } from '../../drop/sale-state.ts';
import { useSaleState } from '../../drop/use-sale-state.ts';
import { useLocale } from '../../i18n/locale.tsx';
import { SeatMap } from '../../seats/seat-map.tsx';
import { useWords } from '../../staff/use-words.ts';
import { LoadedDrop } from '../loaded.tsx';
import { SaleFrame } from '../sale-frame.tsx';
import { Announce } from './announce.tsx';
import { CancelSale } from './cancel-sale.tsx';
import { MoveClosing } from './move-closing.tsx';
import { PauseSale } from './pause-sale.tsx';
import { Queues } from './queues.tsx';
import { RefundsLeft } from './refunds-left.tsx';
import { SaleCharts } from './sale-charts.tsx';
import { SaleFigures } from './sale-figures.tsx';
import styles from './sale-page.module.css';
import { useSale } from './use-sale.ts';

export default function SalePage() {
  const { id } = useParams<{ id: string }>();
  return <LoadedDrop id={id}>{(drop, event) => <Live key={drop.id} drop={drop} event={event} />}</LoadedDrop>;
}

function Live({ drop, event }: { drop: Drop; event: Event }) {
  const { text, format } = useLocale();
  const { timeZone } = event;
  const { sale: words } = useWords();
  const sale = useSale(drop.id);
  const { figures, stats, feed, series, isStale } = sale;
  const { opensAt, closesAt } = latest(drop, feed.state);
  const { phase } = useSaleState(drop, feed.state);
  const isRunning = phase === 'scheduled' || phase === 'open' || phase === 'paused';
  const when = {
    scheduled: words.opens(format.opening(opensAt, timeZone, text.common.yourTime)),
    open: words.openUntil(format.moment(closesAt, timeZone)),
    paused: words.openUntil(format.moment(closesAt, timeZone)),
    closed: words.closedAt(format.moment(closesAt, timeZone)),
    cancelled: undefined,
  }[phase];
  const isPaused = stats?.paused ?? phase === 'paused';

  return (
    <SaleFrame
      drop={drop}
      event={event}
      news={feed.state}
      title={words.tabs.live}
      lead={when}
      actions={
        <>
          <LinkSign link={feed.link} />
          <ButtonLink look="bare" href={`/drops/${drop.id}`}>
            {words.buyersSee}
          </ButtonLink>
        </>
      }
    >
      <div className={styles.live}>
        {isStale && <Notice tone="bad">{words.stale}</Notice>}
        {phase === 'scheduled' && (
          <div className={styles.opening}>
            <p>{words.opensIn}</p>
            <Countdown to={Date.parse(opensAt)} small />
          </div>
        )}
        {phase === 'scheduled' && isPaused && <Notice>{words.willBePaused}</Notice>}
        {phase === 'cancelled' && <RefundsLeft dropId={drop.id} />}
        <SaleFigures figures={figures} stats={stats} />
        {isRunning && (
          <div className={styles.controls}>
            <PauseSale drop={drop} isPaused={isPaused} refetch={sale.refetch} />
            <MoveClosing drop={drop} event={event} closesAt={closesAt} refetch={sale.refetch} />
            <CancelSale drop={drop} event={event} sale={sale} />
          </div>
        )}
        <SaleCharts series={series} currency={drop.price.currency} timeZone={timeZone} />
        <div className={styles.columns}>
          <SeatMap sections={drop.sections} rows={feed.rows} yours={noSeats} />
          <Queues depths={stats?.queueDepths ?? undefined} />
        </div>
        {/* Last: what was announced comes late, and is of any height. */}
        <Announce dropId={drop.id} feed={feed} timeZone={timeZone} watching={stats?.watching ?? 0} />
      </div>
    </SaleFrame>
  );
}

const noSeats: string[] = [];
