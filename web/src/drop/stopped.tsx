import { ButtonLink } from '../design/button.tsx';
import { useLocale } from '../i18n/locale.tsx';
import styles from './counter.module.css';
import { LeftBar } from './left-bar.tsx';
import type { LiveDrop } from './use-drop.ts';

type StoppedProps = { live: LiveDrop; kind: 'paused' | 'closed' | 'cancelled' };

export function Stopped({ live, kind }: StoppedProps) {
  const { text, format } = useLocale();
  const { phases } = text;
  const words = {
    paused: [phases.pausedTitle, phases.pausedText],
    closed: [
      phases.closedTitle,
      phases.closedText(format.moment(live.closesAt, live.event?.timeZone ?? format.here)),
    ],
    cancelled: [phases.cancelledTitle, phases.cancelledText],
  }[kind];
  return (
    <>
      <h2 id="stage" tabIndex={-1} className={styles.title}>
        {words[0]}
      </h2>
      <p>{words[1]}</p>
      {kind === 'paused' && <LeftBar live={live} />}
      {kind !== 'paused' && (
        <ButtonLink look="quiet" href="/">
          {phases.otherEvents}
        </ButtonLink>
      )}
    </>
  );
}
