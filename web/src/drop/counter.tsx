/** The panel that shows the buyer's stage and what to do in it. */
import { useEffect, useRef, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import { useSay } from '../design/announcer.tsx';
import { AboutTickets, useLocale, type Localized } from '../i18n/locale.tsx';
import { PayStep } from '../pay/pay-step.tsx';
import { AtTheOpening } from './at-the-opening.tsx';
import { costsNothing } from './costs-nothing.ts';
import styles from './counter.module.css';
import { Gone } from './gone.tsx';
import { Held } from './held.tsx';
import { Paying } from './paying.tsx';
import { Paid } from './paid.tsx';
import { Queued } from './queued.tsx';
import { Refused } from './refused.tsx';
import { Released } from './released.tsx';
import { Stopped } from './stopped.tsx';
import { Standby } from './standby.tsx';
import type { Stage } from './stage-of.ts';
import type { LiveDrop } from './use-drop.ts';

export function Counter({ live }: { live: LiveDrop }) {
  return (
    <AboutTickets isFree={costsNothing(live)}>
      <Panel live={live} />
    </AboutTickets>
  );
}

function Panel({ live }: { live: LiveDrop }) {
  const { isFree } = useLocale();
  const { stage } = live;
  const panel = useRef<HTMLElement>(null);
  const [location] = useLocation();
  const isPayStep = stage.kind === 'held' && location.endsWith('/pay') && !isFree;
  // A buyer who goes back during a payment is not offered to pay again.
  const isLeft = stage.kind === 'held' && stage.isBeingPaid && !isPayStep && !isFree;
  const shown = isLeft ? 'paying' : stage.kind;
  useStageChange(live, isPayStep ? 'pay' : shown, panel);
  return (
    <section ref={panel} className={styles.counter} data-stage={shown} aria-labelledby="stage">
      {isPayStep && <PayStep live={live} stage={stage} />}
      {isLeft && <Paying live={live} stage={stage} />}
      {!isPayStep && !isLeft && <StagePanel live={live} />}
    </section>
  );
}

function StagePanel({ live }: { live: LiveDrop }): ReactNode {
  const { stage } = live;
  switch (stage.kind) {
    case 'loading':
      return null;
    case 'waiting':
    case 'open':
      return <AtTheOpening live={live} isOpen={stage.kind === 'open'} />;
    case 'queued':
      return <Queued stage={stage} />;
    case 'held':
      return <Held live={live} stage={stage} />;
    case 'paying':
      return <Paying live={live} stage={stage} />;
    case 'standby':
      return <Standby live={live} stage={stage} />;
    case 'paid':
      return <Paid live={live} stage={stage} />;
    case 'gone':
      return <Gone live={live} stage={stage} />;
    case 'released':
      return <Released live={live} stage={stage} />;
    case 'refused':
      return <Refused stage={stage} />;
    case 'paused':
    case 'closed':
    case 'cancelled':
      return <Stopped live={live} kind={stage.kind} />;
  }
}

/** Reads out a change of stage, and moves the focus if the focused button is gone. */
function useStageChange(live: LiveDrop, shown: string, panel: React.RefObject<HTMLElement | null>) {
  const localized = useLocale();
  const say = useSay();
  const last = useRef(shown);
  useEffect(() => {
    if (last.current === shown) return;
    const wasForm = last.current === 'waiting' && shown === 'open';
    last.current = shown;
    const words = wordsFor(live.stage, localized);
    if (words) say(words, 'now');
    const focused = document.activeElement;
    const isLost = focused === null || focused === document.body || !focused.isConnected;
    const isInside = focused !== null && panel.current?.contains(focused) === true;
    // A buyer who is typing an answer when the drop opens keeps the focus.
    if (!wasForm && (isLost || isInside)) panel.current?.querySelector<HTMLElement>('#stage')?.focus();
  });
}

function wordsFor(stage: Stage, { text, isFree }: Localized): string | undefined {
  switch (stage.kind) {
    case 'open':
      return text.drop.nowOpen;
    case 'queued':
      return text.queued.title;
    case 'held':
      if (stage.isBeingPaid && !isFree) return text.paying.title;
      return text.held.title(stage.seats.length);
    case 'paying':
      return text.paying.title;
    case 'standby':
      return text.standby.title;
    case 'paid':
      return text.paid.title;
    case 'gone':
      return text.gone.title;
    case 'released':
      return text.released[stage.reason ?? 'ended'];
    case 'refused':
      return text.lapsed.title;
    case 'paused':
      return text.phases.pausedTitle;
    case 'closed':
      return text.phases.closedTitle;
    case 'cancelled':
      return text.phases.cancelledTitle;
    case 'loading':
    case 'waiting':
      return undefined;
  }
}
