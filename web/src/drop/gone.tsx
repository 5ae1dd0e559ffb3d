import { ButtonLink } from '../design/button.tsx';
import { useLocale } from '../i18n/locale.tsx';
import styles from './counter.module.css';
import { LeftBar } from './left-bar.tsx';
import type { Stage } from './stage-of.ts';
import type { LiveDrop } from './use-drop.ts';

export function Gone({ live, stage }: { live: LiveDrop; stage: Extract<Stage, { kind: 'gone' }> }) {
  const { text, format } = useLocale();
  const { state } = live.feed;
  return (
    <>
      <h2 id="stage" tabIndex={-1} className={styles.title}>
        {text.gone.title}
      </h2>
      <LeftBar live={live} />
      <p>
        {stage.missed ? text.gone.missed : text.gone.others}
        {stage.place !== undefined && ` ${text.gone.place(format.number(stage.place))}`}
        {state && ` ${text.gone.taken(format.number(state.sold), format.number(state.held))}`}
      </p>
      <p className={styles.soft}>{text.gone.again}</p>
      <ButtonLink look="quiet" href="/">
        {text.phases.otherEvents}
      </ButtonLink>
    </>
  );
}
