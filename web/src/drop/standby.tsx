import { ActionBar } from '../design/action-bar.tsx';
import { useLocale } from '../i18n/locale.tsx';
import styles from './counter.module.css';
import { Leave } from './leave.tsx';
import type { Stage } from './stage-of.ts';
import type { LiveDrop } from './use-drop.ts';

type StandbyProps = { live: LiveDrop; stage: Extract<Stage, { kind: 'standby' }> };

export function Standby({ live, stage }: StandbyProps) {
  const { text, format } = useLocale();
  const { position, mayComeBack } = stage;
  return (
    <>
      <h2 id="stage" tabIndex={-1} className={styles.title}>
        {text.standby.title}
      </h2>
      {position !== undefined && (
        <p className={styles.figure}>
          <span className={styles.big}>{format.number(position)}</span>
          <span className={styles.soft}>{text.standby.position}</span>
        </p>
      )}
      <p>
        {position !== undefined &&
          `${position === 1 ? text.standby.first : text.standby.ahead(position - 1)} `}
        {mayComeBack !== undefined && text.standby.mayComeBack(mayComeBack)}
      </p>
      <div className={styles.tear} />
      <h3>{text.standby.next}</h3>
      <ul className={styles.steps}>
        {text.standby.nextSteps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ul>
      <ActionBar>
        <Leave
          live={live}
          label={text.standby.leave}
          title={text.standby.leaveTitle}
          text={text.standby.leaveText}
          yes={text.standby.leaveYes}
          no={text.standby.leaveNo}
        />
      </ActionBar>
    </>
  );
}
