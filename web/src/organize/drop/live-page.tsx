import { useParams } from 'wouter';
import type { Drop, Event } from '../../api/types.ts';
import { Countdown } from '../../clock/countdown.tsx';
import { ButtonLink } from '../../design/button.tsx';
import { Notice } from '../../design/notice.tsx';
import { LinkSign } from '../../design/link-sign.tsx';
import { latest } from '../../live/drop-status.ts';
import { useDropStatus } from '../../live/use-drop-status.ts';
import { useLocale } from '../../i18n/locale.tsx';
import { SeatMap } from '../../seats/seat-map.tsx';
import { useWords } from '../../staff/use-words.ts';
import { LoadedDrop } from '../loaded.tsx';
import { DropFrame } from '../drop-frame.tsx';
import { Announce } from './announce.tsx';
import { CancelDrop } from './cancel-drop.tsx';
import { MoveClosing } from './move-closing.tsx';
import { PauseDrop } from './pause-drop.tsx';
import { Queues } from './queues.tsx';
import { RefundsLeft } from './refunds-left.tsx';
import { DropCharts } from './drop-charts.tsx';
import { DropFigures } from './drop-figures.tsx';
import styles from './live-page.module.css';
import { useLiveFigures } from './use-live-figures.ts';

export default function LivePage() {
  const { id } = useParams<{ id: string }>();
  return <LoadedDrop id={id}>{(drop, event) => <Live key={drop.id} drop={drop} event={event} />}</LoadedDrop>;
}

function Live({ drop, event }: { drop: Drop; event: Event }) {
  const { text, format } = useLocale();
  const { timeZone } = event;
  const { dropPages: words } = useWords();
  const live = useLiveFigures(drop.id);
  const { figures, stats, feed, series, isStale } = live;
  const { opensAt, closesAt } = latest(drop, feed.state);
  const { phase } = useDropStatus(drop, feed.state);
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
    <DropFrame
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
        <DropFigures figures={figures} stats={stats} />
        {isRunning && (
          <div className={styles.controls}>
            <PauseDrop drop={drop} isPaused={isPaused} refetch={live.refetch} />
            <MoveClosing drop={drop} event={event} closesAt={closesAt} refetch={live.refetch} />
            <CancelDrop drop={drop} event={event} live={live} />
          </div>
        )}
        <DropCharts series={series} currency={drop.price.currency} timeZone={timeZone} />
        <div className={styles.columns}>
          <SeatMap sections={drop.sections} rows={feed.rows} yours={noSeats} />
          <Queues depths={stats?.queueDepths ?? undefined} />
        </div>
        {/* Last on the page: announcements arrive late and are of any height. */}
        <Announce dropId={drop.id} feed={feed} timeZone={timeZone} watching={stats?.watching ?? 0} />
      </div>
    </DropFrame>
  );
}

const noSeats: string[] = [];
